"""The ledger of bank transfers: each kept once, given to the order that it is for, or shown to staff.

A sure code with the exact amount closes an order by itself. A sure code with less is a part payment, which closes
nothing. Everything else waits for a person. A transfer is used once, by one guarded UPDATE.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import SYSTEM, Actor
from core.db import insert_for
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from core.jobs.events import publish
from core.jobs.inbound import store_inbound
from core.jobs.queue import enqueue
from core.jobs.tasks import open_task
from core.jobs.worker import Run
from core.money import MAX_DONG, format_dong
from core.orders.codes import next_value
from core.orders.models import Order
from core.orders.queries import get_order
from core.payments.memos import MAX_MEMO, Named, Verdict, codes_in, judge, numbers_in
from core.payments.models import BankTransfer, Payment
from core.payments.recording import DUE, KEPT, record_payment, standing
from core.ports.bank import TransferNews

LOOK_BACK = timedelta(days=14)
MAX_SUGGESTIONS = 5
MAX_PARTS = 20
OPEN = ("new", "doubtful")


@dataclass(frozen=True)
class Part:
    """So much of a transfer for this order; None takes what the other parts leave."""

    order: str
    amount: int | None = None


def receive_transfers(session: Session, *, bank: str, news: Sequence[TransferNews], now: datetime) -> int:
    """Keep what came in and leave the work to a job; returns how many were new. Money that left is only noted."""
    new = 0
    for item in news:
        payload = {**asdict(item), "at": item.at.isoformat()}
        if not store_inbound(session, source=bank, external_id=item.external_id, payload=payload, now=now):
            continue
        new += 1
        if item.direction == "in" and 0 < item.amount <= MAX_DONG:
            _keep(session, bank, item, now)
    return new


def run_matching(run: Run) -> None:
    """Job `transfer.match`; one of a bank at a time, in the order in which they came."""
    with run.db.transaction() as session:
        match_transfer(session, transfer_id=str(run.payload["transfer_id"]), now=run.now)


def match_transfer(session: Session, *, transfer_id: str, now: datetime) -> None:
    """Safe to repeat: only a new transfer is looked at."""
    transfer = get_transfer(session, transfer_id)
    if transfer.state != "new":
        return
    orders = _named_orders(session, transfer)
    verdict: Verdict = judge(transfer.amount, orders)
    if verdict in ("exact", "under"):
        (order,) = [o for o in orders if o.plainly] if len(orders) > 1 else orders
        _use(session, transfer, [(get_order(session, order.code), transfer.amount)], verdict, SYSTEM, now)
        if verdict == "under":
            show_transfer(session, transfer, now)
        return
    suggestions = _from_memo(orders, transfer.amount)
    if verdict == "no_order" and (suggestions := orders_of_amount(session, transfer)):
        verdict = "wrong_memo"
    decide_transfer(
        session, transfer, "doubtful", now, verdict=verdict, suggestions=suggestions[:MAX_SUGGESTIONS]
    )
    show_transfer(session, transfer, now)


def assign_transfer(
    session: Session, *, code: str, parts: Sequence[Part], actor: Actor, now: datetime
) -> BankTransfer:
    """A person says whose it is: one order's, or several orders' with amounts that add up to the transfer.

    What is more than an order is due stands there as overpaid, to be refunded.
    """
    actor.require_role("manager", "accountant", action="assign transfers")
    transfer = get_transfer(session, code)
    _use(session, transfer, _shares(session, transfer, parts), "by_staff", actor, now)
    return get_transfer(session, transfer.id)


def dismiss_transfer(
    session: Session,
    *,
    code: str,
    why: Literal["not_ours", "recorded", "refund_due"],
    note: str,
    actor: Actor,
    now: datetime,
) -> BankTransfer:
    """It pays no order: not a sale's, recorded by hand before, or to be sent back, which leaves a task."""
    actor.require_role("manager", "accountant", action="dismiss transfers")
    transfer = get_transfer(session, code)
    state = "refund_due" if why == "refund_due" else "dismissed"
    said = f"{why} {note.strip()}".strip()[:500]
    decide_transfer(session, transfer, state, now, note=said, decided_by=actor.id, decided_at=now)
    audit.record(
        session, actor=actor, action="transfer.dismissed", subject_kind="transfer", subject_id=transfer.id, now=now,
        data={"why": why, "transfer": transfer.code},
    )  # fmt: skip
    if why == "refund_due":
        open_task(
            session, key=f"transfer:{transfer.id}", kind="transfer_to_return",
            title=f"Send {format_dong(transfer.amount)} back: transfer {transfer.code}",
            detail=f"{transfer.reference} {transfer.memo} {note}".strip(), subject_kind="transfer",
            subject_id=transfer.id, now=now,
        )  # fmt: skip
    return get_transfer(session, transfer.id)


