"""A message comes in: find its conversation, store it once, before anything else happens."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.conversations.models import Conversation, Message
from core.customers.identities import customer_for
from core.db import insert_new
from core.errors import AppError, Invalid, NotAllowed
from core.ids import new_id

MAX_TEXT = 4_000

# What every message needs, built once.
_DELIVERED = select(Message.id).where(
    Message.conversation_id == bindparam("conversation"), Message.external_id == bindparam("external")
)
_RECENT = (
    select(func.count())
    .select_from(Message)
    .where(
        Message.conversation_id == bindparam("conversation"),
        Message.direction == "in",
        Message.created_at > bindparam("since"),
    )
)
_TOUCH = (
    update(Conversation)
    .where(Conversation.id == bindparam("conversation"))
    .values(last_message_at=bindparam("now"))
    .execution_options(synchronize_session=False)
)


class TooManyMessages(AppError):
    status = 429


@dataclass(frozen=True)
class Visitor:
    """A conversation and, only when it was made just now, the token that is the key to it."""

    conversation_id: str
    token: str


def open_conversation(
    session: Session, *, conversation_id: str | None, visitor_token: str | None, now: datetime
) -> Visitor:
    """The visitor's own conversation, or a new one. A wrong token opens nothing and does not say why."""
    if conversation_id is None:
        token = secrets.token_urlsafe(32)
        return Visitor(_create(session, "widget", new_id(), _hash(token), now).id, token)
    conversation = session.get(Conversation, conversation_id[:64])
    given = _hash(visitor_token or "")
    known = conversation.token_hash if conversation is not None and conversation.token_hash else "-"
    if conversation is None or not hmac.compare_digest(known, given):
        raise NotAllowed(
            "conversation_not_yours",
            "This conversation cannot be opened with that visitor_token. Leave conversation_id out for a new one.",
        )
    return Visitor(conversation.id, visitor_token or "")


def open_trusted_conversation(session: Session, *, chat_channel: str, user_id: str, now: datetime) -> str:
    """For callers with an API key: identity is (channel, user id), as their platform vouches for it."""
    found = session.scalar(
        select(Conversation.id).where(
            Conversation.chat_channel == chat_channel, Conversation.external_id == user_id
        )
    )
    if found is not None:
        return found
    try:
        with session.begin_nested():
            return _create(session, chat_channel, user_id, "", now).id
    except IntegrityError:
        return session.scalars(
            select(Conversation.id).where(
                Conversation.chat_channel == chat_channel, Conversation.external_id == user_id
            )
        ).one()


@dataclass(frozen=True)
class Stored:
    message_id: str
    conversation_id: str
    is_new: bool


def store_message(
    session: Session,
    *,
    conversation_id: str,
    external_id: str,
    text: str,
    rate_limit: int,
    now: datetime,
    attachments: Sequence[Mapping[str, Any]] = (),
) -> Stored:
    """This message: stored now, or by an earlier delivery of the same one."""
    key = {"conversation": conversation_id, "external": external_id}
    known: str | None = session.scalar(_DELIVERED, key)
    if known is not None:
        return Stored(known, conversation_id, is_new=False)
    kept = clean(text)
    _refuse_unfit(text, kept, attachments)
    _refuse_flood(session, conversation_id, rate_limit, now)
    message_id = new_id()
    row = {
        "id": message_id, "conversation_id": conversation_id, "direction": "in", "author": "customer",
        "author_name": "", "external_id": external_id, "text": kept, "cards": [], "quick_replies": [],
        "evidence": [], "basis": {}, "state_after": {}, "created_at": now,
        "attachments": [{name: clean(value) for name, value in a.items()} for a in attachments],
    }  # fmt: skip
    statement = insert_new(session, Message, unless=("conversation_id", "external_id"), returning="id")
    stored = session.scalar(statement, row)
    if stored is None:
        return Stored(session.scalars(_DELIVERED, key).one(), conversation_id, is_new=False)
    session.execute(_TOUCH, {"conversation": conversation_id, "now": now})
    return Stored(message_id, conversation_id, is_new=True)


def _refuse_unfit(text: str, kept: str, attachments: Sequence[Mapping[str, Any]]) -> None:
    if len(text) > MAX_TEXT:
        raise Invalid(
            "text_too_long", f"A message has at most {MAX_TEXT:,} characters.", {"length": len(text)}
        )
    if not kept and not attachments:
        raise Invalid("text_empty", "The message has no words. Send some, or an attachment.", {})


def _refuse_flood(session: Session, conversation_id: str, rate_limit: int, now: datetime) -> None:
    since = now - timedelta(minutes=1)
    recent = session.scalar(_RECENT, {"conversation": conversation_id, "since": since})
    if (recent or 0) >= rate_limit:
        raise TooManyMessages("too_many_messages", "Too many messages. Wait a minute and try again.", {})


def clean(text: str) -> str:
    """Without NUL and other control characters, which PostgreSQL and terminals choke on, and lone surrogates."""
    kept = "".join(c if c.isprintable() or c in "\n\t" else " " for c in text.replace("\x00", ""))
    return kept.encode("utf-8", "ignore").decode("utf-8").strip()


def _create(
    session: Session, chat_channel: str, external_id: str, token_hash: str, now: datetime
) -> Conversation:
    customer = customer_for(session, chat_channel=chat_channel, external_id=external_id, now=now)
    conversation = Conversation(
        id=new_id(),
        chat_channel=chat_channel,
        external_id=external_id,
        token_hash=token_hash,
        customer_id=customer.id,
        language="vi",
        mode="auto",
        state={},
        last_message_at=now,
        created_at=now,
    )
    session.add(conversation)
    session.flush()
    return conversation


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
