"""Faults that can be switched on for one operation of a played provider, a counted number of times.

Operation names are the provider's own (its module lists them); "*" stands for all of them.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

FaultKind = Literal[
    "hang_before",  # nothing is done, no answer comes in time
    "hang_after",  # done, but the answer comes after the client gave up
    "drop_after",  # done, then the connection breaks without an answer
    "rate_limit",  # 429 with Retry-After
    "error_before",  # 500, nothing done
    "error_after",  # 500, yet done
    "expired_token",  # the provider says that the token is no longer good
    "empty_file",  # a file arrives empty
    "late_file",  # a file is not there yet
    "duplicate_webhook",  # the same webhook is sent twice
    "reorder_webhooks",  # a webhook waits and is sent after the next one
    "lose_webhook",  # a webhook is never sent
]
KINDS: tuple[str, ...] = get_args(FaultKind)


@dataclass
class Fault:
    """`times` counts down to none; None lasts until cleared. `skip` calls pass first. `seconds` is for hangs."""

    provider: str
    operation: str
    kind: FaultKind
    times: int | None = 1
    skip: int = 0
    seconds: float = 30.0

    def fits(self, provider: str, operation: str, kinds: tuple[str, ...]) -> bool:
        return self.provider == provider and self.operation in ("*", operation) and self.kind in kinds


class FaultBoard:
    """All faults that are switched on, for every played provider. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self, provider: str | None = None) -> None:
        with self._lock:
            self._faults = [fault for fault in self._faults if provider not in (None, fault.provider)]

    def active(self, provider: str | None = None) -> list[Fault]:
        with self._lock:
            return [fault for fault in self._faults if provider in (None, fault.provider)]

    def take(self, provider: str, operation: str, *kinds: FaultKind) -> Fault | None:
        """The first fault of these kinds for this call, used up by one."""
        with self._lock:
            for fault in self._faults:
                if not fault.fits(provider, operation, kinds):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    return None
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                return fault
        return None


class BrokenResponse(Response):
    """Promises a body and sends none; the server then breaks the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"", "more_body": True})


def fault_from_json(provider: str, data: Mapping[str, Any]) -> Fault:
    """Raises ValueError with a sentence for the caller."""
    kind = data.get("kind")
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}")
    times = data.get("times", 1)
    if times is not None and (isinstance(times, bool) or not isinstance(times, int) or times < 1):
        raise ValueError("times must be a whole number above 0, or null for no end")
    skip = data.get("skip", 0)
    if isinstance(skip, bool) or not isinstance(skip, int) or skip < 0:
        raise ValueError("skip must be a whole number")
    seconds = data.get("seconds", 30.0)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= 600:
        raise ValueError("seconds must lie between 0 and 600")
    return Fault(provider, str(data.get("operation", "*")), kind, times, skip, float(seconds))


async def play_with_faults(
    board: FaultBoard,
    provider: str,
    operation: str,
    request: Request,
    act: Callable[[], Awaitable[Response]],
) -> Response:
    """Run one endpoint under the faults that every provider shares. Those of tokens, files and webhooks are
    taken by the provider itself, because their answers look different at each."""
    before = board.take(provider, operation, "rate_limit", "error_before", "hang_before")
    if before is not None:
        return await _refuse(before, request)
    response = await act()
    after = board.take(provider, operation, "error_after", "hang_after", "drop_after")
    if after is None:
        return response
    if after.kind == "drop_after":
        return BrokenResponse()
    if after.kind == "hang_after":
        await hang(request, after.seconds)
        return response
    return _server_error()


async def _refuse(fault: Fault, request: Request) -> Response:
    if fault.kind == "rate_limit":
        return JSONResponse(
            {"code": 429, "message": "Too many requests", "data": None}, 429, {"Retry-After": "1"}
        )
    if fault.kind == "hang_before":
        await hang(request, fault.seconds)
    return _server_error()


def _server_error() -> Response:
    return JSONResponse({"code": 500, "message": "Internal Server Error", "data": None}, 500)


async def hang(request: Request, seconds: float) -> None:
    """Keep the client waiting, but no longer than it waits: so that a sandbox can be stopped at once."""
    await request.body()  # a request whose body is still unread never reports that its client left
    left = seconds
    while left > 0 and not await request.is_disconnected():
        await asyncio.sleep(min(0.05, left))
        left -= 0.05
