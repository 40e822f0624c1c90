"""Telegram as a chat channel: parts become messages, albums, files and inline keyboards."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

from bot.channels.base import Abilities, Button, CannotBeReached, Pace, Part, Picture
from bot.channels.telegram.api import NAME, TelegramApi
from core.ports.errors import Rejected

if TYPE_CHECKING:
    from telegram import Bot, InlineKeyboardMarkup, InputMediaPhoto, Message

ABILITIES = Abilities(text=4096, caption=1024, album=10, buttons=24)
EVERY_SECONDS = 1.0
GROUP_A_MINUTE = 20
TYPING_SECONDS = 4.0
"""Telegram shows it for five."""
_SHORT_LABEL = 16
_HTML = "HTML"
_UNCHANGED = "message is not modified"


class TelegramChannel:
    """`ChatChannel` for one bot."""

    name = NAME
    abilities = ABILITIES

    def __init__(self, api: TelegramApi) -> None:
        self.api = api

    def pace(self, recipient: str) -> Pace:
        return Pace(EVERY_SECONDS, GROUP_A_MINUTE if recipient.startswith("-") else None)

    def send(self, recipient: str, part: Part, *, button_ids: Sequence[str]) -> list[str]:
        chat, keyboard = int(recipient), keyboard_of(part.buttons, button_ids)
        try:
            return self._send(chat, part, keyboard)
        except CannotBeReached:
            raise
        except Rejected:
            if not part.pictures:
                raise
        # A picture that Telegram cannot fetch or read: refused for sure, so the words go alone.
        told = "\n".join([part.text, *(picture.caption for picture in part.pictures)]).strip()
        return self._send(chat, Part(text=told, buttons=part.buttons), keyboard) if told else []

    def _send(self, chat: int, part: Part, keyboard: "InlineKeyboardMarkup | None") -> list[str]:
        if len(part.pictures) > 1:
            album = [_media(picture) for picture in part.pictures]
            sent = self.api.call("sendMediaGroup", lambda bot: bot.send_media_group(chat, album))
            return [str(message.message_id) for message in sent]
        return [str(self.api.call("send", _one(chat, part, keyboard)).message_id)]

    def edit(self, recipient: str, sent_id: str, part: Part | None, *, button_ids: Sequence[str]) -> None:
        chat, message = int(recipient), int(sent_id)

        def work(bot: "Bot") -> Awaitable[Any]:
            if part is None:
                return bot.edit_message_reply_markup(chat_id=chat, message_id=message, reply_markup=None)
            return bot.edit_message_text(
                html_of(part), chat_id=chat, message_id=message, parse_mode=_HTML,
                reply_markup=keyboard_of(part.buttons, button_ids),
            )  # fmt: skip

        try:
            self.api.call("edit", work)
        except Rejected as error:
            if _UNCHANGED not in error.message.lower():
                raise

    @contextmanager
    def typing(self, recipient: str) -> Iterator[None]:
        async def show(bot: "Bot") -> None:
            from telegram.error import TelegramError

            while True:
                try:
                    await bot.send_chat_action(int(recipient), "typing")
                except TelegramError:
                    return  # nothing hangs on it
                await asyncio.sleep(TYPING_SECONDS)

        shown = self.api.start(show)
        try:
            yield
        finally:
            shown.cancel()

    def close(self) -> None:
        self.api.close()


def html_of(part: Part) -> str:
    pieces = [escape(part.heading, quote=False)] if part.heading else []
    pieces += [f"<b>{escape(part.title, quote=False)}</b>"] if part.title else []
    pieces += [escape(part.text, quote=False)] if part.text else []
    pieces += [f"<pre>{escape(part.table, quote=False)}</pre>"] if part.table else []
    return "\n".join(pieces)


def keyboard_of(buttons: Sequence[Button], ids: Sequence[str]) -> "InlineKeyboardMarkup | None":
    """Short labels two a row; a button's data only names it, what it says is looked up when it is pressed."""
    from telegram import InlineKeyboardButton, InlineKeyboardMarkup

    if not buttons or len(ids) != len(buttons):
        return None
    rows: list[list[InlineKeyboardButton]] = []
    is_open = False
    for button, name in zip(buttons, ids, strict=True):
        made = (
            InlineKeyboardButton(button.label, url=button.url)
            if button.url
            else InlineKeyboardButton(button.label, callback_data=name)
        )
        is_short = len(button.label) <= _SHORT_LABEL
        if is_open and is_short:
            rows[-1].append(made)
            is_open = False
        else:
            rows.append([made])
            is_open = is_short
    return InlineKeyboardMarkup(rows)


def _media(picture: Picture) -> "InputMediaPhoto":
    from telegram import InputMediaPhoto

    file = picture.file
    if file.url:
        return InputMediaPhoto(file.url, caption=picture.caption)
    return InputMediaPhoto(file.content, caption=picture.caption, filename=file.name)


def _one(
    chat: int, part: Part, keyboard: "InlineKeyboardMarkup | None"
) -> "Callable[[Bot], Awaitable[Message]]":
    def work(bot: "Bot") -> "Awaitable[Message]":
        told = html_of(part)
        if part.file is not None:
            return bot.send_document(
                chat, part.file.content, filename=part.file.name, caption=told or None, parse_mode=_HTML,
                reply_markup=keyboard,
            )  # fmt: skip
        if part.pictures:
            picture = part.pictures[0]
            return bot.send_photo(
                chat, picture.file.url or picture.file.content, filename=picture.file.name,
                caption=told or escape(picture.caption, quote=False) or None, parse_mode=_HTML,
                reply_markup=keyboard,
            )  # fmt: skip
        return bot.send_message(chat, told, parse_mode=_HTML, reply_markup=keyboard)

    return work
