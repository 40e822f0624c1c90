"""Merge and split orders together with the money that came in for them: to the đồng, nothing twice."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.actor import Actor
from core.ids import new_id
from core.orders.merging import merge_orders
from core.orders.models import Order
from core.orders.queries import get_order
from core.orders.splitting import split_order
from core.payments.models import Payment, Refund
from core.payments.recording import recount, standing


def merge_with_payments(
    session: Session, *, into: str, others: Sequence[str], actor: Actor, now: datetime
) -> Order:
    """What was paid for any of them is paid for the one that stays. What is too much now, because the fee is
    paid once, becomes a task for staff.
    """
    away = [get_order(session, code).id for code in others]
    kept = merge_orders(session, into=into, others=others, actor=actor, now=now)
    session.execute(
        update(Payment)
        .where(Payment.order_id.in_(away))
        .values(order_id=kept.id)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Refund)
        .where(Refund.order_id.in_(away))
        .values(order_id=kept.id)
        .execution_options(synchronize_session=False)
    )
    recount(session, [*away, kept.id])
    return get_order(session, kept.id)


def split_with_payments(
    session: Session, *, order_id: str, quantities: Mapping[str, int], actor: Actor, now: datetime
) -> tuple[Order, Order]:
    """What was paid stays with the first order as far as it owes; the rest is paid for the new one."""
    kept, new = split_order(session, order_id=order_id, quantities=quantities, actor=actor, now=now)
    over = min(kept.money.overpaid, kept.money.refundable)
    if over > 0:
        _hand_over(session, kept, new, over)
    recount(session, [kept.id, new.id])
    return get_order(session, kept.id), get_order(session, new.id)


def _hand_over(session: Session, kept: Order, new: Order, over: int) -> None:
    """Latest payment first; one that is shared keeps its reference on the first order and names the new one."""
    payments = session.scalars(
        select(Payment).where(Payment.order_id == kept.id, standing()).order_by(Payment.id.desc())
    ).all()
    for payment in payments:
        if not over:
            return
        part = min(over, payment.amount)
        over -= part
        if part == payment.amount:
            session.execute(update(Payment).where(Payment.id == payment.id).values(order_id=new.id))
            continue
        session.execute(update(Payment).where(Payment.id == payment.id).values(amount=payment.amount - part))
        session.execute(
            insert(Payment).values(
                id=new_id(), order_id=new.id, kind=payment.kind, amount=part,
                reference=f"{payment.reference[:150]}#{new.code}", note=f"part of a payment for {kept.code}",
                transfer_id=payment.transfer_id, recorded_by=payment.recorded_by, at=payment.at,
            )
        )  # fmt: skip
