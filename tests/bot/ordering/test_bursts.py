"""Pushed messages: several in a row get one answer, on both databases, whoever works and whoever crashes."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.conversations.bursts import ANSWER_JOB, BurstRule, accept, run_answering
from bot.conversations.intake import open_trusted_conversation, store_message
from bot.conversations.models import Message
from bot.conversations.turns import Answer, Incoming, Reply, answer_message
from core.db import Database
from core.jobs.models import Job
from core.jobs.worker import Worker

RULE = BurstRule(timedelta(seconds=2.5), timedelta(seconds=10))
START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


class Channel:
    """A pushing channel over one conversation, with a brain that repeats what it was told."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.now = START
        self.heard: list[str] = []
        with db.transaction() as session:
            self.conversation = open_trusted_conversation(
                session, chat_channel="push", user_id="u1", now=self.now
            )

    def push(self, text: str, *, key: str | None = None) -> str:
        with self.db.transaction() as session:
            return accept(
                session,
                conversation_id=self.conversation,
                external_id=key or text,
                text=text,
                rate_limit=100,
                rule=RULE,
                now=self.now,
            )

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def think(self, incoming: Incoming) -> Answer:
        self.heard.append(incoming.text)
        count = incoming.state.get("count", 0) + 1
        return Answer([Reply(incoming.text)], {"count": count}, {}, "vi", [])

    def worker(self, think: Callable[[Incoming], Answer] | None = None) -> Worker:
        def run(job_run: object) -> None:
            run_answering(job_run, think=think or self.think, rule=RULE, clock=lambda: self.now)  # type: ignore[arg-type]

        return Worker(self.db, {ANSWER_JOB: run}, clock=lambda: self.now, lease_seconds=5)

    def replies(self) -> list[str]:
        with self.db.read_transaction() as session:
            return list(
                session.scalars(select(Message.text).where(Message.direction == "out").order_by(Message.seq))
            )

    def unanswered(self) -> int:
        with self.db.read_transaction() as session:
            return len(
                session.scalars(
                    select(Message.id).where(Message.direction == "in", Message.handled_at.is_(None))
                ).all()
            )


@pytest.fixture
def channel(db: Database) -> Channel:
    return Channel(db)


def test_several_messages_within_the_quiet_window_get_one_answer(channel: Channel) -> None:
    for text in ("cho mình", "2 áo thun", "size L"):
        channel.push(text)
        channel.pass_time(1)
        channel.worker().run_until_idle()
    assert channel.replies() == []

    channel.pass_time(2)
    channel.worker().run_until_idle()

    assert channel.replies() == ["cho mình\n2 áo thun\nsize L"]
    assert channel.unanswered() == 0


def test_messages_apart_are_answered_apart(channel: Channel) -> None:
    for text in ("xin chào", "còn áo không"):
        channel.push(text)
        channel.pass_time(3)
        channel.worker().run_until_idle()

    assert channel.replies() == ["xin chào", "còn áo không"]


def test_a_burst_without_an_end_is_answered_after_the_longest_wait(channel: Channel) -> None:
    for second in range(8):
        channel.push(f"tin {second}")
        channel.pass_time(2)
        channel.worker().run_until_idle()

    assert len(channel.replies()) == 1
    channel.pass_time(3)
    channel.worker().run_until_idle()
    assert " ".join(channel.replies()).count("tin") == 8
    assert len(channel.replies()) == 2


def test_the_same_message_delivered_twice_gets_one_answer(channel: Channel) -> None:
    channel.push("xin chào", key="1")
    channel.push("xin chào", key="1")
    channel.pass_time(3)
    channel.worker().run_until_idle()
    channel.push("xin chào", key="1")
    channel.pass_time(3)
    channel.worker().run_until_idle()

    assert channel.replies() == ["xin chào"]


def test_two_workers_at_once_give_exactly_one_answer(channel: Channel) -> None:
    for text in ("a", "b", "c"):
        channel.push(text)
    channel.pass_time(3)
    workers = [threading.Thread(target=channel.worker().run_until_idle) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    channel.worker().run_until_idle()

    assert channel.replies() == ["a\nb\nc"]


class Killed(BaseException):
    pass


def test_a_process_that_dies_while_it_thinks_loses_nothing(channel: Channel) -> None:
    def die(_incoming: Incoming) -> Answer:
        raise Killed

    channel.push("một")
    channel.push("hai")
    channel.pass_time(3)
    with pytest.raises(Killed):
        channel.worker(die).run_until_idle()
    assert channel.unanswered() == 2

    channel.pass_time(120)
    channel.worker().run_until_idle(ignore_run_at=True)

    assert channel.replies() == ["một\nhai"]
    assert channel.unanswered() == 0


def test_what_comes_while_it_thinks_is_answered_next(channel: Channel) -> None:
    def interrupted(incoming: Incoming) -> Answer:
        if incoming.text == "một":
            channel.push("hai")
        return channel.think(incoming)

    channel.push("một")
    channel.pass_time(3)
    channel.worker(interrupted).run_until_idle()
    channel.pass_time(3)
    channel.worker().run_until_idle()

    assert channel.replies() == ["một", "hai"]


def test_each_message_has_its_job_in_its_own_transaction(channel: Channel) -> None:
    message_id = channel.push("xin chào")

    with channel.db.read_transaction() as session:
        job = session.scalars(select(Job).where(Job.name == ANSWER_JOB)).one()
        assert job.payload == {"message_id": message_id}
        assert job.run_at == START + RULE.quiet


def test_two_messages_at_once_of_one_conversation_are_answered_in_turn(channel: Channel) -> None:
    """Over HTTP each is answered at once; the second one sees what the first one left."""
    with channel.db.transaction() as session:
        messages = [
            store_message(
                session,
                conversation_id=channel.conversation,
                external_id=text,
                text=text,
                rate_limit=100,
                now=START,
            )
            for text in ("một", "hai", "ba")
        ]
    counts: list[int] = []

    def think(incoming: Incoming) -> Answer:
        answer = channel.think(incoming)
        counts.append(answer.state["count"])
        return answer

    threads = [
        threading.Thread(
            target=answer_message,
            args=(channel.db,),
            kwargs={"stored": stored, "think": think, "clock": lambda: channel.now},
        )
        for stored in [*messages, *messages]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(counts) == [1, 2, 3]
    assert sorted(channel.replies()) == ["ba", "hai", "một"]
