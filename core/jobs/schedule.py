"""What recurs. Any number of processes may ask; each due time is won by one."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.db import insert_for
from core.jobs.models import Schedule
from core.jobs.queue import enqueue

EVERY_SECONDS: Mapping[str, int] = {
    "shipment.poll": 900,
    "approval.expire": 60,
    "stock.expire_holds": 60,
    "cart.remind": 300,
    "knowledge.folder": 60,
    "history.clear": 3600,
    "media.sweep": 86_400,
}


def enqueue_due(session: Session, *, now: datetime) -> list[str]:
    """Names of the recurring jobs that were put into the queue by this call."""
    due = []
    for name, seconds in EVERY_SECONDS.items():
        session.execute(
            insert_for(session, Schedule)
            .values(name=name, every_seconds=seconds, next_at=now + timedelta(seconds=seconds))
            .on_conflict_do_nothing()
        )
        won = session.execute(
            update(Schedule)
            .where(Schedule.name == name, Schedule.next_at <= now)
            .values(next_at=now + timedelta(seconds=seconds), every_seconds=seconds)
            .returning(Schedule.name)
            .execution_options(synchronize_session=False)
        ).first()
        if won is not None:
            enqueue(session, name, {}, now=now, deduplication_key=name)
            due.append(name)
    return due
