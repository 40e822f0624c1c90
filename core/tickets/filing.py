"""Open a ticket in the transaction of its cause, add to it, close it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.db import insert_for
from core.errors import Conflict, NotFound
from core.ids import new_id
from core.jobs.events import publish
from core.orders.codes import next_value
from core.orders.models import Order
from core.tickets.models import Ticket

Kind = Literal[
    "handoff", "complaint", "return", "exchange", "question", "payment", "refund", "order_change", "invoice"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
MAX_SUMMARY = 2_000
MAX_TRIES = 50


def open_ticket(
    session: Session,
    *,
    kind: Kind,
    summary: str,
    now: datetime,
    conversation_id: str = "",
    customer_id: str | None = None,
    order: Order | None = None,
    skus: Iterable[str] = (),
    details: Mapping[str, Any] | None = None,
) -> Ticket:
    """A new ticket, which staff are told of; or the open one of this conversation, kind and order, added to."""
    ticket_id = new_id()
    for _attempt in range(MAX_TRIES):
        added = _add_to_open(
            session, conversation_id, kind, order, summary, list(skus), dict(details or {}), now
        )
        if added is not None:
            return added
        opened = session.execute(
            insert_for(session, Ticket)
            .values(
                id=ticket_id, code=f"T{next_value(session, 'ticket', start=1001)}", kind=kind, state="open",
                conversation_id=conversation_id, customer_id=customer_id, order_id=order.id if order else None,
                order_code=order.code if order else "", skus=list(dict.fromkeys(skus)),
                summary=summary.strip()[:MAX_SUMMARY], details=dict(details or {}), version=1, created_at=now,
                updated_at=now, closed_by="", closed_by_name="",
            )
            .on_conflict_do_nothing()
            .returning(Ticket.id)
        ).first()  # fmt: skip
        if opened is not None:
            payload = {"key": ticket_id, "ticket_id": ticket_id, "kind": kind}
            publish(session, "ticket.opened", payload, now=now)
            return session.get_one(Ticket, ticket_id)
    raise Conflict("ticket_busy", "This ticket is being written by somebody else. Try again.", {})


def close_ticket(session: Session, *, code: str, actor: Actor, now: datetime) -> Ticket:
    """Somebody has seen to it. Closing twice is said, not done."""
    actor.require_role("manager", "sales", action="close tickets")
    ticket = get_ticket(session, code)
    if not _close(session, [ticket.id], actor, now):
        session.refresh(ticket)
        by = f" by {ticket.closed_by_name}" if ticket.closed_by_name else ""
        raise Conflict("ticket_closed", f"Ticket {ticket.code} is closed already{by}.", {"code": ticket.code})
    session.refresh(ticket)
    return ticket


def close_handoffs(session: Session, *, conversation_id: str, actor: Actor, now: datetime) -> int:
    """The conversation is handed back: nobody is waited for any more. Returns how many tickets that closed."""
    waiting = session.scalars(
        select(Ticket.id).where(
            Ticket.conversation_id == conversation_id, Ticket.kind == "handoff", Ticket.state == "open"
        )
    ).all()
    return _close(session, list(waiting), actor, now)


def get_ticket(session: Session, code: str) -> Ticket:
    """By code or id."""
    ticket = session.scalar(select(Ticket).where((Ticket.code == code.upper()) | (Ticket.id == code)))
    if ticket is None:
        raise NotFound(
            "ticket_not_found", f"There is no ticket {code[:40]}. /tickets lists the open ones.", {}
        )
    return ticket


def list_tickets(
    session: Session,
    *,
    before: str | None,
    limit: int,
    kind: str | None = None,
    state: str | None = None,
    order_id: str | None = None,
    conversation_id: str | None = None,
) -> list[Ticket]:
    """Newest first; `before` is the id of the last ticket already seen."""
    statement = select(Ticket).order_by(Ticket.id.desc()).limit(limit)
    for column, value in (
        (Ticket.kind, kind),
        (Ticket.state, state),
        (Ticket.order_id, order_id),
        (Ticket.conversation_id, conversation_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if before is not None:
        statement = statement.where(Ticket.id < before)
    return list(session.scalars(statement))


def _add_to_open(
    session: Session,
    conversation_id: str,
    kind: Kind,
    order: Order | None,
    summary: str,
    skus: list[str],
    details: dict[str, Any],
    now: datetime,
) -> Ticket | None:
    """None when there is no open one to add to, or somebody else changed it first."""
    if not conversation_id:
        return None
    ticket = session.scalar(
        select(Ticket)
        .where(
            Ticket.conversation_id == conversation_id, Ticket.kind == kind, Ticket.state == "open",
            Ticket.order_code == (order.code if order else ""),
        )
        .execution_options(populate_existing=True)
    )  # fmt: skip
    if ticket is None:
        return None
    said = summary.strip()
    added = session.execute(
        update(Ticket)
        .where(Ticket.id == ticket.id, Ticket.state == "open", Ticket.version == ticket.version)
        .values(
            summary=ticket.summary if said in ticket.summary else f"{ticket.summary}\n{said}"[-MAX_SUMMARY:],
            skus=list(dict.fromkeys([*ticket.skus, *skus])),
            details={**ticket.details, **details},
            version=Ticket.version + 1,
            updated_at=now,
        )
        .returning(Ticket.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(ticket)
    return ticket if added is not None else None


def _close(session: Session, ids: list[str], actor: Actor, now: datetime) -> int:
    closed = session.scalars(
        update(Ticket)
        .where(Ticket.id.in_(ids), Ticket.state == "open")
        .values(state="closed", closed_at=now, closed_by=actor.id, closed_by_name=actor.name)
        .returning(Ticket.id)
        .execution_options(synchronize_session=False)
    ).all()
    for ticket_id in closed:
        audit.record(
            session, actor=actor, action="ticket.closed", subject_kind="ticket", subject_id=ticket_id, now=now
        )
    return len(closed)
