"""Orders that lack goods: what is not held for them yet, and giving it to them when it comes in, oldest first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Conflict, InsufficientStock
from core.jobs.events import publish
from core.orders.models import Order, OrderLine
from core.shop import shop_profile
from core.stock.allocation import Allocated, Place, Wanted, plan
from core.stock.levels import reserve
from core.stock.models import Reservation
from core.stock.moves import Pick
from core.stock.queries import places


@dataclass(frozen=True)
class ShortLine:
    order_id: str
    order_code: str
    order_line_id: str
    variant_id: str
    sku: str
    name: str
    lacking: int


def short_lines(
    session: Session, *, variant_ids: Collection[str] | None = None, order_id: str | None = None
) -> list[ShortLine]:
    """Of open orders that are not packed: what is ordered and not held. Oldest order first."""
    held = (
        select(Reservation.order_line_id, func.sum(Reservation.quantity).label("pieces"))
        .where(Reservation.state == "held")
        .group_by(Reservation.order_line_id)
        .subquery()
    )
    lacking = OrderLine.quantity - func.coalesce(held.c.pieces, 0)
    statement = (
        select(
            Order.id, Order.code, OrderLine.id, OrderLine.variant_id, OrderLine.sku, OrderLine.name, lacking
        )
        .join(OrderLine, OrderLine.order_id == Order.id)
        .outerjoin(held, held.c.order_line_id == OrderLine.id)
        .where(
            Order.status.in_(("new", "processing")),
            Order.fulfilment_state == "unpacked",
            lacking > 0,
        )
        .order_by(Order.placed_at, Order.id, OrderLine.position)
    )
    if variant_ids is not None:
        statement = statement.where(OrderLine.variant_id.in_(variant_ids))
    if order_id is not None:
        statement = statement.where(Order.id == order_id)
    return [ShortLine(*row) for row in session.execute(statement)]


def refuse_short(session: Session, order: Order) -> None:
    """Raises `Conflict` naming what the order lacks and what to do about it."""
    short = short_lines(session, order_id=order.id)
    if short:
        missing = ", ".join(f"{line.sku}: {line.lacking}" for line in short)
        raise Conflict(
            "order_short",
            f"Order {order.code} lacks goods ({missing}). Order them from the supplier; when they are received "
            "the order can be packed. Or change the order.",
            {"code": order.code, "lines": [{"sku": x.sku, "lacking": x.lacking} for x in short]},
        )


def fill_short_orders(session: Session, *, variant_ids: Collection[str], now: datetime) -> list[str]:
    """Hold what is there for the orders that lack it. Gives the codes of those that lack nothing any more."""
    filled = []
    may_split = shop_profile(session).split_orders
    for order_id, lines in groupby(short_lines(session, variant_ids=variant_ids), lambda x: x.order_id):
        own = list(lines)
        picks = _picks(session, order_id, own, may_split)
        if not picks:
            continue
        try:
            with session.begin_nested():
                reserve(session, order_id=order_id, picks=picks, now=now)
        except InsufficientStock:  # sold meanwhile: the next receipt looks again
            continue
        if not short_lines(session, order_id=order_id):
            filled.append(own[0].order_code)
            publish(session, "order.filled", {"key": order_id, "order_id": order_id}, now=now)
    return filled


def _picks(session: Session, order_id: str, lines: Sequence[ShortLine], may_split: bool) -> list[Pick]:
    """All of it where one place has it, else what can be had; an order that may not be split stays in its place."""
    order = session.get_one(Order, order_id)
    found = places(session, [line.variant_id for line in lines])
    if not may_split:
        held_in = set(
            session.scalars(
                select(Reservation.warehouse_id).where(
                    Reservation.order_id == order_id, Reservation.state == "held"
                )
            )
        )
        found = [place for place in found if not held_in or place.warehouse_id in held_in]
    wanted = [Wanted(line.order_line_id, line.variant_id, line.sku, line.lacking) for line in lines]
    province = order.address.get("province_code", "")
    try:
        allocated = plan(wanted, found, province_code=province, may_split=may_split)
    except InsufficientStock:
        allocated = _part(wanted, found, may_split)
    return [Pick(a.order_line_id, a.variant_id, a.warehouse_id, a.quantity) for a in allocated]


def _part(wanted: Sequence[Wanted], found: Sequence[Place], may_split: bool) -> list[Allocated]:
    """From the place that has most of it; from all of them where the order may be split."""
    most_first = sorted(found, key=lambda place: -sum(_can_take(wanted, place).values()))
    left = {line.order_line_id: line.quantity for line in wanted}
    allocated = []
    for place in most_first if may_split else most_first[:1]:
        for line in wanted:
            take = min(left[line.order_line_id], _can_take(wanted, place).get(line.order_line_id, 0))
            if take > 0:
                left[line.order_line_id] -= take
                allocated.append(Allocated(line.order_line_id, line.variant_id, place.warehouse_id, take))
    return allocated


def _can_take(wanted: Sequence[Wanted], place: Place) -> dict[str, int]:
    """By order line; two lines of one variant share what is there."""
    left = dict(place.available)
    taken = {}
    for line in wanted:
        taken[line.order_line_id] = min(line.quantity, max(left.get(line.variant_id, 0), 0))
        left[line.variant_id] = left.get(line.variant_id, 0) - taken[line.order_line_id]
    return taken
