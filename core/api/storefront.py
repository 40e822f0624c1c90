"""/storefront: what pages of the shop's own website need, under a key that everybody may read (`pk_…`)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Header, Query
from pydantic import BaseModel, Field
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
    Once,
    create,
    read_address,
)
from core.api.auth import check_origin, require_key
from core.api.error_handlers import REFUSALS
from core.api.paging import next_cursor
from core.api.schemas import DraftIn, OrderIn, Out, Page
from core.catalogue.models import Product
from core.catalogue.queries import get_product, list_products
from core.catalogue.search import search_products
from core.errors import Invalid, NotFound
from core.orders.models import Order
from core.orders.quoting import CarrierFee
from core.purchasing.incoming import expected_again
from core.purchasing.suppliers import variants_named
from core.sales_channels.storefront import order_of_visit, place_visit, quote_visit, start_visit
from core.shipping.models import Shipment
from core.shipping.rates import fee_question, with_carrier_fee
from core.stock.availability import available_by_variant

router = APIRouter(prefix="/api/v1/storefront", tags=["storefront"], responses=REFUSALS)
SCOPE = "storefront"
TOLD_UP_TO = 10
"""More pieces than these are nobody's business."""
T = TypeVar("T")
ModelT = TypeVar("ModelT", bound=BaseModel)
CartToken = Annotated[
    str, Header(alias="X-Cart-Token", min_length=1, max_length=200, pattern="^[A-Za-z0-9_-]+$")
]


@dataclass(frozen=True)
class Visit:
    desk: Desk
    authorization: str | None
    origin: str | None

    def read(self, work: Callable[[Session], T]) -> T:
        with self.desk.db.read_transaction() as session:
            actor = require_key(session, self.authorization, scope=SCOPE, write=False)
            check_origin(session, actor=actor, origin=self.origin)
            return work(session)

    def create(
        self, once: Once | None, request: Any, answer: type[ModelT], work: Callable[[Session, Actor], ModelT]
    ) -> ModelT:
        def checked(session: Session, actor: Actor) -> ModelT:
            check_origin(session, actor=actor, origin=self.origin)
            return work(session, actor)

        return create(self.desk, self.authorization, SCOPE, once, request, answer, checked)


