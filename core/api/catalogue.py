"""/warehouses and /stock."""

import base64
import json
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.api.access import Authorization, Cursor, DeskDep, IdempotencyKey, Limit, create, read
from core.api.error_handlers import REFUSALS
from core.api.paging import page_of
from core.api.schemas import (
    AdjustmentIn,
    Page,
    ReceiptIn,
    StockLevelOut,
    WarehouseOut,
)
from core.catalogue.queries import variants_by_sku
from core.errors import Invalid
from core.purchasing.incoming import incoming_by_level
from core.stock.levels import adjust, receive
from core.stock.models import Warehouse
from core.stock.queries import LevelView, get_warehouse, levels
from core.stock.reports import ValueLine

router = APIRouter(prefix="/api/v1", tags=["catalogue"], responses=REFUSALS)
StockCursor = Annotated[
    str | None,
    Query(max_length=600, pattern="^[A-Za-z0-9_-]+$", description="`next_cursor` of the page before."),
]


@router.get("/warehouses")
def warehouses(
    desk: DeskDep, authorization: Authorization, cursor: Cursor = None, limit: Limit = 50
) -> Page[WarehouseOut]:
    def work(session: Session) -> Page[WarehouseOut]:
        statement = select(Warehouse).where(~Warehouse.in_transit).order_by(Warehouse.id).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(Warehouse.id > cursor)
        rows = list(session.scalars(statement))
        return page_of(rows, limit, WarehouseOut.model_validate)

    return read(desk, authorization, "stock", work)


@router.get("/stock")
def stock(
    desk: DeskDep,
    authorization: Authorization,
    sku: Annotated[list[str] | None, Query(max_length=100)] = None,
    cursor: StockCursor = None,
    limit: Limit = 200,
) -> Page[StockLevelOut]:
    """One row per variant and warehouse, by SKU."""
    after = read_stock_cursor(cursor) if cursor is not None else None

    def work(session: Session) -> Page[StockLevelOut]:
        rows = levels(session, skus=sku, after=after, limit=limit + 1)
        items = [StockLevelOut.model_validate(row) for row in rows[:limit]]
        incoming = incoming_by_level(session, {item.sku for item in items})
        for item in items:
            item.incoming, item.incoming_on = incoming.get((item.sku, item.warehouse_code), (0, None))
        more = len(rows) > limit
        return Page(items=items, next_cursor=stock_cursor(rows[limit - 1]) if more else None)

    return read(desk, authorization, "stock", work)


@router.post("/stock/receipts", status_code=201)
def receipt(
    desk: DeskDep,
    body: ReceiptIn,
    authorization: Authorization,
    once: IdempotencyKey,
) -> StockLevelOut:
    def work(session: Session, actor: Actor) -> StockLevelOut:
        receive(
            session, variant_id=_variant_id(session, body.sku), quantity=body.quantity, reason=body.reason,
            warehouse_id=get_warehouse(session, body.warehouse_code).id, actor=actor, now=desk.clock(),
        )  # fmt: skip
        return _level(session, body.sku, body.warehouse_code)

    return create(desk, authorization, "stock", once, body.model_dump(), StockLevelOut, work)


@router.post("/stock/adjustments", status_code=201)
def adjustment(
    desk: DeskDep,
    body: AdjustmentIn,
    authorization: Authorization,
    once: IdempotencyKey,
) -> StockLevelOut:
    def work(session: Session, actor: Actor) -> StockLevelOut:
        adjust(
            session, variant_id=_variant_id(session, body.sku), change=body.change, reason=body.reason,
            cause=body.cause, warehouse_id=get_warehouse(session, body.warehouse_code).id, actor=actor,
            now=desk.clock(),
        )  # fmt: skip
        return _level(session, body.sku, body.warehouse_code)

    return create(desk, authorization, "stock", once, body.model_dump(), StockLevelOut, work)


def _variant_id(session: Session, sku: str) -> str:
    return variants_by_sku(session, [sku])[sku].id


def _level(session: Session, sku: str, warehouse_code: str) -> StockLevelOut:
    rows = levels(session, skus=[sku])
    return next(StockLevelOut.model_validate(row) for row in rows if row.warehouse_code == warehouse_code)


def stock_cursor(level: LevelView | ValueLine) -> str:
    text = json.dumps([level.sku, level.warehouse_code])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_stock_cursor(cursor: str) -> tuple[str, str]:
    try:
        sku, code = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError):
        sku = code = None
    if not (isinstance(sku, str) and isinstance(code, str)):
        raise Invalid("cursor_invalid", "This cursor is not one of ours. Start without a cursor.", {})
    return sku, code
