"""The demo shop with its bot: updates by webhook, work by its own worker, Telegram played beside it, on one clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from bot.app import create_app
from bot.bootstrap import Parts, build_worker
from bot.conversations.models import Conversation, Message
from bot.mind import Mind
from bot.staff.accounts import add_staff
from bot.staff.linking import new_code
from bot.staff.models import StaffAccount
from core.jobs.models import InboundEvent
from core.jobs.worker import Worker
from core.settings import Settings
from core.stock.models import StockLevel
from tests.demo_shop import demo_parts
from tests.telegram.people import Person, post_to
from tests.telegram.server import TOKEN, Sent, TelegramServer, telegram_server

SECRET = "a-secret-of-the-test-s-own"
GROUP = -1001234567890
PATH = "/api/v1/webhooks/telegram"


@dataclass
class Shop:
    server: TelegramServer
    parts: Parts
    client: TestClient
    worker: Worker
    times: list[datetime]
    people: list[int] = field(default_factory=lambda: [9_000])

    @property
    def now(self) -> datetime:
        return self.times[0]

    def person(self, *, language: str = "vi", name: str = "Lan") -> Person:
        self.people[0] += 1
        return Person(
            self.server, self.people[0], post_to(self.client, SECRET, PATH), name=name, language=language
        )

    def work(self, seconds: float = 12) -> None:
        """So much time passes, and everything that is due is done."""
        self.worker.run_until_idle()
        for _ in range(int(seconds)):
            self.times[0] += timedelta(seconds=1)
            self.worker.run_until_idle()

    def told(self, person: Person, text: str, seconds: float = 8) -> str:
        """What comes back to this message, all in one."""
        before = len(self.server.texts(person.user.id))
        assert person.say(text).json() == {"received": 1}
        self.work(seconds)
        return "\n".join(self.server.texts(person.user.id)[before:])

    def last(self, person: Person) -> Sent:
        return self.server.last(person.user.id)

    def staff(self, login: str, *, role: str | None = None) -> Person:
        """Linked as this member of staff, who is made if there is none."""
        person = self.person(name=login)
        with self.parts.db.transaction() as session:
            found = session.scalar(select(StaffAccount.id).where(StaffAccount.login == login))
            if found is None:
                made = add_staff(
                    session, login=login, name=login, role=role or "sales", password="a-long-password", now=self.now
                )  # fmt: skip
                found = made.id
            code = new_code(session, staff_id=found, now=self.now)
        person.say(f"/link {code}")
        self.work(3)
        return person

    def group_after(self, act: Any, seconds: float = 30) -> list[str]:
        before = len(self.server.texts(GROUP))
        act()
        self.work(seconds)
        return self.server.texts(GROUP)[before:]

    def outcome(self, update: dict[str, Any]) -> str:
        with self.parts.db.read_transaction() as session:
            return session.scalars(
                select(InboundEvent.outcome).where(InboundEvent.external_id == str(update["update_id"]))
            ).one()

    def messages(self, person: Person) -> list[Message]:
        with self.parts.db.read_transaction() as session:
            return list(
                session.scalars(
                    select(Message)
                    .join(Conversation, Conversation.id == Message.conversation_id)
                    .where(Conversation.external_id == str(person.user.id))
                    .order_by(Message.seq)
                )
            )


@pytest.fixture
def shop(running_shop: Shop) -> Shop:
    """With nothing left of the test before: all that waited for its turn in the group has been sent."""
    for _ in range(6):
        running_shop.times[0] += timedelta(seconds=61)
        running_shop.worker.run_until_idle()
    return running_shop


@pytest.fixture(scope="module")
def running_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with opened(tmp_path_factory.mktemp("shop")) as shop:
        yield shop


@pytest.fixture
def own_shop(tmp_path: Path) -> Iterator[Shop]:
    """For a test after which the group is not what it was."""
    with opened(tmp_path) as shop:
        yield shop


@contextmanager
def opened(folder: Path) -> Iterator[Shop]:
    times = [datetime(2026, 11, 24, 3, 0, tzinfo=UTC)]
    with telegram_server(lambda: times[0]) as server:
        settings = Settings(
            _env_file=None, data_dir=folder, embeddings="lexical", telegram_token=TOKEN, telegram_mode="webhook",
            telegram_webhook_secret=SECRET, telegram_base_url=server.url, public_url="http://shop.test",
            telegram_staff_chat=str(GROUP), rate_limit_per_minute=30,
        )  # fmt: skip
        parts = demo_parts(settings, clock=lambda: times[0])
        with parts.db.transaction() as session:
            session.execute(update(StockLevel).values(on_hand=StockLevel.on_hand + 1_000))
        app = create_app(parts, with_worker=False)
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Shop(server, parts, client, build_worker(parts, Mind(parts)), times)
        parts.close()
