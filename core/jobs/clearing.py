"""What nobody looks at any more goes, a little at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.db import Base
from core.jobs.models import InboundEvent, Job
from core.jobs.worker import Run

BATCH = 500
MAX_BATCHES = 200
"""Of each kind in one run: a shop that has kept everything for a year is cleared over some hours."""


@dataclass(frozen=True)
class Keeping:
    """Rows of `model` go when `since` lies further back than `keep`, if `only` holds as well."""

    model: type[Base]
    id: InstrumentedAttribute[str]
    since: InstrumentedAttribute[Any]
    keep: timedelta
    only: ColumnElement[bool] | None = None


# Dead ones wait for a person.
DONE_JOBS = Keeping(Job, Job.id, Job.finished_at, timedelta(days=14), Job.state == "done")
INBOUND_EVENTS = Keeping(InboundEvent, InboundEvent.id, InboundEvent.received_at, timedelta(days=90))


def run_clearing(run: Run, *, what: Sequence[Keeping]) -> None:
    """Job `history.clear`. Each batch is a transaction of its own, so that nobody waits long for the write lock."""
    for keeping in what:
        for _batch in range(MAX_BATCHES):
            with run.db.transaction() as session:
                cleared = clear_some(session, keeping, now=run.now)
            if cleared < BATCH:
                break


def clear_some(session: Session, keeping: Keeping, *, now: datetime) -> int:
    """At most a batch; returns how many went."""
    old = select(keeping.id).where(keeping.since < now - keeping.keep)
    if keeping.only is not None:
        old = old.where(keeping.only)
    gone = session.scalars(
        delete(keeping.model)
        .where(keeping.id.in_(old.order_by(keeping.since).limit(BATCH)))
        .returning(keeping.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
