"""Tool calls of one message act in the order in which the model made them, whichever thread comes first."""

import threading
from dataclasses import fields
from typing import Any

from bot.agent.turn import Turn


def test_a_call_waits_for_those_before_it() -> None:
    unused: dict[str, Any] = {
        f.name: None for f in fields(Turn) if f.init and f.name not in ("lock", "_called", "_order")
    }
    turn = Turn(**unused)
    acted: list[str] = []
    waiting = threading.Event()

    def act(call: str, before: set[str]) -> None:
        waiting.set()
        with turn.in_order(call, before):
            acted.append(call)

    second = threading.Thread(target=act, args=("second", {"first"}))
    second.start()
    waiting.wait(5)
    second.join(0.2)
    act("first", set())
    second.join(5)

    assert acted == ["first", "second"]
