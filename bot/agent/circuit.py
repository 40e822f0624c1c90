"""A model that keeps failing is left alone for a while, so that no customer waits for it in vain."""

import time
from collections.abc import Callable
from threading import Lock


class Circuit:
    """Per process: each finds out for itself. After the rest one turn tries again."""

    def __init__(
        self, *, failures: int, rest_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit, self._rest, self._clock = failures, rest_seconds, clock
        self._failed = 0
        self._resting_until = 0.0
        self._lock = Lock()

    def is_open(self) -> bool:
        """Whether the model may be asked; the turn that asks after a rest is the only one until it has answered."""
        with self._lock:
            if self._failed < self._limit:
                return True
            if self._clock() < self._resting_until:
                return False
            self._resting_until = self._clock() + self._rest
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failed = 0

    def failed(self) -> None:
        with self._lock:
            self._failed += 1
            self._resting_until = self._clock() + self._rest
