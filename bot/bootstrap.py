"""The composition root: settings → database, providers, knowledge, assistant, app, worker."""

import os
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bot.tables  # noqa: F401 - every process maps every table, whichever part of the program it runs
from bot.addresses import AddressBook
from bot.catalogue_words import CatalogueWords
from bot.channels.base import ChatChannel
from bot.knowledge_folder import ask_for_folder, folder_job
from bot.shop_knowledge import ShopKnowledge
from bot.staff.command import Tools
from core.api.access import Desk
from core.api.limits import RequestLimits
from core.catalogue.media_store import MediaStore
from core.clock import Clock, utc_now
from core.db import Database
from core.jobs.worker import Handler, Run, Worker
from core.ports.bank import Bank
from core.ports.carrier import Carrier
from core.ports.einvoice import EInvoice
from core.ports.webhooks import WebhookSender
from core.schema import upgrade
from core.settings import Settings
from knowledge import Embedder, KnowledgeIndex, choose_embedder

if TYPE_CHECKING:
    from bot.agent.loop import Assistant
    from bot.agent.turn import Services
    from bot.channels.telegram.channel import TelegramChannel
    from bot.conversations.bursts import BurstRule
    from bot.conversations.notices import StaffChat
    from bot.conversations.turns import Answer, Incoming
    from bot.mind import Mind

DEMO_IMAGES = Path(__file__).parent / "demo" / "images"
# Nothing phones home, whatever a library's default is.
os.environ.setdefault("LANGSMITH_TRACING", "false")
os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")


@dataclass(frozen=True)
class Parts:
    """Everything that one process works with."""

    settings: Settings
    db: Database
    clock: Clock
    addresses: AddressBook
    carriers: Mapping[str, Carrier]
    einvoices: Mapping[str, EInvoice]
    knowledge: ShopKnowledge
    banks: Mapping[str, Bank]
    webhooks: WebhookSender
    words: CatalogueWords
    """One a process: those of a big catalogue take seconds to build."""
    telegram: "TelegramChannel | None" = None
    """None when it is not set up."""

    @property
    def desk(self) -> Desk:
        limits = RequestLimits(
            per_minute=self.settings.api_requests_per_minute,
            storefront_per_minute=self.settings.storefront_requests_per_minute,
        )
        return Desk(
            self.db, self.clock, self.addresses, self.carriers, self.knowledge, self.media, self.banks, limits,
            private_webhooks=self.settings.webhook_private_addresses,
        )  # fmt: skip

    @property
    def chats(self) -> dict[str, ChatChannel]:
        """Channels that push, by name."""
        return {self.telegram.name: self.telegram} if self.telegram is not None else {}

    @property
    def media(self) -> MediaStore:
        return MediaStore(self.settings.data_dir / "media")

    def close(self) -> None:
        for carrier in self.carriers.values():
            carrier.close()
        for einvoice in self.einvoices.values():
            einvoice.close()
        self.webhooks.close()
        for chat in self.chats.values():
            chat.close()
        self.db.close()


def build_parts(settings: Settings, *, clock: Clock = utc_now) -> Parts:
    """Opens and migrates the database; imports neither LangChain nor Chroma."""
    Path(settings.data_dir).mkdir(parents=True, exist_ok=True)
    db = Database(settings.effective_database_url)
    try:
        upgrade(db)
    except Exception:
        db.close()
        raise
    return Parts(
        settings,
        db,
        clock,
        AddressBook(),
        build_carriers(settings),
        build_einvoices(settings),
        _knowledge(settings, db, clock),
        build_banks(settings),
        build_webhook_sender(settings),
        CatalogueWords(db),
        build_telegram(settings),
    )


def build_services(parts: Parts) -> "Services":
    from bot.agent.turn import Services

    parts.knowledge.warm_up()
    return Services(
        parts.db, parts.addresses, parts.knowledge, parts.words.lexicon, parts.clock, parts.carriers
    )


def _knowledge(settings: Settings, db: Database, clock: Clock) -> ShopKnowledge:
    """One index a process: two on one path would keep each other from seeing what changed."""
    embedder = embedder_of(settings)
    index = (
        KnowledgeIndex(embedder, url=settings.chroma_url, is_cache=True)
        if settings.chroma_url
        else KnowledgeIndex(embedder, path=settings.data_dir / "chroma", is_cache=True)
    )
    return ShopKnowledge(db, index, clock=clock)


