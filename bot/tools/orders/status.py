"""Where an order is."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.cards import order_card, order_status_key
from bot.replies.texts import say
from bot.tools.orders.own import MOST_NAMED, OPEN, latest_orders, own_order
from core.clock import vietnam_date_text
from core.money import format_dong
from core.orders.models import Order
from core.shipping.models import Shipment


def order_status(turn: Turn, *, code: str) -> ToolOutcome:
    """One order by code; else all open ones, else the latest; the customer's own only."""
    language = turn.language
    with turn.services.db.read_transaction() as session:
        found = _found(session, turn, code)
        if not found:
            said = say(language, "order_not_found", code=code[:20]) if code else say(language, "no_orders")
            return turn.note(ToolOutcome("order_status", False, said))
        texts = [_order_text(session, order, language) for order in found]
        cards = tuple(order_card(order, language) for order in found)
    turn.state["order_code"] = found[0].code
    data = {"orders": [{"code": o.code, "status": order_status_key(o), "total": o.total} for o in found]}
    return turn.note(ToolOutcome("order_status", True, "\n".join(texts), data, cards))


def _found(session: Session, turn: Turn, code: str) -> list[Order]:
    if code:
        order = own_order(session, turn, code)
        return [order] if order is not None else []
    orders = latest_orders(session, turn)
    return [order for order in orders if order.status in OPEN][:MOST_NAMED] or orders[:1]


def _order_text(session: Session, order: Order, language: str) -> str:
    said = [
        say(
            language,
            "order_line",
            code=order.code,
            status=say(language, f"status_{order_status_key(order)}"),
            total=format_dong(order.total),
        )
    ]
    parcel = session.scalar(
        select(Shipment).where(Shipment.order_id == order.id).order_by(Shipment.id.desc()).limit(1)
    )
    if parcel is not None and parcel.tracking_number and order.status != "cancelled":
        said += _parcel_texts(parcel, language)
    if order.delivered_at is not None:
        said.append(say(language, "delivered_on", date=vietnam_date_text(order.delivered_at)))
    if order.payment_method == "bank_transfer" and order.payment_state == "unpaid" and order.status in OPEN:
        said.append(say(language, "not_paid_yet"))
    return " ".join(said)


def _parcel_texts(parcel: Shipment, language: str) -> list[str]:
    """The expected day only while the parcel is under way, and only when the carrier has named one."""
    said = [
        say(
            language,
            "tracking",
            tracking_number=parcel.tracking_number,
            carrier=parcel.carrier.upper(),
            state=say(language, f"parcel_{parcel.state}"),
        )
    ]
    if parcel.tracking_url:
        said.append(say(language, "tracking_link", link=parcel.tracking_url))
    under_way = parcel.state in ("created", "picking", "picked_up", "in_transit", "delivering")
    if under_way and parcel.expected_delivery_at is not None:
        said.append(say(language, "expected_on", date=vietnam_date_text(parcel.expected_delivery_at)))
    return said
