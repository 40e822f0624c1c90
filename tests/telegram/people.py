"""People with Telegram accounts: what they write and press becomes updates of the library's own types."""

from collections.abc import Callable
from typing import Any

import httpx
import telegram

from tests.telegram.server import Sent, TelegramServer


class Person:
    """Someone with a Telegram account, in a private chat with the bot or in a group of `group`'s id."""

    def __init__(
        self, server: TelegramServer, user_id: int, deliver: Callable[[dict[str, Any]], Any], *, name: str = "Lan",
        language: str = "vi",
    ) -> None:  # fmt: skip
        self.server, self.deliver = server, deliver
        self.user = telegram.User(user_id, name, is_bot=False, language_code=language)

    def update(self, **what: Any) -> dict[str, Any]:
        """Not delivered: so that a test can do it late, twice or in another order."""
        return telegram.Update(self.server.take_number("update"), **what).to_dict()

    def message(self, text: str | None = None, *, group: int | None = None, **more: Any) -> telegram.Message:
        chat = telegram.Chat(group, "supergroup") if group else telegram.Chat(self.user.id, "private")
        if text is not None and text.startswith("/"):
            length = len(text.split()[0])
            more["entities"] = [telegram.MessageEntity("bot_command", 0, length)]
        return telegram.Message(
            message_id=self.server.take_number("message"), date=self.server.clock(), chat=chat,
            from_user=self.user, text=text, **more,
        )  # fmt: skip

    def say(self, text: str, *, group: int | None = None, **more: Any) -> Any:
        return self.deliver(self.update(message=self.message(text, group=group, **more)))

    def send(self, **more: Any) -> Any:
        return self.deliver(self.update(message=self.message(None, **more)))

    def press_update(self, message: Sent, label: str) -> tuple[str, dict[str, Any]]:
        query = f"q{self.server.take_number('update')}"
        self.server.open_queries.add(query)
        shown = telegram.Message.de_json(self.server.as_message(message), None)
        pressed = telegram.CallbackQuery(
            id=query, from_user=self.user, chat_instance="c", message=shown, data=message.data(label)
        )
        return query, self.update(callback_query=pressed)

    def press(self, message: Sent, label: str) -> str:
        query, update = self.press_update(message, label)
        self.deliver(update)
        return query


def post_to(client: httpx.Client, secret: str, path: str) -> Callable[[dict[str, Any]], httpx.Response]:
    def deliver(update: dict[str, Any]) -> httpx.Response:
        return client.post(path, json=update, headers={"X-Telegram-Bot-Api-Secret-Token": secret})

    return deliver
