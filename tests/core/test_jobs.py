"""Work that must not be lost, and must not be done twice: on both databases, with several workers."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.bootstrap import build_parts, job_handlers
from core.clock import utc_now
from core.db import Database
from core.errors import Invalid
from core.jobs import queue
from core.jobs.events import SUBSCRIPTIONS
from core.jobs.models import Job, Schedule
from core.jobs.queue import enqueue
from core.jobs.schedule import EVERY_SECONDS, enqueue_due
from core.jobs.tasks import list_open
from core.jobs.worker import Handler, Run, Worker
from core.ports.errors import ProviderUnavailable, RateLimited, Rejected
from core.settings import Settings

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def put(db: Database, name: str = "x", now: datetime = NOW, **options: Any) -> str | None:
    payload = options.pop("payload", {})
    with db.transaction() as session:
        return enqueue(session, name, payload, now=now, **options)


def jobs(db: Database) -> list[Job]:
    with db.read_transaction() as session:
        return list(session.scalars(select(Job).where(Job.name == "x").order_by(Job.id)))


def worker(db: Database, work: Handler, clock: Callable[[], datetime], **options: Any) -> Worker:
    return Worker(db, {"x": work, "notice.staff": lambda _run: None}, clock=clock, **options)


def wait_for(look: Callable[[], bool], patience_s: float = 25.0) -> None:
    deadline = time.monotonic() + patience_s
    while not look():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def fails_with(error: Exception) -> Handler:
    def work(_run: Run) -> None:
        raise error

    return work


def test_a_job_lives_and_dies_with_the_transaction_of_its_cause(db: Database) -> None:
    def cause() -> None:
        with db.transaction() as session:
            enqueue(session, "x", {}, now=NOW)
            raise Invalid("x", "the cause did not come to be")

    with pytest.raises(Invalid):
        cause()

    assert jobs(db) == []


def test_what_is_urgent_comes_first_and_the_future_waits(db: Database) -> None:
    clock, done = Clock(), list[Any]()
    put(db, payload={"n": "later"}, run_at=NOW + timedelta(minutes=1))
    put(db, payload={"n": "plain"})
    put(db, payload={"n": "urgent"}, priority=50)
    runner = worker(db, lambda run: done.append(run.payload["n"]), clock)

    runner.run_until_idle()
    assert done == ["urgent", "plain"]
    clock.now += timedelta(minutes=2)
    runner.run_until_idle()
    assert done[-1] == "later"


def test_one_live_job_per_deduplication_key(db: Database) -> None:
    assert put(db, deduplication_key="a") is not None
    assert put(db, deduplication_key="a") is None

    worker(db, lambda _run: None, Clock()).run_until_idle()

    assert put(db, deduplication_key="a") is not None


def test_messages_about_tasks_that_die_themselves_come_to_an_end(db: Database) -> None:
    put(db)
    refuse = fails_with(Rejected("telegram", "send", "403", "the group is gone"))

    done = Worker(db, {"x": refuse, "notice.staff": refuse}, clock=Clock()).run_until_idle(limit=50)

    assert done == 2
    with db.read_transaction() as session:
        titles = [task.title for task in list_open(session)]
    assert titles == ["x could not be done", "notice.staff could not be done"]


def test_failures_come_back_later_each_time_and_end_as_a_task_for_staff(db: Database) -> None:
    clock, waits = Clock(), list[float]()
    put(db, max_attempts=4)
    runner = worker(db, fails_with(ProviderUnavailable("ghn", "create", "down")), clock)
    while jobs(db)[0].state == "queued":
        runner.run_until_idle()
        job = jobs(db)[0]
        waits.append((job.run_at - clock.now).total_seconds())
        clock.now = max(job.run_at, clock.now)

    assert jobs(db)[0].state == "dead"
    assert waits[0] < waits[1] < waits[2]
    with db.read_transaction() as session:
        (task,) = list_open(session)
    assert (task.kind, task.detail) == ("dead_job", "ProviderUnavailable: ghn create: down")


@pytest.mark.parametrize("error", [Rejected("ghn", "create", "X", "no"), Invalid("x", "no")])
def test_what_cannot_heal_is_not_tried_again(db: Database, error: Exception) -> None:
    put(db)

    worker(db, fails_with(error), Clock()).run_until_idle()

    assert [(j.state, j.attempts) for j in jobs(db)] == [("dead", 1)]


def test_a_provider_s_wish_to_be_left_alone_is_kept(db: Database) -> None:
    put(db)

    worker(db, fails_with(RateLimited("ghn", "create", "slow down", 600)), Clock()).run_until_idle()

    assert jobs(db)[0].run_at >= NOW + timedelta(seconds=600)


def test_a_dead_job_can_be_revived(db: Database) -> None:
    job_id = put(db)
    worker(db, fails_with(Invalid("x", "no")), Clock()).run_until_idle()

    with db.transaction() as session:
        assert queue.revive(session, job_id=str(job_id), now=NOW)
    worker(db, lambda _run: None, Clock()).run_until_idle()

    assert [(j.state, j.attempts) for j in jobs(db)] == [("done", 1)]


def test_a_dead_worker_s_job_goes_on_elsewhere_and_the_dead_one_has_no_say(db: Database) -> None:
    put(db)
    with db.transaction() as session:
        lost = queue.claim(session, now=NOW, lease_seconds=60)
    assert lost is not None
    clock = Clock()
    done = list[int]()
    runner = worker(db, lambda run: done.append(run.attempt), clock)

    assert runner.run_until_idle() == 0
    clock.now += timedelta(seconds=61)
    runner.run_until_idle()

    assert done == [2]
    with db.transaction() as session:
        assert not queue.complete(session, job=lost, now=clock.now)
        assert not queue.retry(session, job=lost, error="late", run_at=clock.now)
        assert not queue.renew(session, job=lost, now=clock.now, lease_seconds=60)
    assert [j.state for j in jobs(db)] == ["done"]


def test_a_job_that_kills_its_workers_is_buried(db: Database) -> None:
    put(db, max_attempts=3)
    clock, ran = Clock(), list[int]()
    for _ in range(3):
        with db.transaction() as session:
            assert queue.claim(session, now=clock.now, lease_seconds=60) is not None
        clock.now += timedelta(seconds=61)

    worker(db, lambda run: ran.append(run.attempt), clock).run_until_idle()

    assert (ran, jobs(db)[0].state) == ([], "dead")


def test_a_long_job_keeps_its_lease(db: Database) -> None:
    put(db, now=utc_now())
    runs = Counter[str]()

    def work(_run: Run) -> None:
        runs["x"] += 1
        time.sleep(2.5)

    with running(db, work, workers=2, lease_seconds=1.0):
        wait_for(lambda: jobs(db)[0].state == "done")

    assert runs["x"] == 1


def running(db: Database, work: Handler, *, workers: int, **options: Any) -> ExitStack:
    """Workers as other processes would be: each with a pool of its own."""
    stack = ExitStack()
    for _ in range(workers):
        other = Database(db.engine.url.render_as_string(hide_password=False))
        stack.callback(other.close)
        runner = worker(other, work, utc_now, **options)
        runner.start()
        stack.callback(runner.stop)
    return stack


def test_many_workers_do_each_job_once_and_each_key_in_its_order(db: Database) -> None:
    lock, active, order, done = threading.Lock(), set[str](), dict[str, list[int]](), Counter[str]()
    overlaps = []

    def work(run: Run) -> None:
        key, number = str(run.payload["key"]), int(run.payload["n"])
        with lock:
            if key in active:
                overlaps.append(key)
            active.add(key)
            done[f"{key}:{number}"] += 1
            order.setdefault(key, []).append(number)
        time.sleep(0.002)
        with lock:
            active.discard(key)

    def write(key: str) -> None:
        for number in range(12):
            put(db, payload={"key": key, "n": number}, ordering_key=key, now=utc_now())

    with running(db, work, workers=3, threads=3), ThreadPoolExecutor(5) as pool:
        list(pool.map(write, "abcde"))
        wait_for(lambda: sum(done.values()) == 60)

    assert overlaps == []
    assert set(done.values()) == {1}
    assert all(numbers == list(range(12)) for numbers in order.values())


def test_a_commit_wakes_a_sleeping_worker_at_once(db: Database) -> None:
    """Its polls are a minute apart, so only the wake-up can have brought it."""
    done = threading.Event()
    with running(db, lambda _run: done.set(), workers=1, poll_seconds=60.0):
        time.sleep(1.0)
        put(db, now=utc_now())

        assert done.wait(15)


def test_a_commit_of_another_process_wakes_it_too(postgres_db: Database) -> None:
    done = threading.Event()
    with running(postgres_db, lambda _run: done.set(), workers=1, poll_seconds=60.0):
        time.sleep(1.0)
        with postgres_db.transaction() as session:
            enqueue(session, "x", {}, now=utc_now())
            session.info.clear()  # this process says nothing to its own workers: only NOTIFY is left

        assert done.wait(15)


def test_what_recurs_is_won_once(db: Database) -> None:
    with db.transaction() as session:
        assert enqueue_due(session, now=NOW) == []
    later = NOW + timedelta(seconds=max(EVERY_SECONDS.values()) + 1)

    def ask(_: int) -> list[str]:
        with db.transaction() as session:
            return enqueue_due(session, now=later)

    with ThreadPoolExecutor(6) as pool:
        won = [name for names in pool.map(ask, range(6)) for name in names]

    assert sorted(won) == sorted(EVERY_SECONDS)
    with db.read_transaction() as session:
        assert all(row.next_at > later for row in session.scalars(select(Schedule)))


def test_handlers_of_the_program_cover_every_event_and_schedule(tmp_path: Path) -> None:
    parts = build_parts(Settings(_env_file=None, data_dir=tmp_path))
    known = set(job_handlers(parts))
    parts.db.close()

    assert {job for subscribed in SUBSCRIPTIONS.values() for job in subscribed} | set(EVERY_SECONDS) <= known
