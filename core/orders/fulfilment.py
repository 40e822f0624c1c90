"""Accept, pack, complete: the steps of staff between the order and the parcel."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.actor import SYSTEM, Actor
from core.errors import Conflict
from core.jobs.events import publish
from core.orders.approving import refuse_undecided
from core.orders.models import Order
from core.orders.queries import get_order
from core.orders.risk import refuse_open_risk
from core.orders.shortages import refuse_short
from core.orders.states import advance_fulfilment, advance_status


def accept_order(session: Session, *, order_id: str, actor: Actor, now: datetime) -> Order:
    """`new` → `processing`. Waits until every approval about it has its yes."""
    actor.require_role("manager", "sales", action="accept orders")
    order = get_order(session, order_id)
    refuse_undecided(session, order, now)
    advance_status(session, order_id=order.id, to="processing", actor=actor, now=now)
    publish(session, "order.accepted", {"key": order.id, "order_id": order.id}, now=now)
    return get_order(session, order.id)


def pack_order(session: Session, *, order_id: str, actor: Actor, now: datetime) -> Order:
    """Goods are in the box. A new order is accepted on the way; packing twice is said, not done."""
    actor.require_role("manager", "sales", "warehouse", action="pack orders")
    order = get_order(session, order_id)
    refuse_undecided(session, order, now)
    refuse_open_risk(order)
    if order.payment_method == "bank_transfer" and order.payment_state != "paid":
        raise Conflict(
            "payment_outstanding",
            f"Order {order.code} is to be paid by bank transfer and is not paid yet. Confirm the transfer first.",
            {"code": order.code, "payment_state": order.payment_state},
        )
    refuse_short(session, order)
    if order.status == "new":
        advance_status(session, order_id=order.id, to="processing", actor=actor, now=now)
    advance_fulfilment(session, order_id=order.id, to="packed", actor=actor, now=now)
    publish(session, "order.packed", {"key": order.id, "order_id": order.id}, now=now)
    return get_order(session, order.id)


def complete_if_done(session: Session, *, order_id: str, now: datetime, actor: Actor = SYSTEM) -> bool:
    """Delivered and paid makes an order complete; anything else leaves it. Safe to repeat."""
    done = session.execute(
        update(Order)
        .where(
            Order.id == order_id,
            Order.status == "processing",
            Order.fulfilment_state == "delivered",
            Order.payment_state == "paid",
        )
        .values(status="completed", completed_at=now, version=Order.version + 1)
        .returning(Order.id)
        .execution_options(synchronize_session=False)
    ).first()
    if done is not None:
        publish(session, "order.completed", {"key": order_id, "order_id": order_id}, now=now)
    return done is not None
