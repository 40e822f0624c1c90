"""Staff are answered, asked and refused in Vietnamese: commands, endpoints, cards, and whatever goes wrong below."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.bootstrap import Parts
from bot.staff.refusals import TEXTS, staff_refusal
from core.actor import SYSTEM
from core.approvals.decisions import request_approval
from core.db import Database
from core.jobs.tasks import open_task
from tests.bot.desk.conftest import Desk

ENGLISH = re.compile(
    r"\b(the|is|are|there|only|may|not|ask|write|order|try|again|please|no|such|accept|packed|cancel|due)\b",
    re.I,
)
ORDER_LINE = (
    "cho mình 2 áo thun đen size L, ship về 12 Lê Lợi, phường Bến Nghé, Q1, HCM, sđt 0901234567, tên Lan"
)


def english_in(text: str) -> list[str]:
    """Commands are the same in every language."""
    return ENGLISH.findall(re.sub(r"/\w+", "", text))


@pytest.fixture
def db(sqlite_db: Database) -> Database:
    """What is said does not depend on the database; that the figures do not either is shown in tests/core."""
    return sqlite_db


@pytest.fixture
def code(client: TestClient) -> str:
    """An order that a customer has placed."""
    first = client.post("/api/chat/messages", json={"message_id": "1", "text": ORDER_LINE}).json()
    who = {k: first[k] for k in ("conversation_id", "visitor_token")}
    placed = client.post("/api/chat/messages", json={**who, "message_id": "2", "text": "ok chốt"}).json()
    found: str = placed["state"]["order"]["code"]
    return found


def test_every_refused_command_says_in_vietnamese_what_is_wrong(client: TestClient, code: str) -> None:
    owner = Desk(client, "owner")
    lines = (
        "/order", "/order DH1", "/approve A9", f"/ship {code}", f"/label {code}", f"/invoice {code}", "/paid",
        "/stock", "/stock zzz", "/customer", "/take x", "/release x", "/tickets DH1", "/close T1", "/done x",
        "/answer x", "/answer x y", "/nothing", "/pack", "/cancel DH9",
    )  # fmt: skip

    for line in lines:
        said = owner.says(line)["text"]
        assert said.startswith("⚠"), (line, said)
        assert english_in(said) == [], (line, said)
        assert "…" not in said, (line, said)


def test_a_state_that_forbids_it_is_named_in_the_staff_s_words(client: TestClient, code: str) -> None:
    owner = Desk(client, "owner")
    owner.says(f"/pack {code}")

    assert "đã gói" in owner.says(f"/pack {code}")["text"]
    assert "đã gói" in owner.says(f"/invoice {code}")["text"]


def test_a_role_that_may_not_is_told_who_may(client: TestClient, code: str) -> None:
    warehouse = Desk(client, "warehouse")

    said = warehouse.says(f"/invoice {code}")["text"]

    assert "kế toán" in said
    assert "chủ shop" in said
    assert english_in(said) == []


def test_endpoints_refuse_in_vietnamese_and_the_api_in_english(client: TestClient) -> None:
    owner = Desk(client, "owner")
    refused = [
        client.post("/api/desk/login", json={"login": "owner", "password": "wrong"}),
        client.get("/api/desk/me"),
        client.post(
            "/api/desk/commands", json={"text": "/todo"}, headers={"Cookie": owner.headers["Cookie"]}
        ),
        owner.post("/commands", {"text": ""}),
        owner.post("/commands", {"text": "x" * 5_000}),
        owner.get("/conversations/none"),
        owner.get("/documents/none"),
        owner.get("/room", params={"after": 2**31}),
        owner.post("/drafts/none/send"),
        owner.post("/conversations/none/messages", {"text": "xin chào"}),
        owner.get("/conversations/%00"),
    ]

    for answer in refused:
        assert 400 <= answer.status_code < 500
        assert english_in(answer.json()["error"]["message"]) == [], answer.text
    assert client.get("/api/v1/orders").json()["error"]["message"].startswith("Send an API key")


def test_what_nobody_has_worded_is_still_said_in_vietnamese() -> None:
    said = staff_refusal("something_new", {"x": 1})

    assert "something_new" in said
    assert english_in(said.replace("something_new", "")) == []


def test_no_text_fails_for_want_of_a_fact() -> None:
    assert [code for code in TEXTS if "{" in staff_refusal(code, {})] == []


def test_an_approval_asks_in_vietnamese(parts: Parts, client: TestClient) -> None:
    asked: dict[str, tuple[dict[str, Any], list[str]]] = {
        "order_over_amount": ({}, ["25.000.000", "Nhận đơn"]),
        "discount_over_limit": ({"discount_percent": 15}, ["15%", "giảm"]),
        "cancel_after_packing": ({"reason": "khách đổi ý"}, ["đã đóng gói", "khách đổi ý"]),
    }
    for kind, (payload, _words) in asked.items():
        with parts.db.transaction() as session:
            request_approval(
                session, kind=kind, subject_kind="order", subject_id="x", subject_code="DH7",
                question="Accept it?", amount=25_000_000, payload=payload, actor=SYSTEM, expires_minutes=60,
                now=parts.clock(),
            )  # fmt: skip

    cards = Desk(client, "owner").says("/todo")["cards"][:3]

    for card, (_payload, words) in zip(cards, asked.values(), strict=True):
        told = "\n".join([card["title"], *card["lines"]])
        assert all(word in told for word in ["DH7", *words]), told
        assert english_in(told) == []


def test_a_task_is_told_in_vietnamese_whatever_the_program_wrote(parts: Parts, client: TestClient) -> None:
    owner = Desk(client, "owner")
    with parts.db.transaction() as session:
        for kind in ("dead_job", "shipment_refused", "invoice_refused", "parcel_lost", "parcel_not_stopped"):
            open_task(
                session, key=kind, kind=kind, title="shipment.book could not be done", subject_kind="order",
                subject_id="x", now=parts.clock(),
            )  # fmt: skip

    cards = [card for card in owner.says("/todo")["cards"] if card["type"] == "task"]

    assert len(cards) == 5
    for card in cards:
        assert english_in(" ".join([card["title"], *card["lines"]])) == [], card


def test_lists_show_and_take_states_in_vietnamese(client: TestClient, code: str) -> None:
    owner = Desk(client, "owner")
    owner.says(f"/cancel {code} khách đổi ý")

    rows = owner.says("/orders đã hủy")["cards"][0]["table"]["rows"]

    assert [row[0] for row in rows][:1] == [code]
    assert {row[3] for row in rows} == {"đã hủy"}
    assert owner.says("/orders cancelled")["cards"][0]["table"]["rows"] == rows


def test_whoever_logs_in_is_called_by_a_vietnamese_role(client: TestClient) -> None:
    assert Desk(client, "accountant").me["staff"]["role_text"] == "kế toán"
