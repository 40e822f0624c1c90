"""What is told without being asked."""

TEXTS = {
    "notice_packed": "Your order {code} is packed and about to be sent.",
    "notice_booked": "Your order {code} goes with {carrier}, tracking number {tracking_number}. Follow it at {tracking_url}",
    "notice_picked_up": "{carrier} has picked up order {code}. It's on its way to you.",
    "notice_delivering": "Order {code} is out for delivery. Please keep your phone at hand.",
    "notice_delivered": "Order {code} has been delivered. Thank you for shopping with us!",
    "notice_failed": "Order {code} could not be delivered this time. We'll arrange another try with the carrier.",
    "notice_cancelled": "Order {code} has been cancelled.",
    "notice_paid": "We have received {amount} for order {code}. Thank you!",
    "notice_invoice": "The e-invoice {number} for order {code} has been issued.",
    "notice_changed": "The shop has updated your order {code}; the total is now {total}. Tell me if anything isn't right.",
    "notice_return": "The shop has opened return request {request} for your order {code}.",
    "notice_answer": "About your question “{question}”, the shop answers: {answer}",
    "notice_merged": "We have put {codes} together with {code} to send one parcel. The new total is {total}.",
    "notice_split": "We have split {code} into two orders, {code} and {other}, to send them separately. There is no further delivery fee for you.",
}
