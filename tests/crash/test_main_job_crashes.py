"""The worker is killed at each named point between "order placed" and "invoice issued", then goes on."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from bot.app import create_app
from bot.bootstrap import Parts, build_assistant, build_parts, build_services
from bot.conversations.answering import answer
from bot.conversations.intake import open_conversation, store_message
from bot.conversations.models import Message
from bot.conversations.turns import Answer, Incoming, answer_message
from bot.shop_setup import set_up_demo
from bot.staff.models import DeskMessage
from core.actor import SYSTEM
from core.invoices.issuing import issue_invoice
from core.invoices.models import Invoice
from core.jobs.models import Job
from core.orders.fulfilment import pack_order
from core.orders.models import Order
from core.orders.queries import get_order
from core.ports.carrier import TrackingUpdate
from core.settings import Settings
from core.shipping.booking import request_shipment
from core.shipping.models import Shipment
from core.shipping.tracking import receive_updates
from core.stock.models import Reservation
from integrations.sandbox.app import SandboxServer

ROOT = Path(__file__).parents[2]
# In the order in which the jobs of the way run; a killed one is the first to be taken up again.
UNTIL_BOOKED = (
    "notice.staff.claimed", "notice.staff.worked", "notice.customer.claimed", "notice.customer.worked",
    "shipment.book.claimed", "shipment.before_call", "shipment.after_call", "shipment.after_record",
    "shipment.book.worked", "shipment.label.claimed", "shipment.label.worked",
)  # fmt: skip
UNTIL_DELIVERED = (
    "shipment.track.claimed", "shipment.track.worked", "order.complete.claimed", "order.complete.worked",
    "invoice.auto.claimed", "invoice.auto.worked",
)  # fmt: skip
UNTIL_CODED = (
    "invoice.issue.claimed", "invoice.before_call", "invoice.after_call", "invoice.after_record",
    "invoice.issue.worked", "invoice.collect.claimed", "invoice.collect.worked",
)  # fmt: skip

IN_A_TURN = ("turn.before_tool", "turn.after_tool", "turn.before_answer", "turn.after_answer")
"""Tried in tests/safety/test_broken_tools.py, where a customer writes."""
IN_A_CHAT = ("chat.before_call", "chat.after_call")
"""Tried in tests/telegram, where a message is sent out."""

# Forks for each point: what is imported once is there in every child, and the kill is a real one.
WORKERS = """
import json, os, sys, time
from sqlalchemy import text
import bot.bootstrap as bootstrap, bot.conversations.notices, core.invoices.issuing, core.shipping.cancelling
import barcode, fpdf, integrations.carriers.ghn.adapter, integrations.einvoice.viettel_sinvoice.adapter
from core.settings import Settings

def work():
    parts = bootstrap.build_parts(Settings())
    worker = bootstrap.build_worker(parts)
    worker._lease_seconds = 0.6
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        if not worker.run_until_idle():
            time.sleep(0.05)
        with parts.db.read_transaction() as session:
            if not session.scalar(text("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')")):
                os._exit(0)
    os._exit(1)

