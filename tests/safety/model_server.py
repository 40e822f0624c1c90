"""A model's server that answers byte by byte as a test tells it: late, broken, streamed, or not at all."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Piece = bytes | float
"""Bytes to send, or seconds to wait."""


@dataclass
class Raw:
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    pieces: list[Piece] = field(default_factory=list)


class RawModel:
    def __init__(self) -> None:
        self.script: Callable[[dict[str, Any]], Raw] = lambda _request: Raw(500)
        self.requests: list[dict[str, Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests.append(body)
                raw = outer.script(body)
                self.send_response(raw.status)
                for name, value in raw.headers.items():
                    self.send_header(name, value)
                self.send_header("Connection", "close")
                self.end_headers()
                try:
                    for piece in raw.pieces:
                        if isinstance(piece, float):
                            outer.ended.wait(piece)
                        else:
                            self.wfile.write(piece)
                            self.wfile.flush()
                except OSError:
                    return

            def log_message(self, *_: Any) -> None:
                pass

        self.ended = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def stop(self) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()


def completion(message: dict[str, Any], *, usage: dict[str, Any] | None = None) -> Raw:
    reason = "tool_calls" if message.get("tool_calls") else "stop"
    body = {
        "id": "c", "object": "chat.completion", "created": 1, "model": "raw",
        "choices": [{"index": 0, "message": {"role": "assistant", **message}, "finish_reason": reason}],
        "usage": usage or {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }  # fmt: skip
    return Raw(pieces=[json.dumps(body).encode()])


def words(text: str | None) -> Raw:
    return completion({"content": text})


def call(tool: str, arguments: str | dict[str, Any]) -> Raw:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    function = {"name": tool, "arguments": text}
    return completion(
        {"content": None, "tool_calls": [{"id": f"call_{tool}", "type": "function", "function": function}]}
    )


def refused(status: int, headers: dict[str, str] | None = None) -> Raw:
    return Raw(
        status,
        {"Content-Type": "application/json", **(headers or {})},
        [json.dumps({"error": {"message": "no"}}).encode()],
    )


def streamed(deltas: list[dict[str, Any] | float]) -> Raw:
    """Server-sent chunks of a streamed answer; a number waits."""
    return Raw(headers={"Content-Type": "text/event-stream"}, pieces=list(_chunks(deltas)))


def _chunks(deltas: list[dict[str, Any] | float]) -> Iterator[Piece]:
    for delta in deltas:
        if isinstance(delta, float):
            yield delta
            continue
        chunk = {
            "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "raw",
            "choices": [{"index": 0, "delta": delta, "finish_reason": None}],
        }  # fmt: skip
        yield f"data: {json.dumps(chunk)}\n\n".encode()
    last = {
        "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "raw",
        "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }  # fmt: skip
    yield f"data: {json.dumps(last)}\n\ndata: [DONE]\n\n".encode()


def results_in(request: dict[str, Any]) -> list[dict[str, Any]]:
    messages = request["messages"]
    last = max(i for i, m in enumerate(messages) if m["role"] == "user")
    return [json.loads(m["content"]) for m in messages[last + 1 :] if m["role"] == "tool"]


def within(seconds: float, work: Callable[[], Any]) -> Any:
    """The work's result; fails when it took longer."""
    started = time.monotonic()
    result = work()
    assert time.monotonic() - started < seconds
    return result
