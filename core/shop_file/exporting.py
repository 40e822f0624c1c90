"""Write the shop as a shop file that `chotdon import` can read back."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from core.catalogue.models import Product
from core.customers.models import Customer, CustomerIdentity
from core.knowledge.models import KnowledgeDocument
from core.knowledge.passages import active_passages
from core.orders.models import Order
from core.shipping.models import Shipment
from core.shop import shop_profile
from core.shop_file.importing import VAT_CLASS_OF_RATE
from core.shop_file.schema import SHIPPING_STATUSES
from core.stock.models import StockLevel, Warehouse

RATE_OF_VAT_CLASS = {vat_class: rate for rate, vat_class in VAT_CLASS_OF_RATE.items()}
_STATUS_OF_PARCEL = {parcel: status for status, (_, parcel) in SHIPPING_STATUSES.items() if parcel}
_STATUS_OF_ORDER = {
    "unpacked": "none", "packed": "packed", "shipped": "in_transit", "delivered": "delivered",
    "failed": "failed", "returned": "returned", "cancelled": "none",
}  # fmt: skip


def export_shop(session: Session, *, now: datetime) -> dict[str, Any]:
    """Stock is what is free: the import holds what open orders need on top."""
    return {
        "shop": shop_profile(session).model_dump(mode="json"),
        "warehouses": [
            {
                "code": w.code, "name": w.name, "name_en": w.name_en, "address": w.address, "kind": w.kind,
                "contact_name": w.contact_name, "phone": w.phone, "priority": w.priority,
            }
            for w in session.scalars(
                select(Warehouse).where(~Warehouse.in_transit).order_by(Warehouse.priority, Warehouse.code)
            )
        ],
        "products": _products(session),
        "customers": _customers(session),
        "faqs": _faqs(session),
        "documents": _documents(session),
        "orders": _orders(session, now),
    }  # fmt: skip


def _products(session: Session) -> list[dict[str, Any]]:
    stock: dict[str, dict[str, int]] = {}
    free = StockLevel.on_hand - StockLevel.reserved
    for variant_id, code, available in session.execute(
        select(StockLevel.variant_id, Warehouse.code, free)
        .join(Warehouse, Warehouse.id == StockLevel.warehouse_id)
        .where(~Warehouse.in_transit)
    ):
        stock.setdefault(variant_id, {})[code] = available
    same = (
        "sku", "name", "name_en", "category", "category_en", "brand", "aliases", "description",
        "description_en", "specifications", "size_chart", "size_chart_en", "options", "images", "related",
    )  # fmt: skip
    return [
        {
            **{name: getattr(product, name) for name in same},
            "active": product.status == "active",
            "vat_rate": RATE_OF_VAT_CLASS[product.vat_class],
            "variants": [
                {
                    "sku": v.sku, "options": v.option_values, "options_en": v.option_values_en, "price": v.price,
                    "cost": v.cost, "weight_g": v.weight_g, "stock": stock.get(v.id, {}), "active": v.active,
                }
                for v in product.variants
            ],
        }
        for product in session.scalars(
            select(Product)
            .order_by(Product.id)
            .options(selectinload(Product.variants))
        )
    ]  # fmt: skip


def _customers(session: Session) -> list[dict[str, Any]]:
    return [
        {
            "channel_user_id": identity.external_id, "channel": identity.chat_channel or None, "name": customer.name,
            "phone": customer.phone, "email": customer.email, "address": _address_text(customer.address),
        }
        for customer, identity in session.execute(
            select(Customer, CustomerIdentity)
            .join(CustomerIdentity, CustomerIdentity.customer_id == Customer.id)
            .order_by(Customer.id)
        )
    ]  # fmt: skip


def _address_text(address: dict[str, Any]) -> str:
    return ", ".join(str(address[k]) for k in ("street", "ward", "district", "province") if address.get(k))


def _faqs(session: Session) -> list[dict[str, Any]]:
    faqs: dict[str, dict[str, Any]] = {}
    for passage in active_passages(session):
        if passage.kind != "faq":
            continue
        suffix = "" if passage.language == "vi" else f"_{passage.language}"
        faq = faqs.setdefault(passage.external_id, {"id": passage.external_id, "question": "", "answer": ""})
        faq[f"question{suffix}"], faq[f"answer{suffix}"] = passage.title, passage.text
        if passage.phrasings:
            faq.setdefault("phrasings", {})[passage.language] = passage.phrasings
    return list(faqs.values())


def _documents(session: Session) -> list[dict[str, Any]]:
    """As text: what was a PDF comes back as its words."""
    rows = session.execute(
        select(
            KnowledgeDocument.id, KnowledgeDocument.title, KnowledgeDocument.text, KnowledgeDocument.language
        )
        .where(KnowledgeDocument.status == "active")
        .order_by(KnowledgeDocument.id)
    )
    return [{"id": row.id, "title": row.title, "text": row.text, "language": row.language} for row in rows]


def _orders(session: Session, now: datetime) -> list[dict[str, Any]]:
    identities = {
        i.customer_id: i
        for i in session.scalars(select(CustomerIdentity).order_by(CustomerIdentity.id.desc()))
    }
    parcels = {s.order_id: s for s in session.scalars(select(Shipment).order_by(Shipment.id))}
    rows = []
    for order in session.scalars(select(Order).order_by(Order.id).options(selectinload(Order.lines))):
        identity, parcel = identities[order.customer_id], parcels.get(order.id)
        rows.append(
            {
                "code": order.code, "channel_user_id": identity.external_id, "channel": identity.chat_channel or None,
                "customer_name": order.buyer_name, "phone": order.phone, "address": order.address_text,
                "lines": [{"sku": x.sku, "qty": x.quantity, "unit_price": x.unit_price} for x in order.lines],
                "payment_method": order.payment_method, "subtotal": order.subtotal, "discount": order.discount,
                "shipping_fee": order.shipping_fee, "total": order.total, "status": order.status,
                "shipping_status": _shipping_status(order, parcel),
                "carrier": parcel.carrier if parcel else None,
                "tracking_code": parcel.tracking_number if parcel else None,
                "placed_days_ago": round((now - order.placed_at).total_seconds() / 86_400, 6),
                "delivered_days_ago": round((now - order.delivered_at).total_seconds() / 86_400, 6)
                if order.delivered_at else None,
            }
        )  # fmt: skip
    return rows


def _shipping_status(order: Order, parcel: Shipment | None) -> str:
    state = _STATUS_OF_PARCEL.get(parcel.state) if parcel is not None else None
    return state or _STATUS_OF_ORDER[order.fulfilment_state]