def _visit(
    desk: DeskDep,
    authorization: Authorization,
    origin: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Visit:
    return Visit(desk, authorization, origin)


VisitDep = Annotated[Visit, Depends(_visit)]


class StorefrontVariantOut(Out):
    sku: str
    option_values: dict[str, str]
    option_values_en: dict[str, str]
    price: int
    available: int = Field(description=f"Up to {TOLD_UP_TO}; more are not told.")


class StorefrontProductOut(Out):
    sku: str
    name: str
    name_en: str
    category: str
    category_en: str
    brand: str
    description: str
    description_en: str
    specifications: list[dict[str, Any]]
    options: list[dict[str, Any]]
    images: list[str]
    variants: list[StorefrontVariantOut]


class AvailabilityOut(Out):
    sku: str
    available: int = Field(description=f"Up to {TOLD_UP_TO}; more are not told.")
    expected_on: date | None = Field(description="Of sold-out goods, when a supplier has promised more.")


class StorefrontCartIn(DraftIn):
    address: str = Field(min_length=1, max_length=500)


class StorefrontCartOut(Out):
    """Keep the token: it opens the cart and, later, the order."""

    id: str
    token: str


class QuoteLineOut(Out):
    sku: str
    name: str
    option_text: str
    quantity: int
    unit_price: int
    amount: int


class StorefrontQuoteOut(Out):
    id: str
    lines: list[QuoteLineOut]
    address_text: str
    subtotal: int
    discount: int
    shipping_fee: int
    total: int
    expires_at: datetime


class ParcelOut(Out):
    carrier: str
    state: str
    tracking_number: str | None
    tracking_url: str


class StorefrontOrderOut(Out):
    code: str
    status: str
    payment_method: str
    payment_state: str
    fulfilment_state: str
    subtotal: int
    discount: int
    shipping_fee: int
    total: int
    placed_at: datetime
    lines: list[QuoteLineOut]
    parcels: list[ParcelOut]


class PlacedOut(Out):
    order: StorefrontOrderOut
    token: str = Field(description="With the code it shows the order's state later.")


@router.get("/products")
def products(
    visit: VisitDep,
    q: Annotated[str, Query(max_length=200)] = "",
    category: Annotated[str | None, Query(max_length=300)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[StorefrontProductOut]:
    """On sale, oldest first."""

    def work(session: Session) -> Page[StorefrontProductOut]:
        if q:
            rows = search_products(session, text=q, after=cursor, limit=limit + 1, category=category)
        else:
            rows = list_products(session, after=cursor, limit=limit + 1, category=category)
        return Page(items=_shown(session, rows[:limit]), next_cursor=next_cursor(rows, limit))

    return visit.read(work)


@router.get("/products/{sku}")
def product(visit: VisitDep, sku: str) -> StorefrontProductOut:
    """By the product's SKU or one of its variants'."""

    def work(session: Session) -> StorefrontProductOut:
        found = get_product(session, sku)
        if found.status != "active":
            raise NotFound("product_not_found", f"There is no product {sku[:40]}.", {"sku": sku[:40]})
        return _shown(session, [found])[0]

    return visit.read(work)


@router.get("/availability")
def availability(
    visit: VisitDep, sku: Annotated[list[str], Query(min_length=1, max_length=100)]
) -> list[AvailabilityOut]:
    def work(session: Session) -> list[AvailabilityOut]:
        variants = {
            sku: v
            for sku, v in variants_named(session, sku).items()
            if v.active and v.product.status == "active"
        }
        ids = [v.id for v in variants.values()]
        available = available_by_variant(session, ids)
        gone = [variant_id for variant_id in ids if available[variant_id] <= 0]
        expected = expected_again(session, gone, now=visit.desk.clock()) if gone else {}
        return [
            AvailabilityOut(
                sku=name, available=_told(available[v.id]),
                expected_on=expected[v.id].on if v.id in expected else None,
            )
            for name, v in variants.items()
        ]  # fmt: skip

    return visit.read(work)


@router.post("/carts", status_code=201)
def add_cart(visit: VisitDep, body: StorefrontCartIn, once: IdempotencyKey) -> StorefrontCartOut:
    """With a Idempotency-Key that nobody can guess: it gives the same token again."""
    try:
        address = read_address(visit.desk, body.address, None)
    except Invalid:
        visit.read(lambda _session: None)  # strangers learn nothing about places
        raise

    def work(session: Session, actor: Actor) -> StorefrontCartOut:
        cart, token = start_visit(session, draft=body.draft(address), now=visit.desk.clock())
        return StorefrontCartOut(id=cart.id, token=token)

    return visit.create(once, body.model_dump(), StorefrontCartOut, work)


@router.post("/carts/{cart_id}/quotes", status_code=201)
def add_quote(
    visit: VisitDep, cart_id: str, x_cart_token: CartToken, once: IdempotencyKey
) -> StorefrontQuoteOut:
    """All amounts, frozen for some minutes; an order is placed from a quote only.

    Where the shop passes the carrier's fee on, the carrier is asked; 503 `carrier_fee_unknown` when it does not tell.
    """

    def quoted(fee: CarrierFee | None) -> StorefrontQuoteOut:
        def work(session: Session, actor: Actor) -> StorefrontQuoteOut:
            quote = quote_visit(
                session, cart_id=cart_id, token=x_cart_token, carrier_fee=fee, now=visit.desk.clock()
            )
            return StorefrontQuoteOut.model_validate(
                {**quote.content, "id": quote.id, "expires_at": quote.expires_at}
            )

        return visit.create(once, {"cart": cart_id, "token": x_cart_token}, StorefrontQuoteOut, work)

    return with_carrier_fee(
        quoted, lambda: visit.read(lambda s: fee_question(s, cart_id=cart_id)), visit.desk.carriers
    )


@router.post("/orders", status_code=201)
def add_order(visit: VisitDep, body: OrderIn, x_cart_token: CartToken, once: IdempotencyKey) -> PlacedOut:
    """The buyer has seen the quote and said yes. The same quote again gives the same order."""

    def work(session: Session, actor: Actor) -> PlacedOut:
        order = place_visit(
            session, quote_id=body.quote_id, token=x_cart_token, actor=actor, now=visit.desk.clock()
        )
        return PlacedOut(order=_order(session, order), token=x_cart_token)

    return visit.create(once, {**body.model_dump(), "token": x_cart_token}, PlacedOut, work)


@router.get("/orders/{code}")
def order(visit: VisitDep, code: str, x_cart_token: CartToken) -> StorefrontOrderOut:
    return visit.read(lambda s: _order(s, order_of_visit(s, code=code, token=x_cart_token)))


def _shown(session: Session, rows: list[Product]) -> list[StorefrontProductOut]:
    available = available_by_variant(session, [v.id for product in rows for v in product.variants])
    plain = [name for name in StorefrontProductOut.model_fields if name != "variants"]
    return [
        StorefrontProductOut(
            **{name: getattr(product, name) for name in plain},
            variants=[
                StorefrontVariantOut(
                    sku=v.sku, option_values=v.option_values, option_values_en=v.option_values_en, price=v.price,
                    available=_told(available[v.id]),
                )
                for v in product.variants
                if v.active
            ],
        )
        for product in rows
    ]  # fmt: skip


def _order(session: Session, found: Order) -> StorefrontOrderOut:
    parcels = session.scalars(
        select(Shipment)
        .where(Shipment.order_id == found.id, Shipment.state.not_in(("submitting", "refused", "cancelled")))
        .order_by(Shipment.id)
    )
    plain = [name for name in StorefrontOrderOut.model_fields if name not in ("lines", "parcels")]
    return StorefrontOrderOut(
        **{name: getattr(found, name) for name in plain},
        lines=[QuoteLineOut.model_validate(line) for line in found.lines],
        parcels=[ParcelOut.model_validate(parcel) for parcel in parcels],
    )


def _told(available: int) -> int:
    return min(max(available, 0), TOLD_UP_TO)
