"""What may follow what. Each state changes by one UPDATE whose WHERE names the states it may come from."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.errors import IllegalTransition, NotFound
from core.orders.models import Order

ORDER_TRANSITIONS: Mapping[str, frozenset[str]] = {
    "new": frozenset({"processing", "cancelled"}),
    "processing": frozenset({"completed", "cancelled", "returned"}),
    "completed": frozenset({"returned"}),
    "cancelled": frozenset(),
    "returned": frozenset(),
}
FULFILMENT_TRANSITIONS: Mapping[str, frozenset[str]] = {
    "unpacked": frozenset({"packed", "cancelled"}),
    "packed": frozenset({"shipped", "unpacked", "cancelled"}),
    "shipped": frozenset({"delivered", "failed", "returned"}),
    "failed": frozenset({"shipped", "delivered", "returned"}),
    "delivered": frozenset({"returned"}),
    "returned": frozenset(),
    "cancelled": frozenset(),
}
INVOICE_TRANSITIONS: Mapping[str, frozenset[str]] = {
    "none": frozenset({"requested", "issuing"}),
    "requested": frozenset({"requested", "issuing"}),
    "issuing": frozenset({"issued", "refused"}),
    "refused": frozenset({"requested", "issuing"}),
    "issued": frozenset({"coded", "refused"}),
    "coded": frozenset(),
}


def sources(table: Mapping[str, frozenset[str]], target: str) -> list[str]:
    """The states from which `target` may be entered."""
    return sorted(state for state, targets in table.items() if target in targets)


def advance_status(
    session: Session, *, order_id: str, to: str, actor: Actor, now: datetime, **columns: Any
) -> None:
    _advance(session, "status", ORDER_TRANSITIONS, order_id, to, columns)
    audit.record(
        session, actor=actor, action=f"order.{to}", subject_kind="order", subject_id=order_id, now=now
    )


def advance_fulfilment(
    session: Session, *, order_id: str, to: str, actor: Actor, now: datetime, **columns: Any
) -> None:
    """Also stamps `packed_at` and `delivered_at`."""
    stamps = {"packed": "packed_at", "delivered": "delivered_at"}
    if to in stamps:
        columns[stamps[to]] = now
    _advance(session, "fulfilment_state", FULFILMENT_TRANSITIONS, order_id, to, columns)
    audit.record(
        session,
        actor=actor,
        action="order.fulfilment",
        subject_kind="order",
        subject_id=order_id,
        now=now,
        data={"to": to},
    )


def advance_invoice_state(session: Session, *, order_id: str, to: str, now: datetime) -> None:
    _advance(session, "invoice_state", INVOICE_TRANSITIONS, order_id, to, {})


def _advance(
    session: Session,
    column: str,
    table: Mapping[str, frozenset[str]],
    order_id: str,
    to: str,
    columns: dict[str, Any],
) -> None:
    attribute = getattr(Order, column)
    moved = session.execute(
        update(Order)
        .where(Order.id == order_id, attribute.in_(sources(table, to)))
        .values({column: to, "version": Order.version + 1, **columns})
        .returning(Order.id)
        .execution_options(synchronize_session="fetch")
    ).first()
    if moved is None:
        row = session.execute(select(Order.code, attribute).where(Order.id == order_id)).first()
        if row is None:
            raise NotFound("order_not_found", "There is no such order.", {"order_id": order_id})
        raise IllegalTransition(f"Order {row[0]}", row[1], to)
