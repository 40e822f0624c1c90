"""The same talk in a tea shop: weights for sizes, cash only, large orders confirmed by the shop."""

import pytest
from fastapi.testclient import TestClient

from bot.bootstrap import Parts
from core.catalogue.models import Variant
from core.customers.models import Customer
from core.orders.models import Cart, Order
from core.stock.models import StockLevel
from tests.bot.conftest import Chat
from tests.bot.ordering.conftest import DETAILS, Clock, awaiting, lines, said

WISH = "cho mình 2 trà xanh ướp hoa hương lài 100g"


def test_every_open_option_is_asked_with_what_is_in_stock(tea_chat: Chat) -> None:
    tea_chat.say("cho mình 2 trà xanh ướp hoa")

    answer = tea_chat.say("hương sen")

    assert lines(answer) == [("TRA-SEN-100", 2)] or answer["replies"][0]["quick_replies"] == ["100g"]


def test_english_names_the_options_in_english(tea_chat: Chat) -> None:
    answer = tea_chat.say("I want to buy 1 scented green tea please")

    assert "flavour" in said(answer)
    assert "Jasmine" in said(answer)


def test_a_way_to_pay_that_is_not_offered_names_the_ones_that_are(tea_chat: Chat) -> None:
    answer = tea_chat.say(f"{WISH}, {DETAILS['vi']}, thanh toán chuyển khoản")

    assert "COD" in said(answer)
    assert answer["state"]["cart"]["payment_method"] == "cod"
    assert answer["state"]["awaiting"][:1] == ["confirm"]


def test_a_large_order_is_placed_and_told_that_the_shop_confirms_first(tea_chat: Chat) -> None:
    tea_chat.say(f"cho mình 10 bình pha trà thủy tinh, {DETAILS['vi']}")

    answer = tea_chat.say("chốt")

    assert answer["state"]["order"]["total"] == 2_525_000
    assert "shop xác nhận trước" in said(answer)


def test_a_changed_price_voids_the_yes_and_is_told(tea: tuple[Parts, TestClient], tea_chat: Chat) -> None:
    tea_chat.say(f"{WISH}, {DETAILS['vi']}")
    with tea[0].db.transaction() as session:
        session.query(Variant).filter(Variant.sku == "TRA-LAI-100").update({"price": 95_000})

    answer = tea_chat.say("chốt")

    assert answer["state"]["order"] is None
    assert "90.000đ" in said(answer)
    assert "95.000đ" in said(answer)
    assert answer["state"]["awaiting"][:1] == ["confirm"]
    assert tea_chat.say("chốt")["state"]["order"]["total"] == 215_000


def test_what_another_bought_meanwhile_is_asked_about(tea: tuple[Parts, TestClient], tea_chat: Chat) -> None:
    tea_chat.say(f"cho mình 3 trà xanh ướp hoa hương lài 500g, {DETAILS['vi']}")
    _set_stock(tea[0], "TRA-LAI-500", 2)

    answer = tea_chat.say("chốt")

    assert answer["state"]["order"] is None
    assert awaiting(answer) == "quantity"
    assert "còn 2 cái" in said(answer)

    fewer = tea_chat.say("ok lấy 2 cái")
    assert lines(fewer) == [("TRA-LAI-500", 2)]
    assert fewer["state"]["awaiting"][:1] == ["confirm"]


def test_what_left_the_sale_is_taken_out_and_told(tea: tuple[Parts, TestClient], tea_chat: Chat) -> None:
    tea_chat.say(f"{WISH}, {DETAILS['vi']}")
    tea_chat.say("thêm 1 bình pha trà thủy tinh")
    with tea[0].db.transaction() as session:
        session.query(Variant).filter(Variant.sku == "BINH-1").update({"active": False})

    answer = tea_chat.say("chốt")

    assert answer["state"]["order"] is None
    assert lines(answer) == [("TRA-LAI-100", 2)]
    assert "Bình pha trà thủy tinh" in said(answer)


def test_hours_of_silence_end_in_a_new_summary(
    tea: tuple[Parts, TestClient], tea_chat: Chat, clock: Clock
) -> None:
    tea_chat.say(f"{WISH}, {DETAILS['vi']}")
    clock.advance(hours=5)

    answer = tea_chat.say("chốt")

    assert answer["state"]["order"] is None
    assert answer["state"]["awaiting"][:1] == ["confirm"]
    assert tea_chat.say("chốt")["state"]["order"] is not None


def test_a_link_to_a_product_page_of_the_shop_names_the_product(tea_chat: Chat) -> None:
    assert "250.000đ" in said(tea_chat.say("https://tradoi.example/san-pham/binh"))
    assert "250.000đ" not in said(tea_chat.say("https://elsewhere.example/san-pham/binh"))


@pytest.mark.parametrize("text", ["99999 bình pha trà thủy tinh", "cho mình 60 bình pha trà thủy tinh"])
def test_more_than_the_whole_stock_is_told(tea_chat: Chat, text: str) -> None:
    answer = tea_chat.say(text)

    assert lines(answer) == []
    assert answer["state"]["handed_off"] or "50" in said(answer)


def test_one_order_in_the_desk_for_one_yes(tea: tuple[Parts, TestClient], tea_chat: Chat) -> None:
    tea_chat.say(f"{WISH}, {DETAILS['vi']}")
    for text in ("chốt", "chốt đơn", "ok chốt nha"):
        tea_chat.say(text)

    with tea[0].db.read_transaction() as session:
        assert session.query(Order).count() == 1
        assert session.query(Customer).filter(Customer.name == "Lan").count() == 1
        assert session.query(Cart).filter(Cart.status == "ordered").count() == 1


def _set_stock(parts: Parts, sku: str, on_hand: int) -> None:
    with parts.db.transaction() as session:
        variant = session.query(Variant).filter(Variant.sku == sku).one()
        session.query(StockLevel).filter(StockLevel.variant_id == variant.id).update({"on_hand": on_hand})
