"""Work that must not be lost: one row each, written in the transaction of its cause."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_id


class Job(Base):
    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'dead')", name="state"),
        UniqueConstraint("deduplication_key"),
        Index("ix_jobs_claim", "state", "run_at", "priority"),
        Index("ix_jobs_ordering", "ordering_key", "state"),
        Index("ix_jobs_finished_at", "finished_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    """`noun.verb`, for instance `shipment.book`."""
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="queued")
    priority: Mapped[int] = mapped_column(Integer, default=100)
    """Lower runs first."""
    run_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    max_attempts: Mapped[int] = mapped_column(Integer, default=10)
    lease_token: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    deduplication_key: Mapped[str | None]
    """Two causes of the same work make one job; freed when the job is over."""
    ordering_key: Mapped[str | None]
    """Jobs with the same key run one at a time, oldest first."""
    last_error: Mapped[str] = mapped_column(default="")
    correlation_id: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Schedule(Base):
    """What recurs. The row, not a process, remembers when it is due."""

    __tablename__ = "schedules"

    name: Mapped[str] = mapped_column(primary_key=True)
    every_seconds: Mapped[int] = mapped_column(Integer)
    next_at: Mapped[datetime]


class EventListener(Base):
    """An event that somebody outside wants to hear of. Kept by who knows them, read by who publishes."""

    __tablename__ = "event_listeners"

    event: Mapped[str] = mapped_column(primary_key=True)


class InboundEvent(Base):
    """A webhook as it came in: stored before it is acknowledged, worked on later, each once."""

    __tablename__ = "inbound_events"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        Index("ix_inbound_events_received_at", "received_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    source: Mapped[str]
    external_id: Mapped[str]
    payload: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]
    processed_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")


class StaffTask(Base):
    """Something a person has to look at: a dead job, a failed delivery, a refused invoice. One open per key."""

    __tablename__ = "staff_tasks"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'done')", name="state"),
        Index(
            "uq_staff_tasks_one_open",
            "key",
            unique=True,
            sqlite_where=CheckConstraint("state = 'open'").sqltext,
            postgresql_where=CheckConstraint("state = 'open'").sqltext,
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str]
    kind: Mapped[str]
    title: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")
    subject_kind: Mapped[str] = mapped_column(default="")
    subject_id: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="open")
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str] = mapped_column(default="")
