"""/purchase-orders with their steps, /purchase-receipts and /supplier-returns."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from core.actor import Actor
from core.api.access import Authorization, Cursor, DeskDep, IdempotencyKey, Limit, change, create, read
from core.api.error_handlers import REFUSALS
from core.api.paging import next_cursor, page_of
from core.api.purchasing_schemas import (
    ArrivalOut,
    ConfirmIn,
    ConfirmOut,
    DayIn,
    PurchaseChange,
    PurchaseIn,
    PurchaseOut,
    PurchaseReceiptIn,
    PurchaseReceiptOut,
    ReasonIn,
    ReceivedOut,
    ShortageIn,
    ShortageOut,
    SupplierReturnIn,
    SupplierReturnOut,
)
from core.api.schemas import Page
from core.api.versions import IfMatch, expected_version, set_etag
from core.purchasing import ordering
from core.purchasing.incoming import arrivals
from core.purchasing.ordering import Wanted
from core.purchasing.queries import (
    PurchaseFilter,
    get_purchase,
    list_purchases,
    list_receipts,
    list_supplier_returns,
)
from core.purchasing.receiving import Arrived, get_receipt, receive_purchase
from core.purchasing.returning import get_supplier_return, return_to_supplier
from core.purchasing.shortage import draft_from_shortage
from core.purchasing.suppliers import get_supplier

router = APIRouter(prefix="/api/v1", tags=["purchasing"], responses=REFUSALS)
SCOPE = "purchasing"
State = Literal["draft", "confirmed", "part_received", "received", "closed", "cancelled"]
OfOrder = Annotated[str | None, Query(max_length=40, description="Code of a purchase order.")]


@router.get("/purchase-orders")
def purchases(
    desk: DeskDep,
    authorization: Authorization,
    state: State | None = None,
    supplier: Annotated[str | None, Query(max_length=32, description="Code of a supplier.")] = None,
    sku: Annotated[str | None, Query(max_length=64)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PurchaseOut]:
    """Newest first."""

    def work(session: Session) -> Page[PurchaseOut]:
        supplier_id = get_supplier(session, supplier).id if supplier is not None else None
        filters = PurchaseFilter(state=state, supplier_id=supplier_id, sku=sku)
        rows = list_purchases(session, filters=filters, before=cursor, limit=limit + 1)
        return page_of(rows, limit, PurchaseOut.model_validate)

    return read(desk, authorization, SCOPE, work)


@router.get("/purchase-orders/{code}")
def purchase(desk: DeskDep, code: str, response: Response, authorization: Authorization) -> PurchaseOut:
    """`ETag` names the version that was seen; send it as `If-Match` with a change."""
    found = read(desk, authorization, SCOPE, lambda s: PurchaseOut.model_validate(get_purchase(s, code)))
    set_etag(response, found.version)
    return found


@router.post("/purchase-orders", status_code=201)
def draft(desk: DeskDep, body: PurchaseIn, authorization: Authorization, once: IdempotencyKey) -> PurchaseOut:
    def work(session: Session, actor: Actor) -> PurchaseOut:
        order = ordering.draft_purchase(
            session, supplier_code=body.supplier, warehouse_code=body.warehouse_code, note=body.note,
            lines=[Wanted(x.sku, x.quantity, x.unit_price) for x in body.lines], actor=actor, now=desk.clock(),
        )  # fmt: skip
        return PurchaseOut.model_validate(order)

    return create(desk, authorization, SCOPE, once, body.model_dump(), PurchaseOut, work)


@router.post("/purchase-orders/from-shortage", status_code=201)
def draft_shortage(
    desk: DeskDep, body: ShortageIn, authorization: Authorization, once: IdempotencyKey
) -> ShortageOut:
    """Drafts of what open orders lack and nothing on order brings, one a usual supplier."""

    def work(session: Session, actor: Actor) -> ShortageOut:
        drafted = draft_from_shortage(
            session, warehouse_code=body.warehouse_code, actor=actor, now=desk.clock()
        )
        return ShortageOut.model_validate(drafted)

    return create(desk, authorization, SCOPE, once, body.model_dump(), ShortageOut, work)


@router.patch("/purchase-orders/{code}")
def edit(
    desk: DeskDep,
    code: str,
    body: PurchaseChange,
    response: Response,
    authorization: Authorization,
    if_match: IfMatch = None,
) -> PurchaseOut:
    """A draft only."""

    def work(session: Session, actor: Actor) -> PurchaseOut:
        changed = ordering.edit_draft(
            session, code=code, lines=[Wanted(x.sku, x.quantity, x.unit_price) for x in body.lines],
            note=body.note, warehouse_code=body.warehouse_code, actor=actor, now=desk.clock(),
            expected_version=expected_version(if_match),
        )  # fmt: skip
        set_etag(response, changed.version)
        return PurchaseOut.model_validate(changed)

    return change(desk, authorization, SCOPE, work)


@router.post("/purchase-orders/{code}/confirm")
def confirm(desk: DeskDep, code: str, body: ConfirmIn, authorization: Authorization) -> ConfirmOut:
    """The supplier agreed and said when. Over the shop's amount this asks for an approval first."""

    def work(session: Session, actor: Actor) -> ConfirmOut:
        outcome = ordering.confirm_purchase(
            session, code=code, expected_on=body.expected_on, actor=actor, now=desk.clock()
        )
        return ConfirmOut.model_validate(outcome)

    return change(desk, authorization, SCOPE, work)


