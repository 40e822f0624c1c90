"""What the API promises to every caller: creating once, pages, bounds, the truth about itself."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from bot.app import create_app
from bot.bootstrap import Parts
from core.db import Database
from core.settings import Settings
from tests.demo_shop import empty_parts
from tests.small_shop import cart_body, desk_app, fill, served


@pytest.fixture
def key(db: Database) -> str:
    return fill(db)


@pytest.fixture
def api(db: Database, key: str) -> Iterator[TestClient]:
    headers = {"Authorization": f"Bearer {key}"}
    with TestClient(desk_app(db), raise_server_exceptions=False, headers=headers) as client:
        yield client


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    parts = empty_parts(Settings(_env_file=None, data_dir=tmp_path, embeddings="lexical", allow_reset=True))
    yield parts
    parts.db.close()


def creating(api: TestClient) -> list[tuple[str, Any]]:
    """A right request for each endpoint that creates."""
    cart = api.post("/api/v1/carts", json=cart_body(payment_method="bank_transfer")).json()
    quote = api.post(f"/api/v1/carts/{cart['id']}/quotes").json()
    code = api.post("/api/v1/orders", json={"quote_id": quote["id"]}).json()["code"]
    other = api.post("/api/v1/carts", json=cart_body()).json()
    other_quote = api.post(f"/api/v1/carts/{other['id']}/quotes").json()
    return [
        (f"/api/v1/orders/{code}/payments", {"amount": 1_000, "reference": "FT1"}),
        ("/api/v1/products", {"sku": "MOI", "name": "Mới", "variants": [{"sku": "MOI-1", "price": 1}]}),
        ("/api/v1/stock/receipts", {"sku": "HOA-1", "warehouse_code": "A", "quantity": 5}),
        (
            "/api/v1/stock/adjustments",
            {"sku": "HOA-1", "warehouse_code": "A", "change": 1, "reason": "count"},
        ),
        ("/api/v1/customers", {"name": "Lan", "user_id": "7"}),
        ("/api/v1/carts", cart_body()),
        (f"/api/v1/carts/{other['id']}/quotes", None),
        ("/api/v1/orders", {"quote_id": other_quote["id"]}),
    ]


def test_every_creating_request_may_be_repeated_under_its_key(api: TestClient) -> None:
    for number, (path, body) in enumerate(creating(api)):
        headers = {"Idempotency-Key": f"k{number}"}

        first, again = (api.post(path, json=body, headers=headers) for _ in range(2))

        assert (first.status_code, again.status_code) == (201, 201), (path, first.text)
        assert first.json() == again.json()


def test_a_key_belongs_to_one_request_at_one_endpoint(api: TestClient) -> None:
    cart = api.post("/api/v1/carts", json=cart_body()).json()
    headers = {"Idempotency-Key": "same"}
    assert api.post(f"/api/v1/carts/{cart['id']}/quotes", headers=headers).status_code == 201

    for path, body in creating(api):
        answer = api.post(path, json=body, headers=headers)

        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "idempotency_key_reused"), path


def test_one_key_at_the_same_moment_creates_once(db: Database, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "k"}
    product = {"sku": "MOI", "name": "Mới", "variants": [{"sku": "MOI-1", "price": 1, "stock": {"A": 3}}]}
    receipt = {"sku": "LY-1", "warehouse_code": "A", "quantity": 5}
    with served(desk_app(db)) as url, httpx.Client(base_url=url, timeout=30) as http:

        def send(path: str, body: Any, name: str) -> tuple[int, str]:
            answer = http.post(path, json=body, headers={**headers, "Idempotency-Key": name})
            return answer.status_code, answer.text

        with ThreadPoolExecutor(12) as pool:
            made = set(pool.map(lambda _: send("/api/v1/products", product, "a"), range(12)))
            received = set(pool.map(lambda _: send("/api/v1/stock/receipts", receipt, "b"), range(12)))

    assert [status for status, _ in made] == [201]
    assert [status for status, _ in received] == [201]
    assert '"on_hand":1000005' in received.pop()[1]


def test_without_a_key_a_race_for_one_sku_has_one_winner_and_plain_refusals(db: Database, key: str) -> None:
    product = {"sku": "MOI", "name": "Mới", "variants": [{"sku": "MOI-1", "price": 1}]}
    headers = {"Authorization": f"Bearer {key}"}
    with (
        served(desk_app(db)) as url,
        httpx.Client(base_url=url, headers=headers, timeout=30) as http,
        ThreadPoolExecutor(12) as pool,
    ):
        answers = list(pool.map(lambda _: http.post("/api/v1/products", json=product), range(12)))

    refused = [a.json()["error"]["code"] for a in answers if a.status_code != 201]
    assert refused == ["sku_taken"] * 11


def pages(api: TestClient, path: str, **query: Any) -> list[list[dict[str, Any]]]:
    found, cursor = [], None
    while True:
        answer = api.get(path, params={**query, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        found.append(answer.json()["items"])
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return found


def test_lists_are_whole_whatever_the_page(api: TestClient) -> None:
    for number in range(7):
        part = {
            "sku": f"P{number}", "name": f"Cốc {number}", "options": [{"name": "Cỡ", "values": ["S", "M", "L"]}],
            "variants": [
                {"sku": f"P{number}-{x}", "options": {"Cỡ": x}, "price": 1, "stock": {"A": 1}} for x in "SML"
            ],
        }  # fmt: skip
        assert api.post("/api/v1/products", json=part).status_code == 201

    for path, query, name, count in (
        ("/api/v1/products", {}, "sku", 9),
        ("/api/v1/products", {"q": "coc"}, "sku", 7),
        ("/api/v1/stock", {}, "sku", 23),
        ("/api/v1/warehouses", {}, "code", 1),
    ):
        for limit in (1, 4, 200):
            found = pages(api, path, limit=limit, **query)

            assert all(len(page) <= limit for page in found)
            assert len({row[name] for page in found for row in page}) == count


def test_a_full_page_says_that_there_is_more(api: TestClient) -> None:
    for number in range(201):
        api.post("/api/v1/customers", json={"name": "Lan", "user_id": str(number)})

    assert [len(page) for page in pages(api, "/api/v1/customers", limit=200)] == [200, 1]


def test_a_made_up_cursor_is_refused(api: TestClient) -> None:
    for path in (
        "orders",
        "products",
        "stock",
        "customers",
        "shipments",
        "invoices",
        "approvals",
        "warehouses",
    ):
        for cursor in ("", "1", "x" * 500, "bm9wZQ", "W10", "'; --", "F" * 32):
            answer = api.get(f"/api/v1/{path}", params={"cursor": cursor})

            assert answer.status_code == 422, (path, cursor)
            assert set(answer.json()["error"]) == {"code", "message", "data"}


def test_a_time_outside_of_the_calendar_is_refused(api: TestClient) -> None:
    assert api.get("/api/v1/orders", params={"placed_from": "0001-01-01T00:00:00"}).status_code == 422


def test_strangers_learn_nothing_from_an_address(api: TestClient) -> None:
    answer = api.post("/api/v1/carts", json=cart_body(address="somewhere?"), headers={"Authorization": ""})

    assert answer.status_code == 401


def test_a_nul_is_refused_on_both_databases(api: TestClient) -> None:
    assert api.post("/api/v1/carts", json=cart_body(note="a\x00b")).status_code == 422
    assert api.post("/api/v1/carts", json=cart_body(name="a\x00b")).status_code == 422


def test_the_document_says_how_to_authenticate_and_what_is_refused(api: TestClient) -> None:
    document = api.get("/openapi.json").json()

    assert document["components"]["securitySchemes"]["ApiKey"]["scheme"] == "bearer"
    for path, methods in document["paths"].items():
        for operation in methods.values():
            if path.startswith("/api/v1/") and "webhooks" not in path:
                assert {"ApiKey": []} in operation["security"]
                assert {"401", "403", "404", "409", "413", "422", "429", "503"} <= set(operation["responses"])
                wrong = operation["responses"]["422"]["content"]["application/json"]["schema"]["$ref"]
                assert wrong.endswith("/ErrorOut")


def test_without_its_database_the_shop_says_so() -> None:
    db = Database("postgresql://nobody@127.0.0.1:1/nothing")
    with TestClient(desk_app(db), raise_server_exceptions=False) as client:
        answers = [
            client.get("/healthz"),
            client.get("/metrics"),
            client.get("/api/v1/orders", headers={"Authorization": "Bearer ck_x"}),
        ]
    db.close()

    assert [a.status_code for a in answers] == [503] * 3
    assert {a.json()["error"]["code"] for a in answers} == {"database_unavailable"}


def test_a_body_is_bounded_with_and_without_its_length(parts: Parts) -> None:
    chunks = (b"x" * 100_000 for _ in range(30))
    with TestClient(create_app(parts, with_worker=False), raise_server_exceptions=False) as client:
        announced = client.post("/api/chat/messages", content=b"x" * 3_000_000)
        dripped = client.post("/api/chat/messages", content=chunks)

    for answer in (announced, dripped):
        assert answer.status_code == 413
        assert set(answer.json()["error"]) == {"code", "message", "data"}
    assert announced.headers["x-content-type-options"] == "nosniff"
