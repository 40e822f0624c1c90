"""One turn of a conversation at a time, in whatever process: a lease row, then the answer, stored once."""

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from bot.channels.outbox import put_message
from bot.conversations.intake import Stored
from bot.conversations.models import Conversation, Draft, Message, ModelUsage, TurnWrite
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, NotFound
from core.ids import new_id
from core.jobs.crash_points import crash_point

LEASE_SECONDS = 60
WAIT_SECONDS = 45.0
MEANWHILE = ("wholesale", "anger", "carrier_fee")
"""Reasons of a handoff that are no wish to be left alone: until a person comes, simple questions are answered."""

# What every turn needs, built once: building a statement takes longer than running it.
_HANDLED_AT = select(Message.handled_at).where(Message.id == bindparam("message"))
_MESSAGE = select(Message).where(Message.id == bindparam("message"))
_HISTORY = (
    select(Message.author, Message.text, Message.attachments)
    .where(Message.conversation_id == bindparam("conversation"), Message.seq < bindparam("seq"))
    .order_by(Message.seq.desc())
    .limit(20)
)
_WRITTEN = select(TurnWrite.tool).where(TurnWrite.message_id.in_(bindparam("messages", expanding=True)))
_SETTLE = (
    update(Message)
    .where(Message.id.in_(bindparam("messages", expanding=True)), Message.handled_at.is_(None))
    .values(handled_at=bindparam("now"), state_after=bindparam("shown"))
    .returning(Message.id)
    .execution_options(synchronize_session=False)
)
_KEEP = (
    update(Conversation)
    .where(Conversation.id == bindparam("conversation"))
    .values(
        state=bindparam("new_state"), language=bindparam("new_language"), last_message_at=bindparam("now")
    )
    .execution_options(synchronize_session=False)
)


@dataclass(frozen=True)
class Reply:
    text: str
    cards: list[dict[str, Any]] = field(default_factory=list)
    quick_replies: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class DraftParts:
    intents: list[str]
    proposals: list[dict[str, Any]]


@dataclass(frozen=True)
class Answer:
    """What a turn came to. `state` is kept for the next turn, `shown` is told to the caller."""

    replies: list[Reply]
    state: dict[str, Any]
    public_state: dict[str, Any]
    language: str
    evidence: list[dict[str, Any]]
    basis: dict[str, Any] = field(default_factory=dict)
    usage: dict[str, Any] | None = None
    """What a model took for this turn, as a row of `model_usage`; None when none was asked."""
    draft: DraftParts | None = None
    """Set when the replies are for staff to look at first."""


@dataclass(frozen=True)
class Incoming:
    message_id: str
    external_id: str
    conversation_id: str
    customer_id: str
    text: str
    language: str
    mode: str
    state: dict[str, Any]
    history: list[tuple[str, str]]
    """(author, text), oldest first, without this message."""
    written_before: frozenset[str] = frozenset()
    """Tools that wrote for this message before a crash kept its answer from being stored."""
    attachments: list[dict[str, Any]] = field(default_factory=list)
    held_by_staff: bool = True
    """In `manual`: a person has taken the conversation, or was asked for; nobody answers but them."""
    pushed_to: tuple[str, str] | None = None
    """(channel, who there) that the replies are sent to; None where they are taken along."""
    merged: tuple[str, ...] = ()
    """Earlier messages of the same burst, whose words stand in `text` too: answered and settled together."""


@dataclass(frozen=True)
class Answered:
    """The stored replies to a message, and the state that the chat API told with them."""

    replies: list[Message]
    public_state: dict[str, Any]


def answer_message(
    db: Database, *, stored: Stored, think: Callable[[Incoming], Answer], clock: Clock
) -> Answered:
    """Thought out now, or by whoever was first. Same message, same replies; a repeated one waits for no lease."""
    message_id = stored.message_id
    if not stored.is_new:
        with db.read_transaction() as session:
            if session.scalars(_HANDLED_AT, {"message": message_id}).one() is not None:
                return _answered(session, message_id)
    with lease(db, stored.conversation_id, clock) as held:
        with db.read_transaction() as session:
            incoming = _load(session, message_id)
            if incoming is None:
                return _answered(session, message_id)
        answer, replies = think_and_store(db, held, incoming, think, clock)
    if replies is not None:
        return Answered(replies, answer.public_state)
    with db.read_transaction() as session:
        return _answered(session, message_id)


