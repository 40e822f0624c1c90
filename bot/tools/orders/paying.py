"""What the core knows of the money: words never confirm a payment."""

from typing import Any

from sqlalchemy.orm import Session

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.texts import say
from bot.tools.ordering.placing import qr_card
from bot.tools.orders.own import OPEN, latest_orders, own_order
from core.money import format_dong
from core.orders.models import Order
from core.payments.recording import received
from core.shop import shop_profile
from core.tickets.filing import open_ticket


def check_payment(turn: Turn, *, code: str) -> ToolOutcome:
    """Received, or not seen yet; then accounting is asked to look, once per order."""
    language = turn.language
    with turn.lock, turn.services.db.transaction() as session:
        order = own_order(session, turn, code) if code else _paid_by_transfer(session, turn)
        if order is None:
            key = "order_not_found" if code else "no_orders"
            return turn.note(ToolOutcome("check_payment", False, say(language, key, code=code[:20])))
        paid = received(session, order.id)
        told = {"code": order.code, "received": paid, "total": order.total}
        if paid >= order.total:
            said = say(language, "payment_received", code=order.code, amount=format_dong(paid))
            return turn.note(ToolOutcome("check_payment", True, said, told))
        ticket = open_ticket(
            session, kind="payment", summary=turn.text, order=order, conversation_id=turn.conversation_id,
            customer_id=turn.actor.id, now=turn.services.clock(),
            details={"received": paid, "outstanding": order.total - paid, "method": order.payment_method},
        )  # fmt: skip
    not_all = "payment_in_part" if paid else "payment_not_seen"
    key = "payment_is_cod" if order.payment_method == "cod" else not_all
    amounts = {"amount": format_dong(paid), "total": format_dong(order.total)}
    said = say(language, key, code=order.code, **amounts)
    return turn.note(ToolOutcome("check_payment", True, said, told, committed=ticket.id))


def balance_texts(
    session: Session, order: Order, language: str
) -> tuple[list[str], tuple[dict[str, Any], ...]]:
    """After a change: how much is still to be paid or comes back, with the QR of what is to be transferred."""
    paid = received(session, order.id)
    due = order.total - paid
    if due < 0:
        return [say(language, "balance_refund", amount=format_dong(-due))], ()
    if order.payment_method != "bank_transfer" or due == 0:
        return [], ()
    texts = [say(language, "balance_transfer", amount=format_dong(due), code=order.code)]
    profile = shop_profile(session)
    return texts, (qr_card(order, profile, amount=due),) if profile.bank is not None else ()


def _paid_by_transfer(session: Session, turn: Turn) -> Order | None:
    """The latest open order by bank transfer that still waits for money, else the latest order."""
    orders: list[Order] = latest_orders(session, turn)
    waiting = [o for o in orders if o.payment_method == "bank_transfer" and o.status in OPEN]
    unpaid = [o for o in waiting if o.payment_state != "paid"]
    return next(iter([*unpaid, *waiting, *orders]), None)
