"""Cancelling in two steps: asked, then done on the yes of a later message."""

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.cards import order_card, order_status_key
from bot.replies.texts import say
from bot.tools.orders.flows import Data, ask_yes, finish, gathered, note, refuse
from bot.tools.orders.own import OPEN, choose_order
from core.errors import Conflict
from core.money import format_dong
from core.orders.cancellation import cancel_order
from core.orders.models import Order
from core.orders.queries import get_order
from core.tickets.refunds import refund_of_cancelled

BARE_YES_WORDS = 4


def can_cancel(order: Order) -> bool:
    return order.status in OPEN and order.fulfilment_state in ("unpacked", "packed")


def ask_cancel(turn: Turn, *, code: str, reason: str) -> ToolOutcome:
    """First step: asks for a yes and, once, for the reason; nothing is done yet."""
    data = gathered(turn, "cancel")
    data["reason"] = reason.strip() or data.get("reason", "")
    with turn.services.db.read_transaction() as session:
        order = choose_order(
            session, turn, "ask_cancel", "cancel", data, code=code or data.get("code", ""), wanted=can_cancel
        )
    if isinstance(order, ToolOutcome):
        return note(turn, order)
    if not can_cancel(order):
        return note(turn, _too_late(turn, order))
    data["code"] = order.code
    asked_before = bool(data.get("asked_in"))
    key, also = ("ask_cancel_yes", ()) if data["reason"] or asked_before else ("ask_cancel", ("reason",))
    return note(turn, 
        ask_yes(
            turn, "ask_cancel", "cancel", data, key, also=also, code=order.code, total=format_dong(order.total)
        )
    )  # fmt: skip


def cancel(turn: Turn, data: Data) -> ToolOutcome:
    """Second step: only what an earlier message was asked about, and only on a yes."""
    finish(turn, "cancel")
    now = turn.services.clock()
    try:
        with turn.lock, turn.services.db.transaction() as session:
            outcome = cancel_order(
                session,
                order_id=data["code"],
                reason=_reason(turn, data) or "buyer",
                actor=turn.actor,
                now=now,
            )
            order = outcome.order
            paid = 0
            if not outcome.waiting_for:
                reason = _reason(turn, data) or turn.text
                paid = refund_of_cancelled(
                    session, order=order, reason=reason, now=now, conversation_id=turn.conversation_id
                )
    except Conflict:
        with turn.services.db.read_transaction() as session:
            return note(turn, _too_late(turn, get_order(session, data["code"])))
    told = {"code": order.code}
    if outcome.waiting_for:
        said = say(turn.language, "cancel_waits", code=order.code)
        return note(
            turn, ToolOutcome("confirm_request", True, said, told, awaiting=(), committed=outcome.waiting_for)
        )
    said = say(turn.language, "cancelled", code=order.code)
    if paid:
        said = f"{said} {say(turn.language, 'cancelled_refund', amount=format_dong(paid))}"
    cards = (order_card(order, turn.language),)
    return note(
        turn, ToolOutcome("confirm_request", True, said, told, cards, awaiting=(), committed=order.id)
    )


def _reason(turn: Turn, data: Data) -> str:
    """Told before, or with the yes: `đồng ý, mình đặt nhầm`."""
    more = turn.text.strip() if len(turn.text.split()) > BARE_YES_WORDS else ""
    return data.get("reason") or more


def _too_late(turn: Turn, order: Order) -> ToolOutcome:
    language = turn.language
    if order.status == "cancelled":
        return refuse(turn, "ask_cancel", "cancel", say(language, "cancel_already", code=order.code))
    key = "cancel_delivered" if order.fulfilment_state == "delivered" else "cancel_too_late"
    status = say(language, f"status_{order_status_key(order)}")
    said = say(language, key, code=order.code, status=status)
    return refuse(turn, "ask_cancel", "cancel", said, staff=True, code=order.code)
