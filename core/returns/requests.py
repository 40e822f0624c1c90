"""A buyer asks to give goods back or to swap them: within the shop's days, never more than was delivered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.catalogue.models import Variant
from core.catalogue.queries import variants_by_sku
from core.clock import VIETNAM
from core.errors import Conflict, InsufficientStock, Invalid, NotFound
from core.ids import new_id
from core.jobs.events import publish
from core.orders.codes import next_value
from core.orders.models import Order, OrderLine
from core.orders.queries import get_order
from core.returns.models import Return, ReturnLine
from core.returns.queries import get_return
from core.shop import shop_profile
from core.stock.queries import available_by_variant

MAX_REASON = 1_000
MAX_PHOTOS = 50


@dataclass(frozen=True)
class Wish:
    """So many pieces of an order's SKU; `exchange_sku` is what is wished for instead."""

    sku: str
    quantity: int
    exchange_sku: str = ""


def returnable(session: Session, *, order_id: str, actor: Actor, now: datetime) -> list[OrderLine]:
    """The lines of which something may still be asked back.

    Raises `Conflict` with the reason: return_not_delivered, return_not_taken, return_too_late (with the last
    day), return_already_requested.
    """
    order = _own(session, order_id, actor)
    if order.fulfilment_state != "delivered" or order.status not in ("processing", "completed"):
        raise Conflict(
            "return_not_delivered",
            f"Order {order.code} is {order.fulfilment_state}. Goods can be returned once they are delivered.",
            {"code": order.code, "status": order.status, "fulfilment_state": order.fulfilment_state},
        )
    days = shop_profile(session).return_days
    if days == 0:
        raise Conflict("return_not_taken", "This shop takes no returns. Ask its staff.", {"code": order.code})
    last = last_return_day(order, days)
    if now.astimezone(VIETNAM).date() > last and not _may_be_late(actor):
        raise Conflict(
            "return_too_late",
            f"Order {order.code} could be returned until {last.isoformat()}. A manager may still ask it back.",
            {"code": order.code, "last_day": last.isoformat(), "days": days},
        )
    lines = [line for line in order.lines if line.quantity > line.return_requested]
    if not lines:
        raise Conflict(
            "return_already_requested",
            f"Everything in order {order.code} is asked back already.",
            {"code": order.code, "returns": _codes(session, order.id)},
        )
    return lines


def last_return_day(order: Order, days: int) -> date:
    """Counted from the day of delivery in Vietnam; from the order's day when no file says when it arrived."""
    start = order.delivered_at or order.completed_at or order.placed_at
    return start.astimezone(VIETNAM).date() + timedelta(days=days)


def request_return(
    session: Session,
    *,
    order_id: str,
    kind: Literal["return", "exchange"],
    wishes: Sequence[Wish],
    reason: str,
    actor: Actor,
    now: datetime,
    photo_count: int = 0,
) -> Return:
    """A request in state `requested`. Nothing is kept of a refused one."""
    lines = returnable(session, order_id=order_id, actor=actor, now=now)
    if actor.kind == "staff":
        actor.require_role("manager", "sales", action="ask goods back")
    order = get_order(session, order_id)
    if not wishes:
        raise Invalid("return_empty", "Say which goods are to be returned.", {})
    swaps = _swaps(session, kind, wishes)
    request = Return(
        id=new_id(), code=f"R{next_value(session, 'return', start=1001)}", order_id=order.id, kind=kind,
        customer_id=order.customer_id, state="requested", reason=reason.strip()[:MAX_REASON],
        photo_count=min(max(photo_count, 0), MAX_PHOTOS), requested_by=actor.id, requested_at=now,
    )  # fmt: skip
    session.add(request)
    session.flush()
    for wish in sorted(wishes, key=lambda w: w.sku):
        swap = swaps.get(wish.exchange_sku)
        for line_id, pieces in _spread(session, order, lines, wish):
            session.add(
                ReturnLine(
                    id=new_id(), return_id=request.id, order_line_id=line_id, sku=wish.sku, quantity=pieces,
                    exchange_variant_id=swap.id if swap else None, exchange_sku=wish.exchange_sku,
                )
            )  # fmt: skip
    session.flush()
    audit.record(
        session, actor=actor, action="return.requested", subject_kind="order", subject_id=order.id, now=now,
        data={"return": request.code, "kind": kind},
    )  # fmt: skip
    payload = {"key": request.id, "order_id": order.id, "return_id": request.id, "by": actor.kind}
    publish(session, "return.requested", payload, now=now)
    return get_return(session, request.id)