@router.put("/purchase-orders/{code}/expected-day")
def expect(desk: DeskDep, code: str, body: DayIn, authorization: Authorization) -> PurchaseOut:
    """Another day for what is still to come."""

    def work(session: Session, actor: Actor) -> PurchaseOut:
        return PurchaseOut.model_validate(
            ordering.move_expected_day(
                session, code=code, expected_on=body.expected_on, actor=actor, now=desk.clock()
            )
        )

    return change(desk, authorization, SCOPE, work)


@router.post("/purchase-orders/{code}/cancel")
def cancel(desk: DeskDep, code: str, body: ReasonIn, authorization: Authorization) -> PurchaseOut:
    """What has not come in; with a part received the order is closed."""

    def work(session: Session, actor: Actor) -> PurchaseOut:
        return PurchaseOut.model_validate(
            ordering.cancel_purchase(session, code=code, reason=body.reason, actor=actor, now=desk.clock())
        )

    return change(desk, authorization, SCOPE, work)


@router.post("/purchase-orders/{code}/receipts", status_code=201)
def receive(
    desk: DeskDep, code: str, body: PurchaseReceiptIn, authorization: Authorization, once: IdempotencyKey
) -> ReceivedOut:
    """Stock and the moving-average cost follow; orders that lacked the goods get them, oldest first."""

    def work(session: Session, actor: Actor) -> ReceivedOut:
        lines = [Arrived(x.sku, x.quantity, x.unit_price) for x in body.lines]
        rest = body.model_dump(exclude={"lines"})
        received = receive_purchase(session, code=code, lines=lines, actor=actor, now=desk.clock(), **rest)
        return ReceivedOut.model_validate(received)

    request = {"purchase": code, **body.model_dump()}
    return create(desk, authorization, SCOPE, once, request, ReceivedOut, work)


@router.post("/purchase-orders/{code}/returns", status_code=201)
def send_back(
    desk: DeskDep, code: str, body: SupplierReturnIn, authorization: Authorization, once: IdempotencyKey
) -> SupplierReturnOut:
    """Goods that go back to the supplier; `credit` is what the shop gets for them."""

    def work(session: Session, actor: Actor) -> SupplierReturnOut:
        quantities: dict[str, int] = {}
        for line in body.lines:
            quantities[line.sku] = quantities.get(line.sku, 0) + line.quantity
        rest = body.model_dump(exclude={"lines"})
        made = return_to_supplier(
            session, code=code, quantities=quantities, actor=actor, now=desk.clock(), **rest
        )
        return SupplierReturnOut.model_validate(made)

    request = {"purchase": code, **body.model_dump()}
    return create(desk, authorization, SCOPE, once, request, SupplierReturnOut, work)


@router.get("/purchase-receipts")
def receipts(
    desk: DeskDep,
    authorization: Authorization,
    order: OfOrder = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PurchaseReceiptOut]:
    """Newest first."""

    def work(session: Session) -> Page[PurchaseReceiptOut]:
        order_id = get_purchase(session, order).id if order is not None else None
        rows = list_receipts(session, order_id=order_id, before=cursor, limit=limit + 1)
        return page_of(rows, limit, PurchaseReceiptOut.model_validate)

    return read(desk, authorization, SCOPE, work)


@router.get("/purchase-receipts/{code}")
def receipt(desk: DeskDep, code: str, authorization: Authorization) -> PurchaseReceiptOut:
    return read(desk, authorization, SCOPE, lambda s: PurchaseReceiptOut.model_validate(get_receipt(s, code)))


@router.get("/supplier-returns")
def returns(
    desk: DeskDep,
    authorization: Authorization,
    order: OfOrder = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[SupplierReturnOut]:
    """Newest first."""

    def work(session: Session) -> Page[SupplierReturnOut]:
        order_id = get_purchase(session, order).id if order is not None else None
        rows = list_supplier_returns(session, order_id=order_id, before=cursor, limit=limit + 1)
        return page_of(rows, limit, SupplierReturnOut.model_validate)

    return read(desk, authorization, SCOPE, work)


@router.get("/stock/incoming")
def incoming(
    desk: DeskDep,
    authorization: Authorization,
    sku: Annotated[list[str] | None, Query(max_length=100)] = None,
    warehouse_code: Annotated[str | None, Query(max_length=40)] = None,
    cursor: Cursor = None,
    limit: Limit = 200,
) -> Page[ArrivalOut]:
    """What confirmed purchase orders still bring; `late` when its day has passed. Oldest line first."""

    def work(session: Session) -> Page[ArrivalOut]:
        rows = arrivals(session, skus=sku, warehouse_code=warehouse_code, after=cursor, limit=limit + 1)
        items = [
            ArrivalOut(
                sku=row.sku, warehouse_code=row.warehouse_code, purchase_order=row.purchase_code,
                quantity=row.quantity, expected_on=row.expected_on, late=row.is_late(desk.clock()),
            )
            for row in rows[:limit]
        ]  # fmt: skip
        return Page(items=items, next_cursor=next_cursor(rows, limit))

    return read(desk, authorization, "stock", work)


@router.get("/supplier-returns/{code}")
def supplier_return(desk: DeskDep, code: str, authorization: Authorization) -> SupplierReturnOut:
    return read(
        desk, authorization, SCOPE, lambda s: SupplierReturnOut.model_validate(get_supplier_return(s, code))
    )
