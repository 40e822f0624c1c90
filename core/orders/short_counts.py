"""A stock-take that finds less than is promised: whose orders it hurts, and what staff choose to do about it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.errors import Conflict, Invalid
from core.orders.cancellation import cancel_order
from core.orders.models import Order
from core.orders.queries import get_order
from core.stock.counts import CountHurts, Shortage, post_count
from core.stock.holds import release_hold
from core.stock.models import Reservation, StockCount


def approve_count(
    session: Session,
    *,
    count_id: str,
    cancel_orders: Collection[str] = (),
    release_holds: Collection[str] = (),
    leave_uncounted: bool = False,
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> StockCount:
    """Post the stock-take. Where it falls below what is promised it is refused with the orders and holds in
    question, until the caller names enough of them (by code) to cancel or release. All or nothing.
    """

    def post() -> StockCount:
        return post_count(
            session, count_id=count_id, leave_uncounted=leave_uncounted, expected_version=expected_version,
            actor=actor, now=now,
        )  # fmt: skip

    try:
        with session.begin_nested():
            return post()
    except CountHurts as hurts:
        if not cancel_orders and not release_holds:
            raise _named(session, hurts) from None
        _refuse_strangers(session, hurts.shortages, cancel_orders, release_holds)
    _call_off(session, cancel_orders, release_holds, actor, now)
    try:
        return post()
    except CountHurts as hurts:
        raise _named(session, hurts) from None


def _call_off(
    session: Session,
    cancel_orders: Collection[str],
    release_holds: Collection[str],
    actor: Actor,
    now: datetime,
) -> None:
    for code in sorted(release_holds):
        release_hold(session, hold_id=code, actor=actor, now=now)
    for code in sorted(cancel_orders):
        outcome = cancel_order(
            session,
            order_id=get_order(session, code).id,
            reason="counted less than promised",
            actor=actor,
            now=now,
        )
        if outcome.waiting_for:
            raise Conflict(
                "cancellation_waits",
                f"{code} is packed: its cancellation needs approval {outcome.waiting_for} first.",
                {"code": code, "approval": outcome.waiting_for},
            )


def _named(session: Session, hurts: CountHurts) -> Conflict:
    return Conflict(
        hurts.code, hurts.message, {"lines": [_line(session, short) for short in hurts.shortages[:100]]}
    )


def _line(session: Session, short: Shortage) -> dict[str, Any]:
    rows = session.execute(
        select(Order.code, Order.buyer_name, Order.fulfilment_state, Reservation.quantity)
        .join(Reservation, Reservation.order_id == Order.id)
        .where(
            Order.id.in_(short.order_ids),
            Reservation.variant_id == short.variant_id,
            Reservation.state == "held",
        )
        .order_by(Order.id.desc())
        .limit(100)
    )
    return {
        "sku": short.sku,
        "reserved": short.reserved,
        "would_be": short.would_be,
        "short": short.reserved - max(short.would_be, 0),
        "orders": [
            {"code": code, "buyer_name": name, "fulfilment_state": state, "quantity": quantity}
            for code, name, state, quantity in rows
        ],
        "holds": list(short.holds),
    }


def _refuse_strangers(
    session: Session, shortages: list[Shortage], orders: Collection[str], holds: Collection[str]
) -> None:
    """Only what stands in the way may be called off in passing."""
    hurt = {order_id for short in shortages for order_id in short.order_ids}
    codes = set(session.scalars(select(Order.code).where(Order.id.in_(hurt))))
    kept = {code for short in shortages for code in short.holds}
    strange = sorted({*orders} - codes) + sorted({*holds} - kept)
    if strange:
        raise Invalid(
            "not_affected",
            f"{', '.join(code[:40] for code in strange[:10])}: the stock-take does not touch these.",
            {"codes": [code[:40] for code in strange[:100]]},
        )
