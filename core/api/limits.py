"""How much one API key may ask. Each process counts for itself: with N of them a key may ask N times as much."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import AppError

MOST_BUCKETS = 10_000
BURST_SECONDS = 10
"""A key that was quiet may ask at once what it may ask in so many seconds."""


class TooManyRequests(AppError):
    """`data["retry_after"]`: whole seconds; also the header Retry-After."""

    status = 429


@dataclass
class _Bucket:
    level: float
    at: float


class RequestLimits:
    """A token bucket for each caller; those that asked longest ago are forgotten first."""

    def __init__(
        self,
        *,
        per_minute: int = 60_000,
        storefront_per_minute: int = 300,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_minute = per_minute
        self._storefront_per_minute = storefront_per_minute
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str, visitor: str) -> None:
        """Raises `TooManyRequests`. A storefront key is shared by all visitors, so each of them has its own bucket."""
        is_public = key.startswith("pk_")
        per_minute = self._storefront_per_minute if is_public else self._per_minute
        wait = self._take(f"{key}|{visitor}" if is_public else key, per_minute)
        if wait > 0:
            seconds = int(wait) + 1
            raise TooManyRequests(
                "too_many_requests",
                f"At most {per_minute} requests a minute. Try again in {seconds} s.",
                {"retry_after": seconds, "per_minute": per_minute},
            )

    def _take(self, name: str, per_minute: int) -> float:
        per_second = per_minute / 60
        burst = max(1.0, per_second * BURST_SECONDS)
        with self._lock:
            now = self._clock()
            bucket = self._buckets.pop(name, None) or _Bucket(burst, now)
            bucket.level = min(burst, bucket.level + (now - bucket.at) * per_second)
            bucket.at = now
            self._buckets[name] = bucket
            if len(self._buckets) > MOST_BUCKETS:
                self._buckets.popitem(last=False)
            if bucket.level < 1:
                return (1 - bucket.level) / per_second
            bucket.level -= 1
            return 0.0
