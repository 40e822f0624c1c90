"""A customer's own orders; somebody else's order is no order at all."""

from sqlalchemy.orm import Session

from bot.agent.turn import Turn
from core.errors import NotFound
from core.orders.models import Order
from core.orders.queries import customer_orders, get_order


def own_order(session: Session, turn: Turn, code: str) -> Order | None:
    """Somebody else's order is no order at all."""
    try:
        order = get_order(session, code.strip())
    except NotFound:
        return None
    return order if order.customer_id == turn.actor.id else None


def latest_order(session: Session, turn: Turn) -> Order | None:
    orders = customer_orders(session, customer_id=turn.actor.id, limit=1)
    return orders[0] if orders else None


def latest_open_order(session: Session, turn: Turn) -> Order | None:
    orders = customer_orders(session, customer_id=turn.actor.id, limit=10)
    still_open = [o for o in orders if o.status in ("new", "processing")]
    return next(iter(still_open or orders), None)
