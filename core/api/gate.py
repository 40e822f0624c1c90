"""What every request passes first: a correlation id, a bound on its body, the security headers on its answer."""

import re
from collections.abc import Callable, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.api.error_handlers import error_response
from core.ids import new_id
from core.telemetry import correlation_id

SECURITY_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Gate:
    """`limit_of` says how many bytes a path may be sent. A body without Content-Length is counted as it comes."""

    def __init__(self, app: ASGIApp, *, limit_of: Callable[[str], int]) -> None:
        self._app = app
        self._limit_of = limit_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        token = correlation_id.set(given if _REQUEST_ID.fullmatch(given) else new_id())
        try:
            await self._pass(scope, headers, receive, send)
        finally:
            correlation_id.reset(token)

    async def _pass(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        limit = self._limit_of(scope["path"])
        left = limit

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, _too_large(limit))
            return message

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    answer.setdefault(name, value)
            await send(message)

        length = headers.get("content-length", "0")
        if length.isascii() and length.isdigit() and len(length) < 16 and int(length) <= limit:
            await self._app(scope, counted, guarded)
        else:
            refusal = error_response(413, "request_too_large", _too_large(limit))
            await refusal(scope, receive, guarded)


def _too_large(limit: int) -> str:
    return f"A request has at most {limit} bytes."
