"""What is on its way to chat channels that push, how fast each chat may be written to, and chats that have moved."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_id


class Delivery(Base):
    """One message on its way out. Written in the transaction that stores the message; sent by a job, part by part."""

    __tablename__ = "deliveries"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'sent', 'unknown', 'refused')", name="state"),
        Index("ix_deliveries_subject", "subject"),
        Index("ix_deliveries_conversation_id", "conversation_id"),
        Index("ix_deliveries_finished_at", "finished_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    channel: Mapped[str]
    recipient: Mapped[str]
    """The chat there."""
    source: Mapped[str] = mapped_column(unique=True)
    """What is sent, told from everything else: the same is never put here twice."""
    conversation_id: Mapped[str | None]
    message_id: Mapped[str | None]
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """text, cards, quick_replies of what is no customer's message; of those the message's own row tells."""
    staff_id: Mapped[str | None]
    """On whose behalf the files of a card are opened."""
    subject: Mapped[str] = mapped_column(default="")
    """What its card is about, so that the card can be changed when that is decided."""
    buttons: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """As they were shown, in order: a press names one by its number."""
    state: Mapped[str] = mapped_column(default="queued")
    parts_sent: Mapped[int] = mapped_column(Integer, default=0)
    sending: Mapped[bool] = mapped_column(default=False)
    """Committed before the call: found set by a later attempt, nobody knows whether that part arrived."""
    sent_ids: Mapped[list[list[str]]] = mapped_column(default=list)
    """The channel's ids of what each part became."""
    error: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ChatPace(Base):
    """When a chat may be written to again; `room_until` counts a group's share of its minute."""

    __tablename__ = "chat_paces"

    channel: Mapped[str] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(primary_key=True)
    next_at: Mapped[datetime]
    room_until: Mapped[datetime]


class ChatMove(Base):
    """A group that became another chat: what is addressed to the old one goes to the new one."""

    __tablename__ = "chat_moves"

    channel: Mapped[str] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(primary_key=True)
    moved_to: Mapped[str]
    created_at: Mapped[datetime]
