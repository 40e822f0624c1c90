"""The order desk over HTTP, on both databases."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from core.api.auth import create_key
from core.db import Database
from core.orders.models import Order
from tests.small_shop import cart_body, desk_app, fill

HOSTILE: list[Any] = [
    None,
    -1,
    0,
    10**30,
    1.5,
    "",
    "x" * 5000,
    "'; DROP TABLE orders;--",
    "\x00\u202e",
    [],
    {},
    True,
]


@pytest.fixture
def api(db: Database) -> Iterator[TestClient]:
    key = fill(db)
    client = TestClient(
        desk_app(db), raise_server_exceptions=False, headers={"Authorization": f"Bearer {key}"}
    )
    yield client
    client.close()


def place(api: TestClient, **changes: Any) -> dict[str, Any]:
    cart = api.post("/api/v1/carts", json=cart_body(**changes)).json()
    quote = api.post(f"/api/v1/carts/{cart['id']}/quotes").json()
    answer = api.post("/api/v1/orders", json={"quote_id": quote["id"]})
    assert answer.status_code == 201, answer.text
    order: dict[str, Any] = answer.json()
    return order


def test_cart_quote_order(api: TestClient) -> None:
    order = place(api, quantity=2)

    assert (order["subtotal"], order["shipping_fee"], order["total"]) == (100_000, 20_000, 120_000)
    assert order["lines"][0]["sku"] == "HOA-1"
    levels = api.get("/api/v1/stock", params={"sku": "HOA-1"}).json()["items"]
    assert [(x["on_hand"], x["reserved"], x["available"]) for x in levels] == [(20, 2, 18)]


def test_the_same_quote_makes_one_order(api: TestClient, db: Database) -> None:
    cart = api.post("/api/v1/carts", json=cart_body()).json()
    quote = api.post(f"/api/v1/carts/{cart['id']}/quotes").json()

    codes = {api.post("/api/v1/orders", json={"quote_id": quote["id"]}).json()["code"] for _ in range(3)}

    assert len(codes) == 1
    with db.read_transaction() as session:
        assert session.scalar(select(func.count()).select_from(Order)) == 1


def test_a_changed_price_voids_the_quote(api: TestClient) -> None:
    cart = api.post("/api/v1/carts", json=cart_body()).json()
    quote = api.post(f"/api/v1/carts/{cart['id']}/quotes").json()
    api.patch("/api/v1/variants/HOA-1", json={"price": 60_000})

    answer = api.post("/api/v1/orders", json={"quote_id": quote["id"]})

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "price_changed")
    assert api.get("/api/v1/orders").json()["items"] == []


def test_an_idempotency_key_creates_once_and_is_not_lent_out(api: TestClient) -> None:
    headers = {"Idempotency-Key": "k1"}
    body = {"sku": "HOA-1", "warehouse_code": "A", "quantity": 5}

    first = api.post("/api/v1/stock/receipts", json=body, headers=headers).json()
    again = api.post("/api/v1/stock/receipts", json=body, headers=headers).json()
    other = api.post("/api/v1/stock/receipts", json={**body, "quantity": 6}, headers=headers)

    assert first == again
    assert first["on_hand"] == 25
    assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_key_reused")


def test_stock_never_goes_below_what_is_promised(api: TestClient) -> None:
    place(api, quantity=15)

    answer = api.post(
        "/api/v1/stock/adjustments",
        json={"sku": "HOA-1", "warehouse_code": "A", "change": -10, "reason": "count"},
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "stock_reserved")


def test_too_much_is_refused_by_sku(api: TestClient) -> None:
    cart = api.post("/api/v1/carts", json=cart_body(quantity=21)).json()

    answer = api.post(f"/api/v1/carts/{cart['id']}/quotes")

    assert answer.status_code == 409
    assert answer.json()["error"]["data"]["lines"] == [{"sku": "HOA-1", "asked": 21, "available": 20}]


def test_a_doubtful_address_is_refused_with_what_is_missing(api: TestClient) -> None:
    answer = api.post("/api/v1/carts", json=cart_body(address="somewhere?"))

    assert (answer.status_code, answer.json()["error"]["data"]["missing"]) == (422, ["ward"])


def test_steps_only_go_forwards_and_cancelling_gives_stock_back(api: TestClient) -> None:
    code = place(api, quantity=3)["code"]

    cancelled = api.post(f"/api/v1/orders/{code}/cancel", json={"reason": "changed mind"}).json()

    assert cancelled["order"]["status"] == "cancelled"
    assert api.post(f"/api/v1/orders/{code}/pack").status_code == 409
    assert api.get("/api/v1/stock", params={"sku": "HOA-1"}).json()["items"][0]["available"] == 20


def test_pages_follow_a_cursor(api: TestClient) -> None:
    codes = [place(api)["code"] for _ in range(5)]

    seen, cursor = [], None
    while True:
        page = api.get("/api/v1/orders", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [order["code"] for order in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert seen == codes[::-1]


def test_keys_and_scopes(api: TestClient, db: Database, now: Any) -> None:
    with db.transaction() as session:
        narrow = create_key(session, name="narrow", scopes=["products"], now=now)

    nobody = api.get("/api/v1/orders", headers={"Authorization": ""})
    wrong = api.get("/api/v1/orders", headers={"Authorization": "Bearer ck_wrong"})
    outside = api.get("/api/v1/orders", headers={"Authorization": f"Bearer {narrow}"})

    assert [r.status_code for r in (nobody, wrong, outside)] == [401, 401, 403]
    assert set(nobody.json()["error"]) == {"code", "message", "data"}


@pytest.mark.parametrize(
    ("method", "path", "field"),
    [
        ("POST", "/api/v1/carts", "name"),
        ("POST", "/api/v1/carts", "phone"),
        ("POST", "/api/v1/carts", "address"),
        ("POST", "/api/v1/carts", "lines"),
        ("POST", "/api/v1/carts", "payment_method"),
        ("POST", "/api/v1/orders", "quote_id"),
        ("POST", "/api/v1/stock/receipts", "quantity"),
        ("POST", "/api/v1/stock/adjustments", "change"),
        ("POST", "/api/v1/customers", "user_id"),
        ("POST", "/api/v1/products", "sku"),
        ("PATCH", "/api/v1/variants/HOA-1", "price"),
        ("POST", "/api/v1/orders/NOPE/payments", "amount"),
        ("PUT", "/api/v1/orders/NOPE/invoice-request", "tax_code"),
        ("POST", "/api/v1/approvals/NOPE/approve", "note"),
    ],
)
def test_bad_input_is_refused_in_one_shape_and_never_breaks(
    api: TestClient, method: str, path: str, field: str
) -> None:
    bodies: list[Any] = [{**cart_body(), field: value} for value in HOSTILE]
    bodies += [{field: value} for value in HOSTILE] + [None, [], "text", 7]

    for body in bodies:
        try:
            answer = api.request(method, path, json=body)
        except ValueError:
            continue
        assert answer.status_code < 500, (body, answer.text)
        if answer.status_code >= 400:
            assert set(answer.json()["error"]) == {"code", "message", "data"}


@pytest.mark.parametrize(
    "path", ["orders", "products", "stock", "customers", "shipments", "invoices", "approvals"]
)
def test_lists_refuse_bad_cursors_and_limits(api: TestClient, path: str) -> None:
    for query in ({"limit": 0}, {"limit": 10**9}, {"limit": "x"}, {"cursor": "x" * 500}):
        assert api.get(f"/api/v1/{path}", params=query).status_code in (200, 422)
    for thing in ("x", "x" * 3000, "%00", "..%2f"):
        assert api.get(f"/api/v1/{path}/{thing}").status_code in (400, 404, 405, 422)


def test_the_api_describes_itself(api: TestClient) -> None:
    paths = api.get("/openapi.json").json()["paths"]

    assert {"/api/v1/orders", "/api/v1/carts", "/api/v1/products", "/api/v1/invoices"} <= set(paths)
