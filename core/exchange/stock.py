"""Stock as a table: one row a SKU and warehouse with what was counted there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.catalogue.models import Variant
from core.exchange.sheets import Column, Line, Problems, Progress, batches
from core.stock.levels import adjust
from core.stock.models import StockLevel, Warehouse
from core.stock.moves import MAX_QUANTITY
from core.stock.queries import levels

COLUMNS = (
    Column("sku", ("mã hàng",), required=True),
    Column("warehouse", ("kho", "mã kho"), required=True),
    Column("on_hand", ("tồn", "tồn kho", "số lượng"), required=True),
    Column("reason", ("lý do",)),
    Column("reserved", ("đang giữ",)),
    Column("available", ("còn bán",)),
)
PAGE = 1_000


@dataclass(frozen=True)
class Counted:
    line: Line
    sku: str
    warehouse: str
    on_hand: int
    reason: str


def read_stock(lines: Sequence[Line], problems: Problems, progress: Progress | None) -> list[Counted]:
    counted = []
    seen: dict[tuple[str, str], int] = {}
    for line in batches(lines, progress):
        sku, code = line.text("sku", longest=64), line.text("warehouse", longest=40)
        on_hand = line.amount("on_hand", most=MAX_QUANTITY, what="a number of pieces")
        if on_hand is None and not line.cells.get("on_hand"):
            line.wrong("on_hand", "is empty: write 0 for none")
        if (sku, code) in seen:
            line.wrong("sku", f"{sku} at {code} stands in row {seen[sku, code]} already")
        seen.setdefault((sku, code), line.number)
        counted.append(Counted(line, sku, code, on_hand or 0, line.text("reason") or "import"))
    return counted


def check_stock(session: Session, lines: Sequence[Line], problems: Problems) -> None:
    variants = set(session.scalars(select(Variant.sku)))
    codes = set(session.scalars(select(Warehouse.code)))
    reserved = {
        (sku, code): held
        for sku, code, held in session.execute(
            select(Variant.sku, Warehouse.code, StockLevel.reserved)
            .join(StockLevel, StockLevel.variant_id == Variant.id)
            .join(Warehouse, Warehouse.id == StockLevel.warehouse_id)
            .where(StockLevel.reserved > 0)
        )
    }
    for line in lines:
        sku, code = line.cells.get("sku", ""), line.cells.get("warehouse", "")
        if sku not in variants:
            line.wrong("sku", f"there is no SKU {sku[:64]}")
        if code not in codes:
            line.wrong("warehouse", f"there is no warehouse {code[:40]}: {', '.join(sorted(codes))}")
        held = reserved.get((sku, code), 0)
        on_hand = line.cells.get("on_hand", "")
        if on_hand.isascii() and on_hand.isdigit() and int(on_hand[:12]) < held:
            line.wrong("on_hand", f"{held} are promised to orders: cancel or move those orders first")


def write_stock(session: Session, counted: list[Counted], *, actor: Actor, now: datetime) -> dict[str, int]:
    """Only differences move, through the ledger."""
    variants = dict(session.execute(select(Variant.sku, Variant.id)).all())
    warehouses = dict(session.execute(select(Warehouse.code, Warehouse.id)).all())
    there = {
        (variant_id, warehouse_id): on_hand
        for variant_id, warehouse_id, on_hand in session.execute(
            select(StockLevel.variant_id, StockLevel.warehouse_id, StockLevel.on_hand)
        )
    }
    changed = 0
    places = sorted((variants[c.sku], warehouses[c.warehouse], c.on_hand, c.reason) for c in counted)
    for variant_id, warehouse_id, on_hand, reason in places:
        difference = on_hand - there.get((variant_id, warehouse_id), 0)
        if difference:
            adjust(
                session, variant_id=variant_id, warehouse_id=warehouse_id, change=difference, reason=reason,
                actor=actor, now=now,
            )  # fmt: skip
            changed += 1
    return {"counts": len(counted), "changed": changed}


def stock_rows(session: Session) -> Iterator[dict[str, Any]]:
    after = None
    while page := levels(session, after=after, limit=PAGE):
        for row in page:
            yield {
                "sku": row.sku, "warehouse": row.warehouse_code, "on_hand": row.on_hand,
                "reserved": row.reserved, "available": row.available,
            }  # fmt: skip
        after = (page[-1].sku, page[-1].warehouse_code)
