"""What a customer is told of money and of goods that go back: one sentence a step."""

from typing import Any

from sqlalchemy.orm import Session

from bot.replies.texts import say
from core.money import format_dong
from core.orders.models import Order
from core.orders.queries import get_order
from core.payments.models import Payment, Refund
from core.returns.models import Return
from core.returns.queries import get_return


def payment_text(session: Session, order: Order, payment: Payment, language: str) -> str | None:
    """COD is told with the parcel, what goes over to an exchange with its settlement."""
    amount = format_dong(payment.amount)
    if payment.kind == "refund":
        return say(language, "notice_refunded", code=order.code, amount=amount)
    if payment.kind != "bank_transfer":
        return None
    left = order.money.outstanding
    if left:
        return say(
            language, "notice_part_paid", code=order.code, amount=amount, outstanding=format_dong(left)
        )
    return say(language, "notice_paid", code=order.code, amount=amount)


def return_text(session: Session, order: Order, payload: dict[str, Any], language: str) -> str | None:
    request = get_return(session, payload["return_id"])
    event = payload["event"]
    if event == "return.came_back":
        return say(language, "notice_came_back", code=order.code)
    if event == "return.settled":
        return _settled(session, order, request, language)
    if request.origin == "parcel" or (event == "return.requested" and payload["by"] == "customer"):
        return None  # the customer did it in the chat, or has no part in it
    if event == "return.requested":
        return say(language, "notice_return", code=order.code, request=request.code)
    step = event.removeprefix("return.")
    facts = {"code": order.code, "request": request.code}
    if step == "rejected":
        facts["reason"] = request.decision_note
    return say(language, f"notice_return_{step}", **facts)


def _settled(session: Session, order: Order, request: Return, language: str) -> str | None:
    facts: dict[str, object] = {"code": order.code, "request": request.code}
    refund = session.get(Refund, request.refund_id) if request.refund_id else None
    if refund is not None:
        facts["amount"] = format_dong(refund.amount)
    if request.exchange_order_id:
        placed = get_order(session, request.exchange_order_id)
        facts["exchange"] = placed.code
        if refund is not None:
            return say(language, "notice_return_exchange_refund", **facts)
        facts |= {"total": format_dong(placed.total), "outstanding": format_dong(placed.money.outstanding)}
        return say(language, "notice_return_exchange", **facts)
    if refund is not None:
        return say(language, "notice_return_refund", **facts)
    if request.origin == "parcel":
        return None
    return say(language, "notice_return_done", **facts, total=format_dong(order.money.due))
