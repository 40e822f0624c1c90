"""What staff should see before they pack: orders that may be the same one, and those that are late."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from core.orders.models import Order
from core.shop import ShopProfile

_LIVE = ("new", "processing", "completed")
MAX_SHOWN = 10


def suspected_duplicates(session: Session, order: Order, *, within_hours: int) -> list[Order]:
    """Same phone and same goods within so many hours, from whatever channel; newest first. 0 looks for none."""
    if not within_hours or not order.phone or order.status == "cancelled":
        return []
    span = timedelta(hours=within_hours)
    others = session.scalars(
        select(Order)
        .where(
            Order.phone == order.phone, Order.id != order.id, Order.status.in_(_LIVE),
            Order.placed_at.between(order.placed_at - span, order.placed_at + span),
        )
        .order_by(Order.id.desc())
        .limit(50)
        .options(selectinload(Order.lines))
    )  # fmt: skip
    goods = {line.variant_id for line in order.lines}
    return [other for other in others if {line.variant_id for line in other.lines} == goods][:MAX_SHOWN]


def pack_by(order: Order, profile: ShopProfile) -> datetime | None:
    """When it should have been packed, while it is not; None without a deadline."""
    waits = order.status in ("new", "processing") and order.fulfilment_state == "unpacked"
    if profile.pack_within_hours is None or not waits:
        return None
    return order.placed_at + timedelta(hours=profile.pack_within_hours)


def overdue_orders(session: Session, *, profile: ShopProfile, now: datetime, limit: int = 50) -> list[Order]:
    """Unpacked past the shop's deadline, longest first."""
    if profile.pack_within_hours is None:
        return []
    return list(
        session.scalars(
            select(Order)
            .where(
                Order.fulfilment_state == "unpacked", Order.status.in_(("new", "processing")),
                Order.placed_at <= now - timedelta(hours=profile.pack_within_hours),
            )
            .order_by(Order.placed_at, Order.id)
            .limit(limit)
            .options(selectinload(Order.lines))
        )
    )  # fmt: skip
