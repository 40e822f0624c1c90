"""/products, /warehouses and /stock."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.api.access import Authorization, DeskDep, IdempotencyKey, change, create, read
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
from core.money import Dong
from core.shop_file.importing import add_products
from core.shop_file.schema import ProductPart
from core.stock.levels import adjust, receive
from core.stock.models import Warehouse
from core.stock.queries import get_warehouse, levels

router = APIRouter(prefix="/api/v1", tags=["catalogue"], responses=REFUSALS)
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=64)]


@router.get("/products")
def products(
    desk: DeskDep,
    authorization: Authorization = None,
    q: Annotated[str, Query(max_length=200)] = "",
    category: Annotated[str | None, Query(max_length=300)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ProductOut]:
    def work(session: Session) -> Page[ProductOut]:
        if q:
            found = search_products(session, text=q, limit=limit)
            return Page(items=[ProductOut.model_validate(p) for p in found], next_cursor=None)
        rows = list_products(session, after=cursor, limit=limit + 1, category=category)
        items = [ProductOut.model_validate(p) for p in rows[:limit]]
        return Page(items=items, next_cursor=items[-1].id if len(rows) > limit else None)

    return read(desk, authorization, "products", work)


@router.get("/products/{sku}")
def product(desk: DeskDep, sku: str, authorization: Authorization = None) -> ProductOut:
    return read(desk, authorization, "products", lambda s: ProductOut.model_validate(get_product(s, sku)))


@router.post("/products", status_code=201)
def add_product(
    desk: DeskDep,
    body: ProductPart,
    authorization: Authorization = None,
    idempotency_key: IdempotencyKey = None,
) -> ProductOut:
    """The same shape as a product of the shop file, opening stock included."""

    def work(session: Session, actor: Actor) -> ProductOut:
        add_products(session, [body], now=desk.clock(), actor=actor)
        return ProductOut.model_validate(get_product(session, body.sku))

    return create(desk, authorization, "products", idempotency_key, body.model_dump(), ProductOut, work)


@router.patch("/variants/{sku}")
def change_variant(
    desk: DeskDep, sku: str, body: VariantChange, authorization: Authorization = None
) -> VariantOut:
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
def warehouses(desk: DeskDep, authorization: Authorization = None) -> list[WarehouseOut]:
    def work(session: Session) -> list[WarehouseOut]:
        rows = session.scalars(select(Warehouse).order_by(Warehouse.priority, Warehouse.code))
        return [WarehouseOut.model_validate(row) for row in rows]

    return read(desk, authorization, "stock", work)


@router.get("/stock")
def stock(
    desk: DeskDep,
    authorization: Authorization = None,
    sku: Annotated[list[str] | None, Query(max_length=100)] = None,
    cursor: Cursor = None,
    limit: Limit = 200,
) -> Page[StockLevelOut]:
    """One row per variant and warehouse; the cursor is a SKU, whole SKUs stay on one page."""

    def work(session: Session) -> Page[StockLevelOut]:
        rows = levels(session, skus=sku, after=cursor, limit=limit + 50)
        items = [StockLevelOut.model_validate(row) for row in rows]
        if len(items) <= limit:
            return Page(items=items, next_cursor=None)
        last = items[limit - 1].sku
        page = [item for item in items if item.sku <= last]
        return Page(items=page, next_cursor=last)

    return read(desk, authorization, "stock", work)


@router.post("/stock/receipts", status_code=201)
def receipt(
    desk: DeskDep,
    body: ReceiptIn,
    authorization: Authorization = None,
    idempotency_key: IdempotencyKey = None,
) -> StockLevelOut:
    def work(session: Session, actor: Actor) -> StockLevelOut:
        receive(
            session, variant_id=_variant_id(session, body.sku), quantity=body.quantity, reason=body.reason,
            warehouse_id=get_warehouse(session, body.warehouse_code).id, actor=actor, now=desk.clock(),
        )  # fmt: skip
        return _level(session, body.sku, body.warehouse_code)

    return create(desk, authorization, "stock", idempotency_key, body.model_dump(), StockLevelOut, work)


@router.post("/stock/adjustments", status_code=201)
def adjustment(
    desk: DeskDep,
    body: AdjustmentIn,
    authorization: Authorization = None,
    idempotency_key: IdempotencyKey = None,
) -> StockLevelOut:
    def work(session: Session, actor: Actor) -> StockLevelOut:
        adjust(
            session, variant_id=_variant_id(session, body.sku), change=body.change, reason=body.reason,
            warehouse_id=get_warehouse(session, body.warehouse_code).id, actor=actor, now=desk.clock(),
        )  # fmt: skip
        return _level(session, body.sku, body.warehouse_code)

    return create(desk, authorization, "stock", idempotency_key, body.model_dump(), StockLevelOut, work)


def _variant_id(session: Session, sku: str) -> str:
    return variants_by_sku(session, [sku])[sku].id


def _level(session: Session, sku: str, warehouse_code: str) -> StockLevelOut:
    rows = levels(session, skus=[sku])
    return next(StockLevelOut.model_validate(row) for row in rows if row.warehouse_code == warehouse_code)
