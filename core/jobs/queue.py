"""The queue is a table. Every step is one guarded UPDATE, so that any number of workers may try at once."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, event, exists, func, or_, select, text, update
from sqlalchemy.orm import Session, aliased

from core.db import insert_new
from core.ids import new_id
from core.jobs.models import Job
from core.telemetry import correlation_id

CHANNEL = "chotdon_jobs"
_KEY_LOCKS = 7_203_117
_HAS_JOBS = "chotdon_has_jobs"
# Wakes the workers of this process: set by its own commits, and by NOTIFY for those of other processes.
local_wake = threading.Event()


@dataclass(frozen=True)
class NewJob:
    """Without `run_at` it is due at once; `correlation_id` is that of this moment unless it is given."""

    name: str
    payload: Mapping[str, Any]
    run_at: datetime | None = None
    deduplication_key: str | None = None
    ordering_key: str | None = None
    priority: int = 100
    max_attempts: int = 10
    correlation_id: str = ""


def enqueue(
    session: Session,
    name: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    run_at: datetime | None = None,
    deduplication_key: str | None = None,
    ordering_key: str | None = None,
    priority: int = 100,
    max_attempts: int = 10,
) -> str | None:
    """The new job's id, or None when a live job has this deduplication key."""
    job = NewJob(
        name, payload, run_at=run_at, deduplication_key=deduplication_key, ordering_key=ordering_key,
        priority=priority, max_attempts=max_attempts,
    )  # fmt: skip
    return enqueue_all(session, [job], now=now)[0]


def enqueue_all(session: Session, jobs: Sequence[NewJob], *, now: datetime) -> list[str | None]:
    """As `enqueue`, for many by one statement; in the order given."""
    rows = [_row(job, now) for job in jobs]
    if not rows:
        return []
    statement = insert_new(session, Job, unless=("deduplication_key",), returning="id")
    inserted = set(session.scalars(statement, rows))
    if inserted and not session.info.get(_HAS_JOBS):
        if session.get_bind().dialect.name != "sqlite":
            session.execute(text(f"NOTIFY {CHANNEL}"))
        session.info[_HAS_JOBS] = True
    return [row["id"] if row["id"] in inserted else None for row in rows]


def _row(job: NewJob, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(), "name": job.name, "payload": dict(job.payload), "state": "queued",
        "priority": job.priority, "run_at": job.run_at or now, "attempts": 0, "max_attempts": job.max_attempts,
        "deduplication_key": job.deduplication_key, "ordering_key": job.ordering_key, "last_error": "",
        "correlation_id": job.correlation_id or correlation_id.get(), "created_at": now,
    }  # fmt: skip


@event.listens_for(Session, "after_commit")
def _wake(session: Session) -> None:
    """Not before: there is nothing to be found until then."""
    if session.info.pop(_HAS_JOBS, False):
        local_wake.set()


def claim(
    session: Session, *, now: datetime, lease_seconds: float, ignore_run_at: bool = False
) -> Job | None:
    """The next due job, leased to the caller; also one whose worker died and let its lease run out."""
    is_postgres = session.get_bind().dialect.name == "postgresql"
    candidate = (
        select(Job.id, Job.ordering_key)
        .where(_claimable(now, ignore_run_at), _in_turn())
        .order_by(Job.priority, Job.run_at, Job.id)
        .limit(1)
    )
    found = session.execute(candidate.with_for_update(skip_locked=True) if is_postgres else candidate).first()
    if found is None:
        return None
    if is_postgres and found.ordering_key is not None:
        # Another worker may be taking an older job of this key, which our look could not see. With the key
        # locked the UPDATE below looks once more.
        session.execute(select(func.pg_advisory_xact_lock(_KEY_LOCKS, func.hashtext(found.ordering_key))))
    return session.scalar(
        update(Job)
        .where(Job.id == found.id, _claimable(now, ignore_run_at), _in_turn())
        .values(
            state="running",
            lease_token=new_id(),
            leased_until=now + timedelta(seconds=lease_seconds),
            attempts=Job.attempts + 1,
        )
        .returning(Job)
        .execution_options(synchronize_session=False, populate_existing=True)
    )


def _in_turn() -> ColumnElement[bool]:
    """No job of the same ordering key runs, and none that waits is older."""
    other = aliased(Job)
    return or_(
        Job.ordering_key.is_(None),
        ~exists().where(
            other.ordering_key == Job.ordering_key,
            other.id != Job.id,
            or_(other.state == "running", and_(other.state == "queued", other.id < Job.id)),
        ),
    )


def renew(session: Session, *, job: Job, now: datetime, lease_seconds: float) -> bool:
    return _settle(session, job, leased_until=now + timedelta(seconds=lease_seconds))


def complete(session: Session, *, job: Job, now: datetime) -> bool:
    """False when the lease was lost meanwhile: another worker has the job."""
    return _settle(session, job, state="done", finished_at=now, deduplication_key=None, lease_token=None)


def retry(session: Session, *, job: Job, error: str, run_at: datetime) -> bool:
    return _settle(session, job, state="queued", last_error=error[:2000], run_at=run_at, lease_token=None)


def postpone(session: Session, *, job: Job, run_at: datetime) -> bool:
    """Back into the queue as if it had not been tried."""
    return _settle(session, job, state="queued", attempts=Job.attempts - 1, run_at=run_at, lease_token=None)


def bury(session: Session, *, job: Job, error: str, now: datetime) -> bool:
    return _settle(
        session,
        job,
        state="dead",
        last_error=error[:2000],
        finished_at=now,
        deduplication_key=None,
        lease_token=None,
    )


def revive(session: Session, *, job_id: str, now: datetime) -> bool:
    """A person has mended the cause: try a dead job again from the first attempt."""
    revived = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == "dead")
        .values(state="queued", attempts=0, run_at=now, finished_at=None)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    ).first()
    return revived is not None


def _claimable(now: datetime, ignore_run_at: bool) -> ColumnElement[bool]:
    due = Job.state == "queued" if ignore_run_at else and_(Job.state == "queued", Job.run_at <= now)
    return or_(due, and_(Job.state == "running", Job.leased_until < now))


def _settle(session: Session, job: Job, **values: Any) -> bool:
    settled = session.execute(
        update(Job)
        .where(Job.id == job.id, Job.lease_token == job.lease_token, Job.state == "running")
        .values(**values)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    ).first()
    return settled is not None
