"""What merging and splitting must not lose: found by the machine of `test_shop_machine.py`, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from core.actor import SYSTEM
from core.approvals.decisions import decide, pending_approvals
from core.catalogue.queries import variants_by_sku
from core.db import Database
from core.payments.refunds import follow_decision, pay_refund
from core.stock.levels import receive
from core.stock.queries import get_warehouse
from tests.books import books_balance
from tests.core.test_order_desk import Shop, opened
from tests.core.test_return_steps import asked, good, inspected, post, refused, set_state


@pytest.fixture
def shop(db: Database) -> Iterator[Shop]:
    with opened(db) as shop:
        yield shop


def goodwill(shop: Shop, code: str, amount: int) -> None:
    """Given back before packing, so that less is due."""
    refund = shop.send("POST", f"/orders/{code}/refunds", 201, amount=amount, kind="goodwill", reason="trễ")
    with shop.db.transaction() as session:
        if refund["state"] == "requested":
            approval = pending_approvals(session, now=datetime.now(UTC))[0]
            decided = decide(
                session, code=approval.code, approve=True, actor=SYSTEM, now=datetime.now(UTC), note=""
            )
            follow_decision(session, approval=decided, actor=SYSTEM, now=datetime.now(UTC))
        pay_refund(
            session,
            code=refund["code"],
            method="cash",
            reference="phiếu",
            actor=SYSTEM,
            now=datetime.now(UTC),
        )


def test_what_was_taken_off_a_price_stays_off_when_orders_merge_and_split(shop: Shop) -> None:
    kept, away = shop.order(payment_method="bank_transfer"), shop.order(payment_method="bank_transfer")
    shop.pay(away["code"], 70_000)
    goodwill(shop, away["code"], 15_000)

    shop.send("POST", f"/orders/{kept['code']}/merge", orders=[away["code"]])
    money = shop.get(kept["code"])["money"]
    assert (money["due"], money["paid"] - money["refunded"], money["outstanding"]) == (
        105_000,
        55_000,
        50_000,
    )

    split = {"lines": [{"sku": "HOA-1", "quantity": 1}]}
    codes = [
        each["code"] for each in shop.send("POST", f"/orders/{kept['code']}/split", 201, **split).values()
    ]
    both = [shop.get(code)["money"] for code in codes]
    assert [m["due"] for m in both] == [55_000, 50_000]
    assert [m["outstanding"] for m in both] == [0, 50_000]


def test_of_a_merged_order_in_two_warehouses_less_can_be_wanted_though_neither_holds_it_all(
    shop: Shop,
) -> None:
    first = shop.order(quantity=20)
    shop.send("POST", "/warehouses", 201, code="B", name="Kho B", kind="branch")
    with shop.db.transaction() as session:
        receive(
            session, variant_id=variants_by_sku(session, ["HOA-1"])["HOA-1"].id, quantity=3, actor=SYSTEM,
            warehouse_id=get_warehouse(session, "B").id, now=datetime.now(UTC),
        )  # fmt: skip
    other = shop.order(quantity=3)
    merged = shop.send("POST", f"/orders/{first['code']}/merge", orders=[other["code"]])
    assert sum(line["quantity"] for line in merged["lines"]) == 23

    fewer = shop.send(
        "PATCH",
        f"/orders/{first['code']}",
        headers={"If-Match": "*"},
        lines=[{"sku": "HOA-1", "quantity": 19}],
    )

    assert [line["quantity"] for line in fewer["lines"]] == [19]
    books_balance(shop.db)


def test_the_same_goods_come_back_from_both_lines_of_a_merged_order(shop: Shop) -> None:
    one, other = shop.order(quantity=2), shop.order(quantity=3)
    shop.send("POST", f"/orders/{one['code']}/merge", orders=[other["code"]])
    shop.send("POST", f"/orders/{one['code']}/pack")
    set_state(shop.db, one, fulfilment_state="delivered", delivered_at=datetime.now(UTC))

    code = asked(shop.client, one, quantity=4)

    assert refused(shop.client, "returns", {"order": one["code"], "lines": [{"sku": "HOA-1", "quantity": 2}]})
    assert inspected(shop.client, code, good(4))["state"] == "inspected"
    assert post(shop.client, f"returns/{code}/settle")["credit"] == 200_000
    assert shop.send("GET", "/stock?sku=HOA-1")["items"][0]["on_hand"] == 39
