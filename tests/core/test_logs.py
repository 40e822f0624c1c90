"""What is logged on the whole way, at the lowest level: nothing of a customer, nothing secret."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from bot.app import create_app
from bot.bootstrap import build_parts, build_worker
from bot.shop_setup import DEMO_PASSWORD
from core.actor import SYSTEM
from core.invoices.checks import InvoiceBuyerInput
from core.invoices.issuing import issue_invoice, request_invoice
from core.orders.fulfilment import pack_order
from core.orders.queries import get_order
from core.settings import Settings
from core.shipping.booking import request_shipment
from core.shipping.models import Shipment
from core.telemetry import JsonFormatter, configure_logging, redact
from integrations.sandbox.app import SandboxServer
from tests.demo_shop import demo_parts

PERSONAL = (
    "Nguyễn Thị Lan Anh", "Lan Anh", "0901234567", "901234567", "12 Lê Lợi", "Bến Nghé", "lananh@example.com",
    "0100109106-990x", "áo thun", "chốt đơn",
)  # fmt: skip


@pytest.fixture(params=["debug", "info"])
def logged(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure_logging(request.param)
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root.handlers[:] = [handler]
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    for ours in ("bot", "core", "integrations", "knowledge", "nlu"):
        logging.getLogger(ours).setLevel(logging.NOTSET)


def test_the_whole_way_leaves_nothing_personal_and_nothing_secret(
    logged: io.StringIO, tmp_path: Path
) -> None:
    with SandboxServer() as sandbox:
        settings = Settings(
            _env_file=None, data_dir=tmp_path, embeddings="lexical", ghn_base_url=f"{sandbox.url}/ghn",
            sinvoice_base_url=f"{sandbox.url}/sinvoice",
        )  # fmt: skip
        parts = demo_parts(settings)
        with TestClient(create_app(parts, with_worker=False), raise_server_exceptions=False) as client:
            token = _walk(client, parts, sandbox)
        parts.close()

    text = logged.getvalue()
    assert "provider call" in text
    secrets = [
        settings.ghn_token.get_secret_value(), settings.sinvoice_password.get_secret_value(),
        settings.ghn_webhook_secret.get_secret_value(), DEMO_PASSWORD, token, "access_token=",
    ]  # fmt: skip
    for line in text.splitlines():
        entry = json.loads(line)
        said = f"{entry['message']} {entry.get('error', '')}"
        for word in (*PERSONAL, *secrets):
            assert word not in said, line


def _walk(client: TestClient, parts: Any, sandbox: SandboxServer) -> str:
    """Order, refusals, parcel, invoice, webhook; returns the visitor's token."""
    line = "1 áo thun cotton đen size L, tên Nguyễn Thị Lan Anh, 0901234567, 12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM"
    said = client.post("/api/chat/messages", json={"message_id": "1", "text": line}).json()
    who = {k: said[k] for k in ("conversation_id", "visitor_token")}
    done = client.post("/api/chat/messages", json={**who, "message_id": "2", "text": "chốt đơn"}).json()
    code = done["state"]["order"]["code"]
    client.post("/api/chat/messages", json={"text": line, "nonsense": "0901234567"})
    client.post("/api/desk/login", json={"login": "owner", "password": "wrong 0901234567"})
    client.post(
        "/api/v1/webhooks/carriers/ghn", json={"OrderCode": "X"}, headers={"X-Chotdon-Token": "wrong"}
    )
    buyer = InvoiceBuyerInput(
        "Công ty Mẫu", "0100109106", "12 Lê Lợi, Bến Nghé", "lananh@example.com", "Lan Anh"
    )
    with parts.db.transaction() as session:
        order_id = get_order(session, code).id
        request_invoice(session, actor=SYSTEM, order_id=order_id, buyer=buyer, now=parts.clock())
        pack_order(session, order_id=order_id, actor=SYSTEM, now=parts.clock())
        request_shipment(session, actor=SYSTEM, order_id=order_id, now=parts.clock())
    httpx.post(f"{sandbox.url}/ghn/_sandbox/faults", json={"operation": "create", "kind": "error_before"})
    worker = build_worker(parts)
    worker.run_until_idle(ignore_run_at=True)
    with parts.db.transaction() as session:
        session.scalars(select(Shipment).where(Shipment.order_id == order_id)).one()
        get_order(session, code).fulfilment_state = "delivered"
        issue_invoice(session, actor=SYSTEM, order_id=order_id, now=parts.clock())
    worker.run_until_idle(ignore_run_at=True, limit=60)
    token: str = who["visitor_token"]
    return token


def test_a_database_error_does_not_quote_what_it_was_given(logged: io.StringIO, tmp_path: Path) -> None:
    parts = build_parts(Settings(_env_file=None, data_dir=tmp_path, embeddings="lexical"))
    with parts.db.transaction() as session:
        session.connection().exec_driver_sql("DROP TABLE messages")
    with TestClient(create_app(parts, with_worker=False), raise_server_exceptions=False) as client:
        answer = client.post("/api/chat/messages", json={"message_id": "1", "text": "tên Lan Anh 0901234567"})
    parts.close()

    assert answer.status_code in (500, 503)
    assert "Lan Anh" not in logged.getvalue()
    assert "901234567" not in logged.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "call 0901 234 567 now", "+84 901 234 567", "0901234567", "mail lan@example.vn",
        "Authorization: Bearer ck_abcdef", "password=hunter2", '{"token": "abcdef"}', "api_key: abcdef",
    ],
)  # fmt: skip
def test_what_slips_into_a_message_is_blotted_out(text: str) -> None:
    clean = redact(text)

    for word in ("234", "0901234567", "lan@", "ck_abcdef", "hunter2", "abcdef"):
        assert word not in clean
