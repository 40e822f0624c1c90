"""Polling, the start, `doctor`, the desk's code; and a kill at each moment around a send."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from bot.app import create_app
from bot.bootstrap import build_parts
from bot.channels.models import Delivery
from bot.channels.outbox import put_out
from bot.channels.telegram.api import TelegramApi
from bot.channels.telegram.intake import Poller, source_of
from bot.diagnosis import examine
from core.clock import utc_now
from core.jobs.models import InboundEvent, StaffTask
from core.settings import Settings
from tests.demo_shop import demo_parts
from tests.small_shop import served
from tests.telegram.people import Person
from tests.telegram.server import TOKEN, TelegramServer, telegram_server

ROOT = Path(__file__).parents[2]
CHAT = 700
# The worker forks before each kill, so that what is imported once is there in every child.
WORKER = """
import json, os, sys, time
from sqlalchemy import text
import bot.bootstrap as bootstrap, bot.channels.delivering, telegram
from core.settings import Settings

def work():
    parts = bootstrap.build_parts(Settings())
    worker = bootstrap.build_worker(parts)
    worker._lease_seconds = 0.6
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if not worker.run_until_idle():
            time.sleep(0.05)
        with parts.db.read_transaction() as session:
            if not session.scalar(text("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')")):
                os._exit(0)
    os._exit(1)