def _own(session: Session, order_id: str, actor: Actor) -> Order:
    order = get_order(session, order_id)
    if actor.kind == "customer" and order.customer_id != actor.id:
        raise NotFound("order_not_found", "There is no such order.", {})
    return order


def _may_be_late(actor: Actor) -> bool:
    """Goodwill is the shop's to give."""
    return actor.kind == "staff" and actor.role in ("owner", "manager")


def _swaps(session: Session, kind: str, wishes: Sequence[Wish]) -> dict[str, Variant]:
    """What is wished for instead, if it is on sale and there is enough; it is not held before the goods are back."""
    if kind == "return":
        if any(wish.exchange_sku for wish in wishes):
            raise Invalid(
                "return_takes_no_exchange", "A return names no other goods. Ask for an exchange.", {}
            )
        return {}
    if not all(wish.exchange_sku for wish in wishes):
        raise Invalid("exchange_missing", "Say what the goods are to be exchanged for.", {})
    wanted: dict[str, int] = {}
    for wish in wishes:
        wanted[wish.exchange_sku] = wanted.get(wish.exchange_sku, 0) + wish.quantity
    variants = variants_by_sku(session, list(wanted))
    available = available_by_variant(session, [v.id for v in variants.values()])
    short = [
        {"sku": sku, "asked": quantity, "available": available[variants[sku].id]}
        for sku, quantity in wanted.items()
        if available[variants[sku].id] < quantity
    ]
    if short:
        raise InsufficientStock(short)
    return variants


def _spread(session: Session, order: Order, lines: Sequence[OrderLine], wish: Wish) -> list[tuple[str, int]]:
    """Which lines the pieces come from: orders that were merged hold two of the same SKU."""
    left, parts = wish.quantity, []
    for line in lines:
        pieces = min(line.quantity - line.return_requested, left) if line.sku == wish.sku else 0
        if pieces > 0:
            parts.append((line.id, pieces))
            left -= pieces
    if left or not parts or not all(_ask_back(session, *part) for part in parts):
        raise _too_many(session, order, wish)
    return parts


def _ask_back(session: Session, line_id: str, quantity: int) -> bool:
    """One UPDATE: two requests at once never ask back more than was delivered."""
    if quantity < 1:
        return False
    asked = session.execute(
        update(OrderLine)
        .where(OrderLine.id == line_id, OrderLine.return_requested + quantity <= OrderLine.quantity)
        .values(return_requested=OrderLine.return_requested + quantity)
        .returning(OrderLine.id)
        .execution_options(synchronize_session=False)
    ).first()
    return asked is not None


def _too_many(session: Session, order: Order, wish: Wish) -> Conflict:
    left = session.scalars(
        select(OrderLine.quantity - OrderLine.return_requested).where(
            OrderLine.order_id == order.id, OrderLine.sku == wish.sku
        )
    ).all()
    return Conflict(
        "return_quantity_invalid",
        f"{sum(left)} of {wish.sku[:40]} in order {order.code} can still be returned.",
        {"code": order.code, "sku": wish.sku[:40], "asked": wish.quantity, "left": sum(left)},
    )


def _codes(session: Session, order_id: str) -> list[str]:
    return list(session.scalars(select(Return.code).where(Return.order_id == order_id).order_by(Return.id)))
