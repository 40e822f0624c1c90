"""The shop file: what it may leave out, what it is refused for, what becomes of its orders, and the way back."""

import copy
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.demo import shop_file_path
from bot.shop_setup import empty_shop
from core.actor import SYSTEM
from core.catalogue.pricing import vat_rate
from core.catalogue.queries import get_product
from core.customers.identities import customer_for
from core.db import Database
from core.errors import Conflict, Invalid
from core.orders.cancellation import cancel_order
from core.orders.codes import next_order_code
from core.orders.fulfilment import pack_order
from core.orders.queries import customer_orders, get_order
from core.payments.vietqr import bank_bin
from core.shipping.booking import request_shipment
from core.shipping.models import Shipment
from core.shop_file.checking import check_shop_file, read_shop_file
from core.shop_file.exporting import export_shop
from core.shop_file.importing import import_shop
from core.stock.models import Reservation, StockLevel, StockMovement
from core.stock.queries import levels
from tests.small_shop import OneTown, shop_content

BARE = {"sku": "A", "name": "A", "variants": [{"sku": "A-1", "price": 1}]}


def order(code: str = "DH1500", **changes: Any) -> dict[str, Any]:
    return {
        "code": code, "channel_user_id": "u1", "customer_name": "Lan", "phone": "0901234567",
        "address": "12 Lê Lợi", "lines": [{"sku": "HOA-1", "qty": 2, "unit_price": 40_000}],
        "payment_method": "cod", "subtotal": 80_000, "shipping_fee": 20_000, "total": 100_000,
        "status": "new", "shipping_status": "none", "placed_days_ago": 3, **changes,
    }  # fmt: skip


def bring_in(db: Database, content: dict[str, Any], now: datetime) -> dict[str, int]:
    with db.transaction() as session:
        return import_shop(session, shop=check_shop_file(content), addresses=OneTown(), now=now)


def with_orders(*orders: dict[str, Any]) -> dict[str, Any]:
    return {**shop_content(), "orders": list(orders)}


def refused(content: Any) -> list[str]:
    with pytest.raises(Invalid) as caught:
        check_shop_file(content)
    return [f"{p['place']}: {p['problem']}" for p in caught.value.data["problems"]]


def test_all_but_the_shop_may_be_left_out(db: Database, now: datetime) -> None:
    counts = bring_in(db, {"shop": {}}, now)

    assert set(counts.values()) == {0}


def test_a_product_needs_no_more_than_name_price_and_codes(db: Database, now: datetime) -> None:
    bring_in(db, {"shop": {}, "products": [BARE]}, now)

    with db.read_transaction() as session:
        assert get_product(session, "A").variants[0].price == 1
        assert levels(session) == []


@pytest.mark.parametrize(
    ("given", "rate_2026", "rate_2027"), [(8, 8, 10), (10, 10, 10), (5, 5, 5), (0, 0, 0), (None, -2, -2)]
)
def test_vat_rates_become_classes(
    db: Database, now: datetime, given: int | None, rate_2026: int, rate_2027: int
) -> None:
    bring_in(db, {"shop": {}, "products": [{**BARE, "vat_rate": given}]}, now)

    with db.read_transaction() as session:
        vat_class = get_product(session, "A").vat_class
    assert (vat_rate(vat_class, now), vat_rate(vat_class, now + timedelta(days=60))) == (rate_2026, rate_2027)


def test_missing_english_words_are_taken_from_the_vietnamese(db: Database, now: datetime) -> None:
    product = {
        "sku": "A", "name": "A",
        "options": [{"name": "Màu", "values": ["Đỏ", "Đen"], "values_en": ["Red"]}],
        "variants": [{"sku": f"A-{x}", "options": {"Màu": x}, "price": 1} for x in ("Đỏ", "Đen")],
    }  # fmt: skip
    bring_in(db, {"shop": {}, "products": [product]}, now)

    with db.read_transaction() as session:
        variants = get_product(session, "A").variants
        assert [v.option_values_en for v in variants] == [{"Màu": "Red"}, {"Màu": "Đen"}]


