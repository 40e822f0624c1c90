"""The demo as a person starts it: start-up, memory, chat turns of the built-in brain."""

import time
from pathlib import Path

import httpx

from tests.bench.measuring import Running, chotdon, percentiles

DIALOGUES = 20
TURNS = (
    "xin chào",
    "áo thun đen còn size L không shop",
    "cho mình 2 áo thun cotton đen size L",
    "phí ship bao nhiêu vậy",
    "à lấy 3 cái",
    "tên Lan",
    "0901234567",
    "12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM",
    "đổi sang size M",
    "chốt",
)


def measure(folder: Path) -> None:
    with chotdon("demo", folder) as first:
        print(f"first start of the demo to a healthy /healthz: {first.seconds_to_healthy:.1f} s")
    with chotdon("demo", folder) as second:
        print(f"second start: {second.seconds_to_healthy:.1f} s", flush=True)
        time.sleep(8)
        print(f"memory idle (demo with its sandboxes): {second.memory()} MB")
        _chat(second)


def _chat(shop: Running) -> None:
    _dialogue(shop.url)
    times = [t for _ in range(DIALOGUES) for t in _dialogue(shop.url)]
    print(f"chat turns, ten-turn order: {len(times) / sum(times):.0f}/s, {percentiles(times)}")
    print(f"memory after: {shop.memory()} MB", flush=True)


def _dialogue(base: str) -> list[float]:
    times: list[float] = []
    who: dict[str, str] = {}
    with httpx.Client(base_url=base, timeout=60) as http:
        for number, text in enumerate(TURNS):
            body = {**who, "message_id": str(number), "text": text}
            began = time.perf_counter()
            answer = http.post("/api/chat/messages", json=body).json()
            times.append(time.perf_counter() - began)
            who = {k: answer[k] for k in ("conversation_id", "visitor_token")}
    return times
