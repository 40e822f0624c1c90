"""Whatever is sent wherever: a clear refusal in one shape that the OpenAPI document announces, never a 500."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from bot.app import create_app
from core.clock import utc_now
from core.db import Database
from core.orders.models import Order
from core.payments.bank_matching import receive_transfers
from core.ports.bank import TransferNews
from core.settings import Settings
from tests.demo_shop import empty_parts
from tests.hostile import Operation, operations, requests
from tests.small_shop import cart_body, desk_app, fill

ERROR = {"code", "message", "data"}


@dataclass
class Target:
    client: TestClient
    document: dict[str, Any]
    known: dict[str, list[str]]
    accepted: set[str] = field(default_factory=set)

    def only(self, *prefixes: str) -> list[Operation]:
        return [o for o in operations(self.document) if o.path.startswith(prefixes)]

    def send(self, operation: Operation, data: st.DataObject) -> None:
        sent = data.draw(requests(operation, self.document, self.known))
        content_type = data.draw(st.sampled_from(["application/json"] * 9 + ["text/plain", "", "x" * 300]))
        answer = self.client.request(
            operation.method,
            sent.url,
            params=sent.query,
            headers={"Content-Type": sent.content_type or content_type, **sent.headers},
            content=sent.content,
        )
        assert answer.status_code < 500, answer.text
        assert answer.status_code in (405, *(int(s) for s in operation.spec["responses"])), answer.text
        if answer.status_code < 300:
            self.accepted.add(str(operation))
        else:
            assert set(answer.json()["error"]) == ERROR
            assert answer.json()["error"]["message"]


def target(client: TestClient, key: str, db: Database) -> Target:
    client.headers["Authorization"] = f"Bearer {key}"
    cart = client.post("/api/v1/carts", json=cart_body()).json()
    quote = client.post(f"/api/v1/carts/{cart['id']}/quotes").json()
    order = client.post("/api/v1/orders", json={"quote_id": quote["id"]}).json()
    variants = [{"sku": f"HOP-{value}", "price": 5, "options": {"A": value}} for value in "xy"]
    options = [{"name": "A", "values": ["x", "y", "z"]}]
    client.post(
        "/api/v1/products", json={"sku": "HOP", "name": "Hộp", "options": options, "variants": variants}
    )
    table = {"file": ("a.csv", b"sku,name,price\nB1,Bi,5\n")}
    imported = client.post("/api/v1/imports/products", files=table).json()
    known_money = money(client, order["code"], db)
    document = client.get("/openapi.json").json()
    answer = {"question": "Mấy giờ mở cửa?", "answer": "8 giờ."}
    faq = client.post("/api/v1/knowledge/faqs", json={"texts": {"vi": answer}}).json()
    lines = [{"sku": "HOA-1", "quantity": 2}]
    client.post("/api/v1/warehouses", json={"code": "B", "name": "Kho B"})
    body = {"source": "A", "destination": "B", "lines": lines}
    transfers = [client.post("/api/v1/transfers", json=body).json()["code"] for _ in range(2)]
    client.post(f"/api/v1/transfers/{transfers[1]}/send")
    count = client.post("/api/v1/stock-counts", json={"warehouse_code": "A"}).json()["code"]
    soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    kept = {"sku": "HOA-1", "warehouse_code": "A", "quantity": 1, "reason": "x", "expires_at": soon}
    hold = client.post("/api/v1/holds", json=kept).json()["code"]
    bought = purchases(client)
    hooks = {"url": "https://myshop.vn/hooks", "events": ["order.placed"]}
    endpoint = client.post("/api/v1/webhook-endpoints", json=hooks).json()
    visit = client.post("/api/v1/storefront/carts", json=cart_body()).json()
    client.post("/api/v1/api-keys", json={"name": "other", "scopes": ["products"]})
    other_key = client.get("/api/v1/api-keys").json()["items"][-1]["id"]
    website = {
        "suppliers.code": bought[:1], "purchase-orders.code": bought[1:3], "purchase-receipts.code": bought[3:],
        "storefront.cart_id": [visit["id"]], "supplier": bought[:1], "endpoint_id": [endpoint["id"]],
        "X-Cart-Token": [visit["token"]], "event": ["order.placed"], "key_id": [other_key],
        "quote_id": [quote["id"]], "events": ["order.placed"], "scopes": ["products"], "phone": ["0901234567"],
        "tax_code": ["0100109106"], "email": ["lan@myshop.vn"], "url": ["https://myshop.vn/hooks"],
        "expected_on": [f"{utc_now() + timedelta(days=5):%Y-%m-%d}"],
    }  # fmt: skip
    known = {
        "transfer": transfers, "count": [count], "hold": [hold], "warehouse": ["A", "B"],
        "code": [order["code"]], "sku": ["HOA-1", "HOP"], "cart_id": [cart["id"]], "carrier": ["ghn"],
        "customer_id": [order["customer_id"]], "idempotency-key": ["k1"], "limit": ["1", "200"],
        "if-match": ["*"], "import_id": [imported["id"]], "status": ["active"], "format": ["csv"],
        "keep_stock": ["true"],
        "kind": ["products", "stock", "customers", "orders"], "option": ["A"], "value": ["x"], "name": ["x"],
        **known_money, **website, "cursor": [order["id"]], "faq_id": [faq["id"]], "q": ["hoa"], "language": ["vi"],
    }  # fmt: skip
    return Target(client, document, known)


def money(client: TestClient, code: str, db: Database) -> dict[str, list[str]]:
    """A refund, a return and a transfer that wait, so that their steps get past the door."""
    cart = client.post("/api/v1/carts", json=cart_body()).json()
    quote = client.post(f"/api/v1/carts/{cart['id']}/quotes").json()
    other = client.post("/api/v1/orders", json={"quote_id": quote["id"]}).json()
    news = TransferNews("1", "in", 1_000, "x", "", "", utc_now())
    with db.transaction() as session:
        session.execute(
            update(Order)
            .where(Order.id == other["id"])
            .values(status="processing", fulfilment_state="delivered", delivered_at=utc_now())
        )
        receive_transfers(session, bank="sepay", news=[news], now=utc_now())
    line = {"sku": "HOA-1", "quantity": 1}
    request = client.post("/api/v1/returns", json={"order": other["code"], "lines": [line]}).json()
    client.post(f"/api/v1/orders/{code}/payments", json={"amount": 1_000, "reference": "FT"})
    refund = client.post(f"/api/v1/orders/{code}/refunds", json={"amount": 100}).json()
    return {
        "refund_code": [refund["code"]], "return_code": [request["code"]], "transfer_code": ["NH1001"],
        "bank": ["sepay"],
    }  # fmt: skip


def purchases(client: TestClient) -> list[str]:
    """Codes of a supplier, a draft, a confirmed order and its receipt."""
    supplier = client.post("/api/v1/suppliers", json={"name": "NCC"}).json()["code"]
    lines = [{"sku": "HOA-1", "quantity": 9, "unit_price": 5}]
    body = {"supplier": supplier, "lines": lines}
    draft, other = (client.post("/api/v1/purchase-orders", json=body).json()["code"] for _ in range(2))
    day = (utc_now() + timedelta(days=9)).date().isoformat()
    client.post(f"/api/v1/purchase-orders/{other}/confirm", json={"expected_on": day})
    one = {"lines": [{"sku": "HOA-1", "quantity": 1}]}
    receipt = client.post(f"/api/v1/purchase-orders/{other}/receipts", json=one).json()["receipt"]["code"]
    return [supplier, draft, other, receipt]


@pytest.fixture
def api(db: Database) -> Iterator[Target]:
    with TestClient(desk_app(db), raise_server_exceptions=False) as client:
        yield target(client, fill(db, stock=100_000), db)


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Target]:
    parts = empty_parts(Settings(_env_file=None, data_dir=tmp_path, embeddings="lexical", allow_reset=True))
    key = fill(parts.db, stock=100_000)
    with TestClient(create_app(parts, with_worker=False), raise_server_exceptions=False) as client:
        yield target(client, key, parts.db)
    parts.db.close()


def attack(aim: Target, found: list[Operation], examples: int) -> None:
    for operation in found:

        def send(data: st.DataObject, operation: Operation) -> None:
            aim.send(operation, data)

        bound = settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        bound(given(data=st.data(), operation=st.just(operation))(send))()


@pytest.mark.parametrize("db", ["postgresql"], indirect=True)
def test_every_endpoint_of_the_order_desk(api: Target) -> None:
    tried(api, examples=4, share=0.25)


@pytest.mark.slow
def test_every_endpoint_of_the_order_desk_at_length(api: Target) -> None:
    tried(api, examples=12, share=0.4)


def tried(api: Target, *, examples: int, share: float) -> None:
    found = api.only("/api/v1/", "/healthz", "/metrics")

    assert len(found) > 30
    attack(api, found, examples)
    # Some of it must get past the doors, or nothing was tried. What edits one part of one thing seldom does.
    assert len(api.accepted) > len(found) * share, api.accepted


def test_the_chat_and_the_reset(whole: Target) -> None:
    found = whole.only("/api/chat/", "/api/v1/test/")

    assert {o.path for o in found} == {"/api/chat/messages", "/api/chat/stream", "/api/v1/test/reset"}
    attack(whole, found, examples=25)
