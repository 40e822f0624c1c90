"""What the shop holds at one moment, read from its database: orders, the cart, stock and who is who."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from core.catalogue.models import Variant
from core.customers.models import Customer
from core.customers.phones import local_phone
from core.orders.models import Order, Quote
from core.orders.queries import open_cart
from core.ports.addresses import DeliveryAddress
from core.shipping.models import Shipment
from core.stock.models import Reservation, StockLevel, StockMovement


@dataclass(frozen=True)
class OrderView:
    id: str
    code: str
    customer_id: str
    status: str
    fulfilment_state: str
    name: str
    phone: str
    address: str
    note: str
    payment_method: str
    lines: dict[str, int]
    unit_prices: dict[str, int]
    subtotal: int
    discount: int
    shipping_fee: int
    total: int


@dataclass(frozen=True)
class CartView:
    lines: dict[str, int]
    name: str
    phone: str
    address: str
    payment_method: str


@dataclass(frozen=True)
class Level:
    """Both counters of one variant at one warehouse, and what the ledger and the reservations add up to."""

    sku: str
    on_hand: int
    reserved: int
    moved: int
    held: int


@dataclass(frozen=True)
class Person:
    customer_id: str
    name: str
    phone: str
    street: str


@dataclass(frozen=True)
class ShopState:
    orders: dict[str, OrderView] = field(default_factory=dict)
    cart: CartView | None = None
    levels: list[Level] = field(default_factory=list)
    held: dict[str, dict[str, int]] = field(default_factory=dict)
    """Order id → SKU → quantity still promised to it."""
    prices: dict[str, int] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    tracking: dict[str, str] = field(default_factory=dict)
    """Tracking number → customer."""
    quoted: list[dict[str, Any]] = field(default_factory=list)


def read_orders(session: Session) -> dict[str, OrderView]:
    rows = session.scalars(select(Order).options(selectinload(Order.lines)).order_by(Order.id))
    return {order.code: _order(order) for order in rows}


def read_prices(session: Session) -> dict[str, int]:
    return {row.sku: row.price for row in session.execute(select(Variant.sku, Variant.price))}


def read_state(session: Session, customer_id: str, *, with_stock: bool = True) -> ShopState:
    cart = open_cart(session, customer_id=customer_id) if customer_id else None
    skus = {row.id: row.sku for row in session.execute(select(Variant.id, Variant.sku))}
    view = None
    if cart is not None and cart.lines:
        view = CartView(
            lines={skus[line.variant_id]: line.quantity for line in cart.lines}, name=cart.buyer_name,
            phone=local_phone(cart.phone), payment_method=cart.payment_method,
            address=DeliveryAddress(**cart.address).text if cart.address else "",
        )  # fmt: skip
    return ShopState(
        orders=read_orders(session),
        cart=view,
        levels=_levels(session, skus) if with_stock else [],
        held=_held(session, skus) if with_stock else {},
        prices=read_prices(session),
        people=[
            Person(c.id, c.name, local_phone(c.phone), str(c.address.get("street", "")))
            for c in session.scalars(select(Customer))
        ],
        tracking=_tracking(session),
        quoted=[dict(content) for content in session.scalars(select(Quote.content))],
    )


def _order(order: Order) -> OrderView:
    lines: dict[str, int] = {}
    for line in order.lines:
        lines[line.sku] = lines.get(line.sku, 0) + line.quantity
    return OrderView(
        id=order.id, code=order.code, customer_id=order.customer_id, status=order.status,
        fulfilment_state=order.fulfilment_state, name=order.buyer_name, phone=local_phone(order.phone),
        address=order.address_text, note=order.delivery_note, payment_method=order.payment_method,
        lines=lines, unit_prices={line.sku: line.unit_price for line in order.lines},
        subtotal=order.subtotal, discount=order.discount, shipping_fee=order.shipping_fee, total=order.total,
    )  # fmt: skip


def _levels(session: Session, skus: dict[str, str]) -> list[Level]:
    moved = {
        (row[0], row[1]): int(row[2])
        for row in session.execute(
            select(
                StockMovement.variant_id, StockMovement.warehouse_id, func.sum(StockMovement.quantity)
            ).group_by(StockMovement.variant_id, StockMovement.warehouse_id)
        )
    }
    held = {
        (row[0], row[1]): int(row[2])
        for row in session.execute(
            select(Reservation.variant_id, Reservation.warehouse_id, func.sum(Reservation.quantity))
            .where(Reservation.state == "held")
            .group_by(Reservation.variant_id, Reservation.warehouse_id)
        )
    }
    rows = session.execute(
        select(StockLevel.variant_id, StockLevel.warehouse_id, StockLevel.on_hand, StockLevel.reserved)
    )
    return [
        Level(skus[v], on_hand, reserved, moved.get((v, w), 0), held.get((v, w), 0))
        for v, w, on_hand, reserved in rows
    ]


def _held(session: Session, skus: dict[str, str]) -> dict[str, dict[str, int]]:
    held: dict[str, dict[str, int]] = {}
    for row in session.scalars(select(Reservation).where(Reservation.state == "held")):
        lines = held.setdefault(row.order_id, {})
        lines[skus[row.variant_id]] = lines.get(skus[row.variant_id], 0) + row.quantity
    return held


def _tracking(session: Session) -> dict[str, str]:
    rows = session.execute(
        select(Shipment.tracking_number, Order.customer_id).join(Order, Order.id == Shipment.order_id)
    )
    return {number: customer for number, customer in rows if number}
