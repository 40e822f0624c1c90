"""/refunds and /bank-transfers: money that goes back, and money that came in by the bank."""

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
from core.api.schemas import In, Out, Page
from core.orders.models import Order
from core.orders.queries import get_order
from core.payments.bank_matching import (
    MAX_PARTS,
    Part,
    assign_transfer,
    dismiss_transfer,
    get_transfer,
    list_transfers,
    used_for,
)
from core.payments.models import BankTransfer, Refund
from core.payments.refunds import cancel_refund, get_refund, list_refunds, pay_refund, request_refund
from core.payments.taking_back import take_transfer_back

router = APIRouter(prefix="/api/v1", tags=["payments"], responses=REFUSALS)
Amount = Annotated[int, Field(ge=1, le=10**13, strict=True)]
OrderCode = Annotated[str | None, Query(max_length=40, description="Code of an order.")]


class RefundIn(In):
    """`goodwill` lowers what is due, `overpaid` does not; left out it is `overpaid` as far as that goes."""

    amount: Amount
    kind: Literal["overpaid", "goodwill"] | None = None
    reason: str = Field("", max_length=500)


class RefundPaidIn(In):
    method: Literal["bank_transfer", "cash", "other"]
    reference: str = Field(min_length=1, max_length=200, description="The bank's number, or the receipt's.")


class RefundOut(Out):
    id: str
    code: str
    order: str
    kind: str
    amount: int
    state: str
    reason: str
    method: str
    reference: str
    decision_note: str
    requested_at: datetime
    decided_at: datetime | None
    paid_at: datetime | None


class SuggestionOut(Out):
    order: str
    amount: int
    why: str


class UsedOut(Out):
    order: str
    amount: int


class TransferOut(Out):
    """`verdict` says why it closed an order by itself, or why it waits for a person."""

    id: str
    code: str
    bank: str
    external_id: str
    account: str
    amount: int
    memo: str
    reference: str
    at: datetime
    received_at: datetime
    state: str
    verdict: str
    suggestions: list[SuggestionOut]
    used: list[UsedOut]
    note: str
    decided_at: datetime | None


class PartIn(In):
    order: str = Field(min_length=1, max_length=40)
    amount: Amount | None = Field(None, description="Left out: what the other parts leave.")


class AssignIn(In):
    parts: list[PartIn] = Field(min_length=1, max_length=MAX_PARTS)


class DismissIn(In):
    why: Literal["not_ours", "recorded", "refund_due"]
    note: str = Field("", max_length=400)


class TakeBackIn(In):
    reason: str = Field(min_length=1, max_length=400)


@router.get("/refunds")
def refunds(
    desk: DeskDep,
    authorization: Authorization,
    state: Literal["requested", "approved", "paid", "rejected", "cancelled"] | None = None,
    order: OrderCode = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RefundOut]:
    """Newest first."""

    def work(session: Session) -> Page[RefundOut]:
        rows = list_refunds(
            session, before=cursor, limit=limit + 1, state=state,
            order_id=get_order(session, order).id if order is not None else None,
        )  # fmt: skip
        items = _refunds(session, rows[:limit])
        return Page(items=items, next_cursor=next_cursor(rows, limit))

    return read(desk, authorization, "payments", work)


@router.post("/orders/{code}/refunds", status_code=201)
def add_refund(
    desk: DeskDep, code: str, body: RefundIn, authorization: Authorization, once: IdempotencyKey
) -> RefundOut:
    """Never more than was paid and is not promised back yet. `requested` waits for an approval."""

    def work(session: Session, actor: Actor) -> RefundOut:
        made = request_refund(
            session, order_id=get_order(session, code).id, amount=body.amount, kind=body.kind, reason=body.reason,
            actor=actor, now=desk.clock(),
        )  # fmt: skip
        return _refunds(session, [made])[0]

    request = {"order": code, **body.model_dump()}
    return create(desk, authorization, "payments", once, request, RefundOut, work)


@router.get("/refunds/{refund_code}")
def refund(desk: DeskDep, refund_code: str, authorization: Authorization) -> RefundOut:
    return read(desk, authorization, "payments", lambda s: _refunds(s, [get_refund(s, refund_code)])[0])


