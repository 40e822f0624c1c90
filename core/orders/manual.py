"""An order that staff write down for a buyer who called or commented: the same checks, and who made it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.customers.identities import customer_for
from core.customers.phones import delivery_phone
from core.orders.carts import set_delivery, set_discount, set_lines, set_payment_method, start_cart
from core.orders.models import Order, Quote
from core.orders.placement import place_order
from core.orders.quoting import quote_cart
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


def quote_manual_order(session: Session, *, wish: ManualOrder, actor: Actor, now: datetime) -> Quote:
    """All amounts, to be read out to the buyer before it is placed."""
    actor.require_role("manager", "sales", action="write down orders")
    phone = delivery_phone(wish.phone)
    customer_id = (
        wish.customer_id or customer_for(session, chat_channel="phone", external_id=phone, now=now).id
    )
    cart = start_cart(session, customer_id=customer_id, sales_channel=CHANNEL, now=now)
    set_lines(session, cart_id=cart.id, quantities=wish.quantities, now=now)
    set_delivery(
        session, cart_id=cart.id, now=now, buyer_name=wish.buyer_name, phone=phone, address=wish.address,
        note=wish.note or None,
    )  # fmt: skip
    set_payment_method(session, cart_id=cart.id, method=wish.payment_method, now=now)
    if wish.discount_percent:
        set_discount(session, cart_id=cart.id, percent=wish.discount_percent, actor=actor, now=now)
    quote = quote_cart(session, cart_id=cart.id, now=now)
    audit.record(
        session, actor=actor, action="quote.manual", subject_kind="quote", subject_id=quote.id, now=now,
        data={"total": quote.total},
    )  # fmt: skip
    return quote


def place_manual_order(session: Session, *, wish: ManualOrder, actor: Actor, now: datetime) -> Order:
    """Quote and place in one go, for whoever has the buyer's yes already."""
    quote = quote_manual_order(session, wish=wish, actor=actor, now=now)
    return place_order(session, actor=actor, quote_id=quote.id, now=now)
