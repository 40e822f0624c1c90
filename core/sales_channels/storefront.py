"""Orders from the pages of the shop's own website: a visitor is known by the token of their cart alone."""

import hashlib
import hmac
import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.customers.identities import customer_for
from core.customers.phones import delivery_phone
from core.errors import NotFound
from core.orders.carts import Draft, draft_cart
from core.orders.models import Cart, Order, Quote
from core.orders.placement import place_order
from core.orders.queries import get_order
from core.orders.quoting import CarrierFee, get_quote, quote_cart
from core.sales_channels.models import StorefrontCart

CHANNEL = "website"


def start_visit(session: Session, *, draft: Draft, now: datetime) -> tuple[Cart, str]:
    """The cart and its token, which is told this once."""
    phone = delivery_phone(draft.phone)
    customer = customer_for(session, chat_channel="website-phone", external_id=phone, now=now)
    cart = draft_cart(session, customer_id=customer.id, sales_channel=CHANNEL, draft=draft, now=now)
    token = secrets.token_urlsafe(32)
    session.add(StorefrontCart(cart_id=cart.id, token_hash=_hash(token), created_at=now))
    session.flush()
    return cart, token


def quote_visit(
    session: Session, *, cart_id: str, token: str, carrier_fee: CarrierFee | None = None, now: datetime
) -> Quote:
    _check(session, cart_id, token)
    return quote_cart(session, cart_id=cart_id, now=now, carrier_fee=carrier_fee)


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
