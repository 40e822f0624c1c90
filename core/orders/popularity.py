"""What the shop's own orders say about its goods: what sells, and what is bought together."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from core.catalogue.models import Product, Variant
from core.orders.models import Order, OrderLine

_COUNTED = ("new", "processing", "completed")


def best_sellers(session: Session, *, among: Collection[str] | None = None, limit: int = 20) -> list[str]:
    """SKUs of products on sale, most pieces sold first; only what was really sold."""
    units = func.sum(OrderLine.quantity)
    statement = (
        select(Product.sku)
        .join(Variant, Variant.product_id == Product.id)
        .join(OrderLine, OrderLine.variant_id == Variant.id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.status.in_(_COUNTED), Product.status == "active")
        .group_by(Product.sku)
        .order_by(units.desc(), Product.sku)
        .limit(limit)
    )
    if among is not None:
        statement = statement.where(Product.sku.in_(among))
    return list(session.scalars(statement))


def bought_together(session: Session, product_id: str, *, limit: int = 5) -> list[str]:
    """SKUs of other products that stood in the same orders, most often first."""
    own, other = aliased(OrderLine), aliased(OrderLine)
    own_variant = aliased(Variant)
    orders = func.count(func.distinct(Order.id))
    return list(
        session.scalars(
            select(Product.sku)
            .join(Variant, Variant.product_id == Product.id)
            .join(other, other.variant_id == Variant.id)
            .join(Order, Order.id == other.order_id)
            .join(own, own.order_id == Order.id)
            .join(own_variant, own_variant.id == own.variant_id)
            .where(
                own_variant.product_id == product_id,
                Product.id != product_id,
                Product.status == "active",
                Order.status.in_(_COUNTED),
            )
            .group_by(Product.sku)
            .order_by(orders.desc(), Product.sku)
            .limit(limit)
        )
    )
