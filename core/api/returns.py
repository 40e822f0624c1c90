"""/returns with their steps."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.api.access import Authorization, Cursor, DeskDep, IdempotencyKey, Limit, change, create, read
from core.api.error_handlers import REFUSALS
from core.api.paging import next_cursor
from core.api.schemas import In, Out, Page, Quantity
from core.errors import Invalid
from core.orders.models import Order
from core.orders.queries import get_order
from core.payments.models import Refund
from core.returns.decisions import approve_return, cancel_return, reject_return
from core.returns.inspection import Finding, inspect_return, receive_return
from core.returns.models import Return
from core.returns.queries import findings_of, get_return, list_returns
from core.returns.requests import MAX_PHOTOS, Wish, request_return
from core.returns.settlement import settle_return
from core.returns.undelivered import take_undelivered
from core.stock.models import Warehouse

router = APIRouter(prefix="/api/v1", tags=["returns"], responses=REFUSALS)
State = Literal["requested", "approved", "rejected", "received", "inspected", "settled", "cancelled"]


class ReturnWishIn(In):
    sku: str = Field(min_length=1, max_length=64)
    quantity: Quantity
    exchange_sku: str = Field("", max_length=64)


class ReturnIn(In):
    """`undelivered`: the parcel of an order on its way is back in the shop; it takes no lines."""

    order: str = Field(min_length=1, max_length=40)
    kind: Literal["return", "exchange", "undelivered"] = "return"
    lines: list[ReturnWishIn] = Field([], max_length=100)
    reason: str = Field("", max_length=1_000)
    photo_count: int = Field(0, ge=0, le=MAX_PHOTOS, strict=True)


class NoteIn(In):
    note: str = Field("", max_length=500)


class RejectIn(In):
    reason: str = Field(min_length=1, max_length=500, description="Told to the buyer.")


class ReceiveIn(In):
    warehouse_code: str = Field(min_length=1, max_length=40)


class FindingIn(In):
    sku: str = Field(min_length=1, max_length=64)
    quantity: Quantity
    condition: Literal["good", "damaged", "missing"]
    reason: str = Field("", max_length=500, description="Needed for damaged pieces.")
    photo: str = Field("", max_length=500, description="Where the picture is kept.")


class InspectIn(In):
    findings: list[FindingIn] = Field(min_length=1, max_length=500)


class SettleIn(In):
    amount: int | None = Field(
        None, ge=0, le=10**13, strict=True, description="Off the order's price; null: all the pieces cost."
    )
    exchange: bool = Field(True, description="False: no other goods, even if they were asked for.")
    shipping_fee: int = Field(0, ge=0, le=10**9, strict=True, description="Of the exchange order.")


class ReturnLineOut(Out):
    sku: str
    quantity: int
    exchange_sku: str
    good: int
    damaged: int
    missing: int


class FindingOut(Out):
    sku: str
    quantity: int
    condition: str
    reason: str
    photo: str
    at: datetime


class ReturnOut(Out):
    id: str
    code: str
    order: str
    kind: str
    origin: str = Field(description="`parcel`: it could not be delivered and came back.")
    state: str
    reason: str
    photo_count: int
    decision_note: str
    warehouse: str | None
    credit: int = Field(description="Taken off the order's price.")
    refund: str | None
    exchange_order: str | None
    requested_at: datetime
    decided_at: datetime | None
    received_at: datetime | None
    inspected_at: datetime | None
    settled_at: datetime | None
    lines: list[ReturnLineOut]


class ReturnDetailOut(ReturnOut):
    findings: list[FindingOut]


@router.get("/returns")
def returns(
    desk: DeskDep,
    authorization: Authorization,
    state: State | None = None,
    origin: Literal["buyer", "parcel"] | None = None,
    order: Annotated[str | None, Query(max_length=40, description="Code of an order.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ReturnOut]:
    """Newest first."""

    def work(session: Session) -> Page[ReturnOut]:
        rows = list_returns(
            session, before=cursor, limit=limit + 1, states=(state,) if state else (), origin=origin,
            order_id=get_order(session, order).id if order is not None else None,
        )  # fmt: skip
        items = [ReturnOut(**view) for view in _views(session, rows[:limit])]
        return Page(items=items, next_cursor=next_cursor(rows, limit))

    return read(desk, authorization, "returns", work)


@router.post("/returns", status_code=201)
def add_return(
    desk: DeskDep, body: ReturnIn, authorization: Authorization, once: IdempotencyKey
) -> ReturnDetailOut:
    """A buyer's request, or a parcel that came back; the parcel's return that stands when there is one."""

    def work(session: Session, actor: Actor) -> ReturnDetailOut:
        order, now = get_order(session, body.order), desk.clock()
        if body.kind == "undelivered":
            if body.lines:
                raise Invalid("lines_unfit", "A parcel comes back as it was sent: leave the lines out.", {})
            return _detail(session, take_undelivered(session, order_id=order.id, actor=actor, now=now))
        made = request_return(
            session, order_id=order.id, kind=body.kind, reason=body.reason, actor=actor, now=now,
            wishes=[Wish(line.sku, line.quantity, line.exchange_sku) for line in body.lines],
            photo_count=body.photo_count,
        )  # fmt: skip
        return _detail(session, made)

    return create(desk, authorization, "returns", once, body.model_dump(), ReturnDetailOut, work)


@router.get("/returns/{return_code}")
def one_return(desk: DeskDep, return_code: str, authorization: Authorization) -> ReturnDetailOut:
    return read(desk, authorization, "returns", lambda s: _detail(s, get_return(s, return_code)))


@router.post("/returns/{return_code}/approve")
def approve(desk: DeskDep, return_code: str, body: NoteIn, authorization: Authorization) -> ReturnDetailOut:
    def work(session: Session, actor: Actor) -> ReturnDetailOut:
        done = approve_return(session, code=return_code, note=body.note, actor=actor, now=desk.clock())
        return _detail(session, done)

    return change(desk, authorization, "returns", work)


@router.post("/returns/{return_code}/reject")
def reject(desk: DeskDep, return_code: str, body: RejectIn, authorization: Authorization) -> ReturnDetailOut:
    def work(session: Session, actor: Actor) -> ReturnDetailOut:
        done = reject_return(session, code=return_code, reason=body.reason, actor=actor, now=desk.clock())
        return _detail(session, done)

    return change(desk, authorization, "returns", work)


@router.post("/returns/{return_code}/cancel")
def cancel(desk: DeskDep, return_code: str, authorization: Authorization) -> ReturnDetailOut:
    """While nothing has arrived."""

    def work(session: Session, actor: Actor) -> ReturnDetailOut:
        return _detail(session, cancel_return(session, code=return_code, actor=actor, now=desk.clock()))

    return change(desk, authorization, "returns", work)


@router.post("/returns/{return_code}/receive")
def receive(
    desk: DeskDep, return_code: str, body: ReceiveIn, authorization: Authorization
) -> ReturnDetailOut:
    """The goods have arrived at a warehouse."""

    def work(session: Session, actor: Actor) -> ReturnDetailOut:
        done = receive_return(
            session, code=return_code, warehouse_code=body.warehouse_code, actor=actor, now=desk.clock()
        )
        return _detail(session, done)

    return change(desk, authorization, "returns", work)


@router.post("/returns/{return_code}/inspect")
def inspect(
    desk: DeskDep, return_code: str, body: InspectIn, authorization: Authorization
) -> ReturnDetailOut:
    """Good pieces go back to stock, damaged ones are written off. All at once or in several goes."""

    def work(session: Session, actor: Actor) -> ReturnDetailOut:
        findings = [Finding(f.sku, f.quantity, f.condition, f.reason, f.photo) for f in body.findings]
        done = inspect_return(session, code=return_code, findings=findings, actor=actor, now=desk.clock())
        return _detail(session, done)

    return change(desk, authorization, "returns", work)


@router.post("/returns/{return_code}/settle")
def settle(desk: DeskDep, return_code: str, body: SettleIn, authorization: Authorization) -> ReturnDetailOut:
    """Money back, other goods, or both; what is to be refunded waits for its approval."""

    def work(session: Session, actor: Actor) -> ReturnDetailOut:
        done = settle_return(
            session, code=return_code, amount=body.amount, exchange=body.exchange, actor=actor, now=desk.clock(),
            shipping_fee=body.shipping_fee,
        )  # fmt: skip
        return _detail(session, done)

    return change(desk, authorization, "returns", work)


def _detail(session: Session, request: Return) -> ReturnDetailOut:
    findings = [
        FindingOut(
            sku=sku, quantity=f.quantity, condition=f.condition, reason=f.reason, photo=f.photo, at=f.at
        )
        for sku, f in findings_of(session, request)
    ]
    (view,) = _views(session, [request])
    return ReturnDetailOut(**view, findings=findings)


def _views(session: Session, rows: list[Return]) -> list[dict[str, Any]]:
    """With codes where the rows hold ids."""
    order_ids = {row.order_id for row in rows} | {row.exchange_order_id for row in rows}
    orders = _codes(session, select(Order.id, Order.code).where(Order.id.in_(order_ids)))
    refund_ids = [row.refund_id for row in rows]
    refunds = _codes(session, select(Refund.id, Refund.code).where(Refund.id.in_(refund_ids)))
    places = [row.warehouse_id for row in rows]
    warehouses = _codes(session, select(Warehouse.id, Warehouse.code).where(Warehouse.id.in_(places)))
    return [
        {
            **{name: getattr(row, name) for name in ReturnOut.model_fields if hasattr(row, name)},
            "lines": [ReturnLineOut.model_validate(line) for line in row.lines],
            "order": orders[row.order_id],
            "warehouse": warehouses.get(row.warehouse_id or ""),
            "refund": refunds.get(row.refund_id or ""),
            "exchange_order": orders.get(row.exchange_order_id or ""),
        }
        for row in rows
    ]


def _codes(session: Session, statement: Any) -> dict[str, str]:
    return {str(row_id): str(code) for row_id, code in session.execute(statement)}
