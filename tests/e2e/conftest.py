"""The whole program on a free port, with GHN and S-Invoice played over real HTTP beside it."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from bot.app import create_app
from bot.bootstrap import Parts
from bot.shop_setup import DEMO_PASSWORD
from core.settings import Settings
from integrations.sandbox.app import SandboxServer
from tests.chromium import find_chromium
from tests.demo_shop import demo_parts


@dataclass
class Shop:
    url: str
    sandbox_url: str
    parts: Parts
    clients: list[httpx.Client] = field(default_factory=list)

    def http(self) -> httpx.Client:
        self.clients.append(httpx.Client(base_url=self.url, timeout=30))
        return self.clients[-1]

    def customer(self) -> "Customer":
        return Customer(self.http())

    def staff(self, login: str = "owner") -> "Staff":
        return Staff(self.http(), login)


class Customer:
    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        self.identity: dict[str, Any] = {}
        self._sent = 0

    def say(self, text: str) -> dict[str, Any]:
        self._sent += 1
        body = {**self.identity, "message_id": f"m{self._sent}", "text": text}
        response = self.http.post("/api/chat/messages", json=body)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        self.identity = {k: answer[k] for k in ("conversation_id", "visitor_token")}
        return answer


class Staff:
    def __init__(self, http: httpx.Client, login: str) -> None:
        self.http = http
        response = http.post("/api/desk/login", json={"login": login, "password": DEMO_PASSWORD})
        assert response.status_code == 200, response.text
        self.csrf = response.json()["csrf_token"]

    def command(self, text: str) -> dict[str, Any]:
        response = self.http.post(
            "/api/desk/commands", json={"text": text}, headers={"X-CSRF-Token": self.csrf}
        )
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()["messages"][-1]
        return answer


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    data_dir: Path = tmp_path_factory.mktemp("shop")
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    base = Settings(_env_file=None, data_dir=data_dir, port=port, embeddings="lexical", allow_reset=True)
    options: dict[str, dict[str, Any]] = {
        "ghn": {
            "webhook_url": f"http://127.0.0.1:{port}/api/v1/webhooks/carriers/ghn",
            "webhook_secret": base.ghn_webhook_secret.get_secret_value(),
            "webhook_retry_seconds": 1,
        }
    }
    with SandboxServer(options=options) as sandbox:
        settings = base.model_copy(
            update={"ghn_base_url": f"{sandbox.url}/ghn", "sinvoice_base_url": f"{sandbox.url}/sinvoice"}
        )
        parts = demo_parts(settings)
        server = uvicorn.Server(
            uvicorn.Config(create_app(parts, with_worker=True), log_config=None, ws="none")
        )
        thread = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        shop = Shop(f"http://127.0.0.1:{port}", sandbox.url, parts)
        yield shop
        for client in shop.clients:
            client.close()
        server.should_exit = True
        thread.join(20)
        parts.db.close()
    listening.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = find_chromium()
    assert chromium, "no Chromium was found; see tests/chromium.py"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()
