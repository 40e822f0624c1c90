"""Several orders of one customer become one parcel. Nothing is lost on the way: lines, stock and amounts move over.

The shipping fee is worked out once, by the shop's rule for all the goods together; where the carrier's own fee is
passed on, the largest of theirs stands. `core.payments.regrouping` takes the money along.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.errors import Conflict, Invalid
from core.jobs.events import publish
from core.money import MAX_DONG
from core.orders.approving import refuse_undecided
from core.orders.carts import MAX_LINES
from core.orders.editing import ask_again
from core.orders.models import Order, OrderLine
from core.orders.queries import get_order
from core.orders.risk import LEVELS
from core.orders.totals import shipping_fee
from core.shop import shop_profile
from core.stock.levels import regroup
from core.stock.queries import held_for

MAX_MERGED = 20


def merge_orders(session: Session, *, into: str, others: Sequence[str], actor: Actor, now: datetime) -> Order:
    """`others` are cancelled with nothing left on them, and say where they went; receiver and address are those
    of `into`. The customer is told once.
    """
    actor.require_role("manager", "sales", action="merge orders")
    kept = get_order(session, into)
    away = [get_order(session, code) for code in dict.fromkeys(others)]
    _check(session, kept, away, now)
    total_before = kept.total
    for order in sorted([kept, *away], key=lambda order: order.id):
        _claim(session, order)
    picks = {kept.id: [p for order in (kept, *away) for p in held_for(session, order.id)]}
    _move_lines(session, kept, away)
    regroup(session, picks={**{order.id: [] for order in away}, **picks}, now=now)
    _write(session, kept, away, now)
    codes = [order.code for order in away]
    for order in (kept, *away):
        audit.record(
            session, actor=actor, action="order.merged", subject_kind="order", subject_id=order.id, now=now,
            data={"into": kept.code, "merged": codes, "total_before": order.total},
        )  # fmt: skip
    after = get_order(session, kept.id)
    payload = {"key": f"{after.id}:{after.version}", "order_id": after.id, "by": actor.kind, "merged": codes}
    publish(session, "order.changed", payload, now=now)
    ask_again(session, after, total_before, actor, now)
    return after


def _check(session: Session, kept: Order, away: list[Order], now: datetime) -> None:
    if not 1 <= len(away) <= MAX_MERGED or any(order.id == kept.id for order in away):
        raise Invalid("orders_invalid", f"Name 1 to {MAX_MERGED} other orders to merge.", {})
    for order in (kept, *away):
        refuse_undecided(session, order, now)
        if order.status not in ("new", "processing") or order.fulfilment_state != "unpacked":
            raise Conflict(
                "order_not_changeable",
                f"Order {order.code} is {order.status} and {order.fulfilment_state}: orders merge before packing only.",
                {"code": order.code},
            )
    for order in away:
        for column, what in (("customer_id", "customers"), ("payment_method", "payment methods")):
            if getattr(order, column) != getattr(kept, column):
                raise Conflict(
                    "orders_differ",
                    f"{kept.code} and {order.code} have different {what}: they stay two orders.",
                    {"codes": [kept.code, order.code], "differs": column},
                )
    if sum(len(order.lines) for order in (kept, *away)) > MAX_LINES:
        raise Invalid("too_many_lines", f"An order holds at most {MAX_LINES} lines.", {})


def _claim(session: Session, order: Order) -> None:
    claimed = session.execute(
        update(Order)
        .where(
            Order.id == order.id, Order.version == order.version, Order.fulfilment_state == "unpacked",
            Order.status.in_(("new", "processing")),
        )
        .values(version=Order.version + 1)
        .returning(Order.id)
        .execution_options(synchronize_session=False)
    ).first()  # fmt: skip
    if claimed is None:
        raise Conflict(
            "order_changed_meanwhile",
            f"Order {order.code} has changed meanwhile. Look again.",
            {"code": order.code},
        )


def _move_lines(session: Session, kept: Order, away: list[Order]) -> None:
    position = max((line.position for line in kept.lines), default=-1)
    for line in (line for order in away for line in order.lines):
        position += 1
        session.execute(
            update(OrderLine)
            .where(OrderLine.id == line.id)
            .values(order_id=kept.id, position=position)
            .execution_options(synchronize_session=False)
        )


def _write(session: Session, kept: Order, away: list[Order], now: datetime) -> None:
    orders = (kept, *away)
    subtotal, discount = sum(o.subtotal for o in orders), sum(o.discount for o in orders)
    fee = shipping_fee(
        subtotal - discount, shop_profile(session).shipping, max(o.shipping_fee for o in orders)
    )
    if subtotal - discount + fee > MAX_DONG:
        raise Invalid("total_too_large", "The order is too large to be taken at once.", {})
    _set(
        session, kept.id, subtotal=subtotal, discount=discount, shipping_fee=fee, total=subtotal - discount + fee,
        credited=sum(o.credited for o in orders), **_strictest(orders), **_wish(orders),
    )  # fmt: skip
    for order in away:
        _set(
            session, order.id, subtotal=0, discount=0, shipping_fee=0, total=0, credited=0, status="cancelled",
            fulfilment_state="cancelled", payment_state="unpaid", cancelled_at=now,
            cancel_reason=f"merged into {kept.code}", risk_state="", invoice_request={}, invoice_state="none",
        )  # fmt: skip


def _strictest(orders: Sequence[Order]) -> dict[str, Any]:
    worst = max(orders, key=lambda order: (order.risk_state == "open", LEVELS.index(order.risk_level)))
    return {
        name: getattr(worst, name) for name in ("risk_level", "risk_refused", "deposit_percent", "risk_state")
    }


def _wish(orders: Sequence[Order]) -> dict[str, Any]:
    """The wish for an invoice of the order that stays, else of one that is merged into it."""
    wishing = next((order for order in orders if order.invoice_request), orders[0])
    return {
        name: getattr(wishing, name) for name in ("invoice_request", "invoice_state", "invoice_requested_at")
    }


def _set(session: Session, order_id: str, **values: Any) -> None:
    session.execute(
        update(Order)
        .where(Order.id == order_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
