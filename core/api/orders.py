"""/carts, /quotes, /orders with their steps, /customers."""

from datetime import datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Query, Response
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
    read_address,
)
from core.api.error_handlers import REFUSALS
from core.api.order_schemas import DuplicateOut, OrderDetailOut
from core.api.paging import page_of
from core.api.schemas import (
    AddressIn,
    CancelIn,
    CancelOut,
    CartIn,
    CartOut,
    CustomerIn,
    CustomerOut,
    OrderChangeIn,
    OrderIn,
    OrderOut,
    Page,
    QuoteOut,
)
from core.api.times import aware_or_none
from core.api.versions import IfMatch, expected_version, set_etag
from core.customers.identities import customer_for
from core.customers.models import Customer
from core.customers.phones import normalise_phone
from core.errors import Invalid, NotFound
from core.orders.cancellation import cancel_order
from core.orders.carts import draft_cart
from core.orders.editing import OrderChanges, change_order
from core.orders.fulfilment import accept_order, pack_order
from core.orders.models import Order
from core.orders.placement import place_order
from core.orders.queries import OrderFilter, get_order, list_orders
from core.orders.quoting import CarrierFee, quote_cart
from core.orders.risk import deposit_due
from core.orders.watching import pack_by, suspected_duplicates
from core.ports.addresses import DeliveryAddress
from core.shipping.rates import FeeQuestion, fee_question, with_carrier_fee
from core.shop import shop_profile


class Step(Protocol):
    def __call__(self, session: Session, *, order_id: str, actor: Actor, now: datetime) -> Order: ...


router = APIRouter(prefix="/api/v1", tags=["orders"], responses=REFUSALS)


@router.get("/customers")
def customers(
    desk: DeskDep, authorization: Authorization, cursor: Cursor = None, limit: Limit = 50
) -> Page[CustomerOut]:
    def work(session: Session) -> Page[CustomerOut]:
        statement = select(Customer).order_by(Customer.id).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(Customer.id > cursor)
        rows = list(session.scalars(statement))
        return page_of(rows, limit, CustomerOut.model_validate)

    return read(desk, authorization, "customers", work)


@router.get("/customers/{customer_id}")
def customer(desk: DeskDep, customer_id: str, authorization: Authorization) -> CustomerOut:
    return read(
        desk, authorization, "customers", lambda s: CustomerOut.model_validate(_customer(s, customer_id))
    )


@router.post("/customers", status_code=201)
def add_customer(
    desk: DeskDep,
    body: CustomerIn,
    authorization: Authorization,
    once: IdempotencyKey,
) -> CustomerOut:
    """The customer of (channel, user_id): made now, or known before and brought up to date."""

    def work(session: Session, actor: Actor) -> CustomerOut:
        row = customer_for(session, chat_channel=body.channel, external_id=body.user_id, now=desk.clock())
        row.name, row.email, row.updated_at = body.name, body.email, desk.clock()
        if body.phone:
            row.phone = normalise_phone(body.phone)
        session.flush()
        return CustomerOut.model_validate(row)

    return create(desk, authorization, "customers", once, body.model_dump(), CustomerOut, work)


@router.post("/carts", status_code=201)
def add_cart(
    desk: DeskDep,
    body: CartIn,
    authorization: Authorization,
    once: IdempotencyKey,
) -> CartOut:
    """A draft with lines, receiver, address and payment; without `customer_id` the phone names the customer."""
    try:
        address = read_address(desk, body.address, place_of(body.place))
    except Invalid:
        read(desk, authorization, "orders", lambda _session: None)  # strangers learn nothing about places
        raise

    def work(session: Session, actor: Actor) -> CartOut:
        now = desk.clock()
        buyer = _buyer(session, body, now)
        cart = draft_cart(session, customer_id=buyer, sales_channel="api", draft=body.draft(address), now=now)
        return CartOut.model_validate(cart)

    return create(desk, authorization, "orders", once, body.model_dump(), CartOut, work)


@router.post("/carts/{cart_id}/quotes", status_code=201)
def add_quote(desk: DeskDep, cart_id: str, authorization: Authorization, once: IdempotencyKey) -> QuoteOut:
    """Freeze the cart with all amounts; an order is placed from a quote only.

    Where the shop passes the carrier's fee on, the carrier is asked; 503 `carrier_fee_unknown` when it does not tell.
    """

    def quoted(fee: CarrierFee | None) -> QuoteOut:
        def work(session: Session, actor: Actor) -> QuoteOut:
            quote = quote_cart(session, cart_id=cart_id, now=desk.clock(), carrier_fee=fee)
            return QuoteOut.model_validate(quote)

        return create(desk, authorization, "orders", once, {"cart": cart_id}, QuoteOut, work)

    def question() -> FeeQuestion | None:
        return read(desk, authorization, "orders", lambda s: fee_question(s, cart_id=cart_id))

    return with_carrier_fee(quoted, question, desk.carriers)


@router.post("/orders", status_code=201)
def add_order(
    desk: DeskDep,
    body: OrderIn,
    authorization: Authorization,
    once: IdempotencyKey,
) -> OrderOut:
    """Place the order of a quote; the same quote again gives the same order."""

    def work(session: Session, actor: Actor) -> OrderOut:
        return OrderOut.model_validate(
            place_order(session, actor=actor, quote_id=body.quote_id, now=desk.clock())
        )

    return create(desk, authorization, "orders", once, body.model_dump(), OrderOut, work)


