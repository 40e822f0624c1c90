"""Parcels that nobody took: back at the warehouse they go through the same inspection, and the order ends there."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from core import audit
from core.actor import SYSTEM, Actor
from core.db import insert_rows
from core.errors import Conflict
from core.ids import new_id
from core.jobs.worker import Run
from core.orders.codes import next_value
from core.orders.models import Order, OrderLine
from core.orders.queries import get_order
from core.orders.states import advance_fulfilment
from core.returns.models import Return, ReturnLine
from core.returns.queries import get_return
from core.returns.states import tell


def run_came_back(run: Run) -> None:
    """Job `return.came_back`, at every move of a parcel. Of a cancelled order's parcel a task tells."""
    if run.payload.get("state") != "returned":
        return
    with run.db.transaction() as session:
        order = get_order(session, str(run.payload["order_id"]))
        if order.fulfilment_state == "returned" and order.status in ("new", "processing"):
            _open(session, order, SYSTEM, run.now)


def take_undelivered(session: Session, *, order_id: str, actor: Actor, now: datetime) -> Return:
    """Staff have the parcel in their hands, whatever the carrier says; the return that stands when there is one."""
    actor.require_role("manager", "sales", "warehouse", action="take parcels back")
    order = get_order(session, order_id)
    if order.fulfilment_state in ("shipped", "failed") and order.status == "processing":
        advance_fulfilment(session, order_id=order.id, to="returned", actor=actor, now=now)
    elif order.fulfilment_state != "returned":
        raise Conflict(
            "parcel_not_out",
            f"Order {order.code} is {order.fulfilment_state}: only a parcel that is on its way can come back. "
            "Delivered goods are returned by a request.",
            {"code": order.code, "fulfilment_state": order.fulfilment_state},
        )
    return _open(session, order, actor, now)


def _open(session: Session, order: Order, actor: Actor, now: datetime) -> Return:
    insert_for = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgres_insert
    number = next_value(session, "return", start=1001)
    made = session.scalar(
        insert_for(Return)
        .values(
            id=new_id(), code=f"R{number}", order_id=order.id, customer_id=order.customer_id, kind="return",
            origin="parcel", state="approved", reason="", photo_count=0, requested_by=actor.id, requested_at=now,
            decided_by=actor.id, decided_at=now, decision_note="", credit=0, version=1,
        )
        .on_conflict_do_nothing()
        .returning(Return.id)
    )  # fmt: skip
    if made is None:
        return get_return(session, _standing(session, order))
    lines = [
        {
            "id": new_id(), "return_id": made, "order_line_id": line.id, "sku": line.sku, "quantity": line.quantity,
            "exchange_variant_id": None, "exchange_sku": "", "good": 0, "damaged": 0, "missing": 0,
        }
        for line in order.lines
    ]  # fmt: skip
    insert_rows(session, ReturnLine, lines)
    session.execute(
        update(OrderLine)
        .where(OrderLine.order_id == order.id)
        .values(return_requested=OrderLine.quantity)
        .execution_options(synchronize_session=False)
    )
    request = get_return(session, made)
    audit.record(
        session, actor=actor, action="return.came_back", subject_kind="order", subject_id=order.id, now=now,
        data={"return": request.code},
    )  # fmt: skip
    tell(session, request, "came_back", actor=actor, now=now)
    return request


def _standing(session: Session, order: Order) -> str:
    return session.scalars(
        select(func.min(Return.id)).where(Return.order_id == order.id, Return.origin == "parcel")
    ).one()
