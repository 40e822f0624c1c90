"""Shadow mode: the assistant drafts, a person sends; nothing but the cart is written meanwhile."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from bot.app import create_app
from bot.bootstrap import Parts
from bot.conversations.models import Draft
from bot.shop_setup import DEMO_PASSWORD
from core.api.auth import create_key
from core.orders.models import Order
from core.settings import Settings
from tests.bot.conftest import Chat
from tests.demo_shop import demo_parts
from tests.safety.scenes import DETAILS


class ShadowShop:
    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.client = TestClient(create_app(parts, with_worker=False), raise_server_exceptions=False)
        with parts.db.transaction() as session:
            key = create_key(session, name="t", scopes=["conversations"], now=parts.clock())
            other = create_key(session, name="o", scopes=["orders"], now=parts.clock())
        self.key = {"Authorization": f"Bearer {key}"}
        self.other_key = {"Authorization": f"Bearer {other}"}
        login = {"login": "owner", "password": DEMO_PASSWORD}
        self.desk = TestClient(self.client.app, raise_server_exceptions=False)
        self.csrf = {"X-CSRF-Token": self.desk.post("/api/desk/login", json=login).json()["csrf_token"]}

    def mode(self, mode: str) -> None:
        response = self.client.put("/api/v1/assistant/mode", json={"mode": mode}, headers=self.key)
        assert response.json() == {"mode": mode}

    def chat(self) -> Chat:
        return Chat(self.client)

    def draft(self, chat: Chat) -> dict[str, Any] | None:
        view = self.desk.get(f"/api/desk/conversations/{chat.identity['conversation_id']}").json()
        draft: dict[str, Any] | None = view["draft"]
        return draft

    def press(self, draft: dict[str, Any], action: str = "send", **body: Any) -> Any:
        return self.desk.post(f"/api/desk/drafts/{draft['id']}/{action}", json=body, headers=self.csrf)

    def count(self, model: Any) -> int:
        with self.parts.db.read_transaction() as session:
            return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShadowShop]:
    folder: Path = tmp_path_factory.mktemp("shadow")
    parts = demo_parts(Settings(_env_file=None, data_dir=folder, embeddings="lexical"))
    shop = ShadowShop(parts)
    shop.mode("shadow")
    yield shop
    parts.db.close()


def test_nothing_is_sent_until_a_person_presses(shop: ShadowShop) -> None:
    chat = shop.chat()

    answer = chat.say("phí ship bao nhiêu vậy shop?")
    draft = shop.draft(chat)
    assert draft is not None
    sent = shop.press(draft).json()["message"]
    after = chat.client.post(
        "/api/chat/messages",
        json={**chat.identity, "message_id": "m1", "text": "phí ship bao nhiêu vậy shop?"},
    ).json()

    assert answer["replies"] == []
    assert "30.000đ" in draft["text"]
    assert (sent["author"], sent["text"]) == ("staff", draft["text"])
    assert [reply["text"] for reply in after["replies"]] == [draft["text"]]
    assert shop.draft(chat) is None


def test_no_order_is_placed_by_a_draft(shop: ShadowShop) -> None:
    chat = shop.chat()
    chat.say(f"2 áo thun cotton đen size L, {DETAILS}")
    summary = shop.draft(chat)
    assert summary is not None
    shop.press(summary)
    before = shop.count(Order)

    chat.say("chốt")
    proposed = shop.draft(chat)

    assert proposed is not None
    assert shop.count(Order) == before
    assert [p["tool"] for p in proposed["proposals"]] == ["place_order"]
    assert "lên đơn" not in proposed["text"]


def test_a_summary_that_nobody_sent_cannot_be_said_yes_to(shop: ShadowShop) -> None:
    chat = shop.chat()
    chat.say(f"2 áo thun cotton đen size L, {DETAILS}")

    chat.say("chốt")

    draft = shop.draft(chat)
    assert draft is not None
    assert "place_order" not in [p["tool"] for p in draft["proposals"]]


def test_a_draft_goes_out_once_and_a_newer_one_takes_its_place(shop: ShadowShop) -> None:
    chat = shop.chat()
    chat.say("phí ship bao nhiêu vậy shop?")
    first = shop.draft(chat)
    chat.say("đổi trả thế nào?")
    second = shop.draft(chat)
    assert first is not None
    assert second is not None

    assert shop.press(first).status_code == 409
    assert shop.press(second).status_code == 200
    assert shop.press(second).status_code == 409
    assert shop.press(second, "drop").status_code == 409
    assert shop.press({"id": "none"}).status_code == 404


def test_staff_who_may_not_write_to_customers_may_not_send(shop: ShadowShop) -> None:
    chat = shop.chat()
    chat.say("phí ship bao nhiêu vậy shop?")
    draft = shop.draft(chat)
    assert draft is not None

    without = shop.desk.post(f"/api/desk/drafts/{draft['id']}/send", json={})

    assert without.status_code == 403
    assert shop.client.post(f"/api/desk/drafts/{draft['id']}/send", json={}).status_code == 401


def test_the_report_tells_how_many_drafts_went_out_unchanged(shop: ShadowShop) -> None:
    for action, text in (("send", None), ("send", "Dạ 30.000đ nha mình."), ("drop", None)):
        chat = shop.chat()
        chat.say("phí ship bao nhiêu vậy shop?")
        draft = shop.draft(chat)
        assert draft is not None
        assert shop.press(draft, action, **({"text": text} if text else {})).status_code in (200, 204)

    report = shop.client.get("/api/v1/assistant/drafts/report", headers=shop.key).json()

    with shop.parts.db.read_transaction() as session:
        states = session.scalars(select(Draft.state)).all()
    total = report["total"]
    assert total["drafted"] == len(states)
    assert (total["sent"], total["edited"], total["dropped"]) == (
        states.count("sent"), states.count("edited"), states.count("dropped"),
    )  # fmt: skip
    decided = total["sent"] + total["edited"] + total["dropped"]
    assert total["unchanged_percent"] == round(100 * total["sent"] / decided)
    fee = next(row for row in report["intents"] if row["intent"] == "ask_shipping_fee")
    assert fee["edited"] == 1


def test_switched_back_it_answers_by_itself(shop: ShadowShop) -> None:
    shop.mode("auto")
    try:
        assert "30.000đ" in shop.chat().text("phí ship bao nhiêu vậy shop?")
    finally:
        shop.mode("shadow")


def test_what_a_reply_rests_on_is_told_to_staff_and_to_keys_with_the_scope(shop: ShadowShop) -> None:
    shop.mode("auto")
    chat = shop.chat()
    reply = chat.say("phí ship bao nhiêu vậy shop?")["replies"][0]
    shop.mode("shadow")
    path = f"conversations/{chat.identity['conversation_id']}/messages/{reply['id']}/evidence"

    told = shop.client.get(f"/api/v1/{path}", headers=shop.key).json()

    assert told == shop.desk.get(f"/api/desk/{path}").json()
    assert told["basis"]["brain"] == "builtin"
    assert told["basis"]["reasons"] == []
    assert told["evidence"][0]["tool"] == "answer_question"
    assert told["evidence"][0]["passage_id"].startswith("faq:")
    assert len(told["evidence"][0]["passage_version"]) >= 8
    assert told["next_after"] is None
    assert shop.client.get(f"/api/v1/{path}").status_code == 401
    assert shop.client.get(f"/api/v1/{path}", headers=shop.other_key).status_code == 403
    assert shop.client.get(f"/api/desk/{path}").status_code == 401
    unknown = path.replace(reply["id"], "nothing")
    assert shop.client.get(f"/api/v1/{unknown}", headers=shop.key).status_code == 404


def test_usage_is_told_for_a_period(shop: ShadowShop) -> None:
    told = shop.client.get("/api/v1/assistant/usage", headers=shop.key)
    wrong = shop.client.get("/api/v1/assistant/usage?from=2026-01-01T00:00:00", headers=shop.key)

    assert told.json() == {"models": [], "outcomes": {}}
    assert wrong.status_code == 422
