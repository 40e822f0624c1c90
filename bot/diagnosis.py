"""`chotdon doctor`: each setting and connection, and what to mend."""

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.bootstrap import Parts, build_carriers, build_einvoices, build_parts, build_telegram
from core.catalogue.models import Product
from core.jobs.models import Job
from core.ports.carrier import Carrier
from core.ports.einvoice import EInvoice
from core.ports.errors import ProviderError
from core.settings import Settings, unknown_names

if TYPE_CHECKING:
    from bot.channels.telegram.api import TelegramApi

MIN_KEY = 16


@dataclass(frozen=True)
class Finding:
    what: str
    ok: bool
    detail: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Everything is looked at, whatever was wrong before it."""
    for name in unknown_names(os.environ):
        yield Finding(name, False, "no such setting: a slip of the pen? .env.example lists them all")
    yield from _demo_secrets(settings)
    yield from _database(settings)
    yield from _providers(settings)
    yield _bank(settings)
    yield from _telegram(settings)
    yield _chroma(settings)
    yield _brain(settings)
    if settings.allow_reset:
        yield Finding(
            "CHOTDON_ALLOW_RESET", False, "is on: anyone may erase this shop. Unset it in production."
        )


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        with closing(build_parts(settings)) as parts:
            found = list(_shop(parts))
    except Exception as error:
        found = [Finding("database", False, in_words(error))]
    yield from found


def _shop(parts: Parts) -> Iterator[Finding]:
    with parts.db.read_transaction() as session:
        products = session.scalar(select(func.count()).select_from(Product)) or 0
        dead = session.scalar(select(func.count()).select_from(Job).where(Job.state == "dead")) or 0
    yield Finding("database", True, "SQLite" if parts.db.is_sqlite else "PostgreSQL")
    yield Finding(
        "shop", bool(products), f"{products} products" if products else "empty: chotdon import FILE"
    )
    yield Finding("jobs", not dead, f"{dead} dead; see /todo in the desk" if dead else "none dead")


def _providers(settings: Settings) -> Iterator[Finding]:
    for name, build in (("carrier", build_carriers), ("e-invoice", build_einvoices)):
        try:
            providers: list[Carrier | EInvoice] = list(build(settings).values())
            for provider in providers:
                with closing(provider):
                    yield Finding(provider.name, True, provider.check())
        except ProviderError as error:
            yield Finding(name, False, str(error))


def _demo_secrets(settings: Settings) -> Iterator[Finding]:
    """Everybody knows them: with the webhook's anyone could say that a parcel was delivered and paid."""
    for address, secret in (
        ("ghn_base_url", "ghn_webhook_secret"),
        ("sinvoice_base_url", "sinvoice_password"),
    ):
        here = urlsplit(getattr(settings, address)).hostname in ("127.0.0.1", "localhost", "::1")
        if not here and getattr(settings, secret) == Settings.model_fields[secret].default:
            yield Finding(f"CHOTDON_{secret.upper()}", False, "is still the demo's: choose one of your own")


def _bank(settings: Settings) -> Finding:
    """Nothing is asked of a bank, so that only the key can be looked at."""
    key = settings.sepay_api_key.get_secret_value()
    if not key:
        return Finding(
            "bank transfers", True, "confirmed by staff; CHOTDON_SEPAY_API_KEY matches them by itself"
        )
    if len(key) < MIN_KEY:
        return Finding("CHOTDON_SEPAY_API_KEY", False, f"is short: {MIN_KEY} characters are hard to guess")
    url = f"{settings.effective_public_url}/api/v1/webhooks/banks/sepay"
    return Finding("bank transfers", True, f"SePay sends its webhooks to {url}")


def _telegram(settings: Settings) -> Iterator[Finding]:
    channel = build_telegram(settings)
    if channel is None:
        yield Finding("Telegram", True, "off; CHOTDON_TELEGRAM_TOKEN turns it on")
        return
    with closing(channel):
        try:
            yield from _bot(channel.api, settings)
        except ProviderError as error:
            yield Finding("Telegram", False, str(error))


def _bot(api: "TelegramApi", settings: Settings) -> Iterator[Finding]:
    name, hook = api.username(), api.call("getWebhookInfo", lambda bot: bot.get_webhook_info())
    by_webhook = settings.telegram_mode == "webhook"
    way = f"webhook at {settings.effective_public_url}" if by_webhook else "polling"
    yield Finding("Telegram", True, f"@{name}, {way}")
    if by_webhook and not hook.url.startswith(settings.effective_public_url):
        yield Finding("Telegram's webhook", False, f"is {hook.url or 'not set'}: start `chotdon serve` once")
    if by_webhook and hook.last_error_message:
        yield Finding("Telegram's webhook", False, f"Telegram says: {hook.last_error_message}")
    if settings.telegram_staff_chat:
        chat = api.call("getChat", lambda bot: bot.get_chat(int(settings.telegram_staff_chat)))
        yield Finding("Telegram's staff group", True, chat.title or settings.telegram_staff_chat)


def _chroma(settings: Settings) -> Finding:
    if not settings.chroma_url:
        return Finding("knowledge", True, "Chroma in this process")
    problem = _get_problem(f"{settings.chroma_url}/api/v2/heartbeat", "")
    return Finding("knowledge", not problem, problem or f"Chroma at {settings.chroma_url}")


def _brain(settings: Settings) -> Finding:
    if not settings.uses_model:
        return Finding("assistant's brain", True, "built-in, no key needed")
    if not settings.llm_base_url:
        return Finding("assistant's brain", True, f"{settings.llm_model} (not tried)")
    problem = _get_problem(f"{settings.llm_base_url}/models", settings.llm_api_key.get_secret_value())
    detail = f"{problem}; the built-in brain takes over" if problem else settings.llm_model
    return Finding("assistant's brain", not problem, detail)


def _get_problem(url: str, key: str) -> str:
    """Empty when this address answers; a 404 is an answer too."""
    import httpx

    try:
        answer = httpx.get(url, headers={"Authorization": f"Bearer {key}"} if key else {}, timeout=5)
    except httpx.HTTPError as error:
        return f"{url} does not answer ({type(error).__name__})"
    if answer.status_code in (401, 403):
        return f"{url} refuses the key"
    return f"{url} answers {answer.status_code}" if answer.status_code >= 500 else ""


def in_words(error: Exception) -> str:
    """One line for a person, without parameters and without secrets."""
    if isinstance(error, ProviderError):
        return f"{error}. Mend it in the environment or in .env."
    if isinstance(error, OSError):
        return f"{error.strerror or error}: {error.filename or ''}".strip(": ")
    if isinstance(error, SQLAlchemyError):
        reason = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
        lines = reason.splitlines()
        return (
            f"The database cannot be used: {lines[0][:300]}. Check CHOTDON_DATABASE_URL and CHOTDON_DATA_DIR."
        )
    if type(error).__module__.startswith("alembic"):
        return f"The database does not fit this version of Chotdon ({error}). Is it of a newer one?"
    return f"Something went wrong: {type(error).__name__}: {str(error)[:300]}. CHOTDON_LOG_LEVEL=debug says where."
