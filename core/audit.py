"""Who did what, when: one append-only table, written in the transaction of the deed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.actor import Actor
from core.db import Base, insert_rows
from core.ids import new_id
from core.telemetry import correlation_id


class AuditEntry(Base):
    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_subject", "subject_kind", "subject_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_id: Mapped[str]
    actor_name: Mapped[str]
    action: Mapped[str]
    """`noun.verb`, for instance `order.placed`."""
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    data: Mapped[dict[str, Any]]
    correlation_id: Mapped[str]


def record_all(
    session: Session,
    *,
    actor: Actor,
    action: str,
    subject_kind: str,
    subject_ids: Iterable[str],
    now: datetime,
) -> None:
    """One entry each, for deeds of the thousand."""
    same: dict[str, Any] = {
        "at": now, "actor_kind": actor.kind, "actor_id": actor.id, "actor_name": actor.name, "action": action,
        "subject_kind": subject_kind, "data": {}, "correlation_id": correlation_id.get(),
    }  # fmt: skip
    insert_rows(session, AuditEntry, [{**same, "id": new_id(), "subject_id": each} for each in subject_ids])


def record(
    session: Session,
    *,
    actor: Actor,
    action: str,
    subject_kind: str,
    subject_id: str,
    now: datetime,
    data: dict[str, Any] | None = None,
) -> None:
    session.add(
        AuditEntry(
            at=now,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            data=data or {},
            correlation_id=correlation_id.get(),
        )
    )
