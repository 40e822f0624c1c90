"""The draft. Every change raises its version, so that an older quote no longer fits it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, inspect, or_, select, update
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from core.actor import Actor
from core.catalogue.models import Product, Variant
from core.catalogue.queries import variants_by_sku
from core.customers.phones import delivery_phone
from core.errors import Conflict, Invalid, NotAllowed
from core.ids import new_id
from core.orders.models import Cart, CartLine, Order, Quote
from core.orders.queries import get_cart, known_cart, open_cart
from core.ports.addresses import DeliveryAddress
from core.shop import shop_profile

MAX_LINES = 100
MAX_LINE_QUANTITY = 10_000
_COLUMNS = tuple(getattr(Cart, column.key) for column in inspect(Cart).column_attrs)
_VOID_QUOTES = (
    update(Quote)
    .where(Quote.cart_id == bindparam("cart"), Quote.state == "open")
    .values(state="void")
    .execution_options(synchronize_session=False)
)
_BUYERS = ("buyer_name", "phone", "address", "delivery_note", "payment_method")


@dataclass(frozen=True)
class Draft:
    """What a buyer tells at once. `quantities` by SKU; an address that is not known yet is None."""

    quantities: Mapping[str, int]
    buyer_name: str
    phone: str
    address: DeliveryAddress | None
    payment_method: str
    note: str = ""


def start_cart(session: Session, *, customer_id: str, sales_channel: str, now: datetime) -> Cart:
    return _add_cart(session, customer_id, sales_channel, now, {}, [])


def draft_cart(
    session: Session, *, customer_id: str, sales_channel: str, draft: Draft, now: datetime
) -> Cart:
    """A cart with all of it, checked as by `set_lines`, `set_delivery` and `set_payment_method`, in one go."""
    _check_quantities(draft.quantities)
    variants = variants_by_sku(session, list(draft.quantities))
    wanted = [(sku, quantity) for sku, quantity in draft.quantities.items() if quantity]
    _check_line_count(len(wanted))
    lines = [
        CartLine(id=new_id(), variant_id=variants[sku].id, position=position, quantity=quantity)
        for position, (sku, quantity) in enumerate(wanted, 1)
    ]
    _check_payment_method(session, draft.payment_method)
    values = _delivery(draft.buyer_name, draft.phone, draft.address, draft.note or None)
    values["payment_method"] = draft.payment_method
    return _add_cart(session, customer_id, sales_channel, now, values, lines)


def _add_cart(
    session: Session,
    customer_id: str,
    sales_channel: str,
    now: datetime,
    values: Mapping[str, Any],
    lines: list[CartLine],
) -> Cart:
    blank = {
        "buyer_name": "", "phone": "", "address": {}, "delivery_note": "", "payment_method": "",
        "discount_percent": 0, "invoice_request": {}, "reminder": "", "haggled": False,
    }  # fmt: skip
    cart = Cart(
        id=new_id(), customer_id=customer_id, sales_channel=sales_channel, status="open", version=1,
        created_at=now, updated_at=now, lines=lines, **{**blank, **values},
    )  # fmt: skip
    session.add(cart)
    session.flush()
    return cart


def cart_of(session: Session, *, customer_id: str, now: datetime) -> Cart:
    """The customer's open chat cart, a new one if there is none."""
    found = open_cart(session, customer_id=customer_id)
    if found is None:
        found = start_cart(session, customer_id=customer_id, sales_channel="chat", now=now)
    return found


def set_lines(session: Session, *, cart_id: str, quantities: Mapping[str, int], now: datetime) -> Cart:
    """Put so many of each SKU into the cart; 0 takes it out. SKUs not named stay as they are."""
    _check_quantities(quantities)
    cart = touch(session, cart_id, now)
    variants = variants_by_sku(session, list(quantities))
    by_variant = {line.variant_id: line for line in cart.lines}
    position = max((line.position for line in cart.lines), default=0)
    for sku, quantity in quantities.items():
        variant_id = variants[sku].id
        line = by_variant.get(variant_id)
        if line is not None and quantity:
            line.quantity = quantity
        elif line is not None:
            cart.lines.remove(line)
        elif quantity:
            position += 1
            cart.lines.append(
                CartLine(id=new_id(), variant_id=variant_id, position=position, quantity=quantity)
            )
    _check_line_count(len(cart.lines))
    session.flush()
    return cart


