"""Money back to a buyer: asked for, allowed by a yes where the shop's rule wants one, sent, recorded with its proof.

What is promised is held on the order by one guarded UPDATE, so that all refunds together never exceed what came in.
"""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import case, exists, select, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import SYSTEM, Actor
from core.approvals.decisions import request_approval, use, withdraw
from core.approvals.models import Approval
from core.errors import Conflict, IllegalTransition, Invalid, NotFound
from core.ids import new_id
from core.jobs.events import publish
from core.jobs.worker import Run
from core.money import Dong, format_dong
from core.orders.codes import next_value
from core.orders.models import Order
from core.orders.queries import get_order
from core.payments.models import Refund
from core.payments.recording import DUE, KEPT, announce, insert_payment, states_with
from core.shop import shop_profile

KIND = "refund"
Reason = Literal["return", "overpaid", "goodwill"]
Method = Literal["bank_transfer", "cash", "other"]
REFUND_TRANSITIONS = {
    "requested": frozenset({"approved", "rejected", "cancelled"}),
    "approved": frozenset({"paid", "cancelled"}),
    "paid": frozenset[str](),
    "rejected": frozenset[str](),
    "cancelled": frozenset[str](),
}


def request_refund(
    session: Session,
    *,
    order_id: str,
    amount: int,
    reason: str,
    actor: Actor,
    now: datetime,
    kind: Reason | None = None,
) -> Refund:
    """Hold the amount for a refund. Without `kind` it is `overpaid` as far as that goes, else `goodwill`.

    Raises `Conflict` refund_too_much with what may still go back.
    """
    actor.require_role("manager", "sales", "accountant", action="ask for refunds")
    order = get_order(session, order_id)
    if amount < 1:
        raise Invalid("amount_invalid", "A refund is from 1 đồng on.", {"amount": amount})
    money = order.money
    _hold(session, order, amount)
    over = money.overpaid - money.refund_held
    refund = Refund(
        id=new_id(), code=f"RF{next_value(session, 'refund', start=1001)}", order_id=order.id, amount=Dong(amount),
        kind=kind or ("overpaid" if amount <= over else "goodwill"), state="requested", reason=reason.strip()[:500],
        requested_by=actor.id, requested_at=now,
    )  # fmt: skip
    session.add(refund)
    session.flush()
    audit.record(
        session, actor=actor, action="refund.requested", subject_kind="order", subject_id=order.id, now=now,
        data={"refund": refund.code, "amount": amount},
    )  # fmt: skip
    if _needs_approval(session, amount, actor):
        _ask(session, refund, order, actor, now)
    else:
        _decide(session, refund, "approved", actor, now)
    return get_refund(session, refund.id)


def follow_decision(session: Session, *, approval: Approval, actor: Actor, now: datetime) -> None:
    """A yes or a no to a refund is carried over to it at once."""
    if approval.kind != KIND or approval.state not in ("approved", "rejected"):
        return
    refund = get_refund(session, approval.subject_id)
    if approval.state == "rejected":
        _decide(session, refund, "rejected", actor, now, decision_note=approval.decision_note)
    elif use(session, kind=KIND, subject_kind=KIND, subject_id=refund.id):
        _decide(session, refund, "approved", actor, now)


def cancel_refund(session: Session, *, code: str, actor: Actor, now: datetime) -> Refund:
    """Before the money is sent."""
    actor.require_role("manager", "accountant", action="cancel refunds")
    refund = get_refund(session, code)
    _decide(session, refund, "cancelled", actor, now)
    withdraw(session, kind=KIND, subject_kind=KIND, subject_id=refund.id)
    return get_refund(session, refund.id)


def pay_refund(
    session: Session, *, code: str, method: Method, reference: str, actor: Actor, now: datetime
) -> Refund:
    """The money was sent: recorded with method and reference, once."""
    actor.require_role("manager", "accountant", action="record refunds")
    if not reference.strip():
        raise Invalid(
            "reference_missing", "Say by what the refund can be found: the bank's number, the receipt.", {}
        )
    refund = get_refund(session, code)
    _advance(
        session,
        refund,
        "paid",
        method=method,
        reference=reference.strip()[:200],
        paid_by=actor.id,
        paid_at=now,
    )
    payment_id, row = give_back(
        session, order_id=refund.order_id, amount=refund.amount, reference=f"refund:{refund.code}", held=True,
        lowers_due=refund.kind == "goodwill", note=f"{method} {reference.strip()}", actor=actor, now=now,
    )  # fmt: skip
    announce(session, payment_id, row, actor, now)
    return get_refund(session, refund.id)


