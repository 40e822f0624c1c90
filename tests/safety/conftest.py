"""The demo shop with a scripted model before the built-in brain, with its guard and, as a control, without."""

import json
from collections.abc import Iterator
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
from bot.agent.reviewing import Said, review
from bot.bootstrap import Parts, build_parts, build_services
from bot.channels.widget import ChatDesk, chat_router
from bot.conversations.answering import answer
from bot.shop_setup import set_up_demo
from core.api.error_handlers import add_error_handlers
from core.settings import Settings
from tests.bot.conftest import Chat, ScriptedModel, call, tool_results, words

Call = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Desk:
    """Two ways to the same shop and the same model: `guarded` as it ships, `bare` without its guard."""

    parts: Parts
    model: ScriptedModel
    guarded: TestClient
    bare: TestClient


def chat_app(parts: Parts, services: Any, assistant: Assistant) -> TestClient:
    app = FastAPI()
    add_error_handlers(app)
    think = partial(answer, services=services, assistant=assistant)
    app.include_router(chat_router(ChatDesk(parts.db, think, parts.clock, 10_000)))
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("safety")
    model = ScriptedModel()
    settings = Settings(
        _env_file=None, data_dir=folder, embeddings="lexical", llm_base_url=model.url, llm_model="scripted",
        llm_turn_seconds=10,
    )  # fmt: skip
    parts = build_parts(settings)
    set_up_demo(parts)
    services = build_services(parts)
    builtin = BuiltinChatModel(lexicon=services.lexicon)
    chat_model = openai_compatible_model(settings)
    limits = Limits(10, rest_after_failures=10**9)
    guarded = Assistant(builtin, chat_model, limits=limits, reviewer=review)
    bare = Assistant(builtin, chat_model, limits=limits, reviewer=lambda text, _turn, _known: Said(text))
    yield Desk(parts, model, chat_app(parts, services, guarded), chat_app(parts, services, bare))
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


def said(answer: dict[str, Any]) -> str:
    return "\n".join(reply["text"] for reply in answer["replies"])
