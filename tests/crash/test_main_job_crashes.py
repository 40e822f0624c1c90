"""The worker is killed at each named point between "order placed" and "invoice issued", then goes on."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from bot.bootstrap import Parts, build_parts
from bot.conversations.models import Message
from bot.shop_setup import set_up_demo
from core.actor import SYSTEM
from core.invoices.issuing import issue_invoice
from core.invoices.models import Invoice
from core.orders.fulfilment import pack_order
from core.orders.queries import get_order
from core.ports.carrier import TrackingUpdate
from core.settings import Settings
from core.shipping.booking import request_shipment
from core.shipping.models import Shipment
from core.shipping.tracking import receive_updates
from integrations.sandbox.app import SandboxServer

WORKER = """
import bot.bootstrap as b, time
from core.settings import Settings
parts = b.build_parts(Settings())
worker = b.build_worker(parts)
worker._lease_seconds = 1.0
deadline = time.monotonic() + 12
while time.monotonic() < deadline:
    if not worker.run_until_idle():
        time.sleep(0.1)
    with parts.db.read_transaction() as s:
        from sqlalchemy import text
        if not s.execute(text("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')")).scalar():
            break
"""


class Scene:
    def __init__(self, parts: Parts, sandbox: SandboxServer, environment: dict[str, str]) -> None:
        self.parts, self.sandbox, self.environment = parts, sandbox, environment

    def work(self, crash_at: str = "") -> int:
        environment = {**self.environment, "CHOTDON_CRASH_AT": crash_at}
        return subprocess.run(
            [sys.executable, "-c", WORKER], env=environment, check=False, timeout=60
        ).returncode

    def all(self, model: Any) -> list[Any]:
        with self.parts.db.read_transaction() as session:
            return list(session.scalars(select(model)))


@pytest.fixture
def scene(tmp_path: Path):
    with SandboxServer() as sandbox:
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("CHOTDON_")},
            "CHOTDON_DATA_DIR": str(tmp_path),
            "CHOTDON_GHN_BASE_URL": f"{sandbox.url}/ghn",
            "CHOTDON_SINVOICE_BASE_URL": f"{sandbox.url}/sinvoice",
        }
        parts = build_parts(
            Settings(
                _env_file=None, data_dir=tmp_path, embeddings="lexical", ghn_base_url=f"{sandbox.url}/ghn",
                sinvoice_base_url=f"{sandbox.url}/sinvoice",
            )
        )  # fmt: skip
        set_up_demo(parts)
        yield Scene(parts, sandbox, environment)
        parts.db.close()


@pytest.mark.parametrize(
    "point",
    [
        "shipment.before_call", "shipment.after_call", "shipment.after_record",
        "invoice.before_call", "invoice.after_call", "invoice.after_record",
    ],
)  # fmt: skip
def test_one_parcel_one_invoice_everybody_told_once(scene: Scene, point: str) -> None:
    code = _place(scene.parts)
    before = {model: {row.id for row in scene.all(model)} for model in (Shipment, Invoice)}
    with scene.parts.db.transaction() as session:
        order = pack_order(
            session, order_id=get_order(session, code).id, actor=SYSTEM, now=scene.parts.clock()
        )
        request_shipment(session, actor=SYSTEM, order_id=order.id, now=scene.parts.clock())
    if point.startswith("shipment"):
        assert scene.work(point) == 70
        time.sleep(1.2)
    assert scene.work() == 0
    _deliver_and_invoice(scene, order.id)
    if point.startswith("invoice"):
        assert scene.work(point) == 70
        time.sleep(1.2)
    assert scene.work() == 0

    new_shipments = [s for s in scene.all(Shipment) if s.id not in before[Shipment]]
    new_invoices = [i for i in scene.all(Invoice) if i.id not in before[Invoice]]
    assert [s.state for s in new_shipments] == ["delivered"]
    assert [i.state for i in new_invoices] == ["coded"]
    assert len(_played(scene, "ghn/_sandbox/parcels", "parcels")) == 1
    assert len(_played(scene, "sinvoice/_sandbox/invoices", "invoices")) == 1
    told = [m.text for m in scene.all(Message) if m.author == "system"]
    assert len(told) == len(set(told)) == 6


def _place(parts: Parts) -> str:
    from bot.app import create_app

    client = TestClient(create_app(parts, with_worker=False))
    line = "1 áo thun cotton đen size L, Lan 0901234567, 12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM"
    first = client.post("/api/chat/messages", json={"message_id": "1", "text": line}).json()
    who = {k: first[k] for k in ("conversation_id", "visitor_token")}
    answer = client.post("/api/chat/messages", json={**who, "message_id": "2", "text": "chốt"}).json()
    code: str = answer["state"]["order"]["code"]
    return code


def _deliver_and_invoice(scene: Scene, order_id: str) -> None:
    with scene.parts.db.transaction() as session:
        shipment = session.scalars(select(Shipment).where(Shipment.order_id == order_id)).one()
        now = scene.parts.clock()
        for state in ("picked_up", "delivering", "delivered"):
            news = TrackingUpdate(
                f"e-{state}", shipment.tracking_number or "", shipment.booking_key, state, state, now
            )
            receive_updates(session, carrier="ghn", updates=[news, news], now=now)
    assert scene.work() == 0
    with scene.parts.db.transaction() as session:
        issue_invoice(session, actor=SYSTEM, order_id=order_id, now=scene.parts.clock())


def _played(scene: Scene, path: str, key: str) -> list[Any]:
    import httpx

    found: list[Any] = httpx.get(f"{scene.sandbox.url}/{path}").json()[key]
    return found
