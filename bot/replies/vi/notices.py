"""What is told without being asked."""

TEXTS = {
    "notice_packed": "Dạ đơn {code} của mình đã đóng gói xong, shop đang gửi đi ạ.",
    "notice_booked": "Dạ đơn {code} đã giao cho {carrier}, mã vận đơn {tracking_number}. Mình theo dõi tại {tracking_url} nha.",
    "notice_picked_up": "Dạ {carrier} đã lấy hàng đơn {code}, đang trên đường đến mình ạ.",
    "notice_delivering": "Dạ đơn {code} đang được giao đến mình, mình để ý điện thoại giúp em nha.",
    "notice_delivered": "Dạ đơn {code} đã giao thành công. Em cảm ơn mình đã mua hàng, cần hỗ trợ mình nhắn em ạ!",
    "notice_failed": "Dạ đơn {code} giao chưa thành công. Shop sẽ liên hệ hãng vận chuyển để giao lại, mình để ý điện thoại giúp em ạ.",
    "notice_cancelled": "Dạ đơn {code} đã được hủy ạ.",
    "notice_paid": "Dạ shop đã nhận {amount} cho đơn {code}, em cảm ơn mình ạ.",
    "notice_invoice": "Dạ hóa đơn điện tử {number} của đơn {code} đã phát hành ạ.",
    "notice_changed": "Dạ shop đã cập nhật đơn {code} của mình, tổng mới là {total} ạ. Có gì chưa đúng mình nhắn em nha.",
    "notice_return": "Dạ shop đã lập yêu cầu đổi trả {request} cho đơn {code} của mình ạ.",
    "notice_answer": "Dạ về câu mình hỏi “{question}”, shop trả lời ạ: {answer}",
    "notice_merged": "Dạ shop đã gộp đơn {codes} vào đơn {code} để gửi chung một kiện, tổng mới là {total} ạ.",
    "notice_split": "Dạ shop đã tách đơn {code} thành hai đơn {code} và {other} để gửi riêng, mình không phải trả thêm phí giao hàng ạ.",
}