def get_transfer(session: Session, code: str) -> BankTransfer:
    """By code or id."""
    transfer = session.scalar(
        select(BankTransfer)
        .where((BankTransfer.code == code.upper()) | (BankTransfer.id == code))
        .execution_options(populate_existing=True)
    )
    if transfer is None:
        raise NotFound(
            "bank_transfer_not_found", f"There is no transfer {code[:40]}. /bank lists the open ones.", {}
        )
    return transfer


def list_transfers(
    session: Session, *, before: str | None, limit: int, state: str | None = None, bank: str | None = None
) -> list[BankTransfer]:
    """Newest first; `before` is the id of the last transfer already seen."""
    statement = select(BankTransfer).order_by(BankTransfer.id.desc()).limit(limit)
    for column, value in ((BankTransfer.state, state), (BankTransfer.bank, bank)):
        if value is not None:
            statement = statement.where(column == value)
    if before is not None:
        statement = statement.where(BankTransfer.id < before)
    return list(session.scalars(statement))


def used_for(session: Session, transfers: Sequence[BankTransfer]) -> dict[str, list[tuple[str, int]]]:
    """Transfer id → (order's code, amount) of what it paid."""
    used: dict[str, list[tuple[str, int]]] = {transfer.id: [] for transfer in transfers}
    rows = session.execute(
        select(Payment.transfer_id, Order.code, Payment.amount)
        .join(Order, Order.id == Payment.order_id)
        .where(Payment.transfer_id.in_(used), standing())
        .order_by(Payment.id)
    )
    for transfer_id, code, amount in rows:
        used[str(transfer_id)].append((code, amount))
    return used


def _keep(session: Session, bank: str, item: TransferNews, now: datetime) -> None:
    kept = session.scalar(
        insert_for(session, BankTransfer)
        .values(
            id=new_id(), code=f"NH{next_value(session, 'bank_transfer', start=1001)}", bank=bank,
            external_id=item.external_id[:300], account=item.account[:100], amount=item.amount,
            memo=item.memo[:MAX_MEMO], reference=item.reference[:200], at=item.at, received_at=now, state="new",
            verdict="", suggestions=[], note="", decided_by="",
        )
        .on_conflict_do_nothing(index_elements=["bank", "external_id"])
        .returning(BankTransfer.id)
    )  # fmt: skip
    if kept is not None:
        enqueue(
            session,
            "transfer.match",
            {"transfer_id": kept},
            now=now,
            priority=50,
            ordering_key=f"transfer:{bank}",
        )


def _named_orders(session: Session, transfer: BankTransfer) -> list[Named]:
    """Held still until our commit, so that their money is what we judge by (SQLite has one writer)."""
    codes = codes_in(transfer.memo)
    statement = select(Order).where(Order.code.in_(codes)).order_by(Order.id)
    if session.get_bind().dialect.name != "sqlite":
        statement = statement.with_for_update()
    orders = session.scalars(statement.execution_options(populate_existing=True))
    return [
        Named(
            order.code, order.money.outstanding, order.status in ("cancelled", "returned"),
            order.payment_method == "cod" and order.fulfilment_state in ("shipped", "failed", "delivered"),
            codes[order.code],
        )
        for order in orders
    ]  # fmt: skip


def _from_memo(orders: Sequence[Named], amount: int) -> list[dict[str, Any]]:
    """What each is due; of an order that is due nothing, why it is named all the same."""
    return [
        {
            "order": order.code, "amount": min(order.outstanding, amount) or amount,
            "why": "called off" if order.called_off else "memo" if order.outstanding else "paid already",
        }
        for order in orders
    ]  # fmt: skip


