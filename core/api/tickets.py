"""/tickets and /invoice-requests: what waits for people."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy.orm import Session

from core.actor import Actor
from core.api.access import Authorization, Cursor, DeskDep, Limit, change, read
from core.api.error_handlers import REFUSALS
from core.api.paging import page_of
from core.api.schemas import Out, Page
from core.invoices.requests import invoice_requests
from core.orders.models import Order
from core.orders.queries import get_order
from core.tickets.filing import Kind, close_ticket, get_ticket, list_tickets

router = APIRouter(prefix="/api/v1", tags=["tickets"], responses=REFUSALS)


class TicketOut(Out):
    id: str
    code: str
    kind: str
    state: str
    conversation_id: str
    customer_id: str | None
    order: str = Field(validation_alias="order_code", description="Code of the order, empty when about none.")
    skus: list[str]
    summary: str
    details: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    closed_by_name: str


class InvoiceRequestOut(Out):
    order: str
    tax_code: str
    company: str
    address: str
    email: str
    name: str = Field(description="Of the buyer on the invoice, when it is made out to a person.")
    requested_at: datetime | None
    state: str = Field(description="Of the order's invoice: requested, issuing, issued, coded or refused.")


@router.get("/tickets")
def tickets(
    desk: DeskDep,
    authorization: Authorization,
    kind: Kind | None = None,
    state: Literal["open", "closed"] | None = None,
    order: Annotated[str | None, Query(max_length=40, description="Code of an order.")] = None,
    conversation_id: Annotated[str | None, Query(max_length=64)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[TicketOut]:
    """Newest first."""

    def work(session: Session) -> Page[TicketOut]:
        rows = list_tickets(
            session, before=cursor, limit=limit + 1, kind=kind, state=state, conversation_id=conversation_id,
            order_id=get_order(session, order).id if order is not None else None,
        )  # fmt: skip
        return page_of(rows, limit, TicketOut.model_validate)

    return read(desk, authorization, "tickets", work)


@router.get("/tickets/{code}")
def ticket(desk: DeskDep, code: str, authorization: Authorization) -> TicketOut:
    return read(desk, authorization, "tickets", lambda s: TicketOut.model_validate(get_ticket(s, code)))


@router.post("/tickets/{code}/close")
def close(desk: DeskDep, code: str, authorization: Authorization) -> TicketOut:
    """`code` or id; a second close is refused."""

    def work(session: Session, actor: Actor) -> TicketOut:
        return TicketOut.model_validate(close_ticket(session, code=code, actor=actor, now=desk.clock()))

    return change(desk, authorization, "tickets", work)


@router.get("/invoice-requests")
def requests(
    desk: DeskDep,
    authorization: Authorization,
    order: Annotated[str | None, Query(max_length=40, description="Code of an order.")] = None,
    state: Annotated[str | None, Query(max_length=20)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[InvoiceRequestOut]:
    """Orders whose buyer asked for an invoice of their own, newest order first."""

    def work(session: Session) -> Page[InvoiceRequestOut]:
        rows = invoice_requests(
            session, before=cursor, limit=limit + 1, state=state,
            order_id=get_order(session, order).id if order is not None else None,
        )  # fmt: skip
        return page_of(rows, limit, _request)

    return read(desk, authorization, "invoices", work)


def _request(order: Order) -> InvoiceRequestOut:
    wish = {"company": "", "tax_code": "", "address": "", "email": "", "name": "", **order.invoice_request}
    return InvoiceRequestOut(
        order=order.code, requested_at=order.invoice_requested_at, state=order.invoice_state, **wish
    )
