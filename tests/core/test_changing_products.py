"""A table may change products of the shop, when that is asked for: by SKU, and never their stock or options."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from core.actor import Actor
from core.audit import AuditEntry
from core.catalogue.models import Product, Variant
from core.catalogue.queries import get_product
from core.db import Database
from core.errors import Invalid
from core.exchange.sheets import ImportRefused
from core.stock.models import StockLevel
from tests.core.test_exchange import GOODS, HEADER, _key, api, bring, shop, work_off
from tests.small_shop import desk_app

__all__ = ["api", "shop"]
COLUMNS = "sku,product_sku,name,vat,aliases,description,on_sale,option1_name,option1_value,price,cost,weight_g,stock:A"


@pytest.fixture
def goods(shop: Database) -> Database:
    bring(shop, GOODS)
    return shop


def change(db: Database, *rows: str, columns: str = COLUMNS, **more: Any) -> dict[str, int]:
    counts: dict[str, int] = bring(db, "\n".join([columns, *rows]), change_existing=True, **more)
    return counts


def refused(db: Database, *rows: str, columns: str = COLUMNS) -> list[tuple[int, str]]:
    with pytest.raises(ImportRefused) as refusal:
        change(db, *rows, columns=columns)
    return [(problem.row, problem.column) for problem in refusal.value.problems.kept]


def look(db: Database, sku: str) -> tuple[Product, Variant]:
    with db.read_transaction() as session:
        product = get_product(session, sku)
        return product, next(v for v in product.variants if v.sku == sku)


def test_a_row_changes_what_it_says_and_nothing_else(goods: Database) -> None:
    counts = change(
        goods,
        "AO-M,AO,Áo thun cổ tròn,10,áo phông | tee,Vải mềm,,Cỡ,M,130.000,,250,999",
        "AO-L,,,,,,,,,,70000,,",
        "MU,,Mũ len,,,,,,,89000,,,3",
    )

    assert counts == {"products": 1, "variants": 1, "changed_products": 1, "changed_variants": 2}
    product, medium = look(goods, "AO-M")
    assert (product.name, product.vat_class, product.aliases) == (
        "Áo thun cổ tròn",
        "ten_excluded",
        ["áo phông", "tee"],
    )
    assert (product.description, product.status) == ("Vải mềm", "active")
    assert (medium.price, medium.cost, medium.weight_g) == (130_000, 60_000, 250)
    _, large = look(goods, "AO-L")
    assert (large.price, large.cost, large.option_values) == (120_000, 70_000, {"Cỡ": "L"})
    with goods.read_transaction() as session:
        held = session.scalar(select(func.sum(StockLevel.on_hand)).where(StockLevel.variant_id == medium.id))
        assert held == 5, "stock is never changed"


def test_without_the_word_such_a_row_is_refused_as_before(goods: Database) -> None:
    with pytest.raises(ImportRefused):
        bring(goods, "sku,name,price\nDEN,Đèn,5")


def test_each_wrong_row_is_named_and_nothing_is_changed(goods: Database) -> None:
    assert refused(
        goods,
        "AO-M,AO,Tên mới,,,,,Cỡ,XL,130000,,,",  # another option
        "AO-L,DEN,,,,,,,,1,,,",  # another product
        "DEN,,,7,,,,,,12k,,,",  # no VAT class, no amount
        "AO-M,,,,,,,,,1,,,",  # twice
        "AO-XL,AO,,,,,,Cỡ,XL,1,,,",  # a new variant of what is there
    ) == [
        (5, "sku"),
        (2, "option1_value"),
        (3, "product_sku"),
        (4, "price"),
        (4, "vat"),
        (6, "name"),
        (6, "product_sku"),
    ]
    product, medium = look(goods, "AO-M")
    assert (product.name, medium.price, product.version, medium.version) == ("Áo thun", 120_000, 1, 1)


def test_what_is_on_hand_is_not_archived_by_a_table(goods: Database) -> None:
    assert refused(goods, "AO-M,,,,,,0,,,,,,", "DEN,,Đèn mới,,,,,,,,,,") == [(2, "on_sale")]
    assert look(goods, "DEN")[0].name == "Đèn gốm", "all or nothing"

    assert change(goods, "DEN,,,,,,0,,,,,,")["changed_products"] == 1
    assert look(goods, "DEN")[0].status == "archived"
    change(goods, "DEN,,,,,,1,,,,,,")
    assert look(goods, "DEN")[0].status == "active"


def test_rows_of_one_product_may_not_say_two_things(goods: Database) -> None:
    assert refused(goods, "AO-M,,Áo A,,,,,,,,,,", "AO-L,,Áo B,,,,,,,,,,") == [(3, "name")]
    change(goods, "AO-M,,Áo A,,,,,,,,,,", "AO-L,,Áo thun,,,,,,,,,,")
    assert look(goods, "AO-L")[0].name == "Áo A", "a row that says what is there says nothing"


def test_what_came_out_changes_nothing_when_it_goes_in_again(goods: Database) -> None:
    with TestClient(desk_app(goods)) as client:
        table = client.get(
            "/api/v1/exports/products", headers={"Authorization": f"Bearer {_key(goods)}"}
        ).content
    assert bring(goods, table, change_existing=True) == {"products": 0, "variants": 0}


def test_who_may_change_no_product_may_not_by_a_table(goods: Database) -> None:
    with pytest.raises(ImportRefused) as refusal:
        change(goods, "DEN,,Đèn mới,,,,,,,,,,", actor=Actor("staff", "x", "Bạn kho", "warehouse"))
    assert "Only manager, owner may change products" in str(refusal.value.problems.kept[0].problem)


def test_only_products_are_changed_by_a_table(goods: Database) -> None:
    with pytest.raises(Invalid) as refusal:
        bring(goods, "sku,warehouse,on_hand\nDEN,A,3", "stock", change_existing=True)
    assert refusal.value.code == "change_existing_unfit"


def test_over_the_api_a_dry_run_tells_row_by_row_and_the_import_is_audited(
    api: TestClient, goods: Database
) -> None:
    sent = {"file": ("a.csv", f"{HEADER}\nDEN;;Đèn sứ;;;1250000;;\nAO-M;AO;;;;;;\nMU;;Mũ;;;5;;".encode())}
    dry = api.post(
        "/api/v1/imports/products", files=sent, data={"dry_run": "1", "change_existing": "1"}
    ).json()
    work_off(goods)

    seen = api.get(f"/api/v1/imports/products/{dry['id']}").json()
    assert (seen["state"], seen["change_existing"]) == ("done", True)
    assert seen["effects"] == [
        {
            "row": 2, "sku": "DEN", "effect": "changed", "changes": [
                {"column": "price", "old": "1200000", "new": "1250000"},
                {"column": "name", "old": "Đèn gốm", "new": "Đèn sứ"},
            ],
        },
        {"row": 3, "sku": "AO-M", "effect": "same", "changes": []},
        {"row": 4, "sku": "MU", "effect": "added", "changes": []},
    ]  # fmt: skip
    assert look(goods, "DEN")[0].name == "Đèn gốm"

    api.post("/api/v1/imports/products", files=sent, data={"change_existing": "1"})
    work_off(goods)
    product, variant = look(goods, "DEN")
    assert (product.name, variant.price) == ("Đèn sứ", 1_250_000)
    with goods.read_transaction() as session:
        rows = session.execute(select(AuditEntry.action, AuditEntry.data).order_by(AuditEntry.id)).all()
    told = {action: data for action, data in rows if action in ("product.changed", "variant.changed")}
    assert told["product.changed"] == {"before": {"name": "Đèn gốm"}, "after": {"name": "Đèn sứ"}}
    assert told["variant.changed"] == {"before": {"price": 1_200_000}, "after": {"price": 1_250_000}}


def test_a_refused_dry_run_still_tells_what_the_right_rows_would_do(api: TestClient, goods: Database) -> None:
    sent = {"file": ("a.csv", f"{HEADER}\nDEN;;Đèn sứ;;;;;\nAO-M;AO;;;;12k;;".encode())}
    made = api.post("/api/v1/imports/products", files=sent, data={"change_existing": "1"}).json()
    work_off(goods)

    seen = api.get(f"/api/v1/imports/products/{made['id']}").json()
    assert seen["state"] == "refused"
    assert [(p["row"], p["column"]) for p in seen["problems"]] == [(3, "price")]
    assert [(e["row"], e["effect"]) for e in seen["effects"]] == [(2, "changed")]
    assert look(goods, "DEN")[0].name == "Đèn gốm"
