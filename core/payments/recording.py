"""Money in and out of an order. One row per kind and reference, so a repeat changes nothing.

The order's counters move by one UPDATE each, in the transaction of the row that they count.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, case, func, literal, or_, select, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.db import insert_for
from core.errors import Conflict, Invalid
from core.ids import new_id
from core.jobs.events import publish
from core.jobs.tasks import open_task
from core.jobs.worker import Run
from core.money import MAX_DONG, Dong, format_dong
from core.orders.models import Order
from core.orders.queries import get_order
from core.payments.models import Payment, Refund

INCOMING = ("cod", "bank_transfer", "exchange")
# As `core.orders.money.add_up`, for the WHERE and SET of an UPDATE.
KEPT: ColumnElement[Dong] = Order.paid - Order.refunded
DUE: ColumnElement[Dong] = case(
    (Order.status == "cancelled", 0), (Order.credited > Order.total, 0), else_=Order.total - Order.credited
)


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
    transfer_id: str | None = None,
    within_outstanding: bool = False,
) -> bool:
    """False when this (kind, reference) is recorded already. The order's payment state follows from the sums.

    `within_outstanding`: raises `Conflict` amount_not_outstanding rather than take more than is still due.
    """
    _check_amount(amount)
    if kind not in INCOMING:
        raise Invalid("payment_kind_unknown", f"Money comes in as {', '.join(INCOMING)}.", {"kind": kind})
    row: dict[str, Any] = {
        "order_id": order_id, "kind": kind, "amount": amount, "reference": reference[:200], "note": note[:500],
        "transfer_id": transfer_id, "recorded_by": actor.id, "at": now,
    }  # fmt: skip
    payment_id = insert_payment(session, row)
    if payment_id is None:
        return False
    most = DUE - KEPT if within_outstanding else literal(MAX_DONG)
    taken = session.execute(
        update(Order)
        .where(Order.id == order_id, most >= amount)
        .values(paid=Order.paid + amount, version=Order.version + 1, **states_with(KEPT + amount))
        .returning(Order.id)
        .execution_options(synchronize_session=False)
    ).first()
    if taken is None:
        raise _not_outstanding(session, order_id, amount)
    announce(session, payment_id, row, actor, now)
    return True


def received(session: Session, order_id: str) -> int:
    """Payments less refunds."""
    return int(session.scalar(select(KEPT).where(Order.id == order_id)) or 0)


def outstanding(session: Session, order: Order) -> int:
    """Still due; never below zero."""
    return max(int(session.scalar(select(DUE - KEPT).where(Order.id == order.id)) or 0), 0)


def settle_changed_order(run: Run) -> None:
    """Job `payment.settle`: after a change of the total the state follows the sums, and staff see to the rest."""
    with run.db.transaction() as session:
        order = get_order(session, str(run.payload["order_id"]))
        money = order.money
        if not money.kept or order.status == "cancelled":
            return
        follow_sums(session, order.id)
        if money.kept == money.due:
            return
        what = (
            f"{format_dong(money.outstanding)} still due"
            if money.outstanding
            else f"{format_dong(money.overpaid)} to be refunded"
        )
        open_task(
            session, key=f"payment:{order.id}:{order.total}", kind="payment_difference",
            title=f"{order.code} was changed after payment: {what}",
            detail=f"Paid {format_dong(money.kept)}, total now {format_dong(order.total)}.", subject_kind="order",
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
    if not 0 < amount <= order.money.outstanding:
        raise _not_outstanding(session, order_id, amount)
    return record_payment(
        session, actor=actor, order_id=order.id, kind="bank_transfer", amount=amount, reference=reference, now=now,
        within_outstanding=True,
    )  # fmt: skip


def insert_payment(session: Session, row: dict[str, Any]) -> str | None:
    """The new row's id; None when this kind and reference stand already."""
    return session.scalar(
        insert_for(session, Payment)
        .values(id=new_id(), **row)
        .on_conflict_do_nothing(index_elements=["kind", "reference"])
        .returning(Payment.id)
    )


def announce(session: Session, payment_id: str, row: dict[str, Any], actor: Actor, now: datetime) -> None:
    order_id = row["order_id"]
    audit.record(
        session, actor=actor, action="payment.recorded", subject_kind="order", subject_id=order_id, now=now,
        data={name: row[name] for name in ("kind", "amount", "reference")},
    )  # fmt: skip
    payload = {"key": payment_id, "order_id": order_id, "payment_id": payment_id}
    publish(session, "payment.recorded", payload, now=now)


def standing() -> ColumnElement[bool]:
    """Of payments: they came in and were not taken back."""
    back = select(Payment.reference).where(Payment.kind == "taken_back")
    return Payment.kind.in_(INCOMING) & literal("payment:").concat(Payment.id).not_in(back)


def follow_sums(session: Session, order_id: str) -> None:
    """After what is due has changed."""
    session.execute(
        update(Order)
        .where(Order.id == order_id)
        .values(version=Order.version + 1, **states_with(KEPT))
        .execution_options(synchronize_session=False)
    )


def states_with(
    kept: ColumnElement[Dong], *, due: ColumnElement[Dong] = DUE, gave_back: ColumnElement[bool] | None = None
) -> dict[str, ColumnElement[str]]:
    """The payment state and the state of the risk of an order that keeps so much of what is due."""
    given = Order.refunded > 0 if gave_back is None else gave_back
    paid = case(
        ((kept > 0) & (kept >= due), "paid"), (kept > 0, "part_paid"), (given, "refunded"), else_="unpaid"
    )
    risk = case(
        (or_(Order.deposit_percent == 0, Order.risk_state.not_in(("open", "met"))), Order.risk_state),
        (kept * 100 >= Order.total * Order.deposit_percent, "met"),
        else_="open",
    )
    return {"payment_state": paid, "risk_state": risk}


def recount(session: Session, order_ids: Sequence[str]) -> None:
    """After rows have moved between orders that this transaction holds: the counters follow them."""
    for order_id in sorted(order_ids):
        session.execute(
            update(Order)
            .where(Order.id == order_id)
            .values(
                paid=_sum(
                    case((Payment.kind == "taken_back", -Payment.amount), else_=Payment.amount),
                    Payment.order_id == order_id,
                    Payment.kind != "refund",
                ),
                refunded=_sum(Payment.amount, Payment.order_id == order_id, Payment.kind == "refund"),
                refund_held=_sum(
                    Refund.amount, Refund.order_id == order_id, Refund.state.in_(("requested", "approved"))
                ),
            )
            .execution_options(synchronize_session=False)
        )
        if received(session, order_id):
            follow_sums(session, order_id)


def _sum(amount: Any, *of: ColumnElement[bool]) -> ScalarSelect[Dong]:
    return select(func.coalesce(func.sum(amount), 0)).where(*of).scalar_subquery()


def _check_amount(amount: int) -> None:
    if not 0 < amount <= MAX_DONG:
        raise Invalid(
            "amount_invalid", f"The amount must be from 1 to {format_dong(MAX_DONG)}.", {"amount": amount}
        )


def _not_outstanding(session: Session, order_id: str, amount: int) -> Conflict:
    order = get_order(session, order_id)
    left = order.money.outstanding
    return Conflict(
        "amount_not_outstanding",
        f"Order {order.code} has {format_dong(left)} outstanding.",
        {"outstanding": left, "amount": amount},
    )
