"""What a turn tells while it goes on, to whoever looks on in this process; the stored message is what counts.

Nothing here is needed: a visitor whose stream is held by another process sees the answer when it is stored.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

from bot.agent.turn import Progress

MAX_WAITING = 100


@dataclass(frozen=True)
class Listener:
    loop: asyncio.AbstractEventLoop
    queue: asyncio.Queue[dict[str, Any]]

    def put(self, event: dict[str, Any]) -> None:
        if self.queue.qsize() < MAX_WAITING:
            self.queue.put_nowait(event)


class Live:
    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._lock = Lock()

    @contextmanager
    def listening(self, conversation_id: str) -> Iterator[Listener]:
        listener = Listener(asyncio.get_running_loop(), asyncio.Queue())
        with self._lock:
            self._listeners[conversation_id].add(listener)
        try:
            yield listener
        finally:
            with self._lock:
                self._listeners[conversation_id].discard(listener)
                if not self._listeners[conversation_id]:
                    del self._listeners[conversation_id]

    def teller(self, conversation_id: str, external_id: str) -> Callable[[Progress], None] | None:
        """How a turn tells its progress; None when nobody looks on."""
        with self._lock:
            if conversation_id not in self._listeners:
                return None

        def tell(progress: Progress) -> None:
            event = {"message_id": external_id, "kind": progress.kind, "text": progress.text}
            with self._lock:
                listeners = list(self._listeners.get(conversation_id, ()))
            for listener in listeners:
                listener.loop.call_soon_threadsafe(listener.put, event)

        return tell
