"""Updates come in, by webhook or by asking: each is stored before it is acknowledged, and worked on later, once."""

import hmac
import json
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header, Request
from sqlalchemy.orm import Session

from bot.channels.telegram.api import POLL_SECONDS, TelegramApi, in_our_words
from core.api.error_handlers import REFUSALS
from core.api.group_commit import GroupCommit
from core.clock import Clock
from core.db import Database
from core.errors import AppError, Invalid, Unauthenticated
from core.jobs.inbound import Inbound, store_all
from core.jobs.queue import NewJob, enqueue_all

if TYPE_CHECKING:
    from telegram import Bot

log = logging.getLogger(__name__)
UPDATE_JOB = "telegram.update"
PATH = "/api/v1/webhooks/telegram"
MAX_BYTES = 512 * 1024
KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
_IDS = range(2**53)
_REST_SECONDS = 3.0
PRESSED, USUAL = 50, 100
"""Whoever presses a button looks at a clock until it is answered, and not for long."""


class TooLarge(AppError):
    status = 413


def source_of(token: str) -> str:
    """Update numbers are each bot's own."""
    return f"telegram:{token.partition(':')[0]}"


def store_updates(
    session: Session, *, source: str, updates: Sequence[Mapping[str, Any]], now: datetime
) -> list[bool]:
    """False for those that came in before."""
    items = [Inbound(str(update["update_id"]), update) for update in updates]
    stored = store_all(session, source=source, items=items, now=now)
    jobs = [
        NewJob(
            UPDATE_JOB, {"source": source, "update_id": item.external_id},
            deduplication_key=f"{UPDATE_JOB}:{source}:{item.external_id}", ordering_key=_line_of(item.payload),
            priority=PRESSED if "callback_query" in item.payload else USUAL,
        )
        for item, is_new in zip(items, stored, strict=True)
        if is_new
    ]  # fmt: skip
    enqueue_all(session, jobs, now=now)
    return stored


def _line_of(update: Mapping[str, Any]) -> str | None:
    """What happens in one chat is worked on in turn; None when this cannot be seen."""
    for kind in KINDS:
        happened = update.get(kind)
        if isinstance(happened, dict):
            holder = happened.get("message") if kind == "callback_query" else happened
            chat = holder.get("chat") if isinstance(holder, dict) else None
            if isinstance(chat, dict):
                return f"telegram:{chat.get('id')}"
    return None


def webhook_router(*, db: Database, clock: Clock, source: str, secret: str) -> APIRouter:
    router = APIRouter(tags=["webhooks"], responses=REFUSALS)

    def store(updates: Sequence[Mapping[str, Any]]) -> list[bool]:
        with db.transaction() as session:
            return store_updates(session, source=source, updates=updates, now=clock())

    together: GroupCommit[Mapping[str, Any], bool] = GroupCommit(store)

    @router.post(PATH, include_in_schema=False)
    async def telegram_webhook(
        request: Request, x_telegram_bot_api_secret_token: Annotated[str, Header()] = ""
    ) -> dict[str, int]:
        """`received` is 0 for a repeat, which changes nothing."""
        given = x_telegram_bot_api_secret_token.encode()
        if not hmac.compare_digest(given, secret.encode()):
            raise Unauthenticated("webhook_not_authentic", "This webhook does not carry our secret.")
        return {"received": int(await together.put(await _read(request)))}

    return router


async def _read(request: Request) -> dict[str, Any]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise TooLarge("webhook_too_large", f"An update has at most {MAX_BYTES} bytes.", {})
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        update = None
    number = update.get("update_id") if isinstance(update, dict) else None
    if type(number) is not int or number not in _IDS:
        raise Invalid("webhook_unreadable", "This is no update of Telegram's: it has no update_id.", {})
    stored: dict[str, Any] = _storable(update)
    return stored


def _storable(value: Any) -> Any:
    """PostgreSQL stores neither NUL nor half of a surrogate pair."""
    if isinstance(value, dict):
        return {_storable(key): _storable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "ignore").decode()
    return value


class Poller:
    """Asks Telegram for updates; the next question, which acknowledges, is asked once they are stored."""

    def __init__(self, *, db: Database, api: TelegramApi, clock: Clock, source: str) -> None:
        self._db, self._api, self._clock, self._source = db, api, clock, source
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="telegram-updates", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(20)

    def _run(self) -> None:
        offset: int | None = None
        while not self._stopping.is_set():
            try:
                offset = self._ask(offset)
            except Exception as error:
                log.warning("updates could not be fetched (%s); they are asked for again", _why(error))
                self._stopping.wait(_REST_SECONDS)

    def _ask(self, offset: int | None) -> int | None:
        updates = self._wait_for(lambda bot: _get_updates(bot, offset))
        if not updates:
            return offset
        with self._db.transaction() as session:
            store_updates(session, source=self._source, updates=updates, now=self._clock())
        return 1 + max(int(update["update_id"]) for update in updates)

    def _wait_for(self, work: "Callable[[Bot], Any]") -> list[dict[str, Any]]:
        """Nothing when the program ends meanwhile."""
        asked = self._api.start(work)
        while not self._stopping.is_set():
            try:
                found: list[dict[str, Any]] = asked.result(timeout=0.2)
            except CancelledError:
                return []
            except TimeoutError:
                if asked.done():
                    raise
                continue
            return found
        asked.cancel()
        return []


async def _get_updates(bot: "Bot", offset: int | None) -> list[dict[str, Any]]:
    updates = await bot.get_updates(offset=offset, timeout=POLL_SECONDS, allowed_updates=KINDS)
    return [update.to_dict() for update in updates]


def _why(error: Exception) -> str:
    from telegram.error import TelegramError

    return (
        str(in_our_words("getUpdates", error)) if isinstance(error, TelegramError) else type(error).__name__
    )
