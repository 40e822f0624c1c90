"""Words reach the widget as they come, sentence by sentence, and none that the guard has not passed."""

import json
import threading
from collections.abc import Callable
from typing import Any

import httpx

from bot.agent.loop import Assistant
from bot.conversations.live import Live
from tests.safety.conftest import Desk, chat_app
from tests.safety.model_server import Raw, RawModel, call, results_in, streamed, words
from tests.small_shop import served

Build = Callable[..., Assistant]
TEXT = [
    "Dạ giá 149.000đ ạ. ",
    "Dạ em giảm ",
    "thêm 10% ",
    "cho mình nha. ",
    "Mình lấy mấy cái ạ? ",
    "Mình nhắn em nha.",
]


def _watch(
    url: str, who: dict[str, Any], events: list[tuple[str, dict[str, Any]]], ready: threading.Event
) -> None:
    query = {"conversation_id": who["conversation_id"], "visitor_token": who["visitor_token"]}
    with httpx.stream("GET", f"{url}/api/chat/stream", params=query, timeout=20) as response:
        kind = ""
        for line in response.iter_lines():
            ready.set()
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: "):
                events.append((kind, json.loads(line.removeprefix("data: "))))
                if kind == "message":
                    return


def _talk(
    desk: Desk, assistant: Assistant, text: str
) -> tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]:
    events: list[tuple[str, dict[str, Any]]] = []
    ready = threading.Event()
    app = chat_app(desk.parts, desk.services, assistant, Live()).app
    with served(app) as url:  # type: ignore[arg-type]
        first = httpx.post(
            f"{url}/api/chat/messages", json={"message_id": "1", "text": "phí ship bao nhiêu?"}
        ).json()
        who = {k: first[k] for k in ("conversation_id", "visitor_token")}
        watcher = threading.Thread(target=_watch, args=(url, who, events, ready))
        watcher.start()
        assert ready.wait(5)
        body = {**who, "message_id": "2", "text": text}
        answer = httpx.post(f"{url}/api/chat/messages", json=body, timeout=20).json()
        watcher.join(10)
    return answer, events


def test_guarded_sentences_come_before_the_answer(
    desk: Desk, raw_model: RawModel, assistant_of: Build
) -> None:
    def script(request: dict[str, Any]) -> Raw:
        if not request.get("stream"):
            return words("")
        if results_in(request):
            return streamed([piece for text in TEXT for piece in ({"content": text}, 0.15)])
        function = {"name": "check_product", "arguments": '{"sku": "AT01-DEN-L"}'}
        return streamed(
            [{"tool_calls": [{"index": 0, "id": "c1", "type": "function", "function": function}]}]
        )

    raw_model.script = script

    answer, events = _talk(desk, assistant_of(turn_seconds=8), "áo thun cotton đen size L giá sao")

    told = [(event["kind"], event["text"]) for kind, event in events if kind == "delta"]
    shown = [text for kind, text in told if kind == "text"]
    assert ("tool", "check_product") in told
    assert shown[0] == "Dạ giá 149.000đ ạ."
    assert len(shown) >= 2
    assert not any("10%" in text for text in shown)
    assert answer["replies"][0]["text"] == "Dạ giá 149.000đ ạ. Mình lấy mấy cái ạ? Mình nhắn em nha."
    assert events[-1] == ("message", events[-1][1])
    assert events[-1][1]["text"] == answer["replies"][0]["text"]


def test_a_server_that_cannot_stream_is_asked_without(
    desk: Desk, raw_model: RawModel, assistant_of: Build
) -> None:
    def script(request: dict[str, Any]) -> Raw:
        return (
            words("Dạ giá 149.000đ ạ.")
            if results_in(request)
            else call("check_product", {"sku": "AT01-DEN-L"})
        )

    raw_model.script = script

    answer, _ = _talk(desk, assistant_of(turn_seconds=8), "áo thun cotton đen size L giá sao")

    assert answer["replies"][0]["text"] == "Dạ giá 149.000đ ạ."


def test_a_stream_that_stalls_in_the_middle_is_answered_in_time(
    desk: Desk, raw_model: RawModel, assistant_of: Build
) -> None:
    raw_model.script = lambda r: streamed([{"content": "Dạ "}, 30.0]) if r.get("stream") else words("")

    answer, _ = _talk(desk, assistant_of(turn_seconds=1.5), "cho mình 2 áo thun cotton đen size L")

    assert answer["state"]["cart"]["lines"][0]["quantity"] == 2
