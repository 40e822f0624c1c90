"""The shop's own pages: what a public key shows, and an order from cart to state; how much a key may ask."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.app import create_app
from bot.bootstrap import build_parts
from core.api.access import Desk
from core.api.auth import create_key
from core.api.limits import RequestLimits, TooManyRequests
from core.clock import utc_now
from core.db import Database
from core.errors import Invalid
from core.settings import Settings
from tests.small_shop import OneTown, cart_body, desk_app, fill

SHOP = "/api/v1/storefront"


@pytest.fixture
def admin(db: Database) -> Iterator[TestClient]:
    headers = {"Authorization": f"Bearer {fill(db)}"}
    with TestClient(desk_app(db), raise_server_exceptions=False, headers=headers) as client:
        yield client


@pytest.fixture
def page(admin: TestClient) -> Iterator[TestClient]:
    made = admin.post("/api/v1/api-keys", json={"name": "website", "scopes": ["storefront"]})
    assert made.status_code == 201, made.text
    headers = {"Authorization": f"Bearer {made.json()['key']}"}
    with TestClient(admin.app, raise_server_exceptions=False, headers=headers) as client:
        yield client


def started(page: TestClient, **changes: Any) -> tuple[str, dict[str, str]]:
    cart = page.post(f"{SHOP}/carts", json=cart_body(**changes))
    assert cart.status_code == 201, cart.text
    return cart.json()["id"], {"X-Cart-Token": cart.json()["token"]}


def placed(page: TestClient) -> tuple[str, dict[str, str]]:
    cart_id, token = started(page)
    quote = page.post(f"{SHOP}/carts/{cart_id}/quotes", headers=token).json()
    order = page.post(f"{SHOP}/orders", json={"quote_id": quote["id"]}, headers=token)
    assert order.status_code == 201, order.text
    return order.json()["order"]["code"], token


def test_products_are_shown_without_what_is_the_shops_own_business(page: TestClient) -> None:
    found = page.get(f"{SHOP}/products", params={"q": "hoa"}).json()["items"]

    assert [p["sku"] for p in found] == ["HOA"]
    assert found[0]["variants"][0]["available"] == 10, "there are 20, and nobody is told"
    assert "cost" not in found[0]["variants"][0]
    assert page.get(f"{SHOP}/products/HOA-1").json() == found[0]
    assert page.get(f"{SHOP}/products/NONE").status_code == 404
    assert [len(page.get(f"{SHOP}/products", params={"limit": 1}).json()["items"])] == [1]
    stock = page.get(f"{SHOP}/availability", params={"sku": ["HOA-1", "LY-1"]}).json()
    assert {row["sku"]: row["available"] for row in stock} == {"HOA-1": 10, "LY-1": 10}


def test_an_order_from_cart_to_its_state(admin: TestClient, page: TestClient) -> None:
    cart_id, token = started(page, quantity=2)
    quote = page.post(f"{SHOP}/carts/{cart_id}/quotes", headers=token).json()
    assert (quote["subtotal"], quote["shipping_fee"], quote["total"]) == (100_000, 20_000, 120_000)

    once = {**token, "Idempotency-Key": "a-key-of-this-visit"}
    answers = [
        page.post(f"{SHOP}/orders", json={"quote_id": quote["id"]}, headers=h) for h in (once, once, token)
    ]

    assert [a.status_code for a in answers] == [201] * 3
    assert len({a.json()["order"]["code"] for a in answers}) == 1
    code = answers[0].json()["order"]["code"]
    assert answers[0].json()["token"] == token["X-Cart-Token"]
    admin.post(f"/api/v1/orders/{code}/pack")
    seen = page.get(f"{SHOP}/orders/{code}", headers=token).json()
    assert (seen["status"], seen["fulfilment_state"], seen["parcels"]) == ("processing", "packed", [])
    assert admin.get(f"/api/v1/orders/{code}").json()["sales_channel"] == "website"


def test_without_the_token_nothing_of_a_visit_is_seen(admin: TestClient, page: TestClient) -> None:
    code, _token = placed(page)
    cart_id, own = started(page)
    quote = page.post(f"{SHOP}/carts/{cart_id}/quotes", headers=own).json()
    _other_cart, other = started(page)

    for answer in (
        page.get(f"{SHOP}/orders/{code}", headers=other),
        page.get(f"{SHOP}/orders/DH9999", headers=other),
        page.post(f"{SHOP}/carts/{cart_id}/quotes", headers=other),
        page.post(f"{SHOP}/orders", json={"quote_id": quote["id"]}, headers=other),
    ):
        assert answer.status_code == 404
    assert page.get(f"{SHOP}/orders/{code}").status_code == 422
    cart = admin.post("/api/v1/carts", json=cart_body()).json()
    of_api = admin.post(f"/api/v1/carts/{cart['id']}/quotes").json()
    assert page.post(f"{SHOP}/orders", json={"quote_id": of_api["id"]}, headers=other).status_code == 404


def test_a_public_key_opens_nothing_else(admin: TestClient, page: TestClient) -> None:
    document = admin.get("/openapi.json").json()
    plenty = RequestLimits(storefront_per_minute=100_000)
    page.app.state.desk = replace(page.app.state.desk, limits=plenty)  # type: ignore[attr-defined]
    for path, methods in document["paths"].items():
        if (
            path.startswith("/api/v1/")
            and not path.startswith((SHOP, "/api/v1/webhooks/"))
            and "get" in methods
        ):
            answer = page.get(path.replace("{", "").replace("}", ""), params={"q": "x", "sku": "HOA-1"})
            assert answer.status_code in (403, 422), path
            assert answer.json()["error"]["code"] in ("scope_missing", "request_invalid")
    assert page.post("/api/v1/carts", json=cart_body()).status_code == 403
    assert page.post("/api/v1/api-keys", json={"name": "x", "scopes": ["all"]}).status_code == 403


def test_a_public_key_is_mixed_with_nothing_and_may_be_kept_to_its_sites(
    admin: TestClient, db: Database
) -> None:
    for scopes, origins, reason in (
        (["storefront", "orders"], [], "scope_mixed"),
        (["orders"], ["https://myshop.vn"], "origins_unused"),
        (["storefront"], ["myshop.vn"], "origin_invalid"),
        (["everything"], [], "scope_unknown"),
    ):
        answer = admin.post("/api/v1/api-keys", json={"name": "x", "scopes": scopes, "origins": origins})
        assert answer.json()["error"]["code"] == reason
    with db.transaction() as session:
        key = create_key(
            session, name="w", scopes=["storefront"], origins=["https://myshop.vn"], now=utc_now()
        )
    assert key.startswith("pk_")

    def ask(**headers: str) -> int:
        given = {"Authorization": f"Bearer {key}", **headers}
        return admin.get(f"{SHOP}/products", headers=given).status_code

    assert (ask(), ask(Origin="https://myshop.vn"), ask(Origin="https://other.vn")) == (200, 200, 403)


def test_a_revoked_key_opens_nothing_any_more(admin: TestClient) -> None:
    key = admin.post("/api/v1/api-keys", json={"name": "x", "scopes": ["products"]}).json()["key"]
    headers = {"Authorization": f"Bearer {key}"}
    assert admin.get("/api/v1/products", headers=headers).status_code == 200
    listed = admin.get("/api/v1/api-keys").json()["items"]
    assert key not in str(listed)

    admin.post(f"/api/v1/api-keys/{listed[-1]['id']}/revoke")

    assert admin.get("/api/v1/products", headers=headers).status_code == 401


def test_pages_of_allowed_sites_may_ask_and_others_may_not(tmp_path: Path) -> None:
    settings = Settings(
        _env_file=None, data_dir=tmp_path, embeddings="lexical", allowed_origins="https://myshop.vn"
    )
    parts = build_parts(settings)
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key,x-cart-token",
    }
    client = TestClient(create_app(parts, with_worker=False))
    allowed = client.options(f"{SHOP}/carts", headers={**asked, "Origin": "https://myshop.vn"})
    refused = client.options(f"{SHOP}/carts", headers={**asked, "Origin": "https://other.vn"})
    parts.close()

    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "https://myshop.vn"
    assert refused.status_code == 400
    assert "access-control-allow-origin" not in refused.headers


def test_a_key_that_asks_too_much_is_told_to_wait(db: Database) -> None:
    now = [0.0]
    key = fill(db)
    app = desk_app(db)
    limits = RequestLimits(per_minute=30, storefront_per_minute=12, clock=lambda: now[0])
    app.state.desk = Desk(db, utc_now, OneTown(), limits=limits)
    with TestClient(app, headers={"Authorization": f"Bearer {key}"}) as client:
        answers = [client.get("/api/v1/products") for _ in range(6)]
        other = client.get("/api/v1/products", headers={"Authorization": "Bearer ck_other"})
        now[0] += float(answers[-1].headers["Retry-After"])
        later = client.get("/api/v1/products")

    assert [a.status_code for a in answers] == [200] * 5 + [429]
    assert answers[-1].json()["error"]["code"] == "too_many_requests"
    assert (other.status_code, later.status_code) == (401, 200)


def test_visitors_of_one_public_key_do_not_use_up_each_others_turns() -> None:
    limits = RequestLimits(storefront_per_minute=6, clock=lambda: 0.0)

    limits.take("pk_x", "1.1.1.1")
    with pytest.raises(TooManyRequests):
        limits.take("pk_x", "1.1.1.1")
    limits.take("pk_x", "2.2.2.2")
    for number in range(20_000):
        limits.take(f"ck_{number}", "")


def test_a_key_for_nothing_is_refused(sqlite_db: Database) -> None:
    with sqlite_db.transaction() as session, pytest.raises(Invalid):
        create_key(session, name="x", scopes=[], now=utc_now())
