"""Customers' threads on each chat channel, and their messages."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_id


class Conversation(Base):
    """`state` is what the assistant has to remember between turns; the cart itself lives in the core."""

    __tablename__ = "conversations"
    __table_args__ = (
        CheckConstraint("mode IN ('auto', 'manual')", name="mode"),
        UniqueConstraint("chat_channel", "external_id"),
        Index("ix_conversations_customer_id", "customer_id"),
        Index("ix_conversations_last_message_at", "last_message_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    chat_channel: Mapped[str]
    external_id: Mapped[str]
    """Who this is on that channel; for the widget a random id, the token is the key to it."""
    token_hash: Mapped[str] = mapped_column(default="")
    is_pushed: Mapped[bool] = mapped_column(default=False)
    """Replies are sent to them by us; else whoever brings their messages takes the replies along."""
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    language: Mapped[str] = mapped_column(default="vi")
    mode: Mapped[str] = mapped_column(default="auto")
    assigned_to: Mapped[str] = mapped_column(default="")
    handoff_reason: Mapped[str] = mapped_column(default="")
    state: Mapped[dict[str, Any]] = mapped_column(default=dict)
    lease_token: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    last_message_at: Mapped[datetime]
    created_at: Mapped[datetime]


class Message(Base):
    """One message of either side. A customer's is stored before anything else happens to it."""

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint("direction IN ('in', 'out')", name="direction"),
        CheckConstraint("author IN ('customer', 'assistant', 'staff', 'system')", name="author"),
        UniqueConstraint("conversation_id", "external_id"),
        Index("ix_messages_conversation", "conversation_id", "seq"),
        Index("ix_messages_in_reply_to", "in_reply_to"),
    )

    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(unique=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    direction: Mapped[str]
    author: Mapped[str]
    author_name: Mapped[str] = mapped_column(default="")
    external_id: Mapped[str | None]
    """The channel's own id of an incoming message, or the key that makes a notice unique."""
    in_reply_to: Mapped[str | None]
    text: Mapped[str]
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """What came with a customer's words: type, url, name, text of each picture, voice message, link …"""
    cards: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    quick_replies: Mapped[list[str]] = mapped_column(default=list)
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """The tool results that back what an assistant's reply says."""
    basis: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Which brain and model an assistant's reply comes from, and what the guard said to it."""
    state_after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]


class TurnWrite(Base):
    """That a tool wrote something for a message; committed with the write, read when the turn was cut off."""

    __tablename__ = "turn_writes"
    __table_args__ = (Index("ix_turn_writes_message_id", "message_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    message_id: Mapped[str]
    tool: Mapped[str]


class ModelUsage(Base):
    """What one turn of a model took. `cost` is in millionths of the currency's unit, so that it stays whole."""

    __tablename__ = "model_usage"
    __table_args__ = (
        Index("ix_model_usage_created_at", "created_at"),
        Index("ix_model_usage_conversation_id", "conversation_id"),
        Index("ix_model_usage_order_id", "order_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    message_id: Mapped[str]
    order_id: Mapped[str | None]
    """The order that this and the turns before it led to."""
    model: Mapped[str]
    outcome: Mapped[str]
    """answered, or the reason why the built-in brain did."""
    calls: Mapped[int] = mapped_column(Integer)
    input_tokens: Mapped[int] = mapped_column(BigInteger)
    cached_tokens: Mapped[int] = mapped_column(BigInteger)
    output_tokens: Mapped[int] = mapped_column(BigInteger)
    cost: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    created_at: Mapped[datetime]


class Draft(Base):
    """A reply that the assistant would have given, waiting for a person to send it, mend it or drop it."""

    __tablename__ = "drafts"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'sent', 'edited', 'dropped', 'replaced')", name="state"),
        UniqueConstraint("message_id"),
        Index("ix_drafts_conversation_id", "conversation_id", "state"),
        Index("ix_drafts_created_at", "created_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    message_id: Mapped[str]
    """The customer's message that it answers."""
    state: Mapped[str] = mapped_column(default="open")
    text: Mapped[str]
    cards: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    quick_replies: Mapped[list[str]] = mapped_column(default=list)
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    basis: Mapped[dict[str, Any]] = mapped_column(default=dict)
    proposals: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """Writes that were withheld: for a person to do or not."""
    next_state: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The conversation's state once this has been sent; a draft that nobody saw changes nothing."""
    language: Mapped[str]
    intents: Mapped[list[str]] = mapped_column(default=list)
    sent_text: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
