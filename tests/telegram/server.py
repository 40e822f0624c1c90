"""Telegram's Bot API over real HTTP, as far as we use it: checks tokens, parameters and limits as the real one does.

What it answers is built from the library's own types, parameters are those of the library's own methods. It can be
told to fail, and enforces the flood limits by the clock that it is given.
"""

import inspect
import json
import re
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import telegram
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.small_shop import served

TOKEN = "123456789:AAtest-token_of-the-emulator-0000001"
BOT = telegram.User(id=123456789, first_name="Nắng Hiên", is_bot=True, username="nanghien_bot")
_METHODS = {
    "getMe": "get_me", "getUpdates": "get_updates", "setWebhook": "set_webhook",
    "deleteWebhook": "delete_webhook", "getWebhookInfo": "get_webhook_info", "setMyCommands": "set_my_commands",
    "sendMessage": "send_message", "sendPhoto": "send_photo", "sendMediaGroup": "send_media_group",
    "sendDocument": "send_document", "sendChatAction": "send_chat_action",
    "editMessageText": "edit_message_text", "editMessageReplyMarkup": "edit_message_reply_markup",
    "answerCallbackQuery": "answer_callback_query", "getFile": "get_file",
}  # fmt: skip


class Refused(Exception):
    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


@dataclass
class Sent:
    """A message of the bot as a chat shows it now."""

    chat: int
    id: int
    method: str
    text: str
    keyboard: list[list[dict[str, Any]]] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    html: str = ""
    edits: int = 0

    @property
    def labels(self) -> list[str]:
        return [button["text"] for row in self.keyboard for button in row]

    def data(self, label: str) -> str:
        return next(str(b["callback_data"]) for row in self.keyboard for b in row if b["text"] == label)


@dataclass
class Fault:
    method: str
    kind: str
    """429, 403, 502, accept_then_hang (it happens, but nobody is told), drop (the connection breaks)."""
    times: int = 1
    retry_after: int = 1


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text, self.open = "", list[str]()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in ("b", "i", "u", "s", "a", "code", "pre", "blockquote"):
            raise Refused(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}"')
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise Refused(400, "Bad Request: can't parse entities: Unmatched end tag")

    def handle_data(self, data: str) -> None:
        self.text += data