codes = []
for point in json.loads(sys.argv[1]):
    child = os.fork()
    if not child:
        os.environ["CHOTDON_CRASH_AT"] = point
        work()
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    time.sleep(0.7)  # the lease of the dead runs out
print(json.dumps(codes))
"""


class Scene:
    def __init__(self, parts: Parts, sandbox: SandboxServer, environment: dict[str, str]) -> None:
        self.parts, self.sandbox, self.environment = parts, sandbox, environment

    def kill_at(self, points: tuple[str, ...]) -> None:
        """Work until each point in turn kills the worker, then to the end."""
        ended = subprocess.run(
            [sys.executable, "-c", WORKERS, json.dumps([*points, ""])],
            env=self.environment, check=True, timeout=400, capture_output=True, text=True,
        )  # fmt: skip
        codes = json.loads(ended.stdout)
        assert dict(zip([*points, ""], codes, strict=True)) == {**dict.fromkeys(points, 70), "": 0}

    def all(self, model: Any) -> list[Any]:
        with self.parts.db.read_transaction() as session:
            return list(session.scalars(select(model)))

    def played(self, path: str, key: str) -> list[Any]:
        found: list[Any] = httpx.get(f"{self.sandbox.url}/{path}").json()[key]
        return found


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with SandboxServer() as sandbox:
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("CHOTDON_")},
            "CHOTDON_DATA_DIR": str(tmp_path),
            "CHOTDON_EMBEDDINGS": "lexical",
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
        parts.close()


@pytest.mark.slow
def test_killed_everywhere_and_yet_one_parcel_one_invoice_everybody_told_once(scene: Scene) -> None:
    code = _place(scene.parts)
    before = {model: {row.id for row in scene.all(model)} for model in (Shipment, Invoice)}
    with scene.parts.db.transaction() as session:
        now = scene.parts.clock()
        order = pack_order(session, order_id=get_order(session, code).id, actor=SYSTEM, now=now)
        request_shipment(session, actor=SYSTEM, order_id=order.id, now=now)
    scene.kill_at(UNTIL_BOOKED)
    _deliver(scene, order.id)
    scene.kill_at(UNTIL_DELIVERED)
    with scene.parts.db.transaction() as session:
        issue_invoice(session, actor=SYSTEM, order_id=order.id, now=scene.parts.clock())
    scene.kill_at(UNTIL_CODED)

    new_shipments = [s for s in scene.all(Shipment) if s.id not in before[Shipment]]
    new_invoices = [i for i in scene.all(Invoice) if i.id not in before[Invoice]]
    assert [s.state for s in new_shipments] == ["delivered"]
    assert [i.state for i in new_invoices] == ["coded"]
    assert len(scene.played("ghn/_sandbox/parcels", "parcels")) == 1
    assert len(scene.played("sinvoice/_sandbox/invoices", "invoices")) == 1
    assert [r.state for r in scene.all(Reservation) if r.order_id == order.id] == ["consumed"]
    with scene.parts.db.read_transaction() as session:
        done = get_order(session, code)
    assert (done.status, done.payment_state, done.invoice_state) == ("completed", "paid", "coded")
    told = [m.text for m in scene.all(Message) if m.author == "system"]
    assert len(told) == len(set(told)) == 6
    desk = Counter(m.text for m in scene.all(DeskMessage) if code in m.text)
    assert set(desk.values()) == {1}
    assert [job.name for job in scene.all(Job) if job.state == "dead"] == []


def test_every_named_point_of_the_code_is_one_that_is_tried() -> None:
    named = {
        name
        for folder in ("core", "bot", "integrations")
        for path in (ROOT / folder).rglob("*.py")
        for name in re.findall(r'crash_point\("([^"]+)"\)', path.read_text("utf-8"))
    }

    assert named
    assert named <= {*UNTIL_BOOKED, *UNTIL_DELIVERED, *UNTIL_CODED, *IN_A_TURN, *IN_A_CHAT}


def test_dying_after_the_order_and_before_the_reply_makes_one_order(scene: Scene) -> None:
    """The customer's channel delivers the same message again; the order is there already."""
    parts = scene.parts
    services = build_services(parts)
    think = partial(answer, services=services, assistant=build_assistant(parts, services))
    orders = len(scene.all(Order))
    with parts.db.transaction() as session:
        conversation_id = open_conversation(
            session, conversation_id=None, visitor_token=None, now=parts.clock()
        ).conversation_id

    def say(number: int, text: str, mind: Callable[[Incoming], Answer]) -> list[Message]:
        with parts.db.transaction() as session:
            stored = store_message(
                session, conversation_id=conversation_id, external_id=str(number), text=text, rate_limit=100,
                now=parts.clock(),
            )  # fmt: skip
        return answer_message(parts.db, stored=stored, think=mind, clock=parts.clock).replies

    def dies(incoming: Incoming) -> Answer:
        think(incoming)
        raise KeyboardInterrupt

    say(1, "1 áo thun cotton đen size L, Lan 0901234567, 12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM", think)
    with pytest.raises(KeyboardInterrupt):
        say(2, "chốt", dies)

    replies = say(2, "chốt", think)

    made = scene.all(Order)[orders:]
    assert len(made) == 1
    assert made[0].code in replies[0].text


def _place(parts: Parts) -> str:
    client = TestClient(create_app(parts, with_worker=False))
    line = "1 áo thun cotton đen size L, Lan 0901234567, 12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM"
    first = client.post("/api/chat/messages", json={"message_id": "1", "text": line}).json()
    who = {k: first[k] for k in ("conversation_id", "visitor_token")}
    said = client.post("/api/chat/messages", json={**who, "message_id": "2", "text": "chốt"}).json()
    code: str = said["state"]["order"]["code"]
    return code


def _deliver(scene: Scene, order_id: str) -> None:
    """As the carrier tells it, each of it twice."""
    with scene.parts.db.transaction() as session:
        shipment = session.scalars(select(Shipment).where(Shipment.order_id == order_id)).one()
        now = scene.parts.clock()
        for state in ("picked_up", "delivering", "delivered"):
            news = TrackingUpdate(
                f"e-{state}", shipment.tracking_number or "", shipment.booking_key, state, state, now
            )
            receive_updates(session, carrier="ghn", updates=[news, news], now=now)