@router.get("/orders")
def orders(
    desk: DeskDep,
    authorization: Authorization,
    status: Annotated[str | None, Query(max_length=20)] = None,
    fulfilment_state: Annotated[str | None, Query(max_length=20)] = None,
    payment_state: Annotated[str | None, Query(max_length=20)] = None,
    customer_id: Annotated[str | None, Query(max_length=64)] = None,
    sales_channel: Annotated[str | None, Query(max_length=40)] = None,
    placed_from: datetime | None = None,
    placed_to: datetime | None = None,
    tag: Annotated[str | None, Query(max_length=40)] = None,
    order_code: Annotated[str | None, Query(alias="code", max_length=40)] = None,
    phone: Annotated[str | None, Query(max_length=30, description="Whole, or its last figures.")] = None,
    q: Annotated[str, Query(max_length=100, description="Code, phone or name.")] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[OrderOut]:
    """Newest first."""
    filters = OrderFilter(
        status=status, fulfilment_state=fulfilment_state, payment_state=payment_state,
        customer_id=customer_id, sales_channel=sales_channel, placed_from=aware_or_none(placed_from),
        placed_to=aware_or_none(placed_to), tag=tag, code=order_code, phone=phone, text=q,
    )  # fmt: skip

    def work(session: Session) -> Page[OrderOut]:
        rows = list_orders(session, filters=filters, before=cursor, limit=limit + 1)
        return page_of(rows, limit, OrderOut.model_validate)

    return read(desk, authorization, "orders", work)


@router.get("/orders/{code}")
def order(desk: DeskDep, code: str, response: Response, authorization: Authorization) -> OrderDetailOut:
    """`ETag` names the version that was seen; send it as `If-Match` with a change."""

    def work(session: Session) -> OrderDetailOut:
        found = get_order(session, code)
        set_etag(response, found.version)
        profile = shop_profile(session)
        twins = suspected_duplicates(session, found, within_hours=profile.duplicates_within_hours)
        return OrderDetailOut(
            **OrderOut.model_validate(found).model_dump(), pack_by=pack_by(found, profile),
            suspected_duplicates=[DuplicateOut.model_validate(twin) for twin in twins],
            deposit_due=deposit_due(found) if found.risk_state == "open" else 0,
        )  # fmt: skip

    return read(desk, authorization, "orders", work)


@router.patch("/orders/{code}")
def change_placed_order(
    desk: DeskDep,
    code: str,
    body: OrderChangeIn,
    response: Response,
    authorization: Authorization,
    if_match: IfMatch = None,
) -> OrderOut:
    """Receiver, address, note and lines while nothing is packed; priced and stocked anew. A line with quantity 0
    goes, lines not named stay.
    """
    address = read_address(desk, body.address, place_of(body.place))
    changes = OrderChanges(
        {line.sku: line.quantity for line in body.lines}, body.name, body.phone, address, body.note
    )

    def work(session: Session, actor: Actor) -> OrderOut:
        changed = change_order(
            session, order_id=get_order(session, code).id, changes=changes, actor=actor, now=desk.clock(),
            expected_version=expected_version(if_match),
        )  # fmt: skip
        set_etag(response, changed.version)
        return OrderOut.model_validate(changed)

    return change(desk, authorization, "orders", work)


@router.post("/orders/{code}/accept")
def accept(desk: DeskDep, code: str, authorization: Authorization) -> OrderOut:
    """`new` → `processing`."""
    return _step(desk, authorization, code, accept_order)


@router.post("/orders/{code}/pack")
def pack(desk: DeskDep, code: str, authorization: Authorization) -> OrderOut:
    return _step(desk, authorization, code, pack_order)


@router.post("/orders/{code}/cancel")
def cancel(desk: DeskDep, code: str, body: CancelIn, authorization: Authorization) -> CancelOut:
    def work(session: Session, actor: Actor) -> CancelOut:
        order_id = get_order(session, code).id
        outcome = cancel_order(session, order_id=order_id, reason=body.reason, actor=actor, now=desk.clock())
        return CancelOut(order=OrderOut.model_validate(outcome.order), waiting_for=outcome.waiting_for)

    return change(desk, authorization, "orders", work)


def _step(desk: Desk, authorization: str | None, code: str, step: "Step") -> OrderOut:
    def work(session: Session, actor: Actor) -> OrderOut:
        order_id = get_order(session, code).id
        return OrderOut.model_validate(step(session, order_id=order_id, actor=actor, now=desk.clock()))

    return change(desk, authorization, "orders", work)


def place_of(place: AddressIn | None) -> DeliveryAddress | None:
    if place is None:
        return None
    return DeliveryAddress(
        era=place.era, street=place.street, ward="", ward_code=place.ward_code, district="",
        district_code=place.district_code, province="", province_code=place.province_code,
    )  # fmt: skip


def _buyer(session: Session, body: CartIn, now: datetime) -> str:
    if body.customer_id is not None:
        return _customer(session, body.customer_id).id
    phone = normalise_phone(body.phone)
    return customer_for(session, chat_channel="api-phone", external_id=phone, now=now).id


def _customer(session: Session, customer_id: str) -> Customer:
    row = session.get(Customer, customer_id)
    if row is None:
        raise NotFound("customer_not_found", "There is no such customer.", {})
    return row
