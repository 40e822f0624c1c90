"""Questions to staff that an action waits for. This noun knows no order: subjects are a kind and an id."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_id
from core.money import Dong


class Approval(Base):
    """pending → approved → used, or pending → rejected / expired. At most one pending per kind and subject."""

    __tablename__ = "approvals"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'approved', 'rejected', 'expired', 'used')", name="state"),
        Index("ix_approvals_subject", "subject_kind", "subject_id"),
        Index(
            "uq_approvals_one_pending",
            "kind",
            "subject_kind",
            "subject_id",
            unique=True,
            sqlite_where=CheckConstraint("state = 'pending'").sqltext,
            postgresql_where=CheckConstraint("state = 'pending'").sqltext,
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    """Short enough to type: A12."""
    kind: Mapped[str]
    """`order_over_amount`, `discount_over_limit`, `cancel_after_packing`, `refund`, `purchase_over_amount`."""
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    subject_code: Mapped[str] = mapped_column(default="")
    amount: Mapped[Dong] = mapped_column(default=0)
    question: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    roles: Mapped[list[str]] = mapped_column(default=list)
    """Who may decide; the owner always may."""
    state: Mapped[str] = mapped_column(default="pending")
    requested_by: Mapped[str]
    requested_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(default="")
    decided_by_name: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str] = mapped_column(default="")