codes = []
for point in json.loads(sys.argv[1]):
    child = os.fork()
    if not child:
        os.environ["CHOTDON_CRASH_AT"] = point
        work()
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    time.sleep(0.7)
print(json.dumps(codes))
"""


def wait_for(look: Callable[[], bool], patience_s: float = 20.0) -> None:
    deadline = time.monotonic() + patience_s
    while not look():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    with telegram_server() as running:
        yield running


def settings_for(server: TelegramServer, folder: Path, **more: object) -> Settings:
    return Settings(
        _env_file=None, data_dir=folder, embeddings="lexical", telegram_token=TOKEN, burst_quiet_seconds=0.1,
        telegram_base_url=server.url, **more,
    )  # type: ignore[arg-type]  # fmt: skip


def test_by_polling_a_whole_server_answers_and_each_update_is_asked_for_until_it_is_stored(
    server: TelegramServer, tmp_path: Path
) -> None:
    lan = Person(server, CHAT, lambda update: server.updates.append(update))
    lan.say("xin chào")
    lan.say("áo thun đen giá bao nhiêu")
    server.webhook = {"url": "https://left.over"}
    parts = demo_parts(settings_for(server, tmp_path))

    with served(create_app(parts, with_worker=True)):
        wait_for(lambda: bool(server.texts(CHAT)), 40)
        wait_for(lambda: not server.updates)
        lan.say("còn size L không")
        wait_for(lambda: len(server.texts(CHAT)) >= 2, 30)
    parts.close()

    assert server.webhook == {}
    assert "149.000đ" in "".join(server.texts(CHAT))


def test_polling_goes_on_after_a_loss_and_stores_nothing_twice(
    server: TelegramServer, tmp_path: Path
) -> None:
    parts = demo_parts(settings_for(server, tmp_path))
    lan = Person(server, CHAT, lambda update: server.updates.append(update))
    server.fail("getUpdates", "502", times=1)
    lan.say("một")

    def stored() -> int:
        with parts.db.read_transaction() as session:
            return session.scalar(select(func.count()).select_from(InboundEvent)) or 0

    for _ in range(2):  # the second process is told all that the first had not acknowledged
        poller = Poller(
            db=parts.db, api=TelegramApi(token=TOKEN, base_url=server.url), clock=utc_now, source=source_of(TOKEN)
        )  # fmt: skip
        kept = list(server.updates)
        poller.start()
        wait_for(lambda: stored() >= 1)
        poller.stop()
        poller._api.close()
        server.updates = kept
    parts.close()

    assert stored() == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("point", "arrives", "state"),
    [
        ("chat.deliver.claimed", True, "sent"), ("chat.before_call", False, "unknown"),
        ("chat.after_call", True, "unknown"), ("chat.deliver.worked", True, "sent"),
    ],
)  # fmt: skip
def test_killed_at_any_moment_nothing_is_sent_twice_and_what_is_unsure_is_shown_to_staff(
    server: TelegramServer, tmp_path: Path, point: str, arrives: bool, state: str
) -> None:
    settings = settings_for(server, tmp_path)
    parts = demo_parts(settings)
    with parts.db.transaction() as session:
        for number in (1, 2):
            put_out(
                session, channel="telegram", recipient=str(CHAT), source=f"t{number}", now=utc_now(),
                content={"text": f"tin {number}"},
            )  # fmt: skip
    parts.close()
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("CHOTDON_")},
        "CHOTDON_DATA_DIR": str(tmp_path), "CHOTDON_TELEGRAM_TOKEN": TOKEN, "CHOTDON_EMBEDDINGS": "lexical",
        "CHOTDON_TELEGRAM_BASE_URL": server.url, "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    ended = subprocess.run(
        [sys.executable, "-c", WORKER, json.dumps([point, ""])],
        env=environment, cwd=tmp_path, check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert json.loads(ended.stdout) == [70, 0]

    parts = build_parts(settings)
    with parts.db.read_transaction() as session:
        states = list(session.scalars(select(Delivery.state).order_by(Delivery.id)))
        tasks = list(session.scalars(select(StaffTask.kind)))
    parts.close()
    assert server.texts(CHAT) == (["tin 1", "tin 2"] if arrives else ["tin 2"])
    assert states == [state, "sent"]
    assert tasks == (["message_unsure"] if state == "unknown" else [])


def test_a_shop_without_telegram_never_loads_its_library(tmp_path: Path) -> None:
    script = (
        "import sys; from bot.app import create_app; from bot.bootstrap import build_parts; "
        "from core.settings import Settings; "
        "create_app(build_parts(Settings(_env_file=None)), with_worker=True); "
        "print([m for m in sys.modules if m.split('.')[0] == 'telegram'])"
    )
    environment = {**os.environ, "CHOTDON_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    told = subprocess.run(
        [sys.executable, "-c", script], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )  # fmt: skip

    assert told.stdout.strip() == "[]"


def test_doctor_tells_which_bot_it_is_and_what_to_mend(server: TelegramServer, tmp_path: Path) -> None:
    def about(settings: Settings) -> list[tuple[bool, str]]:
        return [(f.ok, f.detail) for f in examine(settings) if f.what.startswith("Telegram")]

    wrong = "123456789:AAanother-token-of-somebody-else-001"
    webhook = {
        "telegram_mode": "webhook",
        "telegram_webhook_secret": "x" * 20,
        "public_url": "http://shop.test",
    }

    assert about(settings_for(server, tmp_path)) == [(True, "@nanghien_bot, polling")]
    (ok, mend), *_ = about(
        settings_for(server, tmp_path).model_copy(update={"telegram_token": _secret(wrong)})
    )
    assert (ok, "@BotFather" in mend) == (False, True)
    assert about(settings_for(server, tmp_path, **webhook))[1][1].startswith("is not set: start")


def _secret(text: str) -> object:
    return Settings(_env_file=None, telegram_token=text).telegram_token  # type: ignore[arg-type]


def test_the_desk_gives_a_code_to_its_reader_alone_and_none_without_telegram(
    server: TelegramServer, tmp_path: Path
) -> None:
    for folder, is_on in ((tmp_path / "on", True), (tmp_path / "off", False)):
        settings = settings_for(server, folder) if is_on else Settings(_env_file=None, data_dir=folder)
        parts = demo_parts(settings)
        client = TestClient(create_app(parts, with_worker=False))
        assert client.post("/api/desk/link-code").status_code == 401
        me = client.post("/api/desk/login", json={"login": "owner", "password": "chotdon-demo"}).json()
        answer = client.post("/api/desk/link-code", headers={"X-CSRF-Token": me["csrf_token"]})
        room = client.get("/api/desk/room").json()["messages"]
        parts.close()

        assert me["can_link"] is is_on
        assert answer.status_code == (200 if is_on else 409)
        assert answer.json().get("line", "").startswith("/link ") is is_on
        assert room == []