def set_delivery(
    session: Session,
    *,
    cart_id: str,
    now: datetime,
    buyer_name: str | None = None,
    phone: str | None = None,
    address: DeliveryAddress | None = None,
    note: str | None = None,
) -> Cart:
    return touch(session, cart_id, now, **_delivery(buyer_name, phone, address, note))


def set_payment_method(session: Session, *, cart_id: str, method: str, now: datetime) -> Cart:
    _check_payment_method(session, method)
    return touch(session, cart_id, now, payment_method=method)


def set_discount(session: Session, *, cart_id: str, percent: int, actor: Actor, now: datetime) -> Cart:
    """Staff only; over the shop's limit the order waits for an approval."""
    if actor.kind == "customer":
        raise NotAllowed("discount_not_allowed", "Only staff give discounts.", {})
    actor.require_role("manager", "sales", action="give a discount")
    if not 0 <= percent <= 90:
        raise Invalid("discount_invalid", "A discount is 0 to 90 percent.", {"percent": percent})
    return touch(session, cart_id, now, discount_percent=percent, haggled=False)


def clear_cart(session: Session, *, cart_id: str, now: datetime) -> Cart:
    touch(session, cart_id, now)
    session.execute(delete(CartLine).where(CartLine.cart_id == cart_id))
    return get_cart(session, cart_id)


def drop_unsellable(session: Session, *, cart_id: str, now: datetime) -> list[Variant]:
    """Take out what is no longer on sale; gives those variants, so that the buyer can be told."""
    cart = known_cart(session, cart_id)
    if not cart.lines:
        return []
    gone = list(
        session.scalars(
            select(Variant)
            .join(CartLine, CartLine.variant_id == Variant.id)
            .join(Product, Product.id == Variant.product_id)
            .where(CartLine.cart_id == cart_id, or_(~Variant.active, Product.status != "active"))
            .options(joinedload(Variant.product))
        )
    )
    if gone:
        touch(session, cart_id, now)
        session.execute(
            delete(CartLine).where(
                CartLine.cart_id == cart_id, CartLine.variant_id.in_([variant.id for variant in gone])
            )
        )
        session.expire(cart, ["lines"])
    return gone


def fill_from_order(session: Session, *, cart_id: str, order: Order, now: datetime) -> list[str]:
    """Put the order's goods into the cart once more; gives the names of those no longer on sale."""
    on_sale = set(
        session.scalars(
            select(Variant.sku)
            .join(Product, Product.id == Variant.product_id)
            .where(
                Variant.sku.in_([line.sku for line in order.lines]),
                Variant.active,
                Product.status == "active",
            )
        )
    )
    quantities = {line.sku: line.quantity for line in order.lines if line.sku in on_sale}
    if quantities:
        set_lines(session, cart_id=cart_id, quantities=quantities, now=now)
    return [line.name for line in order.lines if line.sku not in on_sale]


def cart_content(session: Session, cart: Cart) -> dict[str, Any]:
    """All that a buyer can change, as JSON; `restore_cart` puts it back."""
    lines = session.execute(
        select(Variant.sku, CartLine.quantity)
        .join(Variant, Variant.id == CartLine.variant_id)
        .where(CartLine.cart_id == cart.id)
        .order_by(CartLine.position)
    )
    return {
        "lines": {line.sku: line.quantity for line in lines},
        **{name: getattr(cart, name) for name in _BUYERS},
    }


