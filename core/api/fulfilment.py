"""/shipments, /invoices, /approvals, payments and documents."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.api.access import (
    Authorization,
    Cursor,
    Desk,
    DeskDep,
    IdempotencyKey,
    Limit,
    change,
    create,
    read,
)
from core.api.error_handlers import REFUSALS
from core.api.paging import page_of
from core.api.schemas import ApprovalOut, DecisionIn, In, InvoiceOut, OrderOut, Page, ShipmentOut
from core.approvals.decisions import decide, get_approval
from core.approvals.models import Approval
from core.documents.models import Document
from core.errors import NotFound
from core.invoices.checks import InvoiceBuyerInput
from core.invoices.issuing import get_invoice, issue_invoice, request_invoice
from core.invoices.models import Invoice
from core.orders.fulfilment import complete_if_done
from core.orders.queries import get_order
from core.payments.recording import confirm_bank_transfer
from core.payments.refunds import follow_decision
from core.purchasing.ordering import carry_out_approved as confirm_approved
from core.shipping.booking import request_shipment
from core.shipping.models import Shipment
from core.tickets.refunds import carry_out_cancellation

router = APIRouter(prefix="/api/v1", tags=["fulfilment"], responses=REFUSALS)


class PaymentIn(In):
    amount: int = Field(ge=1, le=10**13, strict=True)
    reference: str = Field(
        min_length=1, max_length=200, description="The bank's reference; once per transfer."
    )


class InvoiceWishIn(In):
    company: str = Field("", max_length=400)
    tax_code: str = Field("", max_length=20)
    address: str = Field("", max_length=400)
    email: str = Field("", max_length=200)


@router.post("/orders/{code}/payments", status_code=201)
def add_payment(
    desk: DeskDep,
    code: str,
    body: PaymentIn,
    authorization: Authorization,
    once: IdempotencyKey,
) -> OrderOut:
    """A bank transfer that was seen on the account."""

    def work(session: Session, actor: Actor) -> OrderOut:
        order = get_order(session, code)
        confirm_bank_transfer(
            session,
            actor=actor,
            order_id=order.id,
            amount=body.amount,
            reference=body.reference,
            now=desk.clock(),
        )
        complete_if_done(session, order_id=order.id, now=desk.clock())
        return OrderOut.model_validate(get_order(session, order.id))

    request = {"order": code, **body.model_dump()}
    return create(desk, authorization, "orders", once, request, OrderOut, work)


@router.post("/orders/{code}/shipments", status_code=201)
def add_shipment(desk: DeskDep, code: str, authorization: Authorization, once: IdempotencyKey) -> ShipmentOut:
    """Book a parcel for a packed order; the live parcel when there is one."""

    def work(session: Session, actor: Actor) -> ShipmentOut:
        order = get_order(session, code)
        shipment = request_shipment(session, actor=actor, order_id=order.id, now=desk.clock())
        return ShipmentOut.model_validate(shipment)

    return create(desk, authorization, "shipments", once, {"order": code}, ShipmentOut, work)


@router.get("/shipments")
def shipments(
    desk: DeskDep,
    authorization: Authorization,
    order: Annotated[str | None, Query(max_length=40)] = None,
    state: Annotated[str | None, Query(max_length=20)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ShipmentOut]:
    """Newest first."""

    def work(session: Session) -> Page[ShipmentOut]:
        statement = select(Shipment).order_by(Shipment.id.desc()).limit(limit + 1)
        if order is not None:
            statement = statement.where(Shipment.order_id == get_order(session, order).id)
        if state is not None:
            statement = statement.where(Shipment.state == state)
        if cursor is not None:
            statement = statement.where(Shipment.id < cursor)
        rows = list(session.scalars(statement))
        return page_of(rows, limit, ShipmentOut.model_validate)

    return read(desk, authorization, "shipments", work)


@router.get("/shipments/{shipment_id}")
def shipment(desk: DeskDep, shipment_id: str, authorization: Authorization) -> ShipmentOut:
    def work(session: Session) -> ShipmentOut:
        row = session.get(Shipment, shipment_id)
        if row is None:
            raise NotFound("shipment_not_found", "There is no such shipment.", {})
        return ShipmentOut.model_validate(row)

    return read(desk, authorization, "shipments", work)


@router.put("/orders/{code}/invoice-request", status_code=204)
def wish_invoice(desk: DeskDep, code: str, body: InvoiceWishIn, authorization: Authorization) -> None:
    """Whom the invoice is to be made out to."""

    def work(session: Session, actor: Actor) -> None:
        order = get_order(session, code)
        buyer = InvoiceBuyerInput(body.company, body.tax_code, body.address, body.email)
        request_invoice(session, actor=actor, order_id=order.id, buyer=buyer, now=desk.clock())

    change(desk, authorization, "invoices", work)


@router.post("/orders/{code}/invoices", status_code=201)
def add_invoice(desk: DeskDep, code: str, authorization: Authorization, once: IdempotencyKey) -> InvoiceOut:
    """Issue the order's invoice; the first one when it is issued already."""

    def work(session: Session, actor: Actor) -> InvoiceOut:
        order = get_order(session, code)
        return InvoiceOut.model_validate(
            issue_invoice(session, actor=actor, order_id=order.id, now=desk.clock())
        )

    return create(desk, authorization, "invoices", once, {"order": code}, InvoiceOut, work)


