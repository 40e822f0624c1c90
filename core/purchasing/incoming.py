"""What is on its way from suppliers, and when more of something can be had again."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import VIETNAM
from core.orders.shortages import short_lines
from core.purchasing.models import PurchaseLine, PurchaseOrder
from core.purchasing.states import AWAITED


@dataclass(frozen=True)
class Arrival:
    """What is outstanding of one line of a confirmed purchase order."""

    id: str
    variant_id: str
    sku: str
    warehouse_code: str
    purchase_code: str
    quantity: int
    expected_on: date

    def is_late(self, now: datetime) -> bool:
        return self.expected_on < now.astimezone(VIETNAM).date()


@dataclass(frozen=True)
class Expected:
    """The first day on which there is more than open orders lack, and how many pieces by then."""

    on: date
    quantity: int


def arrivals(
    session: Session,
    *,
    skus: Collection[str] | None = None,
    warehouse_code: str | None = None,
    after: str | None = None,
    limit: int = 200,
) -> list[Arrival]:
    """In the order of their lines' ids; `after` is the last id already seen."""
    statement = _awaited().order_by(PurchaseLine.id).limit(limit)
    if skus is not None:
        statement = statement.where(PurchaseLine.sku.in_(list(skus)))
    if warehouse_code is not None:
        statement = statement.where(PurchaseOrder.warehouse_code == warehouse_code)
    if after is not None:
        statement = statement.where(PurchaseLine.id > after)
    return list(_arrivals(session.execute(statement)))


def incoming_by_level(session: Session, skus: Collection[str]) -> dict[tuple[str, str], tuple[int, date]]:
    """(SKU, warehouse code) → pieces on their way and the first day of them."""
    found: dict[tuple[str, str], tuple[int, date]] = {}
    rows = session.execute(_awaited().where(PurchaseLine.sku.in_(list(skus))))
    for arrival in _arrivals(rows):
        key = (arrival.sku, arrival.warehouse_code)
        pieces, day = found.get(key, (0, arrival.expected_on))
        found[key] = (pieces + arrival.quantity, min(day, arrival.expected_on))
    return found


def expected_again(session: Session, variant_ids: Collection[str], *, now: datetime) -> dict[str, Expected]:
    """For each variant that a confirmed purchase order brings: never a day that is past, never what orders wait for."""
    lacking = Counter[str]()
    for line in short_lines(session, variant_ids=variant_ids):
        lacking[line.variant_id] += line.lacking
    rows = session.execute(
        _awaited()
        .where(PurchaseLine.variant_id.in_(variant_ids))
        .order_by(PurchaseOrder.expected_on, PurchaseLine.id)
    )
    coming, found = Counter[str](), dict[str, Expected]()
    for arrival in _arrivals(rows):
        if arrival.is_late(now):
            continue
        coming[arrival.variant_id] += arrival.quantity
        free = coming[arrival.variant_id] - lacking[arrival.variant_id]
        if free > 0 and arrival.variant_id not in found:
            found[arrival.variant_id] = Expected(arrival.expected_on, free)
    return found


def _arrivals(rows: Iterable[Any]) -> Iterator[Arrival]:
    return (Arrival(*row) for row in rows)


def _awaited() -> Any:
    outstanding = PurchaseLine.quantity - PurchaseLine.cancelled - PurchaseLine.received
    return (
        select(
            PurchaseLine.id, PurchaseLine.variant_id, PurchaseLine.sku, PurchaseOrder.warehouse_code,
            PurchaseOrder.code, outstanding, PurchaseOrder.expected_on,
        )
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseLine.purchase_order_id)
        .where(PurchaseOrder.state.in_(AWAITED), outstanding > 0)
    )  # fmt: skip
