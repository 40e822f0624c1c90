"""`chotdon doctor`: each setting and connection, and what to mend."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from bot.bootstrap import Parts
from core.catalogue.models import Product
from core.jobs.models import Job
from core.ports.carrier import Carrier
from core.ports.einvoice import EInvoice
from core.ports.errors import ProviderError


@dataclass(frozen=True)
class Finding:
    what: str
    ok: bool
    detail: str


def examine(parts: Parts) -> Iterator[Finding]:
    settings = parts.settings
    with parts.db.read_transaction() as session:
        products = session.scalar(select(func.count()).select_from(Product)) or 0
        dead = session.scalar(select(func.count()).select_from(Job).where(Job.state == "dead")) or 0
    yield Finding("database", True, "SQLite" if parts.db.is_sqlite else "PostgreSQL")
    yield Finding(
        "shop", bool(products), f"{products} products" if products else "empty: chotdon import FILE"
    )
    yield Finding("jobs", not dead, f"{dead} dead; see /todo in the desk" if dead else "none dead")
    providers: list[Carrier | EInvoice] = [*parts.carriers.values(), *parts.einvoices.values()]
    for provider in providers:
        try:
            yield Finding(provider.name, True, provider.check())
        except ProviderError as error:
            yield Finding(provider.name, False, str(error))
    model = settings.llm_model if settings.uses_model else "built-in, no key needed"
    yield Finding("assistant's brain", True, model)
    if settings.allow_reset:
        yield Finding(
            "CHOTDON_ALLOW_RESET", False, "is on: anyone may erase this shop. Unset it in production."
        )
