"""Taking a product off the shelves of the shop for good, and back: its history stays."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.catalogue.editing import editable, set_status
from core.catalogue.models import Product
from core.errors import Conflict
from core.orders.models import Order, OrderLine
from core.stock.models import StockLevel


def archive_product(
    session: Session,
    *,
    sku: str,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
    keep_stock: bool = False,
) -> Product:
    """Archived it is not sold, found or offered. Refused while open orders hold it, naming them, and while pieces
    are on hand unless `keep_stock`."""
    product = editable(session, sku, actor)
    variant_ids = [variant.id for variant in product.variants]
    codes = session.scalars(
        select(Order.code)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(Order.status.in_(("new", "processing")), OrderLine.variant_id.in_(variant_ids))
        .distinct()
        .order_by(Order.code)
    ).all()
    if codes:
        raise Conflict(
            "product_on_open_orders",
            f"{product.sku} is on {len(codes)} open order(s): {', '.join(codes[:10])}. Finish or cancel them first, "
            "or take its variants off sale (active: false) meanwhile.",
            {"orders": list(codes[:100])},
        )
    on_hand = session.scalar(
        select(func.coalesce(func.sum(StockLevel.on_hand), 0)).where(StockLevel.variant_id.in_(variant_ids))
    )
    if on_hand and not keep_stock:
        raise Conflict(
            "product_in_stock",
            f"{on_hand} pieces of {product.sku} are on hand. Write them off first, or archive with keep_stock: they "
            "stay counted and are not sold.",
            {"on_hand": int(on_hand)},
        )
    return set_status(
        session, sku=product.sku, status="archived", actor=actor, now=now, expected_version=expected_version
    )


def restore_product(
    session: Session, *, sku: str, actor: Actor, now: datetime, expected_version: int | None = None
) -> Product:
    return set_status(
        session, sku=sku, status="active", actor=actor, now=now, expected_version=expected_version
    )
