"""What may follow what. A purchase order changes by one UPDATE whose WHERE names the states it may come from."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import IllegalTransition
from core.purchasing.models import PurchaseOrder

PURCHASE_TRANSITIONS: Mapping[str, frozenset[str]] = {
    "draft": frozenset({"confirmed", "cancelled"}),
    "confirmed": frozenset({"part_received", "received", "closed", "cancelled"}),
    "part_received": frozenset({"received", "closed"}),
    "received": frozenset(),
    "closed": frozenset(),
    "cancelled": frozenset(),
}
AWAITED = ("confirmed", "part_received")
"""Goods may still come in."""
_HINTS = {
    "draft": "Confirm it first.",
    "confirmed": "It was confirmed before.",
    "received": "Everything has come in. Draft a new purchase order for more.",
    "closed": "It was closed with what had come in. Draft a new purchase order for more.",
    "cancelled": "Draft a new purchase order.",
}


def advance(session: Session, order: PurchaseOrder, to: str, **columns: Any) -> None:
    """Raises `IllegalTransition` with what to do instead."""
    sources = [state for state, targets in PURCHASE_TRANSITIONS.items() if to in targets]
    if not hold(session, order, sources, state=to, **columns):
        raise refusal(session, order, to)


def hold(session: Session, order: PurchaseOrder, states: Collection[str], **columns: Any) -> bool:
    """Holds the row until the commit; False when it stands in none of these states."""
    held = session.execute(
        update(PurchaseOrder)
        .where(PurchaseOrder.id == order.id, PurchaseOrder.state.in_(states))
        .values(version=PurchaseOrder.version + 1, **columns)
        .returning(PurchaseOrder.id)
        .execution_options(synchronize_session=False)
    ).first()
    return held is not None


def refusal(session: Session, order: PurchaseOrder, wanted: str) -> IllegalTransition:
    current = session.scalar(select(PurchaseOrder.state).where(PurchaseOrder.id == order.id)) or "gone"
    return IllegalTransition(f"Purchase order {order.code}", current, wanted, _HINTS.get(current, ""))
