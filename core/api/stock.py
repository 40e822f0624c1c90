"""/warehouses (edit), /stock/movements, /stock/value, /stock/low-levels and /holds."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.api.access import (
    Authorization,
    Cursor,
    DeskDep,
    IdempotencyKey,
    Limit,
    change,
    create,
    read,
    read_address,
)
from core.api.catalogue import StockCursor, read_stock_cursor, stock_cursor
from core.api.error_handlers import REFUSALS
from core.api.paging import page_of
from core.api.schemas import Page, WarehouseOut
from core.api.stock_schemas import (
    Cause,
    HoldIn,
    HoldOut,
    LowLevelIn,
    LowLevelOut,
    MovementOut,
    StockValueOut,
    ValueLineOut,
    WarehouseChangeIn,
    WarehouseIn,
    WarehouseValueOut,
)
from core.api.times import aware, aware_or_none
from core.api.versions import IfMatch, expected_version, set_etag
from core.catalogue.models import Variant
from core.customers.phones import normalise_phone
from core.returns.queries import order_codes
from core.stock.alerts import available_at, remove_low_level, set_low_level
from core.stock.holds import get_hold, place_hold, release_hold
from core.stock.models import LowStockLevel, StockHold, Warehouse
from core.stock.queries import get_warehouse, stocked_variants
from core.stock.reports import MovementFilter, MovementView, movements, value_by_warehouse, value_lines
from core.stock.warehouses import add_warehouse, change_warehouse

router = APIRouter(prefix="/api/v1", tags=["stock"], responses=REFUSALS)
Text = Annotated[str | None, Query(max_length=64)]


@router.post("/warehouses", status_code=201)
def new_warehouse(
    desk: DeskDep, body: WarehouseIn, authorization: Authorization, once: IdempotencyKey
) -> WarehouseOut:
    values = body.model_dump(exclude={"code", "name", "address"})
    values["phone"] = normalise_phone(body.phone) if body.phone else ""

    def work(session: Session, actor: Actor) -> WarehouseOut:
        address = read_address(desk, body.address, None)
        row = add_warehouse(
            session, code=body.code, name=body.name, values=values, address=address, actor=actor,
            now=desk.clock(),
        )  # fmt: skip
        return WarehouseOut.model_validate(row)

    return create(desk, authorization, "stock", once, body.model_dump(), WarehouseOut, work)


@router.get("/warehouses/{warehouse}")
def warehouse_by_code(
    desk: DeskDep, warehouse: str, response: Response, authorization: Authorization
) -> WarehouseOut:
    """`ETag` names the version that was seen; send it as `If-Match` with a change."""
    row = read(desk, authorization, "stock", lambda s: get_warehouse(s, warehouse))
    set_etag(response, row.version)
    return WarehouseOut.model_validate(row)


@router.patch("/warehouses/{warehouse}")
def edit_warehouse(
    desk: DeskDep,
    warehouse: str,
    body: WarehouseChangeIn,
    response: Response,
    authorization: Authorization,
    if_match: IfMatch = None,
) -> WarehouseOut:
    """With stock, orders or transfers there it is switched off only with a reason."""
    values = body.model_dump(exclude_none=True, exclude={"address", "reason"})
    if body.phone:
        values["phone"] = normalise_phone(body.phone)
    version = expected_version(if_match)

    def work(session: Session, actor: Actor) -> WarehouseOut:
        address = read_address(desk, body.address, None)
        row = change_warehouse(
            session, code=warehouse, values=values, address=address, reason=body.reason,
            expected_version=version, actor=actor, now=desk.clock(),
        )  # fmt: skip
        set_etag(response, row.version)
        return WarehouseOut.model_validate(row)

    return change(desk, authorization, "stock", work)


@router.get("/stock/movements")
def ledger(
    desk: DeskDep,
    authorization: Authorization,
    sku: Text = None,
    warehouse: Annotated[str | None, Query(max_length=40)] = None,
    kind: Annotated[str | None, Query(max_length=20)] = None,
    cause: Cause | None = None,
    subject_kind: Annotated[str | None, Query(max_length=20)] = None,
    subject_id: Text = None,
    actor_id: Text = None,
    moved_from: datetime | None = None,
    moved_to: datetime | None = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[MovementOut]:
    """The append-only ledger, newest first: on hand is always the sum of its quantities."""

    def work(session: Session) -> Page[MovementOut]:
        filters = MovementFilter(
            sku=sku, warehouse_id=get_warehouse(session, warehouse).id if warehouse is not None else None,
            kind=kind, cause=cause, subject_kind=subject_kind, subject_id=subject_id, actor_id=actor_id,
            moved_from=aware_or_none(moved_from), moved_to=aware_or_none(moved_to),
        )  # fmt: skip
        rows = movements(session, filters=filters, before=cursor, limit=limit + 1)
        codes = order_codes(session, [(row.subject_kind, row.subject_id) for row in rows])

        def told(row: MovementView) -> MovementOut:
            return MovementOut(**asdict(row), order=codes.get(row.subject_id))

        return page_of(rows, limit, told)

    return read(desk, authorization, "stock", work)


@router.get("/stock/value")
def value(desk: DeskDep, authorization: Authorization) -> StockValueOut:
    def work(session: Session) -> StockValueOut:
        rows = [WarehouseValueOut.model_validate(row) for row in value_by_warehouse(session)]
        return StockValueOut(
            total=sum(row.value for row in rows), pieces=sum(row.pieces for row in rows),
            pieces_without_cost=sum(row.pieces_without_cost for row in rows), warehouses=rows,
        )  # fmt: skip

    return read(desk, authorization, "stock", work)


@router.get("/stock/value/lines")
def value_by_variant(
    desk: DeskDep, authorization: Authorization, cursor: StockCursor = None, limit: Limit = 200
) -> Page[ValueLineOut]:
    """By SKU and warehouse, where something lies."""
    after = read_stock_cursor(cursor) if cursor is not None else None

    def work(session: Session) -> Page[ValueLineOut]:
        rows = value_lines(session, after=after, limit=limit + 1)
        items = [ValueLineOut.model_validate(row) for row in rows[:limit]]
        more = len(rows) > limit
        return Page(items=items, next_cursor=stock_cursor(rows[limit - 1]) if more else None)

    return read(desk, authorization, "stock", work)


@router.get("/stock/low-levels")
def low_levels(
    desk: DeskDep,
    authorization: Authorization,
    low: Annotated[bool | None, Query(description="true: only what is at its level or below.")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[LowLevelOut]:
    def work(session: Session) -> Page[LowLevelOut]:
        statement = select(LowStockLevel).order_by(LowStockLevel.id).limit(limit + 1)
        if low is not None:
            statement = statement.where(LowStockLevel.told.is_(low))
        if cursor is not None:
            statement = statement.where(LowStockLevel.id > cursor)
        rows = list(session.scalars(statement))
        return page_of(rows, limit, lambda row: _low_level(session, row))

    return read(desk, authorization, "stock", work)


@router.put("/stock/low-levels")
def put_low_level(desk: DeskDep, body: LowLevelIn, authorization: Authorization) -> LowLevelOut:
    """Staff are told once when it falls there, and not again until it rose above."""

    def work(session: Session, actor: Actor) -> LowLevelOut:
        row = set_low_level(
            session, variant_id=stocked_variants(session, [body.sku])[body.sku].id,
            warehouse_id=_warehouse_id(session, body.warehouse_code), level=body.level, actor=actor,
            now=desk.clock(),
        )  # fmt: skip
        return _low_level(session, row)

    return change(desk, authorization, "stock", work)


@router.delete("/stock/low-levels", status_code=204)
def delete_low_level(
    desk: DeskDep,
    authorization: Authorization,
    sku: Annotated[str, Query(min_length=1, max_length=64)],
    warehouse: Annotated[str | None, Query(max_length=40)] = None,
) -> None:
    def work(session: Session, actor: Actor) -> None:
        remove_low_level(
            session, variant_id=stocked_variants(session, [sku])[sku].id,
            warehouse_id=_warehouse_id(session, warehouse), actor=actor, now=desk.clock(),
        )  # fmt: skip

    change(desk, authorization, "stock", work)


@router.get("/holds")
def holds(
    desk: DeskDep,
    authorization: Authorization,
    state: Literal["held", "released", "expired"] | None = None,
    sku: Text = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[HoldOut]:
    """Newest first."""

    def work(session: Session) -> Page[HoldOut]:
        statement = select(StockHold).order_by(StockHold.id.desc()).limit(limit + 1)
        if state is not None:
            statement = statement.where(StockHold.state == state)
        if sku is not None:
            statement = statement.where(StockHold.variant_id == stocked_variants(session, [sku])[sku].id)
        if cursor is not None:
            statement = statement.where(StockHold.id < cursor)
        rows = list(session.scalars(statement))
        return page_of(rows, limit, lambda row: _hold(session, row))

    return read(desk, authorization, "stock", work)


@router.post("/holds", status_code=201)
def add_hold(desk: DeskDep, body: HoldIn, authorization: Authorization, once: IdempotencyKey) -> HoldOut:
    """Keep goods aside; they count as reserved until released or run out."""
    expires_at = aware(body.expires_at)

    def work(session: Session, actor: Actor) -> HoldOut:
        hold = place_hold(
            session, variant_id=stocked_variants(session, [body.sku])[body.sku].id, quantity=body.quantity,
            warehouse_id=get_warehouse(session, body.warehouse_code).id, reason=body.reason,
            expires_at=expires_at, actor=actor, now=desk.clock(),
        )  # fmt: skip
        return _hold(session, hold)

    return create(desk, authorization, "stock", once, body.model_dump(), HoldOut, work)


@router.get("/holds/{hold}")
def hold_by_code(desk: DeskDep, hold: str, authorization: Authorization) -> HoldOut:
    return read(desk, authorization, "stock", lambda s: _hold(s, get_hold(s, hold)))


@router.post("/holds/{hold}/release")
def release(desk: DeskDep, hold: str, authorization: Authorization) -> HoldOut:
    def work(session: Session, actor: Actor) -> HoldOut:
        return _hold(session, release_hold(session, hold_id=hold, actor=actor, now=desk.clock()))

    return change(desk, authorization, "stock", work)


def _warehouse_id(session: Session, code: str | None) -> str | None:
    return get_warehouse(session, code).id if code is not None else None


def _low_level(session: Session, row: LowStockLevel) -> LowLevelOut:
    place = session.get(Warehouse, row.warehouse_id) if row.warehouse_id else None
    return LowLevelOut(
        sku=session.get_one(Variant, row.variant_id).sku, warehouse_code=place.code if place else None,
        level=row.level, available=available_at(session, row.variant_id, row.warehouse_id), low=row.told,
        changed_at=row.changed_at,
    )  # fmt: skip


def _hold(session: Session, row: StockHold) -> HoldOut:
    return HoldOut(
        code=row.code, sku=session.get_one(Variant, row.variant_id).sku,
        warehouse_code=session.get_one(Warehouse, row.warehouse_id).code, quantity=row.quantity,
        owner_name=row.owner_name, reason=row.reason, state=row.state, created_at=row.created_at,
        expires_at=row.expires_at, ended_at=row.ended_at,
    )  # fmt: skip
