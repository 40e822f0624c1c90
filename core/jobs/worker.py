"""Works jobs off: claims by lease, renews while it works, retries with back-off, buries what cannot heal."""

import logging
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.clock import Clock
from core.db import Database
from core.errors import AppError
from core.jobs import queue
from core.jobs.crash_points import crash_point
from core.jobs.models import Job
from core.jobs.schedule import enqueue_due
from core.jobs.tasks import TASK_OPENED, open_task
from core.ports.errors import OutcomeUnknown, RateLimited, Terminal
from core.telemetry import correlation_id

log = logging.getLogger(__name__)
POLL_SECONDS = 1.0
SCHEDULE_SECONDS = 15.0


@dataclass(frozen=True)
class Run:
    """One attempt at a job, as its handler sees it."""

    db: Database
    payload: Mapping[str, Any]
    attempt: int
    now: datetime


Handler = Callable[[Run], None]


class Later(Exception):
    """Raised by a handler that must wait its turn outside: no failure, and no attempt is counted."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"in {seconds:.1f} s")
        self.seconds = seconds


class Worker:
    def __init__(
        self,
        db: Database,
        handlers: Mapping[str, Handler],
        *,
        clock: Clock,
        threads: int = 2,
        lease_seconds: float = 60.0,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._db = db
        self._handlers = handlers
        self._clock = clock
        self._lease_seconds = lease_seconds
        self._poll_seconds = poll_seconds
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._loop, name=f"worker-{index}", daemon=True)
            for index in range(threads)
        ]
        self._threads.append(threading.Thread(target=self._tick, name="schedule", daemon=True))
        if not db.is_sqlite:
            self._threads.append(threading.Thread(target=self._listen, name="listen", daemon=True))

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, patience_s: float = 20.0) -> None:
        """Finish what runs; what is left keeps its row and goes on elsewhere."""
        self._stopping.set()
        queue.local_wake.set()
        for thread in self._threads:
            thread.join(patience_s)

    def run_until_idle(self, *, ignore_run_at: bool = False, limit: int = 1000) -> int:
        """Work everything off in this thread; for tests and `doctor`. Returns how many attempts that were."""
        done = 0
        while done < limit and self._work_one(ignore_run_at):
            done += 1
        return done

    def _loop(self) -> None:
        while not self._stopping.is_set():
            try:
                worked = self._work_one(False)
            except Exception:
                log.exception("the worker could not reach its queue; it tries again")
                worked = False
                self._stopping.wait(POLL_SECONDS)
            if not worked:
                queue.local_wake.wait(self._poll_seconds)
                queue.local_wake.clear()

    def _listen(self) -> None:
        """Wake at other processes' commits. Without it, as while it reconnects, polling finds the job."""
        while not self._stopping.is_set():
            try:
                with self._db.listening(queue.CHANNEL) as connection:
                    while not self._stopping.is_set():
                        if any(True for _ in connection.notifies(timeout=POLL_SECONDS, stop_after=1)):
                            queue.local_wake.set()
            except Exception as error:
                log.warning("cannot listen for jobs (%s); polling goes on", type(error).__name__)
                self._stopping.wait(5 * POLL_SECONDS)

    def _tick(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._db.transaction() as session:
                    enqueue_due(session, now=self._clock())
            except Exception:
                log.exception("the schedule could not be read; it is tried again")
            self._stopping.wait(SCHEDULE_SECONDS)

    def _work_one(self, ignore_run_at: bool) -> bool:
        with self._db.transaction() as session:
            job = queue.claim(
                session, now=self._clock(), lease_seconds=self._lease_seconds, ignore_run_at=ignore_run_at
            )
        if job is None:
            return False
        queue.local_wake.set()  # what came with it is for the thread that sleeps
        token = correlation_id.set(job.correlation_id)
        try:
            self._attempt(job)
        finally:
            correlation_id.reset(token)
        return True

    def _attempt(self, job: Job) -> None:
        handler = self._handlers.get(job.name)
        if handler is None:
            self._bury(job, f"no handler for {job.name}")
            return
        if job.attempts > job.max_attempts:
            self._bury(job, f"its worker ended before it did, {job.max_attempts} times")
            return
        finished = threading.Event()
        keeper = threading.Thread(target=self._keep_lease, args=(job, finished), daemon=True)
        keeper.start()
        try:
            crash_point(f"{job.name}.claimed")
            handler(Run(self._db, job.payload, job.attempts, self._clock()))
            crash_point(f"{job.name}.worked")
        except Later as later:
            with self._db.transaction() as session:
                queue.postpone(session, job=job, run_at=self._clock() + timedelta(seconds=later.seconds))
        except (AppError, Terminal) as error:
            # The words go to staff with the task; a log must not hold what they may quote.
            log.warning("job %s refused: %s", job.name, getattr(error, "code", type(error).__name__))
            self._bury(job, str(error))
        except Exception as error:
            log.warning("job %s failed (attempt %s): %s", job.name, job.attempts, type(error).__name__)
            self._retry_or_bury(job, error)
        else:
            with self._db.transaction() as session:
                queue.complete(session, job=job, now=self._clock())
        finally:
            finished.set()
            keeper.join()

    def _keep_lease(self, job: Job, finished: threading.Event) -> None:
        while not finished.wait(self._lease_seconds / 3):
            try:
                with self._db.transaction() as session:
                    held = queue.renew(session, job=job, now=self._clock(), lease_seconds=self._lease_seconds)
            except Exception as error:
                log.warning("the lease of %s could not be renewed: %s", job.name, type(error).__name__)
                continue
            if not held:
                return

    def _retry_or_bury(self, job: Job, error: Exception) -> None:
        if job.attempts >= job.max_attempts:
            self._bury(job, f"{type(error).__name__}: {error}")
            return
        wait = min(2.0 ** min(job.attempts, 12), 3600.0) * random.uniform(0.75, 1.25)  # noqa: S311 - jitter
        if isinstance(error, RateLimited | OutcomeUnknown) and error.retry_after:
            wait = max(wait, error.retry_after)
        with self._db.transaction() as session:
            queue.retry(session, job=job, error=str(error), run_at=self._clock() + timedelta(seconds=wait))

    def _bury(self, job: Job, error: str) -> None:
        """Dead, and a task for staff: never silence."""
        now = self._clock()
        with self._db.transaction() as session:
            if queue.bury(session, job=job, error=error, now=now):
                open_task(
                    session,
                    key=f"job:{job.id}",
                    kind="dead_job",
                    title=f"{job.name} could not be done",
                    detail=error,
                    subject_kind="job",
                    subject_id=job.id,
                    now=now,
                    # The death of a message about a task would else be told by one more that dies, for ever.
                    announce=job.payload.get("event") != TASK_OPENED,
                )
