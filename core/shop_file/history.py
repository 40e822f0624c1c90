"""Orders of a shop file: history whose stock figures already stand after them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import SYSTEM, Actor
from core.catalogue.models import Product, Variant
from core.catalogue.queries import option_text
from core.customers.identities import ANY_CHANNEL, customer_for
from core.customers.models import Customer
from core.customers.phones import normalise_phone
from core.errors import AppError
from core.ids import new_id
from core.money import Dong
from core.orders.models import Order, OrderLine
from core.payments.models import Payment
from core.ports.addresses import AddressBook
from core.shipping.models import Shipment
from core.shop_file.schema import SHIPPING_STATUSES, OrderPart
from core.stock.levels import receive, reserve
from core.stock.models import StockLevel
from core.stock.moves import Pick


def add_past_order(
    session: Session,
    part: OrderPart,
    *,
    warehouses: Sequence[str],
    addresses: AddressBook,
    now: datetime,
    actor: Actor = SYSTEM,
) -> None:
    """`warehouses` are ids in the file's order. What has not left the shelf yet is held for its order, on top of
    the file's figures, so that the order can be packed and shipped, or cancelled, like one that was placed here."""
    customer = customer_for(
        session, chat_channel=part.channel or ANY_CHANNEL, external_id=part.channel_user_id, now=now
    )
    reading = addresses.read(part.address)
    place = reading.address.as_dict() if reading.address else {}
    _remember_customer(customer, part, place)
    order = _order(session, part, customer.id, place, actor, now)
    lines = _lines(session, order, part)
    if (
        order.status in ("new", "processing")
        and order.fulfilment_state in ("unpacked", "packed")
        and warehouses
    ):
        _hold(session, order, lines, warehouses[0], now)
    if part.tracking_code and part.carrier and warehouses:
        _shipment(session, order, part, warehouses[0])


def _order(
    session: Session, part: OrderPart, customer_id: str, place: dict[str, Any], actor: Actor, now: datetime
) -> Order:
    placed = now - timedelta(days=part.placed_days_ago)
    delivered = now - timedelta(days=part.delivered_days_ago) if part.delivered_days_ago is not None else None
    fulfilment = _fulfilment(part)
    paid = part.status == "completed" or (part.payment_method == "cod" and fulfilment == "delivered")
    order = Order(
        id=new_id(), code=part.code, quote_id=None, customer_id=customer_id, sales_channel="chat",
        status=part.status, payment_state="paid" if paid else "unpaid", fulfilment_state=fulfilment,
        invoice_state="none", buyer_name=part.customer_name, phone=kept_phone(part.phone), address=place,
        address_text=part.address, payment_method=part.payment_method, subtotal=part.subtotal,
        discount=part.discount, shipping_fee=part.shipping_fee, total=part.total, invoice_request={}, tags=[],
        placed_at=placed, packed_at=None if fulfilment in ("unpacked", "cancelled") else placed,
        delivered_at=delivered, completed_at=delivered if part.status == "completed" else None,
        cancelled_at=placed if part.status == "cancelled" else None, paid=Dong(part.total if paid else 0),
    )  # fmt: skip
    session.add(order)
    session.flush()
    if paid and part.total > 0:
        session.add(
            Payment(
                order_id=order.id, kind=part.payment_method, amount=part.total, reference=f"import:{part.code}",
                recorded_by=actor.id, at=delivered or placed,
            )
        )  # fmt: skip
    return order


def _lines(session: Session, order: Order, part: OrderPart) -> list[OrderLine]:
    left = part.discount
    lines = []
    for index, line in enumerate(part.lines):
        variant, product = session.execute(
            select(Variant, Product)
            .join(Product, Product.id == Variant.product_id)
            .where(Variant.sku == line.sku)
        ).one()
        gross = line.qty * line.unit_price
        discount = min(left, gross)
        left -= discount
        lines.append(
            OrderLine(
                id=new_id(), order_id=order.id, variant_id=variant.id, position=index, sku=line.sku,
                name=product.name, name_en=product.name_en, option_text=option_text(variant.option_values),
                option_text_en=option_text(variant.option_values_en), quantity=line.qty,
                unit_price=line.unit_price, discount=discount, amount=gross - discount,
                unit_cost=variant.cost, vat_class=product.vat_class, weight_g=variant.weight_g,
            )
        )  # fmt: skip
    session.add_all(lines)
    session.flush()
    return lines


def _hold(
    session: Session, order: Order, lines: Sequence[OrderLine], main_warehouse: str, now: datetime
) -> None:
    """From the warehouse that keeps the goods; all of an order from one, as allocation would."""
    counts = [
        set(session.scalars(select(StockLevel.warehouse_id).where(StockLevel.variant_id == line.variant_id)))
        for line in lines
    ]
    shared = set.intersection(*counts)
    warehouse = main_warehouse if main_warehouse in shared or not shared else min(shared)
    for line in lines:
        receive(
            session, variant_id=line.variant_id, warehouse_id=warehouse, quantity=line.quantity,
            reason=f"held for {order.code} at the import", actor=SYSTEM, now=now,
        )  # fmt: skip
    picks = [Pick(line.id, line.variant_id, warehouse, line.quantity) for line in lines]
    reserve(session, order_id=order.id, picks=picks, now=now)


def _shipment(session: Session, order: Order, part: OrderPart, warehouse_id: str) -> None:
    state = SHIPPING_STATUSES[part.shipping_status][1]
    if state is None:
        return
    session.add(
        Shipment(
            order_id=order.id, warehouse_id=warehouse_id, carrier=(part.carrier or "").lower(),
            booking_key=f"import-{part.code}", state=state, tracking_number=part.tracking_code, tracking_url="",
            sort_code="", weight_g=0, length_cm=0, width_cm=0, height_cm=0,
            cod_amount=part.total if part.payment_method == "cod" else 0, fee_payer="shop",
            created_at=order.placed_at, state_at=order.delivered_at or order.placed_at,
        )
    )  # fmt: skip


def _fulfilment(part: OrderPart) -> str:
    if part.status in ("cancelled", "returned"):
        return part.status
    if part.status == "completed":
        return "delivered"
    return SHIPPING_STATUSES[part.shipping_status][0]


def _remember_customer(customer: Customer, part: OrderPart, place: dict[str, Any]) -> None:
    customer.name = customer.name or part.customer_name
    customer.phone = customer.phone or kept_phone(part.phone)
    customer.address = customer.address or place


def kept_phone(text: str) -> str:
    """History may hold numbers that are no longer valid: they are kept as they stand."""
    try:
        return normalise_phone(text)
    except AppError:
        return text
