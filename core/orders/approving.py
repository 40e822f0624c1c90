"""What an order has to be allowed for: asked when it is placed, asked again when nobody answered in time."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from core.actor import SYSTEM, Actor
from core.approvals.decisions import expire_due, latest, request_approval
from core.errors import Conflict
from core.jobs.worker import Run
from core.money import format_dong
from core.orders.models import Order
from core.orders.queries import get_order
from core.orders.risk import reason_of
from core.shop import shop_profile

KINDS = ("order_over_amount", "discount_over_limit")


def ask_for_approvals(
    session: Session, order: Order, *, discount_percent: int, actor: Actor, now: datetime
) -> None:
    rules = shop_profile(session).approvals
    for kind, question in _questions(session, order, discount_percent):
        request_approval(
            session, kind=kind, subject_kind="order", subject_id=order.id, subject_code=order.code,
            question=question, amount=order.total, payload={"discount_percent": discount_percent}, actor=actor,
            expires_minutes=rules.expires_minutes, now=now,
        )  # fmt: skip


def refuse_undecided(session: Session, order: Order, now: datetime) -> None:
    """Raises `Conflict` naming the approval that is missing and what to do about it."""
    for kind in KINDS:
        approval = latest(session, kind=kind, subject_kind="order", subject_id=order.id)
        if approval is None or approval.state in ("approved", "used"):
            continue
        state = "expired" if approval.state == "pending" and approval.expires_at <= now else approval.state
        advice = {
            "pending": "Decide it first.",
            "rejected": f"{approval.decided_by_name or 'Somebody'} said no: cancel the order or change it.",
            "expired": "Nobody answered in time; it is asked again in a minute. Decide it then.",
        }[state]
        raise Conflict(
            "approval_needed",
            f"Order {order.code} waits for approval {approval.code} ({state}). {advice}",
            {"code": order.code, "approval": approval.code, "state": state},
        )


def run_expiry(run: Run) -> None:
    """Job `approval.expire`: an order must not hang on a question that ran out, so it is asked once more."""
    with run.db.transaction() as session:
        for approval in expire_due(session, now=run.now):
            if approval.kind not in KINDS:
                continue
            order = get_order(session, approval.subject_id)
            if order.status in ("new", "processing") and order.fulfilment_state == "unpacked":
                percent = int(approval.payload.get("discount_percent", 0))
                ask_for_approvals(session, order, discount_percent=percent, actor=SYSTEM, now=run.now)


def _questions(session: Session, order: Order, percent: int) -> Iterator[tuple[str, str]]:
    rules = shop_profile(session).approvals
    reason = f" {reason_of(order)}" if order.risk_state == "open" else ""
    if rules.order_total_from is not None and order.total >= rules.order_total_from:
        yield "order_over_amount", f"Order {order.code} is {format_dong(order.total)}. Accept it?{reason}"
    if rules.discount_percent_from is not None and percent > rules.discount_percent_from:
        yield "discount_over_limit", f"Order {order.code} has a discount of {percent} %. Accept it?{reason}"
