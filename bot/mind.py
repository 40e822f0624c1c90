"""The assistant, loaded when it is first needed or beside the start, never before the port is open."""

import gc
import logging
from collections.abc import Callable
from threading import Lock, Thread

from bot.bootstrap import Parts, build_assistant, build_services
from bot.conversations.live import Live
from bot.conversations.turns import Answer, Incoming

log = logging.getLogger(__name__)


class Mind:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.live = Live()
        self._lock = Lock()
        self._think: Callable[[Incoming], Answer] | None = None

    def wake(self) -> None:
        """Load in the background, so that the first customer need not wait for it."""
        Thread(target=self._wake, name="assistant", daemon=True).start()

    def think(self, incoming: Incoming) -> Answer:
        return self._ready()(incoming)

    def _wake(self) -> None:
        try:
            self._ready()
        except Exception:
            log.exception("the assistant could not be loaded; it is tried again at the first message")

    def _ready(self) -> Callable[[Incoming], Answer]:
        with self._lock:
            if self._think is None:
                from functools import partial

                from bot.conversations.answering import answer

                services = build_services(self._parts)
                assistant = build_assistant(self._parts, services)
                self._parts.addresses.load()
                self._think = partial(answer, services=services, assistant=assistant, live=self.live)
                # What is loaded by now stays: the collector need not walk over it in each of its rounds.
                gc.collect()
                gc.freeze()
            return self._think