@router.post("/refunds/{refund_code}/pay")
def pay(desk: DeskDep, refund_code: str, body: RefundPaidIn, authorization: Authorization) -> RefundOut:
    """An approved refund was sent; a second time is refused."""

    def work(session: Session, actor: Actor) -> RefundOut:
        paid = pay_refund(
            session,
            code=refund_code,
            method=body.method,
            reference=body.reference,
            actor=actor,
            now=desk.clock(),
        )
        return _refunds(session, [paid])[0]

    return change(desk, authorization, "payments", work)


@router.post("/refunds/{refund_code}/cancel")
def cancel(desk: DeskDep, refund_code: str, authorization: Authorization) -> RefundOut:
    def work(session: Session, actor: Actor) -> RefundOut:
        done = cancel_refund(session, code=refund_code, actor=actor, now=desk.clock())
        return _refunds(session, [done])[0]

    return change(desk, authorization, "payments", work)


@router.get("/bank-transfers")
def transfers(
    desk: DeskDep,
    authorization: Authorization,
    state: Literal["new", "matched", "doubtful", "refund_due", "dismissed"] | None = None,
    bank: Annotated[str | None, Query(max_length=40)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[TransferOut]:
    """Newest first."""

    def work(session: Session) -> Page[TransferOut]:
        rows = list_transfers(session, before=cursor, limit=limit + 1, state=state, bank=bank)
        items = _transfers(session, rows[:limit])
        return Page(items=items, next_cursor=next_cursor(rows, limit))

    return read(desk, authorization, "payments", work)


@router.get("/bank-transfers/{transfer_code}")
def transfer(desk: DeskDep, transfer_code: str, authorization: Authorization) -> TransferOut:
    return read(desk, authorization, "payments", lambda s: _transfers(s, [get_transfer(s, transfer_code)])[0])


@router.post("/bank-transfers/{transfer_code}/assign")
def assign(desk: DeskDep, transfer_code: str, body: AssignIn, authorization: Authorization) -> TransferOut:
    """To one order, or to several with amounts that add up to it; once."""

    def work(session: Session, actor: Actor) -> TransferOut:
        parts = [Part(part.order, part.amount) for part in body.parts]
        done = assign_transfer(session, code=transfer_code, parts=parts, actor=actor, now=desk.clock())
        return _transfers(session, [done])[0]

    return change(desk, authorization, "payments", work)


@router.post("/bank-transfers/{transfer_code}/dismiss")
def dismiss(desk: DeskDep, transfer_code: str, body: DismissIn, authorization: Authorization) -> TransferOut:
    """It pays no order: not a sale's, recorded by hand before, or to be sent back (which leaves a task)."""

    def work(session: Session, actor: Actor) -> TransferOut:
        done = dismiss_transfer(
            session, code=transfer_code, why=body.why, note=body.note, actor=actor, now=desk.clock()
        )
        return _transfers(session, [done])[0]

    return change(desk, authorization, "payments", work)


@router.post("/bank-transfers/{transfer_code}/take-back")
def take_back(
    desk: DeskDep, transfer_code: str, body: TakeBackIn, authorization: Authorization
) -> TransferOut:
    """It was given to the wrong order: all it paid is due again, and it waits for a person."""

    def work(session: Session, actor: Actor) -> TransferOut:
        done = take_transfer_back(
            session, code=transfer_code, reason=body.reason, actor=actor, now=desk.clock()
        )
        return _transfers(session, [done])[0]

    return change(desk, authorization, "payments", work)


def _refunds(session: Session, rows: list[Refund]) -> list[RefundOut]:
    ids = {row.order_id for row in rows}
    orders = session.execute(select(Order.id, Order.code).where(Order.id.in_(ids)))
    codes = {row.id: row.code for row in orders}
    return [RefundOut(**_fields(RefundOut, row), order=codes[row.order_id]) for row in rows]


def _transfers(session: Session, rows: list[BankTransfer]) -> list[TransferOut]:
    used = used_for(session, rows)
    return [
        TransferOut(
            **_fields(TransferOut, row),
            used=[UsedOut(order=code, amount=part) for code, part in used[row.id]],
        )
        for row in rows
    ]


def _fields(shape: type[Out], row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in shape.model_fields if hasattr(row, name)}
