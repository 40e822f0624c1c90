"""What a webhook tells: codes, states, amounts and stock. Names, phones and addresses are fetched with a key."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from core.catalogue.models import Product, Variant
from core.invoices.models import Invoice
from core.orders.models import Order
from core.orders.queries import get_order
from core.shipping.models import Shipment
from core.stock.availability import available_by_variant
from core.stock.models import StockLevel, Warehouse

Payload = Mapping[str, Any]


def data_of(session: Session, event: str, payload: Payload) -> dict[str, Any] | None:
    """As it stands now; None when it is gone."""
    return _READERS[event.partition(".")[0]](session, payload)


def _order(session: Session, payload: Payload) -> dict[str, Any]:
    order = get_order(session, str(payload["order_id"]))
    return {
        **_of_order(order), "payment_method": order.payment_method, "subtotal": order.subtotal,
        "discount": order.discount, "shipping_fee": order.shipping_fee, "total": order.total,
        "placed_at": order.placed_at.isoformat(),
        "lines": [
            {"sku": x.sku, "name": x.name, "quantity": x.quantity, "unit_price": x.unit_price, "amount": x.amount}
            for x in order.lines
        ],
    }  # fmt: skip


def _of_order(order: Order) -> dict[str, Any]:
    states = (
        "code",
        "version",
        "sales_channel",
        "status",
        "payment_state",
        "fulfilment_state",
        "invoice_state",
    )
    return {name: getattr(order, name) for name in states}


def _stock(session: Session, payload: Payload) -> dict[str, Any]:
    ids = list(payload["variant_ids"])
    available = available_by_variant(session, ids)
    on_hand = {
        variant_id: int(pieces)
        for variant_id, pieces in session.execute(
            select(StockLevel.variant_id, func.sum(StockLevel.on_hand))
            .join(Warehouse, Warehouse.id == StockLevel.warehouse_id)
            .where(StockLevel.variant_id.in_(ids), Warehouse.active)
            .group_by(StockLevel.variant_id)
        )
    }
    skus = session.execute(select(Variant.id, Variant.sku).where(Variant.id.in_(ids)).order_by(Variant.sku))
    return {
        "items": [
            {"sku": sku, "available": available[variant_id], "on_hand": on_hand.get(variant_id, 0)}
            for variant_id, sku in skus
        ]
    }


def _product(session: Session, payload: Payload) -> dict[str, Any] | None:
    product = session.scalar(
        select(Product)
        .where(or_(Product.id == payload.get("product_id"), Product.sku == payload.get("sku")))
        .options(selectinload(Product.variants))
        .execution_options(populate_existing=True)
    )
    if product is None:
        return None
    return {
        "sku": product.sku, "name": product.name, "status": product.status, "version": product.version,
        "variants": [
            {"sku": v.sku, "price": v.price, "active": v.active, "option_values": v.option_values}
            for v in product.variants
        ],
    }  # fmt: skip


def _shipment(session: Session, payload: Payload) -> dict[str, Any]:
    shipment = session.get_one(Shipment, str(payload["shipment_id"]))
    order = get_order(session, shipment.order_id)
    return {
        "order": order.code, "shipment_id": shipment.id, "carrier": shipment.carrier, "state": shipment.state,
        "tracking_number": shipment.tracking_number, "tracking_url": shipment.tracking_url,
        "cod_amount": shipment.cod_amount,
    }  # fmt: skip


def _invoice(session: Session, payload: Payload) -> dict[str, Any]:
    invoice = session.get_one(Invoice, str(payload["key"]))
    order = get_order(session, invoice.order_id)
    return {
        "order": order.code, "invoice_id": invoice.id, "state": invoice.state, "series": invoice.series,
        "number": invoice.number, "amount": invoice.amount,
    }  # fmt: skip


_READERS: dict[str, Callable[[Session, Payload], dict[str, Any] | None]] = {
    "order": _order,
    "stock": _stock,
    "product": _product,
    "shipment": _shipment,
    "invoice": _invoice,
}
