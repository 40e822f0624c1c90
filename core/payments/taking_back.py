"""A transfer that was given to the wrong order is taken back: by rows of its own, nothing that was written changes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.errors import Conflict, Invalid
from core.jobs.events import publish
from core.jobs.tasks import open_task
from core.money import format_dong
from core.orders.models import Order
from core.orders.queries import get_order
from core.payments.bank_matching import (
    MAX_SUGGESTIONS,
    decide_transfer,
    get_transfer,
    orders_of_amount,
    show_transfer,
)
from core.payments.models import BankTransfer, Payment
from core.payments.recording import DUE, KEPT, insert_payment, standing, states_with

LEFT_THE_SHELF = ("packed", "shipped", "failed", "delivered")


def take_transfer_back(
    session: Session, *, code: str, reason: str, actor: Actor, now: datetime
) -> BankTransfer:
    """From every order that it pays; it waits in the desk again.

    Refused where the money has gone back to the buyer or is promised, and where an order is completed that would
    not be paid without it.
    """
    actor.require_role("manager", "accountant", action="take transfers back")
    why = reason.strip()[:400]
    if not why:
        raise Invalid("reason_missing", "Say why the transfer is taken back.", {})
    transfer = get_transfer(session, code)
    if transfer.state != "matched":
        raise _pays_nothing(transfer)
    payments = _payments(session, transfer)
    decide_transfer(
        session, transfer, "doubtful", now, sources=("matched",), verdict="taken_back", note=why,
        suggestions=orders_of_amount(session, transfer)[:MAX_SUGGESTIONS], decided_by=actor.id, decided_at=now,
    )  # fmt: skip
    for payment in payments:
        _take_from_order(session, payment, transfer, why, actor, now)
    orders = {order.code: amount for order, amount in _orders(session, payments)}
    audit.record(
        session, actor=actor, action="transfer.taken_back", subject_kind="transfer", subject_id=transfer.id, now=now,
        data={"transfer": transfer.code, "reason": why, "orders": orders},
    )  # fmt: skip
    show_transfer(session, transfer, now, key=payments[0].id if payments else transfer.id)
    return get_transfer(session, transfer.id)


def _payments(session: Session, transfer: BankTransfer) -> list[Payment]:
    statement = select(Payment).where(Payment.transfer_id == transfer.id, standing())
    return list(session.scalars(statement.order_by(Payment.order_id, Payment.id)))


def _take_from_order(
    session: Session, payment: Payment, transfer: BankTransfer, why: str, actor: Actor, now: datetime
) -> None:
    left = Order.paid - Order.refunded - Order.refund_held
    moved = session.execute(
        update(Order)
        .where(
            Order.id == payment.order_id, left >= payment.amount,
            or_(Order.status != "completed", KEPT - payment.amount >= DUE),
        )
        .values(
            paid=Order.paid - payment.amount, version=Order.version + 1, **states_with(KEPT - payment.amount)
        )
        .returning(Order.id)
        .execution_options(synchronize_session=False)
    ).first()  # fmt: skip
    order = get_order(session, payment.order_id)
    if moved is None:
        raise _needed(order, payment.amount)
    row: dict[str, Any] = {
        "order_id": order.id, "kind": "taken_back", "amount": payment.amount, "reference": f"payment:{payment.id}",
        "note": why, "transfer_id": transfer.id, "recorded_by": actor.id, "at": now,
    }  # fmt: skip
    taken = insert_payment(session, row)
    if taken is None:
        raise _pays_nothing(transfer)
    audit.record(
        session, actor=actor, action="payment.taken_back", subject_kind="order", subject_id=order.id, now=now,
        data={"transfer": transfer.code, "amount": payment.amount, "reason": why},
    )  # fmt: skip
    publish(session, "payment.taken_back", {"key": taken, "order_id": order.id, "payment_id": taken}, now=now)
    if order.money.outstanding and order.fulfilment_state in LEFT_THE_SHELF:
        open_task(
            session, key=f"taken_back:{taken}", kind="payment_difference",
            title=f"{order.code} is {order.fulfilment_state}, but {format_dong(order.money.outstanding)} is due again",
            detail=f"Transfer {transfer.code} was taken back: {why}", subject_kind="order", subject_id=order.id,
            now=now,
        )  # fmt: skip


def _orders(session: Session, payments: Sequence[Payment]) -> list[tuple[Order, int]]:
    return [(get_order(session, payment.order_id), payment.amount) for payment in payments]


def _needed(order: Order, amount: int) -> Conflict:
    money = order.money
    facts = {"code": order.code, "amount": amount, "refunded": money.refunded, "held": money.refund_held}
    if money.refundable < amount:
        back = format_dong(money.refunded + money.refund_held)
        return Conflict(
            "transfer_refunded",
            f"{back} of order {order.code} has gone back to the buyer or is promised: the transfer stays. Cancel the "
            "refund if it is not sent yet; else ask the buyer for the money.",
            facts,
        )
    return Conflict(
        "transfer_completed_order",
        f"Order {order.code} is completed, and would not be paid without this transfer. Give it the right transfer "
        "first, then take this one back.",
        facts,
    )


def _pays_nothing(transfer: BankTransfer) -> Conflict:
    return Conflict(
        "transfer_pays_nothing",
        f"Transfer {transfer.code} is {transfer.state}: it pays no order, so there is nothing to take back.",
        {"code": transfer.code, "state": transfer.state},
    )
