"""Money in and out of an order. One row per kind and reference, so a repeat changes nothing."""

from datetime import datetime

from sqlalchemy import ScalarSelect, case, func, or_, select, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.db import insert_for
from core.errors import Conflict, Invalid
from core.ids import new_id
from core.jobs.events import publish
from core.jobs.tasks import open_task
from core.jobs.worker import Run
from core.money import MAX_DONG, format_dong
from core.orders.models import Order
from core.orders.queries import get_order
from core.payments.models import Payment


def record_payment(
    session: Session,
    *,
    actor: Actor,
    order_id: str,
    kind: str,
    amount: int,
    reference: str,
    now: datetime,
    note: str = "",
) -> bool:
    """False when this (kind, reference) is recorded already. The order's payment state follows from the sums."""
    if not 0 < amount <= MAX_DONG:
        raise Invalid(
            "amount_invalid", f"The amount must be from 1 to {format_dong(MAX_DONG)}.", {"amount": amount}
        )
    payment_id = new_id()
    inserted = session.execute(
        insert_for(session, Payment)
        .values(
            id=payment_id, order_id=order_id, kind=kind, amount=amount, reference=reference[:200], note=note[:500],
            recorded_by=actor.id, at=now,
        )
        .on_conflict_do_nothing(index_elements=["kind", "reference"])
        .returning(Payment.id)
    ).first()  # fmt: skip
    if inserted is None:
        return False
    follow_sums(session, order_id, nothing_left="refunded" if kind == "refund" else "unpaid")
    audit.record(
        session, actor=actor, action="payment.recorded", subject_kind="order", subject_id=order_id, now=now,
        data={"kind": kind, "amount": amount, "reference": reference[:200]},
    )  # fmt: skip
    publish(
        session,
        "payment.recorded",
        {"key": payment_id, "order_id": order_id, "payment_id": payment_id},
        now=now,
    )
    return True


def received(session: Session, order_id: str) -> int:
    """Payments less refunds."""
    return int(session.scalar(select(_paid(order_id))) or 0)


def outstanding(session: Session, order: Order) -> int:
    """Still due; never below zero."""
    return max(order.total - received(session, order.id), 0)


def settle_changed_order(run: Run) -> None:
    """Job `payment.settle`: after a change of the total the state follows the sums, and staff see to the rest."""
    with run.db.transaction() as session:
        order = get_order(session, str(run.payload["order_id"]))
        paid = received(session, order.id)
        if not paid or order.status == "cancelled":
            return
        follow_sums(session, order.id, nothing_left="unpaid")
        if paid == order.total:
            return
        due = order.total - paid
        what = f"{format_dong(due)} still due" if due > 0 else f"{format_dong(-due)} to be refunded"
        open_task(
            session, key=f"payment:{order.id}:{order.total}", kind="payment_difference",
            title=f"{order.code} was changed after payment: {what}",
            detail=f"Paid {format_dong(paid)}, total now {format_dong(order.total)}.", subject_kind="order",
            subject_id=order.id, now=run.now,
        )  # fmt: skip


def confirm_bank_transfer(
    session: Session, *, actor: Actor, order_id: str, amount: int, reference: str, now: datetime
) -> bool:
    """Staff saw the money on the account."""
    actor.require_role("manager", "accountant", action="confirm payments")
    order = get_order(session, order_id)
    if order.status == "cancelled":
        raise Conflict("order_cancelled", f"Order {order.code} is cancelled: refund the buyer instead.", {})
    open_amount = outstanding(session, order)
    if not 0 < amount <= open_amount:
        raise Conflict(
            "amount_not_outstanding",
            f"Order {order.code} has {format_dong(open_amount)} outstanding.",
            {"outstanding": open_amount, "amount": amount},
        )
    return record_payment(
        session,
        actor=actor,
        order_id=order_id,
        kind="bank_transfer",
        amount=amount,
        reference=reference,
        now=now,
    )


def follow_sums(session: Session, order_id: str, *, nothing_left: str) -> None:
    paid = _paid(order_id)
    session.execute(
        update(Order)
        .where(Order.id == order_id)
        .values(
            payment_state=case((paid >= Order.total, "paid"), (paid > 0, "part_paid"), else_=nothing_left),
            risk_state=case(
                (or_(Order.deposit_percent == 0, Order.risk_state.not_in(("open", "met"))), Order.risk_state),
                (paid * 100 >= Order.total * Order.deposit_percent, "met"),
                else_="open",
            ),
            version=Order.version + 1,
        )
        .execution_options(synchronize_session=False)
    )


def _paid(order_id: str) -> ScalarSelect[int]:
    """Payments less refunds, as a scalar subquery."""
    signed = case((Payment.kind == "refund", -Payment.amount), else_=Payment.amount)
    return select(func.coalesce(func.sum(signed), 0)).where(Payment.order_id == order_id).scalar_subquery()