def think_and_store(
    db: Database, held: "Lease", incoming: Incoming, think: Callable[[Incoming], Answer], clock: Clock
) -> tuple[Answer, list[Message] | None]:
    """The answer with its stored replies, the lease given back with them; None when somebody else was faster."""
    answer = think(incoming)
    crash_point("turn.before_answer")
    with db.transaction() as session:
        replies = store_answer(session, incoming, answer, clock())
        if replies is not None:
            held.give_back(session)
    held.is_over = replies is not None
    crash_point("turn.after_answer")
    return answer, replies


def _answered(session: Session, message_id: str) -> Answered:
    state = session.scalars(select(Message.state_after).where(Message.id == message_id)).one()
    return Answered(replies_to(session, message_id), state)


def replies_to(session: Session, message_id: str) -> list[Message]:
    return list(
        session.scalars(select(Message).where(Message.in_reply_to == message_id).order_by(Message.seq))
    )


def _load(session: Session, message_id: str) -> Incoming | None:
    """None when another process answered while we waited for the lease."""
    message = session.scalars(_MESSAGE, {"message": message_id}).one()
    return None if message.handled_at is not None else incoming_of(session, [message])


def incoming_of(session: Session, messages: Sequence[Message]) -> Incoming:
    """One turn for these messages of a conversation, oldest first; the last one carries the replies."""
    last, ids = messages[-1], [message.id for message in messages]
    conversation = session.get_one(Conversation, last.conversation_id)
    before = {"conversation": conversation.id, "seq": messages[0].seq}
    history = session.execute(_HISTORY, before).all()
    written = session.scalars(_WRITTEN, {"messages": ids})
    return Incoming(
        message_id=last.id,
        external_id=last.external_id or "",
        conversation_id=conversation.id,
        customer_id=conversation.customer_id,
        text="\n".join(message.text for message in messages if message.text),
        language=conversation.language,
        mode=conversation.mode,
        held_by_staff=bool(conversation.assigned_to) or conversation.handoff_reason not in MEANWHILE,
        state=dict(conversation.state),
        history=[(row.author, _in_words(row.text, row.attachments)) for row in reversed(history)],
        written_before=frozenset(written),
        attachments=[attachment for message in messages for attachment in message.attachments],
        pushed_to=(conversation.chat_channel, conversation.external_id) if conversation.is_pushed else None,
        merged=tuple(ids[:-1]),
    )


def _in_words(text: str, attachments: Sequence[dict[str, Any]]) -> str:
    return text or " ".join(f"[{attachment['type']}]" for attachment in attachments) or "…"


def store_answer(session: Session, incoming: Incoming, answer: Answer, now: datetime) -> list[Message] | None:
    """The replies; None, and nothing is kept, when somebody else has answered one of these messages meanwhile."""
    ids = [*incoming.merged, incoming.message_id]
    settled = {"messages": ids, "now": now, "shown": answer.public_state}
    handled = session.execute(_SETTLE, settled).all()
    if len(handled) < len(ids):
        session.rollback()
        return None
    _store_usage(session, incoming, answer, now)
    if answer.draft is not None:
        store_draft(session, incoming.conversation_id, incoming.message_id, answer, now=now)
        return []
    replies = [
        Message(
            id=new_id(), conversation_id=incoming.conversation_id, direction="out", author="assistant",
            author_name="", in_reply_to=incoming.message_id, text=reply.text, cards=reply.cards,
            quick_replies=reply.quick_replies, evidence=answer.evidence, basis=answer.basis, created_at=now,
        )
        for reply in answer.replies
    ]  # fmt: skip
    for reply in replies:
        session.add(reply)
        session.flush()
        if incoming.pushed_to is not None:
            put_message(
                session, channel=incoming.pushed_to[0], recipient=incoming.pushed_to[1],
                conversation_id=incoming.conversation_id, message_id=reply.id, now=now,
            )  # fmt: skip
    kept = {"new_state": answer.state, "new_language": answer.language, "now": now}
    session.execute(_KEEP, {"conversation": incoming.conversation_id, **kept})
    return replies


