"""Reads of orders, carts and quotes; each loads by name what its caller needs."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, bindparam, func, inspect, or_, select, tuple_
from sqlalchemy.orm import Session, aliased, selectinload
from sqlalchemy.orm.util import identity_key

from core.catalogue.folding import fold
from core.errors import NotFound
from core.orders.models import Cart, Order, OrderTag

Position = Callable[..., ColumnElement[int]]

_ORDER = (
    select(Order)
    .where(or_(Order.id == bindparam("key"), Order.code == bindparam("key"), Order.code == bindparam("code")))
    .options(selectinload(Order.lines))
    .execution_options(populate_existing=True)
)
_OF_CUSTOMER = (
    select(Order)
    .where(Order.customer_id == bindparam("customer"))
    .order_by(Order.id.desc())
    .limit(bindparam("most"))
    .options(selectinload(Order.lines))
)
_CART = (
    select(Cart)
    .where(Cart.id == bindparam("cart"))
    .options(selectinload(Cart.lines))
    .execution_options(populate_existing=True)
)
_OPEN_CART = (
    select(Cart)
    .where(Cart.customer_id == bindparam("customer"), Cart.status == "open", Cart.sales_channel == "chat")
    .order_by(Cart.id.desc())
    .limit(1)
    .options(selectinload(Cart.lines))
    .execution_options(populate_existing=True)
)


def get_order(session: Session, order_id: str) -> Order:
    """By id or code, with lines. Fresh from the database, whatever the session remembered."""
    order = session.scalar(_ORDER, {"key": order_id, "code": order_id.upper()})
    if order is None:
        raise NotFound("order_not_found", f"There is no order {order_id[:40]}. Check the code.", {})
    return order


def customer_orders(session: Session, *, customer_id: str, limit: int = 10) -> list[Order]:
    """Newest first."""
    return list(session.scalars(_OF_CUSTOMER, {"customer": customer_id, "most": limit}))


def open_cart(session: Session, *, customer_id: str) -> Cart | None:
    return session.scalar(_OPEN_CART, {"customer": customer_id})


def get_cart(session: Session, cart_id: str) -> Cart:
    cart = session.scalar(_CART, {"cart": cart_id})
    if cart is None:
        raise NotFound("cart_not_found", "There is no such cart. Start a new one.", {})
    return cart


def known_cart(session: Session, cart_id: str) -> Cart:
    """As this transaction has last read or written it. Its lines go with its version: a quote made from it no longer
    holds when somebody else has changed the cart meanwhile.
    """
    cart = session.identity_map.get(identity_key(Cart, cart_id))
    if cart is None or {"version", "lines"} & inspect(cart).unloaded:
        return get_cart(session, cart_id)
    return cart


@dataclass(frozen=True)
class OrderFilter:
    """Everything is optional; `text` matches code, phone or buyer's name, with and without diacritics."""

    status: str | None = None
    fulfilment_state: str | None = None
    payment_state: str | None = None
    sales_channel: str | None = None
    customer_id: str | None = None
    placed_from: datetime | None = None
    placed_to: datetime | None = None
    tag: str | None = None
    code: str | None = None
    phone: str | None = None
    text: str = ""


def list_orders(session: Session, *, filters: OrderFilter, before: str | None, limit: int) -> list[Order]:
    """Newest first; `before` is the id of the last order already seen."""
    newest = (Order.placed_at.desc(), Order.id.desc())
    position = func.instr if session.get_bind().dialect.name == "sqlite" else func.strpos
    statement = _filtered(select(Order.id), filters, position).order_by(*newest).limit(limit)
    if before is not None:
        last = aliased(Order)
        seen = select(last.placed_at).where(last.id == before).scalar_subquery()
        statement = statement.where(tuple_(Order.placed_at, Order.id) < tuple_(seen, before))
    # First the page from the indexes alone, then its rows.
    page = session.scalars(statement).all()
    return list(
        session.scalars(
            select(Order).where(Order.id.in_(page)).order_by(*newest).options(selectinload(Order.lines))
        )
    )


def _filtered(statement: Select[tuple[str]], filters: OrderFilter, position: Position) -> Select[tuple[str]]:
    conditions = [
        getattr(Order, column) == value
        for column in ("status", "fulfilment_state", "payment_state", "sales_channel", "customer_id")
        if (value := getattr(filters, column)) is not None
    ]
    if filters.tag:
        tagged = select(OrderTag.order_id).where(OrderTag.tag == fold(" ".join(filters.tag.split())))
        conditions.append(Order.id.in_(tagged))
    if filters.code:
        conditions.append(Order.code == filters.code.strip().upper())
    found_by = [text for text in (filters.phone, filters.text) if text and text.strip()]
    conditions += [_found_by(text, position, alone=not conditions) for text in found_by]
    if filters.placed_from is not None:
        conditions.append(Order.placed_at >= filters.placed_from)
    if filters.placed_to is not None:
        conditions.append(Order.placed_at < filters.placed_to)
    return statement.where(*conditions)


def _found_by(text: str, position: Position, *, alone: bool) -> ColumnElement[bool]:
    """A whole code or phone by its own index. Words are looked for in an index that holds nothing else: `alone` it
    is read newest first up to the page; beside other conditions its finds are a set that those are asked of.
    `position` is the database's own search in a text, which takes half the time of LIKE.
    """
    words = " ".join(fold(text).split())
    digits = _digits(text)
    if re.fullmatch(r"[a-z]{1,10}\d{3,12}", words):
        return Order.code == words.upper()
    if len(digits) >= 4 and not any(c.isalpha() for c in words):
        words = digits
    if re.fullmatch(r"0\d{9}", words):
        return Order.phone == f"+84{words[1:]}"
    if alone:
        return position(Order.search_words, words) > 0
    found = aliased(Order)
    return Order.id.in_(select(found.id).where(position(found.search_words, words) > 0))


def _digits(text: str) -> str:
    """As a phone is kept for searching: +84 901 234 567 → 0901234567."""
    digits = "".join(c for c in text if c.isascii() and c.isdigit())
    return f"0{digits[2:]}" if digits.startswith("84") and len(digits) > 9 else digits
