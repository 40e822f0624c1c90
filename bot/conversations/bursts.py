"""Channels that push: several short messages in a row get one answer, none is lost, none is answered twice.

Each message is stored together with a job of its own, due when the quiet window after it ends. The job of a message
that has a newer one behind it leaves the answer to that one's job, unless the burst has lasted long enough.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversations.intake import store_message
from bot.conversations.models import Message
from bot.conversations.turns import Answer, Incoming, incoming_of, lease, replies_to, think_and_store
from core.clock import Clock
from core.db import Database
from core.jobs.queue import enqueue
from core.jobs.worker import Run

ANSWER_JOB = "conversation.answer"


@dataclass(frozen=True)
class BurstRule:
    quiet: timedelta = timedelta(seconds=2.5)
    longest: timedelta = timedelta(seconds=10)


def accept(
    session: Session,
    *,
    conversation_id: str,
    external_id: str,
    text: str,
    rate_limit: int,
    rule: BurstRule,
    now: datetime,
    attachments: Sequence[Mapping[str, Any]] = (),
) -> str:
    """Store a pushed message and see to it that it is answered; the channel may acknowledge after the commit."""
    message_id = store_message(
        session,
        conversation_id=conversation_id,
        external_id=external_id,
        text=text,
        attachments=attachments,
        rate_limit=rate_limit,
        now=now,
    ).message_id
    enqueue(
        session,
        ANSWER_JOB,
        {"message_id": message_id},
        now=now,
        run_at=now + rule.quiet,
        deduplication_key=f"{ANSWER_JOB}:{message_id}",
        ordering_key=f"conversation:{conversation_id}",
    )
    return message_id


def run_answering(run: Run, *, think: Callable[[Incoming], Answer], rule: BurstRule, clock: Clock) -> None:
    """Job `conversation.answer`."""
    answer_burst(run.db, message_id=str(run.payload["message_id"]), think=think, rule=rule, clock=clock)


def answer_burst(
    db: Database, *, message_id: str, think: Callable[[Incoming], Answer], rule: BurstRule, clock: Clock
) -> list[Message]:
    """The replies made now to everything that waits; none when a newer message's job will answer it too."""
    with db.read_transaction() as session:
        message = session.scalars(select(Message).where(Message.id == message_id)).one()
        if not _is_due(message, _waiting(session, message.conversation_id), rule, clock()):
            return []
    with lease(db, message.conversation_id, clock) as held:
        with db.read_transaction() as session:
            waiting = _waiting(session, message.conversation_id)
            if message_id not in {m.id for m in waiting}:
                return []
            incoming = incoming_of(session, waiting)
        _, replies = think_and_store(db, held, incoming, think, clock)
    if replies is not None:
        return replies
    with db.read_transaction() as session:
        return replies_to(session, incoming.message_id)


def _waiting(session: Session, conversation_id: str) -> list[Message]:
    """Oldest first."""
    return list(
        session.scalars(
            select(Message)
            .where(
                Message.conversation_id == conversation_id,
                Message.direction == "in",
                Message.handled_at.is_(None),
            )
            .order_by(Message.seq)
        )
    )


def _is_due(message: Message, waiting: list[Message], rule: BurstRule, now: datetime) -> bool:
    if message.id not in {m.id for m in waiting}:
        return False
    is_last = waiting[-1].id == message.id
    return is_last or now - waiting[0].created_at >= rule.longest