def test_unknown_keys_are_refused_by_name_wherever_they_stand() -> None:
    content = with_orders(order(colour="red"))
    content["shop"]["mood"] = 1
    content["products"][0]["variants"][0]["size"] = "L"
    content["extra"] = []

    problems = refused(content)

    for key in ("colour", "mood", "size", "extra"):
        assert any(f"unknown key '{key}'" in problem for problem in problems)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c["products"].append(BARE | {"sku": "HOA"}), "HOA stands twice"),
        (lambda c: c["products"][0]["variants"][0].update(stock={"Z": 1}), "no warehouse Z"),
        (lambda c: c["products"][0]["variants"][0].update(stock={"A": -1}), "greater than or equal to 0"),
        (lambda c: c["products"][0]["variants"].append({"sku": "B", "price": 1}), "same options"),
        (lambda c: c["products"][0].update(vat_rate=7), "vat_rate"),
        (lambda c: c["products"][0]["variants"][0].update(price=1.5), "integer"),
        (lambda c: c["products"][0].update(name="a\x00b"), "NUL"),
        (lambda c: c["shop"].update(bank={"bank": "Bank of Mars", "account": "1234", "holder": "X"}), "Mars"),
        (lambda c: c["shop"].update(timezone="Mars/Base"), "timezone"),
        (lambda c: c["shop"].update(payment_methods=[]), "payment_methods"),
        (lambda c: c.update(orders=[order(lines=[{"sku": "X", "qty": 2, "unit_price": 40_000}])]), "no SKU X"),
        (lambda c: c.update(orders=[order(total=1)]), "must add up"),
        (lambda c: c.update(orders=[order(shipping_status="teleported")]), "teleported"),
        (lambda c: c.update(orders=[order(placed_days_ago=float("nan"))]), "placed_days_ago"),
        (lambda c: c.update(orders=[order(), order()]), "DH1500 stands twice"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_by_place(change: Any, said: str) -> None:
    content = copy.deepcopy(shop_content())
    change(content)

    assert any(said in problem for problem in refused(content))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[1]", b"{", b"[" * 100_000, b"1" * 10_000, b"null"])
def test_what_is_no_shop_file_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(Invalid):
        read_shop_file(content)


def test_a_second_import_changes_nothing(db: Database, now: datetime) -> None:
    bring_in(db, shop_content(), now)

    with pytest.raises(Conflict, match="empty shop"):
        bring_in(db, shop_content(), now)


@pytest.mark.parametrize(
    ("status", "shipping_status", "fulfilment", "payment", "parcel"),
    [
        ("new", "none", "unpacked", "unpaid", None),
        ("processing", "in_transit", "shipped", "unpaid", "in_transit"),
        ("processing", "shipped", "shipped", "unpaid", "in_transit"),
        ("processing", "failed", "failed", "unpaid", "delivery_failed"),
        ("processing", "delivered", "delivered", "paid", "delivered"),
        ("completed", "delivered", "delivered", "paid", "delivered"),
        ("cancelled", "none", "cancelled", "unpaid", None),
    ],
)
def test_orders_of_the_file_stand_where_it_says(
    db: Database,
    now: datetime,
    status: str,
    shipping_status: str,
    fulfilment: str,
    payment: str,
    parcel: str | None,
) -> None:
    past = order(status=status, shipping_status=shipping_status, carrier="GHN", tracking_code="LX1")
    bring_in(db, with_orders(past), now)

    with db.read_transaction() as session:
        found = get_order(session, "dh1500")
        states = list(session.scalars(select(Shipment.state)))
    assert (found.status, found.fulfilment_state, found.payment_state) == (status, fulfilment, payment)
    assert found.placed_at == now - timedelta(days=3)
    assert states == ([parcel] if parcel else [])


def test_stock_stands_after_past_orders_and_open_ones_hold_theirs(db: Database, now: datetime) -> None:
    bring_in(db, with_orders(order("DH1500"), order("DH1501", status="completed")), now)

    with db.read_transaction() as session:
        level = next(row for row in levels(session) if row.sku == "HOA-1")
        ledger = session.scalar(
            select(func.sum(StockMovement.quantity)).where(StockMovement.quantity < 1_000)
        )
        held = session.scalar(select(func.sum(Reservation.quantity)).where(Reservation.state == "held"))
    assert (level.on_hand, level.reserved, level.available) == (22, 2, 20)
    assert (ledger, held) == (22, 2)


def test_an_open_order_of_the_file_can_be_shipped_or_cancelled(db: Database, now: datetime) -> None:
    bring_in(db, with_orders(order("DH1500"), order("DH1501")), now)

    with db.transaction() as session:
        first, second = (get_order(session, code).id for code in ("DH1500", "DH1501"))
        pack_order(session, order_id=first, actor=SYSTEM, now=now)
        assert request_shipment(session, actor=SYSTEM, order_id=first, now=now).cod_amount == 100_000
        cancel_order(session, order_id=second, reason="", actor=SYSTEM, now=now)
    with db.read_transaction() as session:
        level = session.execute(select(StockLevel).where(StockLevel.reserved > 0)).scalar_one()
    assert (level.on_hand, level.reserved) == (24, 2)


def test_new_codes_come_after_those_of_the_file(db: Database, now: datetime) -> None:
    bring_in(db, with_orders(order("DH1500"), order("ABC"), order("DH0900")), now)

    with db.transaction() as session:
        assert next_order_code(session) == "DH1501"


def test_a_user_of_the_file_is_the_first_channel_s_that_names_them(db: Database, now: datetime) -> None:
    bring_in(db, with_orders(order(), order("DH1501", channel_user_id="u2", channel="zalo")), now)

    with db.transaction() as session:
        mine = customer_for(session, chat_channel="telegram", external_id="u1", now=now)
        again = customer_for(session, chat_channel="telegram", external_id="u1", now=now)
        other = customer_for(session, chat_channel="messenger", external_id="u1", now=now)
        elsewhere = customer_for(session, chat_channel="telegram", external_id="u2", now=now)
        session.flush()
        codes = [
            [o.code for o in customer_orders(session, customer_id=c.id)] for c in (mine, other, elsewhere)
        ]
    assert mine.id == again.id
    assert codes == [["DH1500"], [], []]


def test_what_is_exported_can_be_imported_and_is_the_same_shop(db: Database, now: datetime) -> None:
    content = read_shop_file(shop_file_path().read_bytes()).model_dump(mode="json")
    content["products"][0]["variants"][0]["active"] = False
    content["products"][1]["active"] = False
    content["customers"] = [{"channel_user_id": "9", "channel": "zalo", "name": "Mai", "phone": "0901234567"}]
    content["orders"] += [order("DH9001", lines=[{"sku": content["products"][2]["variants"][0]["sku"],
                                                  "qty": 2, "unit_price": 40_000}])]  # fmt: skip
    bring_in(db, content, now)
    with db.read_transaction() as session:
        first = export_shop(session, now=now)

    with db.transaction() as session:
        empty_shop(session)
        import_shop(session, shop=check_shop_file(first), addresses=OneTown(), now=now)
    with db.read_transaction() as session:
        second = export_shop(session, now=now)

    assert second == first
    for name in ("products", "faqs", "orders", "warehouses"):
        assert len(first[name]) == len(content[name]), name
    assert first["orders"][0]["placed_days_ago"] == pytest.approx(content["orders"][0]["placed_days_ago"])


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("Vietcombank", "970436"), ("VCB", "970436"), ("MB Bank", "970422"), ("Ngân hàng Á Châu (ACB)", "970416"),
        ("Techcombank - CN Sài Gòn", "970407"), ("970418", "970418"), ("VP Bank", "970432"),
    ],
)  # fmt: skip
def test_banks_are_known_as_people_write_them(name: str, number: str) -> None:
    assert bank_bin(name) == number


@pytest.mark.parametrize("name", ["", "Bank", "Vietcombank ACB", "12345"])
def test_a_doubtful_bank_is_not_guessed(name: str) -> None:
    with pytest.raises(Invalid, match="six-digit BIN"):
        bank_bin(name)
