"""The demo shop's assistant in this process, on either brain."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.app import create_app
from bot.bootstrap import Parts
from core.settings import Settings
from tests.demo_shop import demo_parts


class Chat:
    """One visitor's conversation."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.identity: dict[str, Any] = {}
        self._sent = 0

    def say(self, text: str) -> dict[str, Any]:
        self._sent += 1
        body = {**self.identity, "message_id": f"m{self._sent}", "text": text}
        response = self.client.post("/api/chat/messages", json=body)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        self.identity = {k: answer[k] for k in ("conversation_id", "visitor_token")}
        return answer

    def text(self, text: str) -> str:
        return "\n".join(reply["text"] for reply in self.say(text)["replies"])


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    folder: Path = tmp_path_factory.mktemp("shop")
    parts = demo_parts(Settings(_env_file=None, data_dir=folder, embeddings="lexical"))
    yield parts
    parts.db.close()


@pytest.fixture(scope="module")
def client(parts: Parts) -> TestClient:
    return TestClient(create_app(parts, with_worker=False), raise_server_exceptions=False)


@pytest.fixture
def chat(client: TestClient) -> Chat:
    return Chat(client)


Script = Callable[[dict[str, Any]], tuple[int, dict[str, Any]] | None]


class ScriptedModel:
    """A server with OpenAI's chat endpoint that says what a test tells it to; None hangs until the end."""

    def __init__(self) -> None:
        self.script: Script = lambda _request: (500, {"error": {"message": "no script"}})
        self.requests: list[dict[str, Any]] = []
        self.ended = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests.append(body)
                answer = outer.script(body)
                if answer is None:
                    outer.ended.wait(30)
                    return
                content = json.dumps(answer[1]).encode()
                self.send_response(answer[0])
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def stop(self) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()


def words(text: str) -> tuple[int, dict[str, Any]]:
    return _completion({"role": "assistant", "content": text}, "stop")


def call(tool: str, **arguments: Any) -> tuple[int, dict[str, Any]]:
    function = {"name": tool, "arguments": json.dumps(arguments, ensure_ascii=False)}
    message = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": f"call_{tool}", "type": "function", "function": function}],
    }
    return _completion(message, "tool_calls")


def tool_results(request: dict[str, Any]) -> list[dict[str, Any]]:
    """What tools answered since the customer's last words."""
    messages = request["messages"]
    last = max(i for i, m in enumerate(messages) if m["role"] == "user")
    return [json.loads(m["content"]) for m in messages[last + 1 :] if m["role"] == "tool"]


def _completion(message: dict[str, Any], reason: str) -> tuple[int, dict[str, Any]]:
    return 200, {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    server = ScriptedModel()
    yield server
    server.stop()


@pytest.fixture
def model_chat(parts: Parts, model: ScriptedModel) -> Chat:
    settings = parts.settings.model_copy(
        update={"llm_base_url": model.url, "llm_model": "scripted", "llm_turn_seconds": 1.5}
    )
    app = create_app(
        replace(parts, settings=settings),
        with_worker=False,
    )
    return Chat(TestClient(app, raise_server_exceptions=False))
