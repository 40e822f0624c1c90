"""What nobody looks at any more goes after its time; what waits for a person stays. On both databases."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.bootstrap import build_parts, job_handlers
from core.api.auth import create_key
from core.api.models import ApiKey, IdempotentAnswer
from core.db import Base, Database
from core.ids import new_id
from core.jobs.clearing import BATCH
from core.jobs.inbound import store_inbound
from core.jobs.models import InboundEvent, Job
from core.jobs.queue import enqueue
from core.jobs.schedule import enqueue_due
from core.jobs.worker import Worker
from core.settings import Settings

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def worker(db: Database, tmp_path: Path) -> Worker:
    """The program's own handlers; its schedule has just come round to `history.clear`."""
    parts = build_parts(Settings(_env_file=None, data_dir=tmp_path / "unused"))
    handlers = job_handlers(parts)
    parts.close()
    with db.transaction() as session:
        enqueue_due(session, now=NOW - timedelta(days=1))
    with db.transaction() as session:
        assert "history.clear" in enqueue_due(session, now=NOW)
    others = dict.fromkeys(handlers, lambda _run: None)
    return Worker(db, {**others, "history.clear": handlers["history.clear"]}, clock=lambda: NOW)


def count(db: Database, model: type[Base], *conditions: Any) -> int:
    with db.read_transaction() as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def old_job(db: Database, *, days: int, **values: Any) -> None:
    with db.transaction() as session:
        job_id = enqueue(session, "x", {}, now=NOW - timedelta(days=days))
        job = session.get_one(Job, job_id)
        for name, value in values.items():
            setattr(job, name, value)


def test_done_jobs_go_after_two_weeks_and_dead_or_waiting_ones_never(db: Database, worker: Worker) -> None:
    ended = NOW - timedelta(days=14, minutes=1)
    old_job(db, days=15, state="done", finished_at=ended)
    old_job(db, days=15, state="done", finished_at=NOW - timedelta(days=13, hours=23))
    old_job(db, days=400, state="dead", finished_at=NOW - timedelta(days=400))
    old_job(db, days=400, run_at=NOW + timedelta(days=1))

    worker.run_until_idle()

    with db.read_transaction() as session:
        left = session.execute(select(Job.state, Job.finished_at).where(Job.name == "x").order_by(Job.id))
        assert [(state, at is not None and at > ended) for state, at in left] == [
            ("done", True), ("dead", False), ("queued", False),
        ]  # fmt: skip


def test_an_inbound_event_is_told_from_its_repeats_for_ninety_days(db: Database, worker: Worker) -> None:
    for days in (91, 89):
        with db.transaction() as session:
            moment = NOW - timedelta(days=days)
            store_inbound(session, source="ghn", external_id=str(days), payload={}, now=moment)

    worker.run_until_idle()

    with db.transaction() as session:
        assert store_inbound(session, source="ghn", external_id="91", payload={}, now=NOW)
        assert not store_inbound(session, source="ghn", external_id="89", payload={}, now=NOW)


def test_an_idempotency_key_holds_for_thirty_days(db: Database, worker: Worker) -> None:
    with db.transaction() as session:
        create_key(session, name="till", scopes=["all"], now=NOW)
        key_id = session.scalars(select(ApiKey.id)).one()
        for days in (31, 29):
            session.add(
                IdempotentAnswer(
                    id=new_id(), api_key_id=key_id, idempotency_key=str(days), request_hash="", status=201,
                    body={}, created_at=NOW - timedelta(days=days),
                )
            )  # fmt: skip

    worker.run_until_idle()

    with db.read_transaction() as session:
        assert session.scalars(select(IdempotentAnswer.idempotency_key)).all() == ["29"]


def test_more_than_a_batch_goes_in_one_run(db: Database, worker: Worker) -> None:
    with db.transaction() as session:
        for number in range(2 * BATCH + 1):
            store_inbound(
                session, source="ghn", external_id=str(number), payload={}, now=NOW - timedelta(days=100)
            )

    worker.run_until_idle()

    assert count(db, InboundEvent) == 0
