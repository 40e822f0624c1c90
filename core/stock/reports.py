"""The ledger as a report, and what the stock is worth."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select, tuple_
from sqlalchemy.orm import Session

from core.catalogue.models import Variant
from core.stock.models import StockLevel, StockMovement, Warehouse


@dataclass(frozen=True)
class MovementFilter:
    """Everything is optional."""

    sku: str | None = None
    warehouse_id: str | None = None
    kind: str | None = None
    cause: str | None = None
    subject_kind: str | None = None
    subject_id: str | None = None
    actor_id: str | None = None
    moved_from: datetime | None = None
    moved_to: datetime | None = None


@dataclass(frozen=True)
class MovementView:
    id: str
    at: datetime
    sku: str
    warehouse_code: str
    quantity: int
    kind: str
    cause: str
    reason: str
    subject_kind: str
    subject_id: str
    actor_id: str


def movements(
    session: Session, *, filters: MovementFilter, before: str | None, limit: int
) -> list[MovementView]:
    """Newest first; `before` is the id of the last one already seen."""
    row = StockMovement
    statement = (
        select(
            row.id, row.at, Variant.sku, Warehouse.code, row.quantity, row.kind, row.cause, row.reason,
            row.subject_kind, row.subject_id, row.actor_id,
        )
        .join(Variant, Variant.id == row.variant_id)
        .join(Warehouse, Warehouse.id == row.warehouse_id)
        .order_by(row.id.desc())
        .limit(limit)
    )  # fmt: skip
    for name in ("warehouse_id", "kind", "cause", "subject_kind", "subject_id", "actor_id"):
        value = getattr(filters, name)
        if value is not None:
            statement = statement.where(getattr(row, name) == value)
    if filters.sku is not None:
        variant = select(Variant.id).where(Variant.sku == filters.sku).scalar_subquery()
        statement = statement.where(row.variant_id == variant)
    if filters.moved_from is not None:
        statement = statement.where(row.at >= filters.moved_from)
    if filters.moved_to is not None:
        statement = statement.where(row.at < filters.moved_to)
    if before is not None:
        statement = statement.where(row.id < before)
    return [MovementView(*found) for found in session.execute(statement)]


@dataclass(frozen=True)
class WarehouseValue:
    """`value` is on hand × cost in đồng; pieces without a known cost are told apart."""

    warehouse_code: str
    name: str
    pieces: int
    value: int
    pieces_without_cost: int


def value_by_warehouse(session: Session) -> list[WarehouseValue]:
    """What is between two warehouses is a place of its own."""
    worth = func.coalesce(func.sum(StockLevel.on_hand * Variant.cost), 0)
    unknown = func.coalesce(func.sum(case((Variant.cost.is_(None), StockLevel.on_hand), else_=0)), 0)
    rows = session.execute(
        select(Warehouse.code, Warehouse.name, func.coalesce(func.sum(StockLevel.on_hand), 0), worth, unknown)
        .join(StockLevel, StockLevel.warehouse_id == Warehouse.id)
        .join(Variant, Variant.id == StockLevel.variant_id)
        .group_by(Warehouse.id, Warehouse.code, Warehouse.name)
        .order_by(Warehouse.code)
    )
    return [WarehouseValue(code, name, int(n), int(value), int(lost)) for code, name, n, value, lost in rows]


@dataclass(frozen=True)
class ValueLine:
    sku: str
    warehouse_code: str
    on_hand: int
    cost: int | None
    value: int | None


def value_lines(session: Session, *, after: tuple[str, str] | None, limit: int) -> list[ValueLine]:
    """By SKU and warehouse, where something lies; `after` is the last (SKU, warehouse code) already seen."""
    statement = (
        select(Variant.sku, Warehouse.code, StockLevel.on_hand, Variant.cost)
        .join(StockLevel, StockLevel.variant_id == Variant.id)
        .join(Warehouse, Warehouse.id == StockLevel.warehouse_id)
        .where(StockLevel.on_hand > 0)
        .order_by(Variant.sku, Warehouse.code)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(tuple_(Variant.sku, Warehouse.code) > after)
    return [
        ValueLine(sku, code, on_hand, cost, None if cost is None else on_hand * cost)
        for sku, code, on_hand, cost in session.execute(statement)
    ]