def embedder_of(settings: Settings) -> Embedder:
    return choose_embedder(
        base_url=settings.embeddings_base_url,
        api_key=settings.embeddings_api_key.get_secret_value(),
        model=settings.embeddings_model,
        mode=settings.embeddings,
    )


def build_assistant(parts: Parts, services: "Services") -> "Assistant":
    from bot.agent.builtin_model import BuiltinChatModel
    from bot.agent.loop import Assistant, Limits
    from bot.agent.prices import Prices

    settings = parts.settings
    model = None
    if settings.uses_model:
        # Some 40 MB that a shop without a model need not carry.
        from bot.agent.models import openai_compatible_model

        model = openai_compatible_model(settings)
    # Each turn has asked whether the catalogue has changed before a brain reads its message.
    builtin = BuiltinChatModel(lexicon=parts.words.known)
    limits = Limits(settings.llm_turn_seconds, settings.llm_rest_after_failures, settings.llm_rest_seconds)
    return Assistant(builtin, model, limits=limits, prices=Prices.of(settings))


def build_worker(parts: Parts, mind: "Mind | None" = None) -> Worker:
    """`mind` answers bursts; a process without one wakes its own at the first."""
    if parts.settings.knowledge_dir is not None:
        ask_for_folder(parts.db, now=parts.clock())
    handlers = job_handlers(parts, mind)
    return Worker(parts.db, handlers, clock=parts.clock, threads=parts.settings.worker_threads)


def job_handlers(parts: Parts, mind: "Mind | None" = None) -> dict[str, Handler]:
    """Every job's name and what does it."""
    from bot.channels.outbox import DELIVERIES
    from bot.conversations.answer_notices import tell_askers
    from bot.conversations.bursts import ANSWER_JOB, run_answering
    from bot.conversations.notices import tell_customer, tell_staff
    from bot.conversations.reminders import remind
    from bot.conversations.restock_notices import tell_watchers
    from bot.mind import Mind
    from core.api.models import IDEMPOTENT_ANSWERS
    from core.exchange.importing import JOB as IMPORT_JOB
    from core.exchange.importing import run_import
    from core.invoices.issuing import run_automatic, run_collecting, run_issuing
    from core.jobs.clearing import DONE_JOBS, INBOUND_EVENTS, run_clearing
    from core.payments.bank_matching import run_matching
    from core.payments.recording import settle_changed_order
    from core.returns.undelivered import run_came_back
    from core.sales_channels.webhooks_out import run_delivery, run_fan_out
    from core.shipping.booking import run_booking, run_label
    from core.shipping.cancelling import run_cancelling
    from core.shipping.tracking import run_polling, run_tracking
    from core.stock.holds import run_expiry as run_hold_expiry

    settings = parts.settings
    think = showing_that_it_types((mind or Mind(parts)).think, parts)
    return {
        **chat_jobs(parts),
        ANSWER_JOB: partial(run_answering, think=think, rule=burst_rule(settings), clock=parts.clock),
        "cart.remind": remind,
        "notice.answer": tell_askers,
        "notice.customer": tell_customer,
        "notice.staff": partial(tell_staff, to=staff_chat(settings)),
        "approval.expire": _expire_approvals,
        "history.clear": partial(
            run_clearing, what=(DONE_JOBS, INBOUND_EVENTS, IDEMPOTENT_ANSWERS, DELIVERIES)
        ),
        "stock.expire_holds": run_hold_expiry,
        "notice.restock": tell_watchers,
        "order.complete": _complete,
        "payment.settle": settle_changed_order,
        "transfer.match": run_matching,
        "return.came_back": run_came_back,
        "shipment.book": partial(run_booking, carriers=parts.carriers),
        "shipment.label": partial(run_label, carriers=parts.carriers),
        "shipment.cancel": partial(run_cancelling, carriers=parts.carriers),
        "shipment.track": run_tracking,
        "shipment.poll": partial(run_polling, carriers=parts.carriers),
        "invoice.auto": run_automatic,
        "invoice.issue": partial(run_issuing, providers=parts.einvoices),
        "invoice.collect": partial(run_collecting, providers=parts.einvoices),
        "webhook.fan_out": run_fan_out,
        "webhook.deliver": partial(run_delivery, sender=parts.webhooks),
        "knowledge.folder": folder_job(parts.settings.knowledge_dir, parts.knowledge),
        "media.sweep": partial(_sweep_media, store=parts.media),
        IMPORT_JOB: partial(
            run_import, addresses=parts.addresses, most_rows=settings.import_max_rows, clock=parts.clock
        ),
    }


