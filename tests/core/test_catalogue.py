"""Products as staff and programs edit them: fields, options and variants, archiving; and how they are found."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from core.actor import Actor
from core.audit import AuditEntry
from core.catalogue.editing import change_product
from core.catalogue.finding import Wish, find_by_wish
from core.catalogue.search import search_products
from core.db import Database
from core.errors import NotAllowed
from tests.small_shop import cart_body, desk_app, fill

SHIRT = {
    "sku": "AT-01", "name": "Áo thun cổ tròn", "name_en": "Crew neck tee", "category": "Áo", "brand": "Mộc",
    "description": "Vải cotton thoáng mát, giặt máy được.",
    "options": [
        {"name": "Màu", "name_en": "Colour", "values": ["Đen", "Trắng"]},
        {"name": "Cỡ", "name_en": "Size", "values": ["M", "L"]},
    ],
    "variants": [
        {
            "sku": "AT-01-DEN-M", "options": {"Màu": "Đen", "Cỡ": "M"}, "price": 108_000, "cost": 60_000,
            "stock": {"A": 5},
        },
        {"sku": "AT-01-DEN-L", "options": {"Màu": "Đen", "Cỡ": "L"}, "price": 108_000},
    ],
}  # fmt: skip
LAMP = {
    "sku": "DN-9", "name": "Đèn ngủ gốm", "name_en": "Ceramic night lamp", "category": "Đèn",
    "variants": [{"sku": "DN-9", "price": 250_000}],
}  # fmt: skip


@pytest.fixture
def api(db: Database) -> Iterator[TestClient]:
    key = fill(db)
    headers = {"Authorization": f"Bearer {key}"}
    with TestClient(desk_app(db), raise_server_exceptions=False, headers=headers) as client:
        for product in (SHIRT, LAMP):
            assert client.post("/api/v1/products", json=product).status_code == 201
        yield client


def refused(answer: Any, code: str) -> dict[str, Any]:
    error: dict[str, Any] = answer.json()["error"]
    assert error["code"] == code, answer.text
    return error


def skus(product: Any) -> list[str]:
    return [variant["sku"] for variant in product["variants"]]


def found(api: TestClient, text: str, **query: str) -> list[str]:
    answer = api.get("/api/v1/products", params={"q": text, **query})
    return [product["sku"] for product in answer.json()["items"]]


def test_a_change_is_told_by_its_etag_found_by_its_words_and_written_down(
    api: TestClient, db: Database
) -> None:
    seen = api.get("/api/v1/products/AT-01").headers["ETag"]

    changed = api.patch(
        "/api/v1/products/AT-01",
        json={"name": "Áo phông cổ tim", "specifications": [{"name": "Chất liệu", "value": "linen"}]},
        headers={"If-Match": seen},
    )
    late = api.patch("/api/v1/products/AT-01", json={"brand": "Nắng"}, headers={"If-Match": seen})

    assert changed.status_code == 200
    assert changed.headers["ETag"] != seen
    assert late.status_code == 409
    refused(late, "product_changed_meanwhile")
    assert found(api, "ao phong co tim") == ["AT-01"]
    assert api.get("/api/v1/products/AT-01").json()["brand"] == "Mộc"
    with db.read_transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "product.changed")).one()
    assert entry.data["before"]["name"] == "Áo thun cổ tròn"
    assert entry.data["after"]["name"] == "Áo phông cổ tim"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "nothing_to_change"),
        ({"vat_class": "eleven"}, "request_invalid"),
        ({"name": " "}, "request_invalid"),
        ({"related": ["NONE"]}, "product_not_found"),
        ({"status": "archived"}, "request_invalid"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(api: TestClient, body: dict[str, Any], code: str) -> None:
    refused(api.patch("/api/v1/products/AT-01", json=body), code)


def test_profit_is_worked_out_from_price_vat_and_cost(api: TestClient) -> None:
    first, second = api.get("/api/v1/products/AT-01").json()["variants"]

    assert (first["profit"], first["margin_bp"]) == (40_000, 4_000)
    assert (second["profit"], second["margin_bp"]) == (None, None)
    dearer = api.patch("/api/v1/variants/AT-01-DEN-L", json={"price": 216_000, "cost": 250_000}).json()
    assert (dearer["profit"], dearer["margin_bp"]) == (-50_000, -2_500)
    assert api.patch("/api/v1/variants/AT-01-DEN-L", json={"cost": None}).json()["profit"] is None


def test_a_variant_is_changed_by_the_version_that_was_seen(api: TestClient) -> None:
    seen = api.get("/api/v1/variants/AT-01-DEN-M").headers["ETag"]

    assert (
        api.patch("/api/v1/variants/AT-01-DEN-M", json={"price": 1}, headers={"If-Match": seen}).status_code
        == 200
    )
    late = api.patch("/api/v1/variants/AT-01-DEN-M", json={"price": 2}, headers={"If-Match": seen})

    refused(late, "variant_changed_meanwhile")
    assert api.get("/api/v1/variants/AT-01-DEN-M").json()["price"] == 1


def test_the_missing_variants_of_all_combinations_are_made_once(api: TestClient) -> None:
    made = api.post("/api/v1/products/AT-01/variants/missing", json={"cost": 50_000})

    assert skus(made.json()) == ["AT-01-DEN-M", "AT-01-DEN-L", "AT-01-TRANG-M", "AT-01-TRANG-L"]
    assert made.json()["variants"][2]["price"] == 108_000
    assert made.json()["variants"][2]["option_values_en"] == {"Colour": "Trắng", "Size": "M"}
    refused(api.post("/api/v1/products/AT-01/variants/missing", json={}), "no_variant_missing")


def test_new_variants_need_a_price_where_those_there_differ(api: TestClient) -> None:
    api.patch("/api/v1/variants/AT-01-DEN-L", json={"price": 120_000})

    refused(api.post("/api/v1/products/AT-01/variants/missing", json={}), "price_missing")
    assert len(skus(api.get("/api/v1/products/AT-01").json())) == 2


def test_an_option_value_is_added_renamed_everywhere_and_removed_with_its_variants(api: TestClient) -> None:
    values = "/api/v1/products/AT-01/option-values"
    added = api.post(values, json={"option": "Màu", "value": "Đỏ", "value_en": "Red"})
    api.post("/api/v1/products/AT-01/variants/missing", json={"price": 99_000})
    renamed = api.patch(
        values, json={"option": "Màu", "value": "Đỏ", "new_value": "Đỏ đô", "new_value_en": "Wine"}
    )

    assert added.status_code == 201
    red = [v for v in renamed.json()["variants"] if v["option_values"]["Màu"] == "Đỏ đô"]
    assert [v["option_values_en"]["Colour"] for v in red] == ["Wine", "Wine"]
    assert found(api, "wine") == ["AT-01"]
    removed = api.delete(values, params={"option": "Màu", "value": "Đỏ đô"})
    assert "Đỏ đô" not in removed.json()["options"][0]["values"]
    assert len(skus(removed.json())) == 4
    assert found(api, "wine") == []


def test_a_value_whose_variants_have_a_history_stays(api: TestClient) -> None:
    api.post("/api/v1/products/AT-01/variants/missing", json={})

    answer = api.delete("/api/v1/products/AT-01/option-values", params={"option": "Màu", "value": "Đen"})

    assert refused(answer, "variant_in_use")["data"]["skus"] == ["AT-01-DEN-M", "AT-01-DEN-L"]
    assert len(skus(api.get("/api/v1/products/AT-01").json())) == 4


def test_an_option_comes_with_a_value_for_what_is_there_and_goes_when_nothing_becomes_the_same(
    api: TestClient,
) -> None:
    options = "/api/v1/products/AT-01/options"
    added = api.post(options, json={"name": "Vải", "value": "Cotton"}).json()

    assert [v["option_values"]["Vải"] for v in added["variants"]] == ["Cotton", "Cotton"]
    refused(api.post(options, json={"name": "vải", "value": "x"}), "option_taken")
    refused(api.post(options, json={"name": "Kiểu", "value": "x"}), "too_many_options")
    refused(api.delete(options, params={"option": "Cỡ"}), "variants_would_be_same")
    assert len(api.delete(options, params={"option": "Vải"}).json()["options"]) == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"sku": "N", "price": 1, "option_values": {"Màu": "Đen"}}, "options_incomplete"),
        ({"sku": "N", "price": 1, "option_values": {"Màu": "Tím", "Cỡ": "M"}}, "option_value_not_found"),
        ({"sku": "N", "price": 1, "option_values": {"Màu": "Đen", "Cỡ": "M"}}, "variant_exists"),
        ({"sku": "HOA-1", "price": 1, "option_values": {"Màu": "Trắng", "Cỡ": "M"}}, "sku_taken"),
    ],
)
def test_a_variant_must_fit_its_product(api: TestClient, body: dict[str, Any], code: str) -> None:
    refused(api.post("/api/v1/products/AT-01/variants", json=body), code)


def test_a_product_on_open_orders_or_in_stock_is_not_archived_unasked(api: TestClient) -> None:
    cart = api.post("/api/v1/carts", json=cart_body("AT-01-DEN-M")).json()
    quote = api.post(f"/api/v1/carts/{cart['id']}/quotes").json()
    order = api.post("/api/v1/orders", json={"quote_id": quote["id"]}).json()

    named = refused(api.post("/api/v1/products/AT-01/archive"), "product_on_open_orders")
    assert named["data"]["orders"] == [order["code"]]
    api.post(f"/api/v1/orders/{order['code']}/cancel", json={})
    assert refused(api.post("/api/v1/products/AT-01/archive"), "product_in_stock")["data"]["on_hand"] == 5
    assert api.post("/api/v1/products/AT-01/archive?keep_stock=true").json()["status"] == "archived"


def test_an_archived_product_is_not_found_or_sold_until_it_is_restored(api: TestClient, db: Database) -> None:
    assert api.post("/api/v1/products/DN-9/archive").status_code == 200

    assert found(api, "den ngu") == []
    assert found(api, "den ngu", status="archived") == ["DN-9"]
    with db.read_transaction() as session:
        assert find_by_wish(session, Wish("đèn ngủ")) == []
    refused(api.post("/api/v1/carts", json=cart_body("DN-9")), "variant_not_found")
    refused(api.post("/api/v1/products/DN-9/archive"), "product_already_archived")
    api.post("/api/v1/products/DN-9/restore")
    assert found(api, "den ngu") == ["DN-9"]
    assert api.post("/api/v1/carts", json=cart_body("DN-9")).status_code == 201


def test_sales_staff_may_not_change_products(db: Database, now: datetime) -> None:
    fill(db)

    with db.transaction() as session, pytest.raises(NotAllowed):
        change_product(
            session, sku="HOA", changes={"name": "X"}, actor=Actor("staff", "s", "Vy", "sales"), now=now
        )


@pytest.mark.parametrize(
    ("text", "sku"),
    [
        ("áo thun", "AT-01"), ("ao thun den", "AT-01"), ("thun ao", "AT-01"), ("black", "AT-01"),
        ("đen size L", "AT-01"), ("crew tee", "AT-01"), ("at-01-den", "AT-01"), ("at01denl", "AT-01"),
        ("ceramc", "DN-9"), ("dèn ngủ", "DN-9"), ("lmap", "DN-9"), ("gốmm", "DN-9"), ("cera", "DN-9"),
    ],
)  # fmt: skip
def test_the_desk_finds_by_words_begun_folded_misspelt_and_in_other_languages(
    api: TestClient, text: str, sku: str
) -> None:
    assert sku in found(api, text)


@pytest.mark.parametrize(
    "text", ["đèn pin", "size XL", "%", "'; DROP", '"', "name_words : x", "* OR *", "NOT áo", "()"]
)
def test_what_is_not_there_is_not_found_and_marks_are_no_language(api: TestClient, text: str) -> None:
    assert found(api, text) == []


def test_any_text_may_be_looked_for_on_both_databases(api: TestClient, db: Database) -> None:
    with db.read_transaction() as session:
        for text in (
            "\u0e01\u0e34",
            "𝒳",
            "ﬁ",
            "Ⅳ",
            "한",
            "a'b’c",
            "ß",
            "_",
            "x" * 200,
            "İ",
            "١٢",
            "\U0001f600 áo",
        ):
            search_products(session, text=text)
            find_by_wish(session, Wish(text))
