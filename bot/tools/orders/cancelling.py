"""Cancelling in two steps: asked, then done on the yes of a later message."""

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.cards import order_card, order_status_key
from bot.replies.texts import say
from bot.tools.orders.own import latest_open_order, own_order
from core.errors import Conflict
from core.money import format_dong
from core.orders.cancellation import cancel_order as cancel
from core.orders.models import Order
from core.orders.queries import get_order


def ask_cancel(turn: Turn, *, code: str) -> ToolOutcome:
    """First step of a cancellation: nothing is done until the customer agrees in a later message."""
    language = turn.language
    with turn.services.db.read_transaction() as session:
        order = own_order(session, turn, code) if code else latest_open_order(session, turn)
        if order is None:
            said = say(language, "order_not_found", code=code[:20]) if code else say(language, "no_orders")
            return turn.note(ToolOutcome("ask_cancel", False, said))
        if order.status not in ("new", "processing") or order.fulfilment_state not in ("unpacked", "packed"):
            return turn.note(_too_late(order, language))
    turn.state["pending"] = {"kind": "cancel", "code": order.code, "asked_in": turn.message_id}
    said = say(language, "ask_cancel", code=order.code, total=format_dong(order.total))
    buttons = (say(language, "agree_button"), say(language, "no_button"))
    return turn.note(
        ToolOutcome("ask_cancel", True, said, {"code": order.code}, (), buttons, awaiting=("confirm",))
    )


def confirm_cancel(turn: Turn) -> ToolOutcome:
    """Second step: only what an earlier message was asked about, and only on a yes."""
    language = turn.language
    pending = turn.state.get("pending") or {}
    if pending.get("kind") != "cancel" or pending.get("asked_in") == turn.message_id or not turn.parse.yes:
        return turn.note(
            ToolOutcome("confirm_cancel", False, say(language, "need_yes"), awaiting=("confirm",))
        )
    turn.state.pop("pending", None)
    try:
        with turn.lock, turn.services.db.transaction() as session:
            outcome = cancel(
                session,
                order_id=pending["code"],
                reason=turn.state.get("cancel_reason", "") or "buyer",
                actor=turn.actor,
                now=turn.services.clock(),
            )
    except Conflict:
        with turn.services.db.read_transaction() as session:
            return turn.note(_too_late(get_order(session, pending["code"]), language))
    order = outcome.order
    if outcome.waiting_for:
        said = say(language, "cancel_waits", code=order.code)
        return turn.note(
            ToolOutcome(
                "confirm_cancel", True, said, {"code": order.code}, awaiting=(), committed=outcome.waiting_for
            )
        )
    said = say(language, "cancelled", code=order.code)
    cards = (order_card(order, language),)
    return turn.note(
        ToolOutcome(
            "confirm_cancel", True, said, {"code": order.code}, cards, awaiting=(), committed=order.id
        )
    )


def _too_late(order: Order, language: str) -> ToolOutcome:
    said = say(
        language,
        "cancel_too_late",
        code=order.code,
        status=say(language, f"status_{order_status_key(order)}"),
    )
    return ToolOutcome(
        "cancel", False, said, {"code": order.code}, (), (say(language, "staff_button"),), awaiting=()
    )