def _store_usage(session: Session, incoming: Incoming, answer: Answer, now: datetime) -> None:
    """An order's cost is that of all turns of its conversation since the order before it."""
    if answer.usage is not None:
        session.add(
            ModelUsage(
                id=new_id(), conversation_id=incoming.conversation_id, message_id=incoming.message_id,
                created_at=now, **answer.usage,
            )
        )  # fmt: skip
        session.flush()
    order_id = next((e["data"]["order_id"] for e in answer.evidence if e["data"].get("order_id")), None)
    if order_id is not None:
        session.execute(
            update(ModelUsage)
            .where(ModelUsage.conversation_id == incoming.conversation_id, ModelUsage.order_id.is_(None))
            .values(order_id=order_id)
            .execution_options(synchronize_session=False)
        )


def store_draft(
    session: Session, conversation_id: str, message_id: str, answer: Answer, *, now: datetime
) -> None:
    """A newer draft takes the place of one that nobody has sent."""
    parts = answer.draft or DraftParts([], [])
    session.execute(
        update(Draft)
        .where(Draft.conversation_id == conversation_id, Draft.state == "open")
        .values(state="replaced", decided_at=now)
        .execution_options(synchronize_session=False)
    )
    for reply in answer.replies[:1]:
        session.add(
            Draft(
                id=new_id(), conversation_id=conversation_id, message_id=message_id, text=reply.text,
                cards=reply.cards, quick_replies=reply.quick_replies, evidence=answer.evidence,
                basis=answer.basis, proposals=parts.proposals, intents=parts.intents,
                next_state=answer.state, language=answer.language, created_at=now,
            )
        )  # fmt: skip
    conversation = session.get_one(Conversation, conversation_id)
    conversation.language = answer.language
    conversation.last_message_at = now


_TAKE = (
    update(Conversation)
    .where(
        Conversation.id == bindparam("conversation"),
        or_(Conversation.lease_token.is_(None), Conversation.leased_until < bindparam("now")),
    )
    .values(lease_token=bindparam("token"), leased_until=bindparam("until"))
    .returning(Conversation.id)
    .execution_options(synchronize_session=False)
)
_GIVE_BACK = (
    update(Conversation)
    .where(Conversation.id == bindparam("conversation"), Conversation.lease_token == bindparam("token"))
    .values(lease_token=None, leased_until=None)
    .execution_options(synchronize_session=False)
)


@dataclass
class Lease:
    conversation_id: str
    token: str
    is_over: bool = False
    """Given back together with what it was for."""

    def give_back(self, session: Session) -> None:
        session.execute(_GIVE_BACK, {"conversation": self.conversation_id, "token": self.token})


@contextmanager
def lease(db: Database, conversation_id: str, clock: Clock) -> Iterator[Lease]:
    """Given back in the end, unless it `is_over` by then."""
    held = Lease(conversation_id, secrets.token_hex(8))
    deadline = time.monotonic() + WAIT_SECONDS
    pause = 0.005
    while not _take(db, conversation_id, held.token, clock()):
        if time.monotonic() > deadline:
            raise Conflict(
                "conversation_busy", "The last message is still being answered. Try again shortly.", {}
            )
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
    try:
        yield held
    finally:
        if not held.is_over:
            with db.transaction() as session:
                held.give_back(session)


def _take(db: Database, conversation_id: str, token: str, now: datetime) -> bool:
    with db.transaction() as session:
        until = now + timedelta(seconds=LEASE_SECONDS)
        wish = {"conversation": conversation_id, "token": token, "now": now, "until": until}
        taken = session.execute(_TAKE, wish).first()
        if taken is None and session.get(Conversation, conversation_id) is None:
            raise NotFound("conversation_gone", "This conversation is gone. Start a new one.", {})
        return taken is not None
