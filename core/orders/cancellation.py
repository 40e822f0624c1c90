"""Call an order off while that is possible, and give its stock back."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.actor import Actor
from core.approvals.decisions import request_approval, use
from core.errors import Conflict, NotFound
from core.jobs.events import publish
from core.orders.models import Order
from core.orders.queries import get_order
from core.orders.states import advance_fulfilment, advance_status
from core.shop import shop_profile
from core.stock.levels import release_order


def cancel_order(session: Session, *, order_id: str, reason: str, actor: Actor, now: datetime) -> Order:
    """A customer may before packing; after packing a person has to say yes; after shipping nobody can.

    Raises `Conflict("approval_needed")` after having asked: commit the question, then tell the asker.
    """
    order = get_order(session, order_id)
    if actor.kind == "customer" and order.customer_id != actor.id:
        raise NotFound("order_not_found", "There is no such order.", {})
    if actor.kind == "staff":
        actor.require_role("manager", "sales", action="cancel orders")
    if order.status in ("completed", "cancelled", "returned") or order.fulfilment_state not in (
        "unpacked",
        "packed",
    ):
        raise Conflict(
            "order_not_cancellable",
            f"Order {order.code} is {order.status} and {order.fulfilment_state}: it can no longer be cancelled. "
            "After delivery it can be returned.",
            {"code": order.code, "status": order.status, "fulfilment_state": order.fulfilment_state},
        )
    advance_fulfilment(session, order_id=order.id, to="cancelled", actor=actor, now=now)
    advance_status(
        session,
        order_id=order.id,
        to="cancelled",
        actor=actor,
        now=now,
        cancelled_at=now,
        cancel_reason=reason[:500],
    )
    release_order(session, order_id=order.id, actor=actor, now=now)
    publish(session, "order.cancelled", {"key": order.id, "order_id": order.id}, now=now)
    return get_order(session, order.id)


def needs_approval(session: Session, *, order: Order, actor: Actor) -> bool:
    """After packing, unless a yes was given before (which this spends)."""
    if order.fulfilment_state != "packed" or not shop_profile(session).approvals.cancel_after_packing:
        return False
    if actor.kind == "staff" and actor.role in ("owner", "manager"):
        return False
    return not use(session, kind="cancel_after_packing", subject_kind="order", subject_id=order.id)


def ask_to_cancel(session: Session, *, order: Order, reason: str, actor: Actor, now: datetime) -> str:
    """Put the question to staff; returns its code."""
    approval = request_approval(
        session,
        kind="cancel_after_packing",
        subject_kind="order",
        subject_id=order.id,
        subject_code=order.code,
        question=f"Order {order.code} is packed. Cancel it? Reason: {reason[:200] or '-'}",
        amount=order.total,
        payload={"reason": reason[:500]},
        actor=actor,
        expires_minutes=shop_profile(session).approvals.expires_minutes,
        now=now,
    )
    return approval.code
