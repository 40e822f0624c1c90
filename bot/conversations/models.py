"""Customers' threads on each chat channel, and their messages."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
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
    cards: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    quick_replies: Mapped[list[str]] = mapped_column(default=list)
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """The tool results that back what an assistant's reply says."""
    state_after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
