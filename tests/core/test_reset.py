"""POST /api/v1/test/reset: afresh from a shop file, at any moment, or not at all."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from bot.app import create_app
from bot.bootstrap import Parts, build_parts
from bot.demo import shop_file_path
from core.api.auth import create_key
from core.clock import utc_now
from core.db import Database
from core.settings import Settings
from tests.small_shop import large_shop, served, shop_content

RESET = "/api/v1/test/reset"


@pytest.fixture
def parts(db: Database, tmp_path: Path) -> Iterator[Parts]:
    url = db.engine.url.render_as_string(hide_password=False)
    settings = Settings(
        _env_file=None, data_dir=tmp_path, embeddings="lexical", allow_reset=True, rate_limit_per_minute=10_000,
        database_url=url.replace("postgresql+psycopg", "postgresql"),
    )  # fmt: skip
    parts = build_parts(settings)
    yield parts
    parts.db.close()


@pytest.fixture
def client(parts: Parts) -> Iterator[TestClient]:
    with parts.db.transaction() as session:
        key = create_key(session, name="test", scopes=["all"], now=utc_now())
    app = create_app(parts, with_worker=False)
    with TestClient(app, raise_server_exceptions=False, headers={"Authorization": f"Bearer {key}"}) as client:
        yield client


@pytest.mark.parametrize("size", ["demo", "300 products"])
def test_again_and_again(client: TestClient, size: str) -> None:
    content = json.loads(shop_file_path().read_bytes()) if size == "demo" else large_shop(300)
    for _ in range(2):
        answer = client.post(RESET, json=content)

        assert answer.status_code == 200, answer.text
        assert answer.json()["products"] == len(content["products"])


def test_what_was_there_is_gone_and_keys_stay(client: TestClient) -> None:
    client.post(RESET, json=large_shop(3))
    said = client.post("/api/chat/messages", json={"message_id": "1", "text": "cho mình 1 áo mẫu 1"}).json()

    assert client.post(RESET, json=shop_content()).status_code == 200

    products = client.get("/api/v1/products").json()["items"]
    assert [p["sku"] for p in products] == ["HOA", "LY"]
    who = {k: said[k] for k in ("conversation_id", "visitor_token")}
    again = client.post("/api/chat/messages", json={**who, "message_id": "2", "text": "chốt"})
    assert again.json()["error"]["code"] == "conversation_not_yours"


def test_a_wrong_file_changes_nothing_and_is_said_by_name(client: TestClient) -> None:
    client.post(RESET, json=shop_content())

    unknown = client.post(RESET, json={**shop_content(), "mood": 1})
    broken = client.post(RESET, content=b"{")

    assert (unknown.status_code, broken.status_code) == (422, 422)
    assert "unknown key 'mood'" in unknown.json()["error"]["message"]
    assert len(client.get("/api/v1/products").json()["items"]) == 2


def test_it_is_not_there_unless_it_is_allowed(parts: Parts) -> None:
    closed = replace(parts, settings=parts.settings.model_copy(update={"allow_reset": False}))

    with TestClient(create_app(closed, with_worker=False), raise_server_exceptions=False) as client:
        assert client.post(RESET, json=shop_content()).status_code == 404


def test_past_orders_are_their_owner_s_alone_in_the_chat_and_in_the_api(client: TestClient) -> None:
    past = {
        "code": "DH1500", "channel_user_id": "u1", "customer_name": "Lan", "phone": "0901234567",
        "address": "12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM",
        "lines": [{"sku": "HOA-1", "qty": 2, "unit_price": 40_000}], "payment_method": "cod", "subtotal": 80_000,
        "shipping_fee": 20_000, "total": 100_000, "status": "processing", "shipping_status": "in_transit",
        "carrier": "GHN", "tracking_code": "LX123", "placed_days_ago": 3,
    }  # fmt: skip
    assert client.post(RESET, json={**shop_content(), "orders": [past]}).status_code == 200

    def ask(user: str) -> str:
        body = {"message_id": user, "text": "đơn của mình tới đâu rồi", "channel": "zalo", "user_id": user}
        answer = client.post("/api/chat/messages", json=body)
        assert answer.status_code == 200, answer.text
        return json.dumps(answer.json(), ensure_ascii=False)

    mine, other = ask("u1"), ask("u2")

    assert "DH1500" in mine
    assert "LX123" in mine
    assert "DH1500" not in other
    order = client.get("/api/v1/orders/DH1500").json()
    assert (order["status"], order["fulfilment_state"], order["total"]) == ("processing", "shipped", 100_000)


def test_at_once_and_while_customers_write(parts: Parts) -> None:
    content = {**shop_content(), "orders": []}
    with (
        served(create_app(parts, with_worker=True)) as url,
        httpx.Client(base_url=url, timeout=60) as http,
        ThreadPoolExecutor(10) as pool,
    ):
        assert http.post(RESET, json=content).status_code == 200

        def chat(number: int) -> list[tuple[int, str]]:
            who: dict[str, Any] = {}
            seen = []
            for turn, text in enumerate(["cho mình 1 hoa", "tên Lan 0901234567", "chốt", "xin chào"]):
                body = {**who, "message_id": f"{number}-{turn}", "text": text}
                answer = http.post("/api/chat/messages", json=body)
                seen.append((answer.status_code, answer.text))
                if answer.status_code == 200:
                    who = {k: answer.json()[k] for k in ("conversation_id", "visitor_token")}
                else:
                    who = {}
            return seen

        chats = [pool.submit(chat, number) for number in range(4)]
        resets = [pool.submit(lambda: http.post(RESET, json=content).status_code) for _ in range(5)]
        statuses = [reset.result() for reset in resets]
        answers = [answer for chat_ in chats for answer in chat_.result()]

        assert statuses == [200] * 5
        assert [text for status, text in answers if status >= 500 and status != 503] == []
        after = http.post("/api/chat/messages", json={"message_id": "z", "text": "cho mình 3 ly"}).json()
        assert after["state"]["cart"]["subtotal"] == 90_000
