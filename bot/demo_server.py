"""`make run`: the demo shop, its staff, and sandboxes in the same process."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket
from threading import Timer
from typing import Any

from pydantic import SecretStr

from bot.app import create_app
from bot.bootstrap import build_parts
from bot.listening import listen_on, serve_until_told
from bot.shop_setup import DEMO_PASSWORD, DEMO_STAFF, set_up_demo
from core.db import Database
from core.settings import Settings
from core.shop import BankAccount, shop_profile

DEMO_STEP_SECONDS = 4
SANDBOX_AFTER_SECONDS = 1.0


def run_demo(settings: Settings) -> None:
    settings = settings.model_copy(
        update={
            **played_urls(settings),
            "sepay_api_key": settings.sepay_api_key or SecretStr(secrets.token_urlsafe(24)),
        }
    )
    with (
        listen_on(settings.host, settings.port, setting="CHOTDON_PORT") as listening,
        listen_on("127.0.0.1", settings.sandbox_port, setting="CHOTDON_SANDBOX_PORT") as sandbox_port,
    ):
        parts = build_parts(settings)
        set_up_demo(parts)
        application = create_app(parts, with_worker=True, is_demo=True)
        with _sandboxes(settings, sandbox_port, shop_bank(parts.db)):
            _say_hello(settings)
            serve_until_told(application, listening)


def played_urls(settings: Settings) -> dict[str, str]:
    """Where the played services are, on whatever port; an address that was set to be another stays."""
    sandbox = f"http://127.0.0.1:{settings.sandbox_port}"
    urls = {"ghn_base_url": f"{sandbox}/ghn", "sinvoice_base_url": f"{sandbox}/sinvoice"}
    mine = {
        name: url
        for name, url in urls.items()
        if getattr(settings, name) == Settings.model_fields[name].default
    }
    return {**mine, "ghn_tracking_url": f"{sandbox}/ghn/tracking"}


@contextmanager
def _sandboxes(settings: Settings, listening: socket, bank: BankAccount | None) -> Iterator[None]:
    """Loaded once the shop has answered. Their port is open before that, so whoever calls early waits a moment."""

    def start() -> None:
        from integrations.sandbox.app import SandboxServer

        options = sandbox_options(settings, bank)
        running.append(
            SandboxServer(listening=listening, data_dir=settings.data_dir, options=options).start()
        )

    running: list[Any] = []
    timer = Timer(SANDBOX_AFTER_SECONDS, start)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        for server in running:
            server.stop()


def shop_bank(db: Database) -> BankAccount | None:
    with db.read_transaction() as session:
        return shop_profile(session).bank


def sandbox_options(settings: Settings, bank: BankAccount | None = None) -> dict[str, dict[str, Any]]:
    """Where the played services send their webhooks, how fast parcels move by themselves, and on which account, the
    one of the shop's QR codes, money comes in."""
    return {
        "ghn": {
            "webhook_url": f"http://127.0.0.1:{settings.port}/api/v1/webhooks/carriers/ghn",
            "webhook_secret": settings.ghn_webhook_secret.get_secret_value(),
            "auto_seconds": DEMO_STEP_SECONDS,
            "webhook_retry_seconds": 2,
        },
        "sepay": {
            "webhook_url": f"http://127.0.0.1:{settings.port}/api/v1/webhooks/banks/sepay",
            "webhook_api_key": settings.sepay_api_key.get_secret_value(),
            "webhook_retry_seconds": 2.0,
            **({"account": bank.account, "gateway": bank.bank} if bank is not None else {}),
        },
    }


def _say_hello(settings: Settings) -> None:
    url = settings.effective_public_url
    logins = ", ".join(login for login, _, _ in DEMO_STAFF)
    print(
        f"\nChotdon runs.\n  Shop and chat  {url}/\n  Desk           {url}/desk   ({logins}; password {DEMO_PASSWORD})"
        f"\n  API            {url}/docs\n  Sandboxes      http://127.0.0.1:{settings.sandbox_port}/"
        "\nWrite in the chat: cho mình 2 áo thun đen size L, ship về 12 Lê Lợi, phường Bến Nghé, Q1, HCM, "
        "sđt 0901234567, tên Lan\nCtrl-C ends it.\n",
        flush=True,
    )