def chat_jobs(parts: Parts) -> dict[str, Handler]:
    """What sends to channels that push, and works on what comes from them."""
    from bot.channels.delivering import Post, run_delivery, run_edit
    from bot.channels.files import Files
    from bot.channels.outbox import DELIVER_JOB, EDIT_JOB

    post = Post(parts.chats, Files(parts.media, {"/media/demo/": DEMO_IMAGES}), parts.clock)
    jobs: dict[str, Handler] = {
        DELIVER_JOB: partial(run_delivery, post=post), EDIT_JOB: partial(run_edit, post=post)
    }  # fmt: skip
    if parts.telegram is not None:
        from bot.channels.telegram.starting import telegram_jobs

        jobs |= telegram_jobs(
            parts.telegram,
            parts.settings,
            rule=burst_rule(parts.settings),
            tools=Tools(parts.addresses, parts.words.lexicon),
        )
    return jobs


def staff_chat(settings: Settings) -> "StaffChat | None":
    from bot.conversations.notices import StaffChat

    chat = settings.telegram_staff_chat
    return StaffChat("telegram", chat) if chat and settings.uses_telegram else None


def showing_that_it_types(
    think: "Callable[[Incoming], Answer]", parts: Parts
) -> "Callable[[Incoming], Answer]":
    def shown(incoming: "Incoming") -> "Answer":
        channel = parts.chats.get(incoming.pushed_to[0]) if incoming.pushed_to else None
        with channel.typing(incoming.pushed_to[1]) if channel and incoming.pushed_to else nullcontext():
            return think(incoming)

    return shown


def burst_rule(settings: Settings) -> "BurstRule":
    from bot.conversations.bursts import BurstRule

    return BurstRule(
        timedelta(seconds=settings.burst_quiet_seconds), timedelta(seconds=settings.burst_max_seconds)
    )


def _sweep_media(run: Run, *, store: MediaStore) -> None:
    from core.catalogue.media import sweep_media

    with run.db.read_transaction() as session:
        sweep_media(session, store, now=run.now)


def _complete(run: Run) -> None:
    from core.orders.fulfilment import complete_if_done

    with run.db.transaction() as session:
        complete_if_done(session, order_id=str(run.payload["order_id"]), now=run.now)


def _expire_approvals(run: Run) -> None:
    from core.orders.approving import run_expiry
    from core.payments.refunds import ask_again

    run_expiry(run)
    ask_again(run)


def build_banks(settings: Settings) -> dict[str, Bank]:
    """Without a key there is none to listen to."""
    from integrations.registry import build_bank

    key = settings.sepay_api_key.get_secret_value()
    values: dict[str, Any] = {"api_key": key, "scheme": settings.sepay_scheme}
    return {"sepay": build_bank("sepay", values)} if key else {}


def build_webhook_sender(settings: Settings) -> WebhookSender:
    from integrations.webhooks.sender import HttpWebhookSender

    return HttpWebhookSender(allow_private=settings.webhook_private_addresses)


def build_telegram(settings: Settings) -> "TelegramChannel | None":
    """Without a token there is none; the library is loaded at the first call."""
    if not settings.uses_telegram:
        return None
    from bot.channels.telegram.api import TelegramApi
    from bot.channels.telegram.channel import TelegramChannel

    token, address = settings.telegram_token.get_secret_value(), settings.telegram_base_url
    return TelegramChannel(TelegramApi(token=token, base_url=address))


def build_carriers(settings: Settings) -> dict[str, Carrier]:
    from integrations.registry import build_carrier

    values: dict[str, Any] = {
        "base_url": settings.ghn_base_url,
        "token": settings.ghn_token.get_secret_value(),
        "shop_id": settings.ghn_shop_id,
        "webhook_secret": settings.ghn_webhook_secret.get_secret_value(),
        "tracking_base_url": settings.ghn_tracking_url,
        "required_note": settings.ghn_required_note,
    }
    return {"ghn": build_carrier("ghn", values)}


def build_einvoices(settings: Settings) -> dict[str, EInvoice]:
    from integrations.registry import build_einvoice

    values: dict[str, Any] = {
        "base_url": settings.sinvoice_base_url,
        "username": settings.sinvoice_username,
        "password": settings.sinvoice_password.get_secret_value(),
        "supplier_tax_code": settings.sinvoice_tax_code,
        "template_code": settings.sinvoice_template,
        "series": settings.sinvoice_series,
    }
    return {"viettel_sinvoice": build_einvoice("viettel_sinvoice", values)}
