"""Reads of stock."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, select, tuple_
from sqlalchemy.orm import Session

from core.catalogue.models import Variant
from core.errors import NotFound
from core.stock.allocation import Place
from core.stock.availability import available_by_variant as available_by_variant
from core.stock.models import Reservation, StockLevel, Warehouse
from core.stock.moves import Pick


@dataclass(frozen=True)
class LevelView:
    sku: str
    warehouse_code: str
    on_hand: int
    reserved: int

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


_PLACES = (
    select(
        Warehouse.id, Warehouse.province_code, Warehouse.priority, StockLevel.variant_id,
        StockLevel.on_hand - StockLevel.reserved,
    )
    .outerjoin(
        StockLevel,
        (StockLevel.warehouse_id == Warehouse.id)
        & StockLevel.variant_id.in_(bindparam("variants", expanding=True)),
    )
    .where(Warehouse.active, ~Warehouse.in_transit)
)  # fmt: skip


def places(session: Session, variant_ids: Collection[str]) -> list[Place]:
    """The active warehouses with what each has of these variants, for the allocation plan."""
    found: dict[tuple[str, str, int], dict[str, int]] = {}
    rows = session.execute(_PLACES, {"variants": list(variant_ids)})
    for warehouse_id, province_code, priority, variant_id, available in rows:
        here = found.setdefault((warehouse_id, province_code, priority), {})
        if variant_id is not None:
            here[variant_id] = available
    return [Place(*warehouse, available) for warehouse, available in found.items()]


def stocked_variants(session: Session, skus: Collection[str]) -> dict[str, Variant]:
    """On sale or not: what lies on a shelf is moved and counted all the same. Names the first SKU that is none."""
    found = {v.sku: v for v in session.scalars(select(Variant).where(Variant.sku.in_(skus)))}
    for sku in skus:
        if sku not in found:
            raise NotFound("variant_not_found", f"There is no SKU {sku[:40]}.", {"sku": sku[:40]})
    return found


def held_for(session: Session, order_id: str) -> list[Pick]:
    """What is promised to this order and has not left yet."""
    rows = session.execute(
        select(
            Reservation.order_line_id, Reservation.variant_id, Reservation.warehouse_id, Reservation.quantity
        ).where(Reservation.order_id == order_id, Reservation.state == "held")
    )
    return [Pick(*row) for row in rows]


def levels(
    session: Session,
    *,
    skus: Iterable[str] | None = None,
    after: tuple[str, str] | None = None,
    limit: int = 200,
) -> list[LevelView]:
    """Ordered by SKU and warehouse; `after` is the last (SKU, warehouse code) already seen."""
    statement = (
        select(Variant.sku, Warehouse.code, StockLevel.on_hand, StockLevel.reserved)
        .join(StockLevel, StockLevel.variant_id == Variant.id)
        .join(Warehouse, Warehouse.id == StockLevel.warehouse_id)
        .where(~Warehouse.in_transit)
        .order_by(Variant.sku, Warehouse.code)
    )
    if skus is not None:
        statement = statement.where(Variant.sku.in_(list(skus)))
    if after is not None:
        statement = statement.where(tuple_(Variant.sku, Warehouse.code) > after)
    return [LevelView(*row) for row in session.execute(statement.limit(limit))]


def get_warehouse(session: Session, code: str) -> Warehouse:
    warehouse = session.scalar(select(Warehouse).where(Warehouse.code == code, ~Warehouse.in_transit))
    if warehouse is None:
        raise NotFound("warehouse_not_found", f"There is no warehouse {code[:40]}.", {})
    return warehouse