def orders_of_amount(session: Session, transfer: BankTransfer) -> list[dict[str, Any]]:
    """Orders of these days that this amount would pay exactly; those first whose number stands in the memo."""
    numbers, left = numbers_in(transfer.memo), DUE - KEPT
    candidates = session.scalars(
        select(Order.code)
        .where(
            Order.status.in_(("new", "processing")), Order.payment_method == "bank_transfer",
            left == transfer.amount, Order.placed_at >= transfer.at - LOOK_BACK,
        )
        .order_by(Order.id.desc())
        .limit(50)
    ).all()  # fmt: skip
    named = [code for code in candidates if any(len(n) > 2 and code.endswith(n) for n in numbers)]
    return [
        {"order": code, "amount": transfer.amount, "why": "number and amount" if code in named else "amount"}
        for code in (*named, *(code for code in candidates if code not in named))
    ]


def _shares(session: Session, transfer: BankTransfer, parts: Sequence[Part]) -> list[tuple[Order, int]]:
    orders = [get_order(session, part.order) for part in parts[: MAX_PARTS + 1]]
    if not 1 <= len(parts) <= MAX_PARTS or len({order.id for order in orders}) != len(orders):
        raise Invalid("parts_invalid", f"Name 1 to {MAX_PARTS} orders, each once.", {})
    rest = transfer.amount - sum(part.amount or 0 for part in parts)
    whole = [part.amount for part in parts].count(None)
    amounts = [rest if part.amount is None else part.amount for part in parts]
    if whole > 1 or sum(amounts) != transfer.amount or min(amounts) < 1:
        raise Invalid(
            "parts_do_not_add_up",
            f"The parts must add up to {format_dong(transfer.amount)}; at most one may leave its amount out.",
            {"amount": transfer.amount, "rest": rest},
        )
    return sorted(zip(orders, amounts, strict=True), key=lambda share: share[0].id)


def _use(
    session: Session,
    transfer: BankTransfer,
    shares: Sequence[tuple[Order, int]],
    verdict: str,
    actor: Actor,
    now: datetime,
) -> None:
    decide_transfer(
        session,
        transfer,
        "matched",
        now,
        verdict=verdict,
        suggestions=[],
        decided_by=actor.id,
        decided_at=now,
    )
    before = _times_taken_back(session, transfer)
    for order, amount in shares:
        record_payment(
            session, actor=actor, order_id=order.id, kind="bank_transfer", amount=amount, now=now,
            reference=f"{transfer.bank}:{transfer.external_id}:{order.code}{before}", note=transfer.memo,
            transfer_id=transfer.id,
        )  # fmt: skip
    audit.record(
        session, actor=actor, action="transfer.matched", subject_kind="transfer", subject_id=transfer.id, now=now,
        data={"transfer": transfer.code, "verdict": verdict, "orders": {o.code: a for o, a in shares}},
    )  # fmt: skip


def _times_taken_back(session: Session, transfer: BankTransfer) -> str:
    """Given to the same order anew, it is another payment of it."""
    taken = session.scalar(
        select(func.count()).where(Payment.transfer_id == transfer.id, Payment.kind == "taken_back")
    )
    return f":{taken}" if taken else ""


def decide_transfer(
    session: Session,
    transfer: BankTransfer,
    state: str,
    now: datetime,
    *,
    sources: Sequence[str] = OPEN,
    **columns: Any,
) -> None:
    """The guard: of all who decide about a transfer at once one does."""
    moved = session.execute(
        update(BankTransfer)
        .where(BankTransfer.id == transfer.id, BankTransfer.state.in_(sources))
        .values(state=state, **columns)
        .returning(BankTransfer.id)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        fresh = get_transfer(session, transfer.id)
        orders = [code for code, _ in used_for(session, [fresh])[fresh.id]]
        raise Conflict(
            "bank_transfer_decided",
            f"Transfer {fresh.code} is {fresh.state} already{' for ' + ', '.join(orders) if orders else ''}.",
            {"code": fresh.code, "state": fresh.state, "orders": orders},
        )


def show_transfer(session: Session, transfer: BankTransfer, now: datetime, key: str | None = None) -> None:
    """It waits for a person. `key` tells this time from others."""
    publish(session, "transfer.doubtful", {"key": key or transfer.id, "transfer_id": transfer.id}, now=now)
