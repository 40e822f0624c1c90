"""Telegram's part of the composition: its jobs, its way in, what a serving process does at its start and end."""

from collections.abc import Callable
from functools import partial

from fastapi import APIRouter

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.customers import Rules
from bot.channels.telegram.files import files_router
from bot.channels.telegram.intake import UPDATE_JOB, Poller, source_of, webhook_router
from bot.channels.telegram.menu import MENU_JOB, SETUP_JOB, Setup, run_menu, run_setup
from bot.channels.telegram.updates import Desk, run_update
from bot.conversations.bursts import BurstRule
from bot.staff.command import Tools
from core.clock import Clock
from core.db import Database
from core.jobs.queue import enqueue
from core.jobs.worker import Handler
from core.settings import Settings


def telegram_jobs(
    channel: TelegramChannel, settings: Settings, *, rule: BurstRule, tools: Tools
) -> dict[str, Handler]:
    desk = Desk(channel.api, Rules(rule, settings.rate_limit_per_minute), tools, settings.telegram_staff_chat)
    setup = Setup(channel.api, settings)
    return {
        UPDATE_JOB: partial(run_update, desk=desk),
        SETUP_JOB: partial(run_setup, setup=setup),
        MENU_JOB: partial(run_menu, setup=setup),
    }


def telegram_routers(
    channel: TelegramChannel, settings: Settings, *, db: Database, clock: Clock
) -> list[APIRouter]:
    routers = [files_router(channel.api)]
    if settings.telegram_mode == "webhook":
        secret = settings.telegram_webhook_secret.get_secret_value()
        routers.append(webhook_router(db=db, clock=clock, source=_source(settings), secret=secret))
    return routers


def start(channel: TelegramChannel, settings: Settings, *, db: Database, clock: Clock) -> Callable[[], None]:
    """Returns how to end it again."""
    with db.transaction() as session:
        enqueue(session, SETUP_JOB, {}, now=clock(), deduplication_key=SETUP_JOB)
    if settings.telegram_mode == "webhook":
        return lambda: None
    poller = Poller(db=db, api=channel.api, clock=clock, source=_source(settings))
    poller.start()
    return poller.stop


def _source(settings: Settings) -> str:
    return source_of(settings.telegram_token.get_secret_value())
