"""A tool that breaks in the middle: the customer is told the truth, and an order is an order once."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from bot.agent.builtin_model import BuiltinChatModel
from bot.agent.loop import Assistant, Limits
from bot.app import create_app
from bot.bootstrap import Parts, build_services
from bot.conversations.models import Conversation
from core.orders.models import Order
from core.settings import Settings
from tests.bot.conftest import Chat
from tests.crash.test_main_job_crashes import IN_A_TURN
from tests.demo_shop import demo_parts
from tests.safety.conftest import chat_app
from tests.safety.scenes import DETAILS

TURN = """
import sys
from fastapi.testclient import TestClient
from bot.app import create_app
from bot.bootstrap import build_parts
from core.settings import Settings
client = TestClient(create_app(build_parts(Settings()), with_worker=False))
body = {"conversation_id": sys.argv[1], "visitor_token": sys.argv[2], "message_id": sys.argv[3], "text": sys.argv[4]}
assert client.post("/api/chat/messages", json=body).status_code == 200
"""


class Shop:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parts = demo_parts(Settings(_env_file=None, data_dir=folder, embeddings="lexical"))
        self.client = TestClient(create_app(self.parts, with_worker=False), raise_server_exceptions=False)
        self.who: dict[str, Any] = {}

    def say(self, message_id: str, text: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.client.post(
            "/api/chat/messages", json={**self.who, "message_id": message_id, "text": text}
        ).json()
        self.who = {k: answer[k] for k in ("conversation_id", "visitor_token")}
        return answer

    def killed(self, point: str, message_id: str, text: str) -> int:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CHOTDON_")}
        environment |= {
            "CHOTDON_DATA_DIR": str(self.folder), "CHOTDON_EMBEDDINGS": "lexical", "CHOTDON_CRASH_AT": point,
        }  # fmt: skip
        arguments = [self.who["conversation_id"], self.who["visitor_token"], message_id, text]
        return subprocess.run(
            [sys.executable, "-c", TURN, *arguments], env=environment, check=False, timeout=60
        ).returncode

    def release(self) -> None:
        """The dead process's lease on the conversation runs out."""
        with self.parts.db.transaction() as session:
            session.execute(update(Conversation).values(lease_token=None, leased_until=None))

    def orders(self) -> int:
        with self.parts.db.read_transaction() as session:
            return session.scalar(select(func.count()).select_from(Order)) or 0


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    shop = Shop(tmp_path)
    yield shop
    shop.parts.db.close()


@pytest.mark.slow
@pytest.mark.parametrize("point", IN_A_TURN)
def test_a_killed_turn_is_told_truly_on_the_next_delivery(point: str, shop: Shop) -> None:
    shop.say("1", f"2 áo thun cotton đen size L, {DETAILS}")
    before = shop.orders()
    assert shop.killed(point, "2", "chốt") == 70
    shop.release()

    answer = shop.say("2", "chốt")
    again = shop.say("2", "chốt")

    assert shop.orders() == before + 1
    assert answer["state"]["order"]["code"] in answer["replies"][0]["text"]
    assert again["replies"] == answer["replies"]


def test_goods_are_added_once_though_the_turn_was_killed_after_adding_them(shop: Shop) -> None:
    shop.say("1", "1 áo thun cotton đen size L")
    assert shop.killed("turn.after_tool", "2", "thêm 1 áo thun cotton đen size L nữa") == 70
    shop.release()

    answer = shop.say("2", "thêm 1 áo thun cotton đen size L nữa")

    assert [line["quantity"] for line in answer["state"]["cart"]["lines"]] == [2]


class BreaksOnce:
    """A clock that fails at a chosen reading: a fault at a place of the tool, not of ours to name."""

    def __init__(self, parts: Parts) -> None:
        self._clock, self.fails_at, self.reads = parts.clock, 0, 0

    def __call__(self) -> Any:
        self.reads += 1
        if self.fails_at and self.reads == self.fails_at:
            raise OSError("the clock stopped")
        return self._clock()


@pytest.mark.parametrize("reading", range(1, 5))
def test_a_tool_that_breaks_is_done_once_or_owned_up_to(reading: int, tmp_path: Path) -> None:
    parts = demo_parts(Settings(_env_file=None, data_dir=tmp_path, embeddings="lexical"))
    clock = BreaksOnce(parts)
    services = replace(build_services(parts), clock=clock)
    assistant = Assistant(BuiltinChatModel(lexicon=services.lexicon), None, limits=Limits(5))
    chat = Chat(chat_app(parts, services, assistant))
    chat.say(f"2 áo thun cotton đen size L, {DETAILS}")
    clock.fails_at = clock.reads + reading

    placed = chat.say("chốt")

    order, text = placed["state"]["order"], placed["replies"][0]["text"]
    assert (order["code"] in text) if order is not None else ("chưa thực hiện" in text)
    parts.db.close()
