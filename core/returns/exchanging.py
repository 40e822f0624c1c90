"""An exchange as an order of its own: linked to the one whose goods came back, with stock held for it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, joinedload

from core import audit
from core.actor import Actor
from core.catalogue.models import Variant
from core.catalogue.queries import option_text
from core.errors import Conflict, Invalid
from core.ids import new_id
from core.jobs.events import publish
from core.money import MAX_DONG, Dong
from core.orders.codes import next_order_code
from core.orders.models import Order, OrderLine
from core.orders.placement import placed_by
from core.orders.queries import get_order
from core.returns.models import Return
from core.shop import shop_profile
from core.stock.allocation import Wanted, plan
from core.stock.levels import reserve
from core.stock.moves import Pick
from core.stock.queries import places


def place_exchange(
    session: Session, *, request: Return, order: Order, shipping_fee: int, actor: Actor, now: datetime
) -> Order:
    """One piece of the other goods for each that is back, to the same receiver. Raises `InsufficientStock`."""
    lines = _lines(session, request, order)
    subtotal = sum(line["unit_price"] * line["quantity"] for line in lines)
    discount = sum(line["discount"] for line in lines)
    total = subtotal - discount + shipping_fee
    if shipping_fee < 0 or total > MAX_DONG:
        raise Invalid(
            "amount_invalid", "The shipping fee must fit the order.", {"shipping_fee": shipping_fee}
        )
    placed = Order(
        id=new_id(), code=next_order_code(session), quote_id=None, customer_id=order.customer_id,
        sales_channel=order.sales_channel, status="new", payment_state="unpaid" if total else "paid",
        replaces_order_id=order.id, buyer_name=order.buyer_name, phone=order.phone, address=order.address,
        address_text=order.address_text, delivery_note=order.delivery_note, payment_method=order.payment_method,
        subtotal=Dong(subtotal), discount=Dong(discount), shipping_fee=Dong(shipping_fee), total=Dong(total),
        invoice_request={}, tags=[], note=f"{request.code} / {order.code}", placed_at=now, **placed_by(actor),
    )  # fmt: skip
    session.add(placed)
    session.flush()
    session.execute(insert(OrderLine), [{**line, "order_id": placed.id} for line in lines])
    _reserve(session, placed, lines, now)
    audit.record(
        session, actor=actor, action="order.placed", subject_kind="order", subject_id=placed.id, now=now,
        data={"code": placed.code, "total": total, "return": request.code, "replaces": order.code},
    )  # fmt: skip
    publish(session, "order.placed", {"key": placed.id, "order_id": placed.id}, now=now)
    return get_order(session, placed.id)


def _lines(session: Session, request: Return, order: Order) -> list[dict[str, Any]]:
    back = [line for line in request.lines if line.exchange_variant_id and line.back]
    variants = {
        variant.id: variant
        for variant in session.scalars(
            select(Variant)
            .where(Variant.id.in_({line.exchange_variant_id for line in back}))
            .options(joinedload(Variant.product))
        )
    }
    sold = {line.id: line for line in order.lines}
    rows = []
    for position, line in enumerate(back):
        variant = variants[str(line.exchange_variant_id)]
        if not variant.active or variant.product.status != "active":
            raise Conflict(
                "variant_not_on_sale",
                f"{variant.sku} is no longer on sale: settle it with a refund instead.",
                {"sku": variant.sku},
            )
        rows.append(_row(variant, line.back, position, sold[line.order_line_id]))
    return rows


def _row(variant: Variant, quantity: int, position: int, sold: OrderLine) -> dict[str, Any]:
    """The same goods cost what they cost then; others of the same price keep the discount; the rest is at today's."""
    price = sold.unit_price if variant.id == sold.variant_id else variant.price
    discount = sold.discount * quantity // sold.quantity if price == sold.unit_price else 0
    return {
        "id": new_id(), "variant_id": variant.id, "position": position, "sku": variant.sku,
        "name": variant.product.name, "name_en": variant.product.name_en,
        "option_text": option_text(variant.option_values),
        "option_text_en": option_text(variant.option_values_en) or option_text(variant.option_values),
        "quantity": quantity, "unit_price": price, "discount": discount, "amount": price * quantity - discount,
        "unit_cost": variant.cost,
        "vat_class": variant.product.vat_class, "weight_g": variant.weight_g, "return_requested": 0,
    }  # fmt: skip


def _reserve(session: Session, placed: Order, lines: list[dict[str, Any]], now: datetime) -> None:
    place: Mapping[str, Any] = placed.address
    allocated = plan(
        [Wanted(line["id"], line["variant_id"], line["sku"], line["quantity"]) for line in lines],
        places(session, [line["variant_id"] for line in lines]),
        province_code=str(place.get("province_code", "")),
        may_split=shop_profile(session).split_orders,
    )
    picks = [Pick(a.order_line_id, a.variant_id, a.warehouse_id, a.quantity) for a in allocated]
    reserve(session, order_id=placed.id, picks=picks, now=now)
