"""What waits for people: a handoff, a complaint, a return. This noun knows no conversation but its id."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_id


class Ticket(Base):
    """open → closed. At most one open per conversation, kind and order: a repeat adds to it."""

    __tablename__ = "tickets"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'closed')", name="state"),
        Index("ix_tickets_state", "state", "id"),
        Index("ix_tickets_order_id", "order_id"),
        Index(
            "uq_tickets_one_open",
            "conversation_id",
            "kind",
            "order_code",
            unique=True,
            sqlite_where=CheckConstraint("state = 'open' AND conversation_id <> ''").sqltext,
            postgresql_where=CheckConstraint("state = 'open' AND conversation_id <> ''").sqltext,
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    """`T1001`: short enough to type."""
    kind: Mapped[str]
    """One of `core.tickets.filing.KINDS`."""
    state: Mapped[str] = mapped_column(default="open")
    conversation_id: Mapped[str] = mapped_column(default="")
    """Empty when it came from no chat."""
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"))
    order_id: Mapped[str | None] = mapped_column(ForeignKey("orders.id"))
    order_code: Mapped[str] = mapped_column(default="")
    skus: Mapped[list[str]] = mapped_column(default=list)
    summary: Mapped[str] = mapped_column(default="")
    """The customer's own words."""
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(default="")
    closed_by_name: Mapped[str] = mapped_column(default="")
