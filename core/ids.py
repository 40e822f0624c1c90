"""Keys of rows: UUIDv7-shaped text, so that a newer row sorts after an older one."""

import os
import re
import threading
import time

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """32 hex digits: 48 bits of milliseconds, then 80 random bits. Of one process each is above the one before,
    within a millisecond too: lists keep the order in which things were written, jobs that in which they arose."""
    global _last
    fresh = time.time_ns() // 1_000_000 << 80 | int.from_bytes(os.urandom(10))
    with _lock:
        _last = fresh if fresh > _last else _last + 1 + int.from_bytes(os.urandom(4))
        return f"{_last:032x}"


def is_id(text: str) -> bool:
    return re.fullmatch("[0-9a-f]{32}", text) is not None
