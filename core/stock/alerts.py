"""Low stock: staff are told once when a variant falls to its level or below, and not again until it rose above."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.db import insert_for
from core.errors import Invalid, NotFound
from core.ids import new_id
from core.jobs.events import publish
from core.stock.availability import available_by_variant
from core.stock.models import LowStockLevel, StockLevel

MAX_LEVEL = 1_000_000


def set_low_level(
    session: Session, *, variant_id: str, warehouse_id: str | None, level: int, actor: Actor, now: datetime
) -> LowStockLevel:
    """Tell staff at this level or below: of one warehouse, or (None) of all that are active together."""
    actor.require_role("manager", "warehouse", action="set low-stock levels")
    if not 0 <= level <= MAX_LEVEL:
        raise Invalid("level_invalid", f"The level is from 0 to {MAX_LEVEL:,}.", {"level": level})
    row = find_low_level(session, variant_id=variant_id, warehouse_id=warehouse_id)
    if row is None:
        session.execute(
            insert_for(session, LowStockLevel)
            .values(
                id=new_id(), variant_id=variant_id, warehouse_id=warehouse_id, level=level, told=False,
                changed_at=now,
            )
            .on_conflict_do_nothing()
        )  # fmt: skip
    session.execute(
        update(LowStockLevel)
        .where(LowStockLevel.variant_id == variant_id, _of(warehouse_id))
        .values(level=level, changed_at=now)
        .execution_options(synchronize_session=False)
    )
    audit.record(
        session, actor=actor, action="stock.low_level_set", subject_kind="variant", subject_id=variant_id,
        now=now, data={"warehouse_id": warehouse_id, "level": level},
    )  # fmt: skip
    note_level(session, [variant_id], now=now)
    found = find_low_level(session, variant_id=variant_id, warehouse_id=warehouse_id)
    if found is None:
        raise _none()
    return found


def remove_low_level(
    session: Session, *, variant_id: str, warehouse_id: str | None, actor: Actor, now: datetime
) -> None:
    actor.require_role("manager", "warehouse", action="set low-stock levels")
    gone = session.execute(
        delete(LowStockLevel)
        .where(LowStockLevel.variant_id == variant_id, _of(warehouse_id))
        .returning(LowStockLevel.id)
        .execution_options(synchronize_session=False)
    ).first()
    if gone is None:
        raise _none()
    audit.record(
        session, actor=actor, action="stock.low_level_removed", subject_kind="variant", subject_id=variant_id,
        now=now, data={"warehouse_id": warehouse_id},
    )  # fmt: skip


def find_low_level(session: Session, *, variant_id: str, warehouse_id: str | None) -> LowStockLevel | None:
    return session.scalar(
        select(LowStockLevel)
        .where(LowStockLevel.variant_id == variant_id, _of(warehouse_id))
        .execution_options(populate_existing=True)
    )


def note_change(session: Session, variant_ids: Collection[str], *, now: datetime) -> None:
    """Behind every change of stock: staff who watch its level, and whoever shows it elsewhere."""
    note_level(session, variant_ids, now=now)
    changed = sorted(set(variant_ids))
    if changed:
        publish(session, "stock.changed", {"key": new_id(), "variant_ids": changed}, now=now)


_WATCHED = (
    select(LowStockLevel)
    .where(LowStockLevel.variant_id.in_(bindparam("variants", expanding=True)))
    .order_by(LowStockLevel.id)
    .execution_options(populate_existing=True)
)
_WATCHED_LOCKED = _WATCHED.with_for_update()


def note_level(session: Session, variant_ids: Collection[str], *, now: datetime) -> None:
    """Called behind whatever changes what can be had of these variants."""
    # Two falls at two warehouses at once: the second waits here, and sees the first (SQLite has one writer).
    watched = _WATCHED if session.get_bind().dialect.name == "sqlite" else _WATCHED_LOCKED
    for row in session.scalars(watched, {"variants": list(variant_ids)}).all():
        is_low = available_at(session, row.variant_id, row.warehouse_id) <= row.level
        if is_low == row.told:
            continue
        settled = session.execute(
            update(LowStockLevel)
            .where(LowStockLevel.id == row.id, LowStockLevel.told.is_(not is_low))
            .values(told=is_low, changed_at=now)
            .returning(LowStockLevel.id)
            .execution_options(synchronize_session=False)
        ).first()
        if is_low and settled is not None:
            publish(session, "stock.low", {"key": f"{row.id}:{new_id()}", "low_level_id": row.id}, now=now)


def available_at(session: Session, variant_id: str, warehouse_id: str | None) -> int:
    if warehouse_id is None:
        return available_by_variant(session, [variant_id])[variant_id]
    free = select(func.sum(StockLevel.on_hand - StockLevel.reserved)).where(
        StockLevel.variant_id == variant_id, StockLevel.warehouse_id == warehouse_id
    )
    return int(session.scalar(free) or 0)


def _of(warehouse_id: str | None) -> ColumnElement[bool]:
    if warehouse_id is None:
        return LowStockLevel.warehouse_id.is_(None)
    return LowStockLevel.warehouse_id == warehouse_id


def _none() -> NotFound:
    return NotFound("low_level_not_found", "No low-stock level is set there.", {})
