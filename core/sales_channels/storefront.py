"""Orders from the pages of the shop's own website: a visitor is known by the token of their cart alone."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.customers.identities import customer_for
from core.customers.phones import delivery_phone
from core.errors import NotFound
from core.orders.carts import set_delivery, set_lines, set_payment_method, start_cart
from core.orders.models import Cart, Order, Quote
from core.orders.placement import place_order
from core.orders.queries import get_order
from core.orders.quoting import get_quote, quote_cart
from core.ports.addresses import DeliveryAddress
from core.sales_channels.models import StorefrontCart

CHANNEL = "website"


@dataclass(frozen=True)
class Receiver:
    name: str
    phone: str
    address: DeliveryAddress | None
    payment_method: str
    note: str = ""


def start_visit(
    session: Session, *, quantities: Mapping[str, int], receiver: Receiver, now: datetime
) -> tuple[Cart, str]:
    """The cart and its token, which is told this once."""
    phone = delivery_phone(receiver.phone)
    customer = customer_for(session, chat_channel="website-phone", external_id=phone, now=now)
    cart = start_cart(session, customer_id=customer.id, sales_channel=CHANNEL, now=now)
    set_lines(session, cart_id=cart.id, quantities=quantities, now=now)
    set_delivery(
        session, cart_id=cart.id, now=now, buyer_name=receiver.name, phone=phone, address=receiver.address,
        note=receiver.note or None,
    )  # fmt: skip
    filled = set_payment_method(session, cart_id=cart.id, method=receiver.payment_method, now=now)
    token = secrets.token_urlsafe(32)
    session.add(StorefrontCart(cart_id=cart.id, token_hash=_hash(token), created_at=now))
    session.flush()
    return filled, token


def quote_visit(session: Session, *, cart_id: str, token: str, now: datetime) -> Quote:
    _check(session, cart_id, token)
    return quote_cart(session, cart_id=cart_id, now=now)


def place_visit(session: Session, *, quote_id: str, token: str, actor: Actor, now: datetime) -> Order:
    """The same quote again gives the same order."""
    _check(session, get_quote(session, quote_id).cart_id, token)
    return place_order(session, actor=actor, quote_id=quote_id, now=now)


def order_of_visit(session: Session, *, code: str, token: str) -> Order:
    """A wrong code and a wrong token are told alike."""
    found = session.execute(
        select(Order.id, Quote.cart_id)
        .join(Quote, Quote.id == Order.quote_id)
        .where(Order.code == code.upper(), Order.sales_channel == CHANNEL)
    ).first()
    if found is None or not _fits(session, found.cart_id, token):
        raise NotFound("order_not_found", "There is no such order under this token.", {})
    return get_order(session, found.id)


def _check(session: Session, cart_id: str, token: str) -> None:
    if not _fits(session, cart_id, token):
        raise NotFound("cart_not_found", "There is no such cart under this token. Start a new one.", {})


def _fits(session: Session, cart_id: str, token: str) -> bool:
    known = session.scalar(select(StorefrontCart.token_hash).where(StorefrontCart.cart_id == cart_id))
    return hmac.compare_digest(known or "", _hash(token))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
