"""At the start: the bot's menus of commands in Vietnamese and English, and how updates come."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.channels.base import CannotBeReached
from bot.channels.outbox import where_now
from bot.channels.telegram.api import NAME, TelegramApi
from bot.channels.telegram.intake import KINDS, PATH
from bot.channels.telegram.words import CUSTOMER_MENU, staff_menu
from bot.staff.accounts import actor_of
from bot.staff.commands import COMMANDS, commands_for
from bot.staff.models import StaffAccount
from core.jobs.worker import Run
from core.settings import Settings

if TYPE_CHECKING:
    from telegram import BotCommandScope

SETUP_JOB = "telegram.setup"
MENU_JOB = "telegram.menu"
LANGUAGES = ("vi", "en")


@dataclass(frozen=True)
class Setup:
    api: TelegramApi
    settings: Settings


def run_setup(run: Run, *, setup: Setup) -> None:
    """Job `telegram.setup`. May be done again and again."""
    api, settings = setup.api, setup.settings
    if settings.telegram_mode == "webhook":
        secret = settings.telegram_webhook_secret.get_secret_value()
        url = f"{settings.effective_public_url}{PATH}"
        api.call("setWebhook", lambda bot: bot.set_webhook(url, secret_token=secret, allowed_updates=KINDS))
    else:
        api.call("deleteWebhook", lambda bot: bot.delete_webhook())
    for language in LANGUAGES:
        _set(api, CUSTOMER_MENU[language], language, None)
    if settings.telegram_staff_chat:
        with run.db.read_transaction() as session:
            chat = where_now(session, channel=NAME, recipient=settings.telegram_staff_chat)
        _set_for_chat(api, chat, [(c.name, c.help) for c in COMMANDS.values()])


def run_menu(run: Run, *, setup: Setup) -> None:
    """Job `telegram.menu`: the menu of somebody who was just linked, with the commands of their role."""
    with run.db.read_transaction() as session:
        account = session.get(StaffAccount, str(run.payload["staff_id"]))
        own = commands_for(actor_of(account)) if account is not None else []
    _set_for_chat(setup.api, str(run.payload["chat"]), [(c["name"], c["help"]) for c in own])


def _set_for_chat(api: TelegramApi, chat: str, commands: Iterable[tuple[str, str]]) -> None:
    from telegram import BotCommandScopeChat

    known = list(commands)
    for language in LANGUAGES:
        try:
            _set(api, staff_menu(known, language), language, BotCommandScopeChat(int(chat)))
        except CannotBeReached:
            return  # not in that group yet: its menu is set at the next start


def _set(
    api: TelegramApi, menu: Iterable[tuple[str, str]], language: str, scope: "BotCommandScope | None"
) -> None:
    """Vietnamese is what everybody sees whose language we have no menu for."""
    code = "" if language == "vi" else language
    api.call(
        "setMyCommands", lambda bot: bot.set_my_commands(list(menu), scope=scope, language_code=code or None)
    )