class TelegramServer:
    def __init__(self, clock: Callable[[], datetime] | None = None) -> None:
        self.url = ""
        self.lock = threading.RLock()
        self.forget(clock)

    def forget(self, clock: Callable[[], datetime] | None = None) -> None:
        self.clock = clock or (lambda: datetime.now(UTC))
        self.sent: list[Sent] = []
        self.actions: list[int] = []
        self.answers: list[tuple[str, str, bool]] = []
        """(callback query, text, as an alert)"""
        self.open_queries: set[str] = set()
        self.blocked: set[int] = set()
        self.moved: dict[int, int] = {}
        self.unknown_chats: set[int] = set()
        self.faults: list[Fault] = []
        self.floods = 0
        self.webhook: dict[str, Any] = {}
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.updates: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        self.calls: list[str] = []
        self.hang_seconds = 1.0
        self._written: defaultdict[int, deque[float]] = defaultdict(deque)
        self._next = {"message": 100, "update": 7_000}

    # --- what the test sees and does

    def fail(self, method: str, kind: str, *, times: int = 1, retry_after: int = 1) -> None:
        self.faults.append(Fault(method, kind, times, retry_after))

    def texts(self, chat: int) -> list[str]:
        return [message.text for message in self.sent if message.chat == chat]

    def last(self, chat: int) -> Sent:
        return [message for message in self.sent if message.chat == chat][-1]

    def take_number(self, kind: str) -> int:
        with self.lock:
            self._next[kind] += 1
            return self._next[kind]

    # --- HTTP

    async def handle(self, request: Request) -> Response:
        if request.path_params["token"] != TOKEN:
            return _error(Refused(401, "Unauthorized"))
        method = request.path_params["method"]
        if method not in _METHODS:
            return _error(Refused(404, "Not Found"))
        given: dict[str, Any] = {}
        files: dict[str, tuple[str, bytes]] = {}
        async with request.form() as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    files[name] = (value.filename or "", await value.read())
                else:
                    given[name] = value
        try:
            return await run_in_threadpool(self._serve, method, given, files)
        except Refused as refusal:
            return _error(refusal)

    def _serve(self, method: str, given: dict[str, Any], files: dict[str, tuple[str, bytes]]) -> Response:
        self.calls.append(method)
        known = set(inspect.signature(getattr(telegram.Bot, _METHODS[method])).parameters) | {"reply_markup"}
        stray = set(given) - known
        assert not stray, f"{method} has no parameter {stray}"
        fault = self._fault(method)
        if fault is not None and fault.kind == "429":
            words = f"Too Many Requests: retry after {fault.retry_after}"
            raise Refused(429, words, retry_after=fault.retry_after)
        if fault is not None and fault.kind == "403":
            raise Refused(403, "Forbidden: bot was blocked by the user")
        if fault is not None and fault.kind == "502":
            return Response("<html>Bad Gateway</html>", 502)
        if method == "getUpdates":
            return _ok(self._get_updates(given))
        with self.lock:
            result = getattr(self, f"_{_METHODS[method]}")(given, files)
        if fault is not None and fault.kind == "accept_then_hang":
            time.sleep(self.hang_seconds)
        return _ok(result)

    def _fault(self, method: str) -> Fault | None:
        with self.lock:
            for fault in self.faults:
                if fault.method == method and fault.times:
                    fault.times -= 1
                    return fault
        return None

    def file(self, request: Request) -> Response:
        if request.path_params["token"] != TOKEN:
            return _error(Refused(404, "Not Found"))
        content = self.files.get(request.path_params["name"])
        return Response(content) if content is not None else _error(Refused(404, "Not Found"))

    # --- methods

    def _get_me(self, _given: dict[str, Any], _files: Any) -> Any:
        return BOT.to_dict()

    def _get_updates(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        offset, deadline = (
            int(given.get("offset") or 0),
            time.monotonic() + min(int(given.get("timeout") or 0), 1),
        )
        while True:
            with self.lock:
                self.updates = [u for u in self.updates if u["update_id"] >= offset]
                if self.updates or time.monotonic() > deadline:
                    return self.updates[: int(given.get("limit") or 100)]
            time.sleep(0.02)

    def _set_webhook(self, given: dict[str, Any], _files: Any) -> bool:
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,256}", given["secret_token"])
        self.webhook = {**given, "allowed_updates": json.loads(given["allowed_updates"])}
        return True

    def _delete_webhook(self, _given: dict[str, Any], _files: Any) -> bool:
        self.webhook = {}
        return True

    def _get_webhook_info(self, _given: dict[str, Any], _files: Any) -> Any:
        return telegram.WebhookInfo(
            url=self.webhook.get("url", ""),
            has_custom_certificate=False,
            pending_update_count=len(self.updates),
        ).to_dict()

    def _set_my_commands(self, given: dict[str, Any], _files: Any) -> bool:
        commands = json.loads(given["commands"])
        for command in commands:
            assert re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]), command
            assert 1 <= len(command["description"]) <= 256, command
        assert len(commands) <= 100
        scope = json.loads(given["scope"])["type"] if given.get("scope") else "default"
        self.commands[scope, given.get("language_code", "")] = commands
        return True

    def _send_message(self, given: dict[str, Any], _files: Any) -> Any:
        text = self._words(given, "text", 4096)
        if not text.strip():
            raise Refused(400, "Bad Request: message text is empty")
        return self._keep("sendMessage", given, text, [])

    def _send_photo(self, given: dict[str, Any], files: dict[str, tuple[str, bytes]]) -> Any:
        return self._keep(
            "sendPhoto",
            given,
            self._words(given, "caption", 1024),
            self._pictures(given.get("photo", "attach://photo"), files),
        )

    def _send_document(self, given: dict[str, Any], files: dict[str, tuple[str, bytes]]) -> Any:
        return self._keep("sendDocument", given, self._words(given, "caption", 1024), [files["document"]])

    def _send_media_group(self, given: dict[str, Any], files: dict[str, tuple[str, bytes]]) -> Any:
        media = json.loads(given["media"])
        if not 2 <= len(media) <= 10:
            raise Refused(400, "Bad Request: there must be from 2 to 10 media to send as an album")
        taken = [self._pictures(item["media"], files)[0] for item in media]
        self._admit(int(given["chat_id"]))
        return [
            self._keep("sendMediaGroup", given, self._words(item, "caption", 1024), [one], admitted=True)
            for item, one in zip(media, taken, strict=True)
        ]

    def _send_chat_action(self, given: dict[str, Any], _files: Any) -> bool:
        assert given["action"] == "typing"
        self.actions.append(int(given["chat_id"]))
        return True

    def _edit_message_text(self, given: dict[str, Any], _files: Any) -> Any:
        message = self._found(given)
        text, keyboard = self._words(given, "text", 4096), self._keyboard(given)
        if (message.text, message.keyboard) == (text, keyboard):
            raise Refused(400, "Bad Request: message is not modified")
        message.text, message.keyboard, message.edits = text, keyboard, message.edits + 1
        return self.as_message(message)

    def _edit_message_reply_markup(self, given: dict[str, Any], _files: Any) -> Any:
        message, keyboard = self._found(given), self._keyboard(given)
        if message.keyboard == keyboard:
            raise Refused(400, "Bad Request: message is not modified")
        message.keyboard, message.edits = keyboard, message.edits + 1
        return self.as_message(message)

    def _answer_callback_query(self, given: dict[str, Any], _files: Any) -> bool:
        query = given["callback_query_id"]
        if query not in self.open_queries:
            raise Refused(
                400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
            )
        assert len(given.get("text", "")) <= 200
        self.open_queries.discard(query)
        self.answers.append((query, given.get("text", ""), given.get("show_alert") == "true"))
        return True

    def _get_file(self, given: dict[str, Any], _files: Any) -> Any:
        file_id = given["file_id"]
        if file_id not in self.files:
            raise Refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        return telegram.File(file_id, f"u{file_id}", len(self.files[file_id]), file_id).to_dict()

    # --- the rules

    def _words(self, given: dict[str, Any], name: str, limit: int) -> str:
        raw = given.get(name) or ""
        if given.get("parse_mode") == "HTML":
            parser = _Plain()
            parser.feed(raw)
            parser.close()
            if parser.open:
                raise Refused(400, "Bad Request: can't parse entities: Can't find end tag")
            raw = parser.text
        if len(raw.encode("utf-16-le")) // 2 > limit:
            what = "message" if name == "text" else "message caption"
            raise Refused(400, f"Bad Request: {what} is too long")
        return raw

    def _pictures(self, told: str, files: dict[str, tuple[str, bytes]]) -> list[tuple[str, bytes]]:
        if told.startswith("attach://"):
            name, content = files[told.removeprefix("attach://")]
            if not content.startswith((b"\x89PNG", b"\xff\xd8", b"RIFF")):
                raise Refused(400, "Bad Request: IMAGE_PROCESS_FAILED")
            return [(name, content)]
        if "missing" in told:
            raise Refused(400, "Bad Request: failed to get HTTP URL content")
        return [(told, b"")]

    def _keyboard(self, given: dict[str, Any]) -> list[list[dict[str, Any]]]:
        if not given.get("reply_markup"):
            return []
        markup = json.loads(given["reply_markup"])
        read = telegram.InlineKeyboardMarkup.de_json(markup, None)
        buttons = [button for row in read.inline_keyboard for button in row]
        if len(buttons) > 100:
            raise Refused(400, "Bad Request: REPLY_MARKUP_TOO_LONG")
        for button in buttons:
            data = button.callback_data
            if button.url is None and not (isinstance(data, str) and 1 <= len(data.encode()) <= 64):
                raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
        return list(markup["inline_keyboard"])

    def _admit(self, chat: int) -> None:
        """Raises as Telegram does; a chat may be written to once a second, a group 20 times a minute."""
        if chat in self.moved:
            raise Refused(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=self.moved[chat],
            )
        if chat in self.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        if chat in self.unknown_chats:
            raise Refused(400, "Bad Request: chat not found")
        now, written = self.clock().timestamp(), self._written[chat]
        while written and written[0] <= now - 60:
            written.popleft()
        too_fast = bool(written) and now - written[-1] < 0.999
        if too_fast or (chat < 0 and len(written) >= 20):
            self.floods += 1
            raise Refused(429, "Too Many Requests: retry after 3", retry_after=3)
        written.append(now)

    def _keep(
        self,
        method: str,
        given: dict[str, Any],
        text: str,
        files: list[tuple[str, bytes]],
        *,
        admitted: bool = False,
    ) -> Any:
        chat, keyboard = int(given["chat_id"]), self._keyboard(given)
        if not admitted:
            self._admit(chat)
        html = str(given.get("text") or given.get("caption") or "")
        message = Sent(chat, self.take_number("message"), method, text, keyboard, files, html)
        self.sent.append(message)
        return self.as_message(message)

    def _found(self, given: dict[str, Any]) -> Sent:
        chat, number = int(given["chat_id"]), int(given["message_id"])
        found = next((m for m in self.sent if (m.chat, m.id) == (chat, number)), None)
        if found is None:
            raise Refused(400, "Bad Request: message to edit not found")
        return found

    def as_message(self, message: Sent) -> dict[str, Any]:
        kind = "private" if message.chat > 0 else "supergroup"
        built = telegram.Message(
            message_id=message.id, date=self.clock(), chat=telegram.Chat(message.chat, kind), from_user=BOT,
            text=message.text or None,
        )  # fmt: skip
        return built.to_dict()


def _ok(result: Any) -> Response:
    return JSONResponse({"ok": True, "result": result})


def _error(refusal: Refused) -> Response:
    body: dict[str, Any] = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return JSONResponse(body, refusal.status)


@contextmanager
def telegram_server(clock: Callable[[], datetime] | None = None) -> Iterator[TelegramServer]:
    server = TelegramServer(clock)
    app = Starlette(
        routes=[
            Route("/file/bot{token}/{name}", server.file),
            Route("/bot{token}/{method}", server.handle, methods=["GET", "POST"]),
        ]
    )
    with served(app) as url:
        server.url = url
        yield server
