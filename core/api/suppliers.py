"""/suppliers with their price lists."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from core.actor import Actor
from core.api.access import Authorization, Cursor, DeskDep, IdempotencyKey, Limit, change, create, read
from core.api.error_handlers import REFUSALS
from core.api.paging import page_of
from core.api.purchasing_schemas import OffersIn, SupplierChange, SupplierIn, SupplierOut
from core.api.schemas import Page
from core.api.versions import IfMatch, expected_version, set_etag
from core.purchasing.suppliers import (
    Offer,
    add_supplier,
    archive_supplier,
    change_supplier,
    get_supplier,
    list_suppliers,
    remove_offer,
    set_offers,
)

router = APIRouter(prefix="/api/v1", tags=["purchasing"], responses=REFUSALS)
SCOPE = "purchasing"


@router.get("/suppliers")
def suppliers(
    desk: DeskDep,
    authorization: Authorization,
    q: Annotated[str, Query(max_length=100, description="Code or part of the name.")] = "",
    sku: Annotated[str | None, Query(max_length=64, description="Who sells this.")] = None,
    status: Literal["active", "archived"] | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[SupplierOut]:
    """Oldest first."""

    def work(session: Session) -> Page[SupplierOut]:
        rows = list_suppliers(session, after=cursor, limit=limit + 1, status=status, text=q, sku=sku)
        return page_of(rows, limit, SupplierOut.model_validate)

    return read(desk, authorization, SCOPE, work)


@router.get("/suppliers/{code}")
def supplier(desk: DeskDep, code: str, response: Response, authorization: Authorization) -> SupplierOut:
    """`ETag` names the version that was seen; send it as `If-Match` with a change."""
    found = read(desk, authorization, SCOPE, lambda s: SupplierOut.model_validate(get_supplier(s, code)))
    set_etag(response, found.version)
    return found


@router.post("/suppliers", status_code=201)
def add(desk: DeskDep, body: SupplierIn, authorization: Authorization, once: IdempotencyKey) -> SupplierOut:
    def work(session: Session, actor: Actor) -> SupplierOut:
        details = body.model_dump(exclude={"code"})
        return SupplierOut.model_validate(
            add_supplier(session, code=body.code, details=details, actor=actor, now=desk.clock())
        )

    return create(desk, authorization, SCOPE, once, body.model_dump(), SupplierOut, work)


@router.patch("/suppliers/{code}")
def edit(
    desk: DeskDep,
    code: str,
    body: SupplierChange,
    response: Response,
    authorization: Authorization,
    if_match: IfMatch = None,
) -> SupplierOut:
    def work(session: Session, actor: Actor) -> SupplierOut:
        now = desk.clock()
        changes = body.model_dump(exclude_none=True, exclude={"archived"})
        changed = change_supplier(
            session,
            code=code,
            changes=changes,
            actor=actor,
            now=now,
            expected_version=expected_version(if_match),
        )
        if body.archived is not None:
            changed = archive_supplier(session, code=code, actor=actor, now=now, archived=body.archived)
        set_etag(response, changed.version)
        return SupplierOut.model_validate(changed)

    return change(desk, authorization, SCOPE, work)


@router.put("/suppliers/{code}/prices")
def put_prices(desk: DeskDep, code: str, body: OffersIn, authorization: Authorization) -> SupplierOut:
    """New lines of the price list, or in the place of what stood for the same SKU. Lines not named stay."""

    def work(session: Session, actor: Actor) -> SupplierOut:
        offers = [Offer(**part.model_dump()) for part in body.prices]
        return SupplierOut.model_validate(
            set_offers(session, code=code, offers=offers, actor=actor, now=desk.clock())
        )

    return change(desk, authorization, SCOPE, work)


@router.delete("/suppliers/{code}/prices/{sku}")
def remove_price(desk: DeskDep, code: str, sku: str, authorization: Authorization) -> SupplierOut:
    def work(session: Session, actor: Actor) -> SupplierOut:
        return SupplierOut.model_validate(
            remove_offer(session, code=code, sku=sku, actor=actor, now=desk.clock())
        )

    return change(desk, authorization, SCOPE, work)