@router.get("/invoices")
def invoices(
    desk: DeskDep,
    authorization: Authorization,
    order: Annotated[str | None, Query(max_length=40)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[InvoiceOut]:
    """Newest first."""

    def work(session: Session) -> Page[InvoiceOut]:
        statement = select(Invoice).order_by(Invoice.id.desc()).limit(limit + 1)
        if order is not None:
            statement = statement.where(Invoice.order_id == get_order(session, order).id)
        if cursor is not None:
            statement = statement.where(Invoice.id < cursor)
        rows = list(session.scalars(statement))
        return page_of(rows, limit, InvoiceOut.model_validate)

    return read(desk, authorization, "invoices", work)


@router.get("/invoices/{invoice_id}")
def invoice(desk: DeskDep, invoice_id: str, authorization: Authorization) -> InvoiceOut:
    return read(
        desk, authorization, "invoices", lambda s: InvoiceOut.model_validate(get_invoice(s, invoice_id))
    )


@router.get(
    "/documents/{document_id}",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}, "application/xml": {}}}},
)
def document(desk: DeskDep, document_id: str, authorization: Authorization) -> Response:
    """A label or an invoice file."""

    def work(session: Session) -> Response:
        row = session.get(Document, document_id)
        if row is None:
            raise NotFound("document_not_found", "There is no such document.", {})
        content = session.scalars(select(Document.content).where(Document.id == document_id)).one()
        return Response(
            content,
            media_type=row.content_type,
            headers={"Content-Disposition": f'attachment; filename="{row.filename}"'},
        )

    return read(desk, authorization, "shipments", work)


@router.get("/approvals")
def approvals(
    desk: DeskDep,
    authorization: Authorization,
    state: Annotated[str | None, Query(max_length=20)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ApprovalOut]:
    """Newest first."""

    def work(session: Session) -> Page[ApprovalOut]:
        statement = select(Approval).order_by(Approval.id.desc()).limit(limit + 1)
        if state is not None:
            statement = statement.where(Approval.state == state)
        if cursor is not None:
            statement = statement.where(Approval.id < cursor)
        rows = list(session.scalars(statement))
        return page_of(rows, limit, ApprovalOut.model_validate)

    return read(desk, authorization, "approvals", work)


@router.get("/approvals/{code}")
def approval(desk: DeskDep, code: str, authorization: Authorization) -> ApprovalOut:
    return read(desk, authorization, "approvals", lambda s: ApprovalOut.model_validate(get_approval(s, code)))


@router.post("/approvals/{code}/approve")
def approve(desk: DeskDep, code: str, body: DecisionIn, authorization: Authorization) -> ApprovalOut:
    """The first yes counts; what was asked for is done with it. `used` says that it is done."""
    return _decide(desk, authorization, code, body, approve=True)


@router.post("/approvals/{code}/reject")
def reject(desk: DeskDep, code: str, body: DecisionIn, authorization: Authorization) -> ApprovalOut:
    return _decide(desk, authorization, code, body, approve=False)


def _decide(
    desk: Desk, authorization: str | None, code: str, body: DecisionIn, *, approve: bool
) -> ApprovalOut:
    def work(session: Session, actor: Actor) -> ApprovalOut:
        now = desk.clock()
        decided = decide(session, code=code, approve=approve, actor=actor, now=now, note=body.note)
        carry_out_cancellation(session, approval=decided, actor=actor, now=now)
        follow_decision(session, approval=decided, actor=actor, now=now)
        confirm_approved(session, approval=decided, actor=actor, now=now)
        return ApprovalOut.model_validate(get_approval(session, decided.code))

    return change(desk, authorization, "approvals", work)
