"""Pictures, voice, stickers, links, places: always an answer, never an error, the open question kept."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from bot.bootstrap import Parts
from bot.conversations.models import Message
from bot.shop_setup import DEMO_PASSWORD
from tests.bot.conftest import Chat
from tests.bot.ordering.conftest import awaiting, lines, said

KINDS = ("image", "voice", "video", "sticker", "file", "location", "link")


def send(chat: Chat, *attachments: dict[str, Any], text: str = "") -> dict[str, Any]:
    body = {
        **chat.identity,
        "message_id": uuid4().hex,
        "text": text,
        "attachments": list(attachments),
    }
    response = chat.client.post("/api/chat/messages", json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    chat.identity = {k: answer[k] for k in ("conversation_id", "visitor_token")}
    return answer


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("opening", ["xin chào", "hello", "안녕하세요"])
def test_each_kind_is_acknowledged_in_the_customer_s_language(chat: Chat, kind: str, opening: str) -> None:
    language = chat.say(opening)["state"]["language"]

    answer = send(chat, {"type": kind, "url": "https://files.example/x"})

    assert said(answer)
    assert answer["state"]["language"] == language


def test_a_picture_is_not_pretended_to_be_seen(chat: Chat) -> None:
    answer = send(chat, {"type": "image", "url": "https://files.example/x.jpg"})

    assert "chưa xem được hình" in said(answer)
    assert answer["replies"][0]["quick_replies"] == ["Gặp nhân viên"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_open_question_stays_open(chat: Chat, kind: str) -> None:
    asked = chat.say("cho mình 1 áo hoodie nỉ bông xám M")

    answer = send(chat, {"type": kind})

    assert answer["state"]["awaiting"] == asked["state"]["awaiting"]
    assert "tên người nhận" in said(answer)
    assert lines(answer) == [("AK03-XAM-M", 1)]


def test_a_picture_beside_a_complaint_is_kept_for_staff(chat: Chat) -> None:
    answer = send(chat, {"type": "image", "url": "https://files.example/x.jpg"}, text="hàng bị rách nè shop")

    assert "lưu lại" in said(answer)
    assert answer["state"]["handed_off"] is True


def test_words_beside_a_picture_are_answered(chat: Chat) -> None:
    answer = send(chat, {"type": "image"}, text="cho mình 1 áo hoodie nỉ bông xám M")

    assert lines(answer) == [("AK03-XAM-M", 1)]
    assert awaiting(answer) == "name"


@pytest.mark.parametrize("text", ["😂😂", "❤️", "...", "???"])
def test_signs_alone_get_a_light_word_and_the_open_question(chat: Chat, text: str) -> None:
    chat.say("cho mình 1 áo hoodie nỉ bông xám M")

    assert "tên người nhận" in said(chat.say(text))


@pytest.mark.parametrize("text", ["", " \n ", "\u200b\u202e"])
def test_a_message_with_nothing_in_it_is_refused_by_name(client: TestClient, text: str) -> None:
    answer = client.post("/api/chat/messages", json={"message_id": "m1", "text": text})

    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "text_empty"


@pytest.mark.parametrize(
    "attachments",
    [
        [{"type": "image"}] * 11,
        [{"type": "hologram"}],
        [{"type": "image", "url": "x" * 3000}],
        [{"type": "image", "price": 1}],
        "image",
        [None],
    ],
)
def test_attachments_out_of_bounds_are_refused(client: TestClient, attachments: Any) -> None:
    body = {"message_id": "m1", "text": "xin chào", "attachments": attachments}

    assert client.post("/api/chat/messages", json=body).status_code == 422


@pytest.mark.parametrize("size", [4_001, 100_000, 100_001])
def test_a_text_that_is_too_long_is_refused_by_name(client: TestClient, size: int) -> None:
    answer = client.post("/api/chat/messages", json={"message_id": "m1", "text": "a" * size})

    assert answer.status_code == 422
    assert answer.json()["error"]["message"]


def test_staff_see_what_was_sent(client: TestClient, chat: Chat, parts: Parts) -> None:
    answer = send(
        chat, {"type": "image", "url": "https://files.example/x.jpg", "name": "áo.jpg", "text": None}
    )
    login = client.post("/api/desk/login", json={"login": "sales", "password": DEMO_PASSWORD})
    assert login.status_code == 200

    seen = client.get(f"/api/desk/conversations/{answer['conversation_id']}").json()["messages"]

    assert seen[0]["attachments"] == [
        {"type": "image", "url": "https://files.example/x.jpg", "name": "áo.jpg", "text": ""}
    ]
    with parts.db.read_transaction() as session:
        stored = session.scalars(
            select(Message).where(Message.conversation_id == answer["conversation_id"]).order_by(Message.seq)
        ).first()
        assert stored is not None
        assert stored.text == ""
