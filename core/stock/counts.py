"""Stock-takes while selling goes on: freeze what is expected, enter what is counted, post the difference once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.catalogue.models import Variant
from core.counters import next_value
from core.db import insert_for, insert_rows
from core.errors import Conflict, IllegalTransition, Invalid, NotFound
from core.ids import new_id
from core.stock.levels import announce, move
from core.stock.models import Reservation, StockCount, StockCountLine, StockHold, StockLevel, Warehouse
from core.stock.moves import Change
from core.stock.queries import stocked_variants

MAX_COUNTED = 10_000_000


@dataclass(frozen=True)
class Shortage:
    """A line whose difference cannot be posted: fewer would lie there than are promised."""

    variant_id: str
    sku: str
    reserved: int
    would_be: int
    order_ids: tuple[str, ...]
    holds: tuple[str, ...]
    """Codes of what staff keep aside."""


class CountHurts(Conflict):
    """`shortages` say which orders and holds stand in the way."""

    def __init__(self, count: StockCount, shortages: list[Shortage]) -> None:
        short = ", ".join(
            f"{s.sku}: {s.would_be} would be left, {s.reserved} promised" for s in shortages[:10]
        )
        super().__init__(
            "count_below_reserved",
            f"{count.code} cannot be posted: less was counted than is promised. {short}. "
            "Choose the orders to cancel and the holds to release.",
            {},
        )
        self.shortages = shortages


def open_count(
    session: Session,
    *,
    warehouse: Warehouse,
    skus: Collection[str] | None = None,
    note: str = "",
    actor: Actor,
    now: datetime,
) -> StockCount:
    """Freeze what is expected: of these SKUs, or of all that the warehouse has ever held."""
    actor.require_role("manager", "warehouse", action="count stock")
    count_id = _open_one(session, warehouse, note, actor, now)
    lines = _frozen(session, warehouse.id, skus)
    if not lines:
        raise Invalid("count_empty", f"Warehouse {warehouse.code} holds nothing to count. Name the SKUs.", {})
    insert_rows(
        session, StockCountLine,
        [
            {
                "id": new_id(), "count_id": count_id, "variant_id": variant_id, "sku": sku, "expected": on_hand,
                "moved": 0, "counted": None, "note": "", "counted_by": "", "counted_at": None,
            }
            for variant_id, sku, on_hand in lines
        ],
    )  # fmt: skip
    count = get_count(session, count_id)
    _record(session, count, "opened", actor, now, {"lines": len(lines)})
    return count


def enter_counts(
    session: Session,
    *,
    count_id: str,
    counted: Mapping[str, int],
    at_opening: bool = False,
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> StockCount:
    """What lies on the shelf now, by SKU; entering again corrects. What came and went since the opening is
    known from the ledger. `at_opening`: the figures were taken when the count was opened.
    """
    actor.require_role("manager", "warehouse", action="count stock")
    for sku, quantity in counted.items():
        if not 0 <= quantity <= MAX_COUNTED:
            raise Invalid(
                "quantity_invalid", f"{sku[:40]}: a count is from 0 to {MAX_COUNTED:,}.",
                {"sku": sku[:40], "quantity": quantity},
            )  # fmt: skip
    count = _claim(session, count_id, expected_version)
    lines = {line.sku: line for line in count_lines(session, count.id, skus=list(counted))}
    strange = sorted(set(counted) - set(lines))
    if strange:
        raise Invalid(
            "sku_not_in_count",
            f"{count.code} does not count {', '.join(sku[:40] for sku in strange[:10])}.",
            {"skus": [sku[:40] for sku in strange[:100]]},
        )
    levels = _on_hand(session, count.warehouse_id, [line.variant_id for line in lines.values()])
    for sku, quantity in counted.items():
        line = lines[sku]
        line.counted, line.counted_by, line.counted_at = quantity, actor.id, now
        line.moved = 0 if at_opening else levels.get(line.variant_id, 0) - line.expected
    session.flush()
    return get_count(session, count.id)


def post_count(
    session: Session,
    *,
    count_id: str,
    leave_uncounted: bool = False,
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> StockCount:
    """Approve: each difference becomes an adjustment, once. Raises `CountHurts` when a count is below what is
    promised, and nothing is posted then.
    """
    actor.require_role("manager", action="approve a stock-take")
    count = _claim(session, count_id, expected_version, state="posted", approved_by=actor.id, ended_at=now)
    lines = count_lines(session, count.id)
    open_skus = [line.sku for line in lines if line.counted is None]
    if open_skus and not leave_uncounted:
        raise Conflict(
            "count_incomplete",
            f"{len(open_skus)} lines of {count.code} are not counted yet, {open_skus[0]} first. "
            "Count them, or say that they stay as they are.",
            {"uncounted": open_skus[:100]},
        )
    hurt = []
    differing = [line for line in lines if line.difference]
    for line in sorted(differing, key=lambda line: line.variant_id):
        change = Change(
            line.variant_id, count.warehouse_id, line.difference or 0, "adjustment", line.note or count.code,
            "stock_take", ("count", count.id),
        )  # fmt: skip
        if not move(session, change, actor=actor, now=now):
            hurt.append(_shortage(session, count, line))
    if hurt:
        raise CountHurts(count, hurt)
    announce(session, [line.variant_id for line in differing], now=now)
    differences = {line.sku: line.difference for line in differing}
    _record(session, count, "posted", actor, now, {"differences": differences})
    return get_count(session, count.id)


def cancel_count(
    session: Session, *, count_id: str, expected_version: int | None = None, actor: Actor, now: datetime
) -> StockCount:
    """Nothing is posted; what was entered stays to be read."""
    actor.require_role("manager", "warehouse", action="count stock")
    count = _claim(session, count_id, expected_version, state="cancelled", ended_at=now)
    _record(session, count, "cancelled", actor, now, {})
    return get_count(session, count.id)


def get_count(session: Session, count_id: str) -> StockCount:
    """By id or code."""
    count = session.scalar(
        select(StockCount)
        .where((StockCount.id == count_id) | (StockCount.code == count_id.upper()))
        .execution_options(populate_existing=True)
    )
    if count is None:
        raise NotFound("count_not_found", f"There is no stock-take {count_id[:40]}.", {})
    return count


def count_lines(
    session: Session,
    count_id: str,
    *,
    skus: Collection[str] | None = None,
    after: str | None = None,
    limit: int | None = None,
) -> list[StockCountLine]:
    """By SKU; `after` is the last SKU already seen."""
    statement = select(StockCountLine).where(StockCountLine.count_id == count_id).order_by(StockCountLine.sku)
    if skus is not None:
        statement = statement.where(StockCountLine.sku.in_(skus))
    if after is not None:
        statement = statement.where(StockCountLine.sku > after)
    return list(session.scalars(statement.limit(limit).execution_options(populate_existing=True)))


@dataclass(frozen=True)
class Difference:
    """Of the whole stock-take, in pieces and in đồng at cost; `without_cost` lines have no cost to reckon with."""

    lines: int
    counted: int
    pieces_over: int
    pieces_short: int
    value: int
    without_cost: int


def difference_of(session: Session, count_id: str) -> Difference:
    rows = session.execute(
        select(StockCountLine, Variant.cost)
        .join(Variant, Variant.id == StockCountLine.variant_id)
        .where(StockCountLine.count_id == count_id)
    ).all()
    differing = [(line.difference or 0, cost) for line, cost in rows if line.difference]
    return Difference(
        lines=len(rows),
        counted=sum(line.counted is not None for line, _ in rows),
        pieces_over=sum(pieces for pieces, _ in differing if pieces > 0),
        pieces_short=-sum(pieces for pieces, _ in differing if pieces < 0),
        value=sum(pieces * cost for pieces, cost in differing if cost is not None),
        without_cost=sum(cost is None for _, cost in differing),
    )


def _open_one(session: Session, warehouse: Warehouse, note: str, actor: Actor, now: datetime) -> str:
    count_id = new_id()
    opened = session.execute(
        insert_for(session, StockCount)
        .values(
            id=count_id, code=f"KK{next_value(session, 'stock_count')}", warehouse_id=warehouse.id, state="open",
            note=note[:500], opened_by=actor.id, opened_at=now, approved_by="", version=1,
        )
        .on_conflict_do_nothing()
        .returning(StockCount.id)
    ).first()  # fmt: skip
    if opened is None:
        other = session.scalar(
            select(StockCount.code).where(StockCount.warehouse_id == warehouse.id, StockCount.state == "open")
        )
        raise Conflict(
            "count_open",
            f"{other} of warehouse {warehouse.code} is still open. Approve or cancel it first.",
            {"code": other},
        )
    return count_id


def _frozen(session: Session, warehouse_id: str, skus: Collection[str] | None) -> list[tuple[str, str, int]]:
    """(variant, SKU, on hand), in one look: a counter that moves meanwhile is either wholly in it or not at all."""
    statement = (
        select(Variant.id, Variant.sku, StockLevel.on_hand)
        .join(StockLevel, StockLevel.variant_id == Variant.id)
        .where(StockLevel.warehouse_id == warehouse_id)
        .order_by(Variant.sku)
    )
    if skus is None:
        return [(row.id, row.sku, row.on_hand) for row in session.execute(statement)]
    wanted = stocked_variants(session, list(skus))
    found = {row.id: row.on_hand for row in session.execute(statement.where(Variant.sku.in_(list(skus))))}
    return [(variant.id, sku, found.get(variant.id, 0)) for sku, variant in sorted(wanted.items())]


def _on_hand(session: Session, warehouse_id: str, variant_ids: Collection[str]) -> dict[str, int]:
    rows = session.execute(
        select(StockLevel.variant_id, StockLevel.on_hand).where(
            StockLevel.warehouse_id == warehouse_id, StockLevel.variant_id.in_(variant_ids)
        )
    )
    return {row.variant_id: row.on_hand for row in rows}


def _claim(session: Session, count_id: str, version: int | None, **values: Any) -> StockCount:
    """One UPDATE, only while it is open: it is posted once, and nothing is entered behind a posting."""
    found = get_count(session, count_id)
    claim = update(StockCount).where(StockCount.id == found.id, StockCount.state == "open")
    if version is not None:
        claim = claim.where(StockCount.version == version)
    claimed = session.execute(
        claim.values(version=StockCount.version + 1, **values)
        .returning(StockCount.id)
        .execution_options(synchronize_session=False)
    ).first()
    fresh = get_count(session, found.id)
    if claimed is None:
        if fresh.state == "open":
            raise Conflict(
                "count_changed_meanwhile", f"{fresh.code} has changed since you looked. Look again.", {}
            )
        raise IllegalTransition(f"Stock-take {fresh.code}", fresh.state, values.get("state", "counted"))
    return fresh


def _shortage(session: Session, count: StockCount, line: StockCountLine) -> Shortage:
    at = (line.variant_id, count.warehouse_id)
    level = session.get_one(StockLevel, at, populate_existing=True)
    orders = session.scalars(
        select(Reservation.order_id)
        .where(
            Reservation.variant_id == at[0], Reservation.warehouse_id == at[1], Reservation.state == "held"
        )
        .distinct()
        .order_by(Reservation.order_id.desc())
    )
    holds = session.scalars(
        select(StockHold.code)
        .where(StockHold.variant_id == at[0], StockHold.warehouse_id == at[1], StockHold.state == "held")
        .order_by(StockHold.id)
    )
    would_be = level.on_hand + (line.difference or 0)
    return Shortage(line.variant_id, line.sku, level.reserved, would_be, tuple(orders), tuple(holds))


def _record(
    session: Session, count: StockCount, what: str, actor: Actor, now: datetime, data: dict[str, Any]
) -> None:
    audit.record(
        session, actor=actor, action=f"count.{what}", subject_kind="count", subject_id=count.id, now=now,
        data={"code": count.code, **data},
    )  # fmt: skip
