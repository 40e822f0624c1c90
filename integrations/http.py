"""One HTTP client for every adapter: time limits, no redirects, bounded answers, quiet logs, one error tree.

What a failure means depends on how far the call got and whether it creates something there:

    failure                                    a read               a creating call
    nothing was sent (refused, no route, DNS)  ProviderUnavailable  ProviderUnavailable
    broken or too slow after sending           ProviderUnavailable  OutcomeUnknown
    408, 5xx                                   ProviderUnavailable  OutcomeUnknown
    425, 429                                   RateLimited          RateLimited
    401, 403, a redirect                       Misconfigured        Misconfigured
    any other 4xx                              Rejected             Rejected

An adapter that knows its provider better passes `read_error`, which is asked first about every answer.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from core.ports.errors import (
    Misconfigured,
    OutcomeUnknown,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    Rejected,
)

log = logging.getLogger(__name__)

MEBIBYTE = 1024 * 1024
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class TimeLimits:
    """Seconds. `total` bounds the whole call, so that an answer that drips cannot hold a worker."""

    connect: float = 5.0
    read: float = 30.0
    total: float = 60.0


@dataclass(frozen=True)
class Call:
    """One request. `creates` says that a lost answer leaves the outcome unknown; `hand_back` lists statuses
    that the adapter wants as answers instead of errors. Give at most one of `json`, `form`, `content`."""

    operation: str
    method: str
    path: str
    json: Any = None
    form: Mapping[str, str] | None = None
    content: bytes | None = None
    query: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    creates: bool = False
    read_seconds: float | None = None
    hand_back: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The parsed body, or None when it is empty or no JSON: providers answer HTML from their gateways."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return None


ErrorReader = Callable[[Call, Answer], ProviderError | None]


class TokenBucket:
    """At most `burst` calls at once and `per_second` after that, for all threads of this process."""

    def __init__(
        self,
        per_second: float,
        burst: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._per_second = per_second
        self._burst = float(burst)
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._level = float(burst)
        self._at = clock()

    def take(self, longest_wait: float) -> float:
        """Wait for a turn and return 0, or return the seconds to come back after if it would take too long."""
        with self._lock:
            now = self._clock()
            self._level = min(self._burst, self._level + (now - self._at) * self._per_second)
            self._at = now
            wait = max(0.0, (1.0 - self._level) / self._per_second)
            if wait > longest_wait:
                return wait
            # Going below zero books the turn, so that threads that wait keep their order.
            self._level -= 1.0
        if wait:
            self._sleep(wait)
        return 0.0


class ProviderClient:
    """Sends calls to one provider. Safe to share between threads; close it, or use it as a context."""

    def __init__(
        self,
        provider: str,
        base_url: str,
        *,
        limits: TimeLimits | None = None,
        headers: Mapping[str, str] | None = None,
        read_error: ErrorReader | None = None,
        bucket: TokenBucket | None = None,
        longest_wait: float = 5.0,
        max_answer_bytes: int = 8 * MEBIBYTE,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.provider = provider
        self._limits = limits or TimeLimits()
        self._read_error = read_error
        self._bucket = bucket
        self._longest_wait = longest_wait
        self._max_answer_bytes = max_answer_bytes
        self._headers = {"Accept": "application/json", "User-Agent": "Chotdon", **(headers or {})}
        self._base_url = base_url.rstrip("/")
        self._http = httpx.Client(
            follow_redirects=False,
            transport=transport,
            # A proxy from the environment must not swallow calls to a sandbox on this machine.
            trust_env=urlsplit(self._base_url).hostname not in _LOOPBACK,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def send(self, call: Call) -> Answer:
        """The answer, if it is a success or one that the caller wants handed back; else a ProviderError."""
        self._wait_for_turn(call)
        started = time.monotonic()
        try:
            answer = self._exchange(call, started)
        except ProviderError as error:
            self._note(call, type(error).__name__, started)
            raise
        self._note(call, str(answer.status), started, len(answer.content))
        refusal = self._read_error(call, answer) if self._read_error else None
        if refusal is None and not answer.ok and answer.status not in call.hand_back:
            refusal = error_for_status(self.provider, call, answer)
        if refusal is not None:
            raise refusal
        return answer

    def _wait_for_turn(self, call: Call) -> None:
        wait = self._bucket.take(self._longest_wait) if self._bucket else 0.0
        if wait:
            raise RateLimited(self.provider, call.operation, "our own limit of calls is reached", wait)

    def _exchange(self, call: Call, started: float) -> Answer:
        try:
            request = self._build(call)
            response = self._http.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise ProviderUnavailable(
                self.provider, call.operation, f"cannot connect ({type(error).__name__}); nothing was sent"
            ) from None
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL, ValueError) as error:
            # The exception's own text may hold a header, and with it the token.
            raise Misconfigured(
                self.provider,
                call.operation,
                f"the address or a credential cannot be sent ({type(error).__name__}); check the settings",
            ) from None
        except httpx.HTTPError as error:
            raise self._lost(call, type(error).__name__) from None
        try:
            return Answer(response.status_code, response.headers, self._read(call, response, started))
        except httpx.HTTPError as error:
            raise self._lost(call, type(error).__name__) from None
        finally:
            response.close()

    def _build(self, call: Call) -> httpx.Request:
        headers = {**self._headers, **call.headers}
        if not all(value.isascii() and value.isprintable() for value in headers.values()):
            raise ValueError("a header holds characters that none can carry")
        return self._http.build_request(
            call.method,
            self._base_url + call.path,
            json=call.json,
            data=call.form,
            content=call.content,
            params=call.query,
            headers=headers,
            timeout=httpx.Timeout(
                call.read_seconds or self._limits.read,
                connect=self._limits.connect,
                pool=self._limits.connect,
            ),
        )

    def _read(self, call: Call, response: httpx.Response, started: float) -> bytes:
        deadline = started + max(self._limits.total, call.read_seconds or 0.0)
        content = bytearray()
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > self._max_answer_bytes:
                raise self._too_large(call)
            if time.monotonic() > deadline:
                raise self._lost(call, "TotalTimeout")
        return bytes(content)

    def _lost(self, call: Call, reason: str) -> ProviderError:
        if call.creates:
            return OutcomeUnknown(self.provider, call.operation, f"sent, but no answer came ({reason})")
        return ProviderUnavailable(self.provider, call.operation, f"no answer came ({reason})")

    def _too_large(self, call: Call) -> ProviderError:
        text = f"the answer is larger than {self._max_answer_bytes} bytes"
        if call.creates:
            return OutcomeUnknown(self.provider, call.operation, text)
        return Rejected(self.provider, call.operation, "answer_too_large", text)

    def _note(self, call: Call, outcome: str, started: float, size: int = 0) -> None:
        # Neither query, headers nor bodies: they carry tokens, names, phones and addresses.
        log.info(
            "provider call provider=%s operation=%s method=%s outcome=%s ms=%d bytes=%d",
            self.provider,
            call.operation,
            call.method,
            outcome,
            round((time.monotonic() - started) * 1000),
            size,
        )


def error_for_status(provider: str, call: Call, answer: Answer, message: str = "") -> ProviderError:
    """The table at the top of this file for one answer that is no success. `message` is fit to show to staff."""
    status = answer.status
    text = message or f"HTTP {status}"
    if status in (425, 429):
        return RateLimited(provider, call.operation, text, retry_after(answer))
    if status == 408 or status >= 500:
        if call.creates:
            return OutcomeUnknown(provider, call.operation, text)
        return ProviderUnavailable(provider, call.operation, text)
    if status in (401, 403):
        return Misconfigured(provider, call.operation, f"{text}: the credentials in the settings are refused")
    if status < 400:
        return Misconfigured(
            provider, call.operation, f"{text}: a redirect is not followed; check the base URL"
        )
    return Rejected(provider, call.operation, str(status), text)


def retry_after(answer: Answer) -> float | None:
    """Seconds that the answer asks us to wait, at most a day; None when it does not say."""
    value = answer.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(min(int(value[:9]), 86_400))
    try:
        seconds = parsedate_to_datetime(value).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), 86_400.0)
