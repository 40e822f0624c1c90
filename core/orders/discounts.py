"""What a buyer may win by haggling: the shop's rule, kept here and nowhere else. No wording gets past it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.catalogue.models import Variant
from core.errors import Conflict, NotFound
from core.orders.carts import touch
from core.orders.models import Cart, CartLine
from core.shop import HagglingRule, shop_profile


@dataclass(frozen=True)
class Granted:
    cart_id: str
    percent: int


def discount_percent(cart: Cart, *, subtotal: int, rule: HagglingRule | None) -> int:
    """What counts in a quote: a haggled discount only as far as the rule goes for what is in the cart now."""
    if not cart.haggled:
        return cart.discount_percent
    if rule is None or subtotal < rule.from_subtotal:
        return 0
    return min(cart.discount_percent, rule.max_percent)


def grant_discount(session: Session, *, cart_id: str, asked_percent: int | None, asked_amount: int | None,
                   actor: Actor, now: datetime) -> Granted:  # fmt: skip
    """Once for a cart, at most what the shop's rule allows, at least one percent; on the buyer's own open cart.

    Raises `Conflict`: `haggling_off`, `haggling_subtotal` (with `from_subtotal`), `haggling_done`.
    """
    cart = session.get(Cart, cart_id, populate_existing=True)
    if cart is None or (actor.kind == "customer" and cart.customer_id != actor.id):
        raise NotFound("cart_not_found", "There is no such cart. Start a new one.", {})
    rule = shop_profile(session).haggling
    if rule is None:
        raise Conflict("haggling_off", "Prices of this shop are fixed.", {})
    subtotal = cart_subtotal(session, cart_id)
    if not subtotal or subtotal < rule.from_subtotal:
        raise Conflict(
            "haggling_subtotal",
            "The shop gives a discount only on larger orders.",
            {"from_subtotal": rule.from_subtotal, "subtotal": subtotal},
        )
    percent = max(1, min(_asked(asked_percent, asked_amount, subtotal) or rule.max_percent, rule.max_percent))
    granted = session.execute(
        update(Cart)
        .where(Cart.id == cart_id, Cart.status == "open", Cart.discount_percent == 0, Cart.haggled.is_(False))
        .values(discount_percent=percent, haggled=True)
        .returning(Cart.id)
        .execution_options(synchronize_session=False)
    ).first()
    if granted is None:
        raise Conflict(
            "haggling_done", "This cart has its discount already.", {"percent": cart.discount_percent}
        )
    touch(session, cart_id, now)
    audit.record(
        session, actor=actor, action="cart.discount_granted", subject_kind="cart", subject_id=cart_id, now=now,
        data={"percent": percent},
    )  # fmt: skip
    return Granted(cart_id, percent)


def cart_subtotal(session: Session, cart_id: str) -> int:
    rows = session.execute(
        select(Variant.price, CartLine.quantity)
        .join(CartLine, CartLine.variant_id == Variant.id)
        .where(CartLine.cart_id == cart_id)
    )
    return sum(price * quantity for price, quantity in rows)


def _asked(percent: int | None, amount: int | None, subtotal: int) -> int | None:
    if percent is not None:
        return percent
    return amount * 100 // subtotal if amount else None
