"""Call an order off while that is possible, and give its stock back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.actor import Actor
from core.approvals.decisions import request_approval, use
from core.approvals.models import Approval
from core.errors import Conflict, NotFound
from core.jobs.events import publish
from core.orders.models import Order
from core.orders.queries import get_order
from core.orders.states import advance_fulfilment, advance_status
from core.shop import shop_profile
from core.stock.levels import release_order

KIND = "cancel_after_packing"


@dataclass(frozen=True)
class Cancellation:
    """`waiting_for` is the code of the approval that was asked for instead; the order then stands as it was."""

    order: Order
    waiting_for: str | None = None


def cancel_order(
    session: Session, *, order_id: str, reason: str, actor: Actor, now: datetime
) -> Cancellation:
    """Before packing at once; after packing a person has to say yes; after shipping nobody can."""
    order = get_order(session, order_id)
    if actor.kind == "customer" and order.customer_id != actor.id:
        raise NotFound("order_not_found", "There is no such order.", {})
    if actor.kind == "staff":
        actor.require_role("manager", "sales", action="cancel orders")
    _refuse_too_late(order)
    if _needs_approval(session, order, actor):
        return Cancellation(order, _ask(session, order, reason, actor, now))
    return _cancel(session, order, reason, actor, now)


def carry_out_approved(session: Session, *, approval: Approval, actor: Actor, now: datetime) -> None:
    """The yes to a cancellation is spent on it at once; that it may still be done is looked at again."""
    if approval.kind != KIND or approval.state != "approved":
        return
    order = get_order(session, approval.subject_id)
    _refuse_too_late(order)
    if use(session, kind=KIND, subject_kind="order", subject_id=order.id):
        _cancel(session, order, str(approval.payload.get("reason", "")), actor, now)


def _cancel(session: Session, order: Order, reason: str, actor: Actor, now: datetime) -> Cancellation:
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
    return Cancellation(get_order(session, order.id))


def _refuse_too_late(order: Order) -> None:
    if order.status in ("new", "processing") and order.fulfilment_state in ("unpacked", "packed"):
        return
    raise Conflict(
        "order_not_cancellable",
        f"Order {order.code} is {order.status} and {order.fulfilment_state}: it can no longer be cancelled. "
        "After delivery it can be returned.",
        {"code": order.code, "status": order.status, "fulfilment_state": order.fulfilment_state},
    )


def _needs_approval(session: Session, order: Order, actor: Actor) -> bool:
    """After packing, unless a yes was given before (which this spends)."""
    if order.fulfilment_state != "packed" or not shop_profile(session).approvals.cancel_after_packing:
        return False
    if actor.kind == "staff" and actor.role in ("owner", "manager"):
        return False
    return not use(session, kind=KIND, subject_kind="order", subject_id=order.id)


def _ask(session: Session, order: Order, reason: str, actor: Actor, now: datetime) -> str:
    approval = request_approval(
        session,
        kind=KIND,
        subject_kind="order",
        subject_id=order.id,
        subject_code=order.code,
        question=f"Order {order.code} is packed. Cancel it? Reason: {reason[:200] or '-'}",
        amount=order.total,
        payload={"reason": reason[:500], "asked_by": actor.id},
        actor=actor,
        expires_minutes=shop_profile(session).approvals.expires_minutes,
        now=now,
    )
    return approval.code
