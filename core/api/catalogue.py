"""/products, /warehouses and /stock."""

import base64
import json
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.api.access import Authorization, Cursor, DeskDep, IdempotencyKey, Limit, change, create, read
from core.api.error_handlers import REFUSALS
from core.api.schemas import (
    AdjustmentIn,
    Page,
    ProductOut,
    ReceiptIn,
    StockLevelOut,
    VariantChange,
    VariantOut,
    WarehouseOut,
)
from core.catalogue.models import Variant
from core.catalogue.queries import get_product, list_products, variants_by_sku
from core.catalogue.search import search_products
from core.errors import Invalid
from core.money import Dong
from core.shop_file.importing import add_products
from core.shop_file.schema import ProductPart
from core.stock.levels import adjust, receive
from core.stock.models import Warehouse
from core.stock.queries import LevelView, get_warehouse, levels
from core.stock.reports import ValueLine

router = APIRouter(prefix="/api/v1", tags=["catalogue"], responses=REFUSALS)
StockCursor = Annotated[
    str | None,
    Query(max_length=600, pattern="^[A-Za-z0-9_-]+$", description="`next_cursor` of the page before."),
]


@router.get("/products")
def products(
    desk: DeskDep,
    authorization: Authorization,
    q: Annotated[str, Query(max_length=200)] = "",
    category: Annotated[str | None, Query(max_length=300)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ProductOut]:
    def work(session: Session) -> Page[ProductOut]:
        if q:
            rows = search_products(session, text=q, after=cursor, limit=limit + 1, category=category)
        else:
            rows = list_products(session, after=cursor, limit=limit + 1, category=category)
        items = [ProductOut.model_validate(p) for p in rows[:limit]]
        return Page(items=items, next_cursor=items[-1].id if len(rows) > limit else None)

    return read(desk, authorization, "products", work)


@router.get("/products/{sku}")
def product(desk: DeskDep, sku: str, authorization: Authorization) -> ProductOut:
    return read(desk, authorization, "products", lambda s: ProductOut.model_validate(get_product(s, sku)))


@router.post("/products", status_code=201)
def add_product(
    desk: DeskDep,
    body: ProductPart,
    authorization: Authorization,
    once: IdempotencyKey,
) -> ProductOut:
    """The same shape as a product of the shop file, opening stock included."""

    def work(session: Session, actor: Actor) -> ProductOut:
        add_products(session, [body], now=desk.clock(), actor=actor)
        return ProductOut.model_validate(get_product(session, body.sku))

    return create(desk, authorization, "products", once, body.model_dump(), ProductOut, work)


@router.patch("/variants/{sku}")
def change_variant(desk: DeskDep, sku: str, body: VariantChange, authorization: Authorization) -> VariantOut:
    """A new price voids the quotes that show the old one."""

    def work(session: Session, actor: Actor) -> VariantOut:
        variant = session.scalar(select(Variant).where(Variant.sku == sku))
        if variant is None:
            variant = variants_by_sku(session, [sku])[sku]
        before = {"price": variant.price, "cost": variant.cost}
        if body.price is not None:
            variant.price = Dong(body.price)
        if body.cost is not None:
            variant.cost = Dong(body.cost)
        if body.weight_g is not None:
            variant.weight_g = body.weight_g
        if body.active is not None:
            variant.active = body.active
        variant.version += 1
        session.flush()
        audit.record(
            session, actor=actor, action="variant.changed", subject_kind="variant", subject_id=variant.id,
            now=desk.clock(), data={"before": before, "after": body.model_dump(exclude_none=True)},
        )  # fmt: skip
        return VariantOut.model_validate(variant)

    return change(desk, authorization, "products", work)


@router.get("/warehouses")
def warehouses(
    desk: DeskDep, authorization: Authorization, cursor: Cursor = None, limit: Limit = 50
) -> Page[WarehouseOut]:
    def work(session: Session) -> Page[WarehouseOut]:
        statement = select(Warehouse).where(~Warehouse.in_transit).order_by(Warehouse.id).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(Warehouse.id > cursor)
        rows = list(session.scalars(statement))
        items = [WarehouseOut.model_validate(row) for row in rows[:limit]]
        return Page(items=items, next_cursor=rows[limit - 1].id if len(rows) > limit else None)

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