def give_back(
    session: Session, *, order_id: str, amount: int, reference: str, held: bool, lowers_due: bool, note: str,
    actor: Actor, now: datetime,
) -> tuple[str, dict[str, Any]]:  # fmt: skip
    """Money leaves the order: out of what is held for it, or out of what is free. The payment's id and row.

    Raises `Conflict` refund_too_much; nobody is told of it yet.
    """
    over = case((KEPT > DUE, KEPT - DUE), else_=0)
    credit = case((over < amount, amount - over), else_=0) if lowers_due else 0
    from_held = amount if held else 0
    free = Order.paid - Order.refunded - Order.refund_held
    moved = session.execute(
        update(Order)
        .where(Order.id == order_id, Order.refund_held >= from_held, free >= amount - from_held)
        .values(
            refunded=Order.refunded + amount, refund_held=Order.refund_held - from_held,
            credited=Order.credited + credit, version=Order.version + 1,
            **states_with(KEPT - amount, due=DUE - credit, gave_back=Order.id == order_id),
        )
        .returning(Order.id)
        .execution_options(synchronize_session=False)
    ).first()  # fmt: skip
    if moved is None:
        raise _too_much(get_order(session, order_id), amount)
    row: dict[str, Any] = {
        "order_id": order_id, "kind": "refund", "amount": amount, "reference": reference, "note": note[:500],
        "transfer_id": None, "recorded_by": actor.id, "at": now,
    }  # fmt: skip
    payment_id = insert_payment(session, row)
    if payment_id is None:
        raise Conflict("refund_recorded", f"{reference} is recorded already.", {"reference": reference})
    return payment_id, row


def get_refund(session: Session, code: str) -> Refund:
    """By code or id."""
    refund = session.scalar(
        select(Refund)
        .where((Refund.code == code.upper()) | (Refund.id == code))
        .execution_options(populate_existing=True)
    )
    if refund is None:
        raise NotFound(
            "refund_not_found", f"There is no refund {code[:40]}. /refund lists the open ones.", {}
        )
    return refund


def list_refunds(
    session: Session,
    *,
    before: str | None,
    limit: int,
    state: str | None = None,
    order_id: str | None = None,
) -> list[Refund]:
    """Newest first; `before` is the id of the last refund already seen."""
    statement = select(Refund).order_by(Refund.id.desc()).limit(limit)
    if state is not None:
        statement = statement.where(Refund.state == state)
    if order_id is not None:
        statement = statement.where(Refund.order_id == order_id)
    if before is not None:
        statement = statement.where(Refund.id < before)
    return list(session.scalars(statement))


def ask_again(run: Run) -> None:
    """With job `approval.expire`: a refund must not hang on a question that ran out."""
    with run.db.transaction() as session:
        asked = exists().where(
            Approval.kind == KIND, Approval.subject_id == Refund.id, Approval.state == "pending"
        )
        for refund in session.scalars(select(Refund).where(Refund.state == "requested", ~asked).limit(200)):
            _ask(session, refund, get_order(session, refund.order_id), SYSTEM, run.now)


def _hold(session: Session, order: Order, amount: int) -> None:
    held = session.execute(
        update(Order)
        .where(Order.id == order.id, Order.paid - Order.refunded - Order.refund_held >= amount)
        .values(refund_held=Order.refund_held + amount, version=Order.version + 1)
        .returning(Order.id)
        .execution_options(synchronize_session=False)
    ).first()
    if held is None:
        raise _too_much(get_order(session, order.id), amount)


def _needs_approval(session: Session, amount: int, actor: Actor) -> bool:
    limit = shop_profile(session).approvals.refund_from
    if limit is None or amount < limit:
        return False
    return not (actor.kind == "staff" and actor.role in ("owner", "manager"))


def _ask(session: Session, refund: Refund, order: Order, actor: Actor, now: datetime) -> None:
    request_approval(
        session, kind=KIND, subject_kind=KIND, subject_id=refund.id, subject_code=refund.code, amount=refund.amount,
        question=f"Refund {format_dong(refund.amount)} of order {order.code}? Reason: {refund.reason or '-'}",
        payload={"order": order.code}, actor=actor, now=now,
        expires_minutes=shop_profile(session).approvals.expires_minutes,
    )  # fmt: skip


def _decide(
    session: Session, refund: Refund, to: str, actor: Actor, now: datetime, decision_note: str = ""
) -> None:
    _advance(session, refund, to, decided_by=actor.id, decided_at=now, decision_note=decision_note[:500])
    if to != "approved":
        session.execute(
            update(Order)
            .where(Order.id == refund.order_id)
            .values(refund_held=Order.refund_held - refund.amount, version=Order.version + 1)
            .execution_options(synchronize_session=False)
        )
    audit.record(
        session, actor=actor, action=f"refund.{to}", subject_kind="order", subject_id=refund.order_id, now=now,
        data={"refund": refund.code},
    )  # fmt: skip
    if to != "cancelled":
        payload = {"key": refund.id, "order_id": refund.order_id, "refund_id": refund.id}
        publish(session, f"refund.{to}", payload, now=now)


def _advance(session: Session, refund: Refund, to: str, **columns: Any) -> None:
    sources = sorted(state for state, targets in REFUND_TRANSITIONS.items() if to in targets)
    moved = session.execute(
        update(Refund)
        .where(Refund.id == refund.id, Refund.state.in_(sources))
        .values(state=to, **columns)
        .returning(Refund.id)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        state = get_refund(session, refund.id).state
        hint = {
            "requested": "It waits for a yes: /todo shows the question.",
            "paid": "The money was sent already.",
        }
        raise IllegalTransition(f"Refund {refund.code}", state, to, hint.get(state, "Ask for a new one."))


def _too_much(order: Order, amount: int) -> Conflict:
    money = order.money
    return Conflict(
        "refund_too_much",
        f"Order {order.code}: {format_dong(money.refundable)} can go back, not {format_dong(amount)} "
        f"(paid {format_dong(money.paid)}, refunded {format_dong(money.refunded)}, "
        f"promised {format_dong(money.refund_held)}).",
        {"code": order.code, "amount": amount, "refundable": money.refundable},
    )
