"""The demo shop with a scripted model before the built-in brain, with its guard and, as a control, without."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.agent.builtin_model import BuiltinChatModel
from bot.agent.loop import Assistant, Limits
from bot.agent.models import openai_compatible_model
from bot.agent.prices import Prices
from bot.agent.reviewing import Said, review
from bot.agent.turn import Services
from bot.bootstrap import Parts, build_services
from bot.channels.widget import ChatDesk, chat_router
from bot.conversations.answering import answer
from bot.conversations.live import Live
from core.api.error_handlers import add_error_handlers
from core.settings import Settings
from tests.bot.conftest import Chat, ScriptedModel, call, tool_results, words
from tests.demo_shop import demo_parts
from tests.safety.model_server import RawModel

Call = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Desk:
    """Two ways to the same shop and the same model: `guarded` as it ships, `bare` without its guard."""

    parts: Parts
    model: ScriptedModel
    services: Services
    guarded: TestClient
    bare: TestClient


def chat_app(parts: Parts, services: Services, assistant: Assistant, live: Live | None = None) -> TestClient:
    app = FastAPI()
    add_error_handlers(app)
    live = live or Live()
    think = partial(answer, services=services, assistant=assistant, live=live)
    app.include_router(chat_router(ChatDesk(parts.db, think, parts.clock, 10_000, live)))
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("safety")
    model = ScriptedModel()
    settings = Settings(
        _env_file=None, data_dir=folder, embeddings="lexical", llm_base_url=model.url, llm_model="scripted",
        llm_turn_seconds=10,
    )  # fmt: skip
    parts = demo_parts(settings)
    services = build_services(parts)
    builtin = BuiltinChatModel(lexicon=services.lexicon)
    chat_model = openai_compatible_model(settings)
    limits = Limits(10, rest_after_failures=10**9)
    guarded = Assistant(builtin, chat_model, limits=limits, reviewer=review)
    bare = Assistant(builtin, chat_model, limits=limits, reviewer=lambda text, _turn, _known: Said(text))
    yield Desk(parts, model, services, chat_app(parts, services, guarded), chat_app(parts, services, bare))
    model.stop()
    parts.db.close()


def context_of(request: dict[str, Any]) -> dict[str, Any]:
    mark = "CONTEXT "
    text = next(m["content"] for m in request["messages"] if str(m["content"]).startswith(mark))
    context: dict[str, Any] = json.loads(text.removeprefix(mark))
    return context


def play(
    client: TestClient, model: ScriptedModel, before: list[str], last: str, calls: list[Call], text: str
) -> dict[str, Any]:
    """`before` is answered by the built-in brain; on `last` the model calls its tools, then says `text`."""
    chat = Chat(client)
    model.script = lambda _request: words("")
    for line in before:
        chat.say(line)

    def script(request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        done = len(tool_results(request))
        if done >= len(calls):
            return words(text)
        tool, arguments = calls[done]
        quote = context_of(request).get("quote_id") or ""
        return call(tool, **{k: quote if v == "QUOTE" else v for k, v in arguments.items()})

    model.script = script
    return chat.say(last)


@pytest.fixture
def raw_model() -> Iterator[RawModel]:
    server = RawModel()
    yield server
    server.stop()


@pytest.fixture
def assistant_of(desk: Desk, raw_model: RawModel) -> Callable[..., Assistant]:
    """The shop's assistant before a raw server, with limits of the test's own."""

    def build(
        *, turn_seconds: float = 3.0, failures: int = 3, rest: float = 60.0, url: str = ""
    ) -> Assistant:
        settings = desk.parts.settings.model_copy(
            update={"llm_base_url": url or raw_model.url, "llm_turn_seconds": turn_seconds}
        )
        limits = Limits(turn_seconds, rest_after_failures=failures, rest_seconds=rest)
        builtin = BuiltinChatModel(lexicon=desk.services.lexicon)
        prices = Prices("VND", input=4_000, cached=1_000, output=16_000)
        return Assistant(builtin, openai_compatible_model(settings), limits=limits, prices=prices)

    return build


@pytest.fixture
def chat_of(desk: Desk) -> Callable[[Assistant], Chat]:
    return lambda assistant: Chat(chat_app(desk.parts, desk.services, assistant))


def said(answer: dict[str, Any]) -> str:
    return "\n".join(reply["text"] for reply in answer["replies"])