def restore_cart(session: Session, *, cart_id: str, content: Mapping[str, Any], now: datetime) -> Cart:
    """As it was when `cart_content` was taken; what left the sale meanwhile stays out."""
    clear_cart(session, cart_id=cart_id, now=now)
    on_sale = session.scalars(
        select(Variant.sku)
        .join(Product, Product.id == Variant.product_id)
        .where(Variant.sku.in_(list(content["lines"])), Variant.active, Product.status == "active")
    ).all()
    quantities = {sku: quantity for sku, quantity in content["lines"].items() if sku in on_sale}
    if quantities:
        set_lines(session, cart_id=cart_id, quantities=quantities, now=now)
    return touch(session, cart_id, now, **{name: content[name] for name in _BUYERS})


def claim_reminder(session: Session, *, cart_id: str) -> bool:
    """True for the one caller that may remind of this cart."""
    return _settle_reminder(session, cart_id, "sent")


def decline_reminder(session: Session, *, cart_id: str) -> bool:
    """The customer has said no, or later: nobody reminds them of this cart."""
    return _settle_reminder(session, cart_id, "declined")


def _settle_reminder(session: Session, cart_id: str, to: str) -> bool:
    settled = session.execute(
        update(Cart)
        .where(Cart.id == cart_id, Cart.status == "open", Cart.reminder == "")
        .values(reminder=to)
        .returning(Cart.id)
        .execution_options(synchronize_session=False)
    ).first()
    return settled is not None


def touch(session: Session, cart_id: str, now: datetime, **values: object) -> Cart:
    """Raise the version and void quotes made before, or refuse when the cart is no longer open."""
    before = known_cart(session, cart_id)
    touched = session.execute(
        update(Cart)
        .where(Cart.id == cart_id, Cart.status == "open")
        .values(version=Cart.version + 1, updated_at=now, **values)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    ).first()
    if touched is None:
        status = session.scalar(select(Cart.status).where(Cart.id == cart_id))
        raise Conflict(
            "cart_closed", f"This cart is {status or 'gone'}. Start a new one.", {"status": status}
        )
    session.execute(_VOID_QUOTES, {"cart": cart_id})
    if touched.version != before.version + 1:
        return get_cart(session, cart_id)
    for column in _COLUMNS:
        set_committed_value(before, column.key, getattr(touched, column.key))
    return before


def _delivery(
    buyer_name: str | None, phone: str | None, address: DeliveryAddress | None, note: str | None
) -> dict[str, Any]:
    """As columns, checked; what is None stays as it is."""
    values: dict[str, Any] = {}
    if buyer_name is not None:
        name = " ".join(buyer_name.split())
        if not 1 <= len(name) <= 100:
            raise Invalid("name_invalid", "A name has 1 to 100 characters.", {})
        values["buyer_name"] = name
    if phone is not None:
        values["phone"] = delivery_phone(phone)
    if address is not None:
        if not address.street.strip() or len(address.text) > 500:
            raise Invalid("address_invalid", "The address needs a street, at most 500 characters in all.", {})
        values["address"] = address.as_dict()
    if note is not None:
        values["delivery_note"] = note[:500]
    return values


def _check_quantities(quantities: Mapping[str, int]) -> None:
    for sku, quantity in quantities.items():
        if not 0 <= quantity <= MAX_LINE_QUANTITY:
            raise Invalid(
                "quantity_invalid",
                f"{sku}: quantity must be from 1 to {MAX_LINE_QUANTITY:,}.",
                {"sku": sku, "quantity": quantity},
            )


def _check_line_count(lines: int) -> None:
    if lines > MAX_LINES:
        raise Invalid("too_many_lines", f"A cart holds at most {MAX_LINES} lines.", {})


def _check_payment_method(session: Session, method: str) -> None:
    offered = shop_profile(session).payment_methods
    if method not in offered:
        raise Invalid(
            "payment_method_not_offered",
            f"This shop takes {', '.join(offered)}.",
            {"offered": list(offered), "asked": method[:40]},
        )
