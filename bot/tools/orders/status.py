"""Where an order is."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.cards import order_card, order_status_key
from bot.replies.texts import say
from bot.tools.orders.own import own_order
from core.money import format_dong
from core.orders.models import Order
from core.orders.queries import customer_orders
from core.shipping.models import Shipment


def order_status(turn: Turn, *, code: str) -> ToolOutcome:
    """One order by code, or the latest ones; the customer's own only."""
    language = turn.language
    with turn.services.db.read_transaction() as session:
        orders = (
            [own_order(session, turn, code)]
            if code
            else customer_orders(session, customer_id=turn.actor.id, limit=3)
        )
        found = [order for order in orders if order is not None]
        if not found:
            said = say(language, "order_not_found", code=code[:20]) if code else say(language, "no_orders")
            return turn.note(ToolOutcome("order_status", False, said))
        texts = [_order_text(session, order, language) for order in found]
        cards = tuple(order_card(order, language) for order in found)
    turn.state["order_code"] = found[0].code
    data = {"orders": [{"code": o.code, "status": order_status_key(o), "total": o.total} for o in found]}
    return turn.note(ToolOutcome("order_status", True, "\n".join(texts), data, cards))


def _order_text(session: Session, order: Order, language: str) -> str:
    text = say(
        language,
        "order_line",
        code=order.code,
        status=say(language, f"status_{order_status_key(order)}"),
        total=format_dong(order.total),
    )
    parcel = session.scalar(
        select(Shipment).where(Shipment.order_id == order.id).order_by(Shipment.id.desc()).limit(1)
    )
    if parcel is None or not parcel.tracking_number:
        return text
    tracking = say(
        language,
        "tracking",
        tracking_number=parcel.tracking_number,
        carrier=parcel.carrier.upper(),
        state=say(language, f"parcel_{parcel.state}"),
    )
    return f"{text} {tracking}"
