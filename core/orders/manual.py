"""An order that staff write down for a buyer who called or commented: the same checks, and who made it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.customers.identities import customer_for
from core.customers.phones import delivery_phone
from core.orders.carts import Draft, draft_cart, set_discount
from core.orders.models import Cart, Order, Quote
from core.orders.placement import place_order
from core.orders.quoting import CarrierFee, quote_cart
from core.ports.addresses import DeliveryAddress

CHANNEL = "manual"


@dataclass(frozen=True)
class ManualOrder:
    """`quantities`: SKU → pieces. Without `customer_id` the phone names the customer."""

    quantities: Mapping[str, int]
    buyer_name: str
    phone: str
    address: DeliveryAddress
    payment_method: str = "cod"
    note: str = ""
    discount_percent: int = 0
    customer_id: str | None = None


def write_down(session: Session, *, wish: ManualOrder, actor: Actor, now: datetime) -> Cart:
    """The draft, which `quote_written_down` prices."""
    actor.require_role("manager", "sales", action="write down orders")
    phone = delivery_phone(wish.phone)
    customer_id = (
        wish.customer_id or customer_for(session, chat_channel="phone", external_id=phone, now=now).id
    )
    draft = Draft(wish.quantities, wish.buyer_name, phone, wish.address, wish.payment_method, wish.note)
    cart = draft_cart(session, customer_id=customer_id, sales_channel=CHANNEL, draft=draft, now=now)
    if wish.discount_percent:
        set_discount(session, cart_id=cart.id, percent=wish.discount_percent, actor=actor, now=now)
    return cart


def quote_manual_order(session: Session, *, wish: ManualOrder, actor: Actor, now: datetime) -> Quote:
    """All amounts, to be read out to the buyer before it is placed. Where the carrier sets the fee it has to be
    asked first, outside of the transaction: `write_down`, then `quote_written_down`.
    """
    cart = write_down(session, wish=wish, actor=actor, now=now)
    return quote_written_down(session, cart_id=cart.id, fee=None, actor=actor, now=now)


def quote_written_down(
    session: Session, *, cart_id: str, fee: CarrierFee | None, actor: Actor, now: datetime
) -> Quote:
    quote = quote_cart(session, cart_id=cart_id, now=now, carrier_fee=fee)
    audit.record(
        session, actor=actor, action="quote.manual", subject_kind="quote", subject_id=quote.id, now=now,
        data={"total": quote.total},
    )  # fmt: skip
    return quote


def place_manual_order(session: Session, *, wish: ManualOrder, actor: Actor, now: datetime) -> Order:
    """Quote and place in one go, for whoever has the buyer's yes already."""
    quote = quote_manual_order(session, wish=wish, actor=actor, now=now)
    return place_order(session, actor=actor, quote_id=quote.id, now=now)
