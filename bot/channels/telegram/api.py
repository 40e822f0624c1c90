"""The Bot API for the program's threads: one loop in the background, and Telegram's errors in our words.

The library is loaded at the first call: a shop without Telegram never imports it.
"""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from bot.channels.base import CannotBeReached, ChatMoved
from core.ports.errors import (
    Misconfigured,
    OutcomeUnknown,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    Rejected,
)

if TYPE_CHECKING:
    from telegram import Bot
    from telegram.error import TelegramError
    from telegram.request import HTTPXRequest

# The library tells spans of time as what they are, and does not warn that it will.
os.environ.setdefault("PTB_TIMEDELTA", "true")
T = TypeVar("T")
NAME = "telegram"
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 20.0
POLL_SECONDS = 25
_MOST_CONNECTIONS = 32
_GONE = (
    "chat not found",
    "user is deactivated",
    "bot was kicked",
    "group chat was deactivated",
    "peer_id_invalid",
)


class TelegramApi:
    def __init__(self, *, token: str, base_url: str, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._token, self._base_url, self._answer_seconds = token, base_url, answer_seconds
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bot: Bot | None = None
        self._requests: list[HTTPXRequest] = []
        self._username = ""

    def call(self, operation: str, work: "Callable[[Bot], Awaitable[T]]") -> T:
        """Waits for the answer; raises a `ProviderError`."""
        from telegram.error import TelegramError

        try:
            return self.start(work).result()
        except TelegramError as error:
            raise in_our_words(operation, error) from error

    def start(self, work: "Callable[[Bot], Awaitable[T]]") -> "Future[T]":
        loop, bot = self._ready()

        async def run() -> T:
            return await work(bot)

        return asyncio.run_coroutine_threadsafe(run(), loop)

    def username(self) -> str:
        """The bot's own name, asked for once."""
        if not self._username:
            self._username = self.call("getMe", lambda bot: bot.get_me()).username or ""
        return self._username

    def close(self) -> None:
        with self._lock:
            loop, self._loop = self._loop, None
            self._bot = None
        if loop is None:
            return
        asyncio.run_coroutine_threadsafe(self._shut_down(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)

    def _ready(self) -> "tuple[asyncio.AbstractEventLoop, Bot]":
        with self._lock:
            if self._loop is None or self._bot is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=_run, args=(self._loop,), name="telegram", daemon=True).start()
                self._bot = asyncio.run_coroutine_threadsafe(self._make(), self._loop).result(60)
            return self._loop, self._bot

    async def _make(self) -> "Bot":
        from telegram import Bot
        from telegram.request import HTTPXRequest

        def request(connections: int, answer_seconds: float) -> HTTPXRequest:
            return HTTPXRequest(
                connection_pool_size=connections, connect_timeout=CONNECT_SECONDS, read_timeout=answer_seconds,
                write_timeout=answer_seconds, media_write_timeout=3 * answer_seconds, pool_timeout=CONNECT_SECONDS,
            )  # fmt: skip

        self._requests = [request(_MOST_CONNECTIONS, self._answer_seconds), request(1, self._answer_seconds)]
        return Bot(
            self._token,
            base_url=f"{self._base_url}/bot",
            base_file_url=f"{self._base_url}/file/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )

    async def _shut_down(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for request in self._requests:
            await request.shutdown()


def _run(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.close()


def in_our_words(operation: str, error: "TelegramError") -> ProviderError:
    from telegram import error as errors

    text = error.message
    if isinstance(error, errors.RetryAfter):
        return RateLimited(NAME, operation, text, retry_after=_seconds(error.retry_after))
    if isinstance(error, errors.ChatMigrated):
        return ChatMoved(NAME, operation, str(error.new_chat_id))
    if isinstance(error, errors.Forbidden):
        return CannotBeReached(NAME, operation, "403", text)
    if isinstance(error, errors.InvalidToken):
        return Misconfigured(NAME, operation, "CHOTDON_TELEGRAM_TOKEN is refused: copy it from @BotFather")
    if isinstance(error, errors.BadRequest):
        is_gone = any(words in text.lower() for words in _GONE)
        return (CannotBeReached if is_gone else Rejected)(NAME, operation, "400", text)
    if isinstance(error, errors.Conflict):
        return ProviderUnavailable(NAME, operation, text)
    if _never_left(error):
        return ProviderUnavailable(NAME, operation, text)
    return OutcomeUnknown(NAME, operation, text)


def _never_left(error: "TelegramError") -> bool:
    """No connection was made, so that nothing was asked of Telegram."""
    import httpx

    return isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)


def _seconds(told: int | timedelta) -> float:
    return told.total_seconds() if isinstance(told, timedelta) else float(told)
