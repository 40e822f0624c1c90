"""Finding goods, waiting for them, and haggling: the rules that no wording gets past."""

from datetime import datetime
from typing import Any

import pytest

from bot.bootstrap import AddressBook
from core.actor import SYSTEM, Actor
from core.catalogue.finding import Wish, category_in, find_by_wish
from core.catalogue.queries import get_product
from core.customers.identities import customer_for
from core.db import Database
from core.errors import Conflict, Invalid, NotFound
from core.jobs.models import Job
from core.orders.cancellation import cancel_order
from core.orders.carts import cart_of, set_delivery, set_lines, set_payment_method
from core.orders.discounts import grant_discount
from core.orders.placement import place_order
from core.orders.popularity import best_sellers, bought_together
from core.orders.quoting import quote_cart
from core.shop_file.checking import check_shop_file
from core.shop_file.exporting import export_shop
from core.shop_file.importing import import_shop
from core.stock.levels import adjust, receive
from core.stock.queries import get_warehouse
from core.stock.watching import cancel_watches, claim_watchers, watch
from tests.bot.pet_shop import pet_shop
from tests.small_shop import PLACE

RULE = {"haggling": {"max_percent": 5, "from_subtotal": 200_000}}


def fill(db: Database, now: datetime, content: dict[str, Any] | None = None) -> None:
    with db.transaction() as session:
        shop = check_shop_file(content or pet_shop())
        import_shop(session, shop=shop, addresses=AddressBook(), now=now)


def somebody(session: Any, name: str, now: datetime) -> str:
    return customer_for(session, chat_channel="widget", external_id=name, now=now).id


def variant_id(session: Any, sku: str) -> str:
    return next(v.id for v in get_product(session, sku).variants if v.sku == sku)


@pytest.mark.parametrize(
    ("text", "sku"),
    [
        ("có gì mặc đi mưa cho chó không", "AM1"),
        ("something waterproof for my dog", "AM1"),
        ("강아지 방수 옷 있나요", "AM1"),
        ("ao mua cho cho", "AM1"),
        ("áo mưaa cho chó", "AM1"),
        ("kittn food", "HAT"),
        ("hạt vị cá hồi", "HAT"),
        ("a gift for my dog", "BT1"),
        ("cat litter without dust", "CAT"),
    ],
)
def test_goods_are_found_by_use_feature_slip_and_language(
    db: Database, now: datetime, text: str, sku: str
) -> None:
    fill(db, now)

    with db.read_transaction() as session:
        found = [product.sku for product in find_by_wish(session, Wish(text))]

    assert found[:1] == [sku]


@pytest.mark.parametrize("text", ["điện thoại iphone", "yoga mat", "노트북", "bàn phím cơ"])
def test_what_the_shop_does_not_have_is_not_found(db: Database, now: datetime, text: str) -> None:
    fill(db, now)

    with db.read_transaction() as session:
        assert find_by_wish(session, Wish(text)) == []


def test_a_price_bounds_what_is_found_and_a_category_is_known_in_both_languages(
    db: Database, now: datetime
) -> None:
    fill(db, now)

    with db.read_transaction() as session:
        cheap = [p.sku for p in find_by_wish(session, Wish(highest=80_000))]
        assert category_in(session, "cho xem quần áo thú cưng") == "Quần áo thú cưng"
        assert category_in(session, "do you have toys") == "Đồ chơi"
        assert category_in(session, "xin chào") is None

    assert sorted(cheap) == ["BT1", "TO1"]


def test_best_sellers_and_goods_bought_together_come_from_orders_only(db: Database, now: datetime) -> None:
    fill(db, now)
    with db.transaction() as session:
        assert best_sellers(session) == []
        who = somebody(session, "an", now)
        cancelled = order(session, who, {"BT1-1": 9}, now)
        cancel_order(session, order_id=cancelled, reason="", actor=SYSTEM, now=now)
        order(session, who, {"DY1-1": 1, "TO1-1": 2}, now)

        assert best_sellers(session) == ["TO1", "DY1"]
        assert bought_together(session, get_product(session, "DY1").id) == ["TO1"]
        assert bought_together(session, get_product(session, "BT1").id) == []


def order(session: Any, customer_id: str, quantities: dict[str, int], now: datetime) -> str:
    cart = cart_of(session, customer_id=customer_id, now=now)
    set_lines(session, cart_id=cart.id, quantities=quantities, now=now)
    set_delivery(session, cart_id=cart.id, now=now, buyer_name="An", phone="0901234567", address=PLACE)
    set_payment_method(session, cart_id=cart.id, method="cod", now=now)
    quote = quote_cart(session, cart_id=cart.id, now=now)
    return place_order(session, actor=Actor("customer", customer_id), quote_id=quote.id, now=now).id


def waiting_jobs(session: Any) -> int:
    return session.query(Job).filter(Job.name == "notice.restock").count()


def test_all_who_wait_are_told_once_when_goods_are_back(db: Database, now: datetime) -> None:
    fill(db, now)
    with db.transaction() as session:
        litter, kho = variant_id(session, "CAT-1"), get_warehouse(session, "K").id
        an, binh = somebody(session, "an", now), somebody(session, "binh", now)
        first = watch(session, customer_id=an, variant_id=litter, conversation_id="c1", now=now)
        again = watch(session, customer_id=an, variant_id=litter, conversation_id="c1", now=now)
        watch(session, customer_id=binh, variant_id=litter, conversation_id="c2", now=now)
        assert first == again

    with db.transaction() as session:
        receive(session, variant_id=litter, warehouse_id=kho, quantity=2, actor=SYSTEM, now=now)
        assert waiting_jobs(session) == 1
        told = claim_watchers(session, variant_id=litter, now=now)
        assert sorted(w.conversation_id for w in told) == ["c1", "c2"]
        assert claim_watchers(session, variant_id=litter, now=now) == []

    with db.transaction() as session:
        adjust(
            session, variant_id=litter, warehouse_id=kho, change=-2, reason="đếm lại", actor=SYSTEM, now=now
        )
        adjust(
            session, variant_id=litter, warehouse_id=kho, change=5, reason="đếm lại", actor=SYSTEM, now=now
        )
        assert waiting_jobs(session) == 1


def test_a_cancelled_order_is_a_rise_too_and_goods_sold_out_again_are_not_announced(
    db: Database, now: datetime
) -> None:
    fill(db, now)
    with db.transaction() as session:
        bowl = variant_id(session, "TO1-1")
        an, binh = somebody(session, "an", now), somebody(session, "binh", now)
        last = order(session, an, {"TO1-1": 3}, now)
        watch(session, customer_id=binh, variant_id=bowl, conversation_id="c2", now=now)

    with db.transaction() as session:
        cancel_order(session, order_id=last, reason="", actor=SYSTEM, now=now)
        assert waiting_jobs(session) == 1
        order(session, an, {"TO1-1": 3}, now)
        assert claim_watchers(session, variant_id=bowl, now=now) == []

    with db.transaction() as session:
        kho = get_warehouse(session, "K").id
        receive(session, variant_id=bowl, warehouse_id=kho, quantity=1, actor=SYSTEM, now=now)
        assert [w.customer_id for w in claim_watchers(session, variant_id=bowl, now=now)] == [binh]


def test_nobody_waits_for_what_can_be_had_or_after_they_took_it_back(db: Database, now: datetime) -> None:
    fill(db, now)
    with db.transaction() as session:
        an = somebody(session, "an", now)
        with pytest.raises(Conflict, match="can be had now"):
            watch(
                session, customer_id=an, variant_id=variant_id(session, "BT1-1"), conversation_id="", now=now
            )
        litter = variant_id(session, "CAT-1")
        watch(session, customer_id=an, variant_id=litter, conversation_id="", now=now)
        assert cancel_watches(session, customer_id=an) == 1
        kho = get_warehouse(session, "K").id
        receive(session, variant_id=litter, warehouse_id=kho, quantity=1, actor=SYSTEM, now=now)
        assert claim_watchers(session, variant_id=litter, now=now) == []


def haggle(
    session: Any, customer_id: str, now: datetime, *, percent: int | None = None, amount: int | None = None
) -> int:
    cart = cart_of(session, customer_id=customer_id, now=now)
    return grant_discount(
        session, cart_id=cart.id, asked_percent=percent, asked_amount=amount,
        actor=Actor("customer", customer_id), now=now,
    ).percent  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "granted"),
    [({"percent": 50}, 5), ({"percent": 3}, 3), ({}, 5), ({"amount": 10_000}, 3), ({"amount": 10**9}, 5)],
)
def test_a_buyer_wins_at_most_what_the_shop_s_rule_gives_and_once(
    db: Database, now: datetime, asked: dict[str, int], granted: int
) -> None:
    fill(db, now, pet_shop(**RULE))
    with db.transaction() as session:
        an = somebody(session, "an", now)
        cart = cart_of(session, customer_id=an, now=now)
        set_lines(session, cart_id=cart.id, quantities={"HAT-2": 1}, now=now)

        assert haggle(session, an, now, **asked) == granted
        with pytest.raises(Conflict, match="has its discount"):
            haggle(session, an, now, percent=1)


def test_without_a_rule_or_below_its_amount_nothing_is_given(db: Database, now: datetime) -> None:
    fill(db, now, pet_shop(**RULE))
    with db.transaction() as session:
        an, binh = somebody(session, "an", now), somebody(session, "binh", now)
        cart = cart_of(session, customer_id=an, now=now)
        set_lines(session, cart_id=cart.id, quantities={"HAT-05": 1}, now=now)
        with pytest.raises(Conflict, match="larger orders"):
            haggle(session, an, now)
        with pytest.raises(NotFound):
            grant_discount(
                session, cart_id=cart.id, asked_percent=None, asked_amount=None,
                actor=Actor("customer", binh), now=now,
            )  # fmt: skip


def test_a_shop_has_fixed_prices_unless_it_says_otherwise(db: Database, now: datetime) -> None:
    fill(db, now)
    with db.transaction() as session:
        an = somebody(session, "an", now)
        cart = cart_of(session, customer_id=an, now=now)
        set_lines(session, cart_id=cart.id, quantities={"HAT-2": 1}, now=now)
        with pytest.raises(Conflict, match="fixed"):
            haggle(session, an, now, percent=1)


def test_a_haggled_discount_falls_away_when_the_goods_do(db: Database, now: datetime) -> None:
    fill(db, now, pet_shop(**RULE))
    with db.transaction() as session:
        an = somebody(session, "an", now)
        cart = cart_of(session, customer_id=an, now=now)
        set_lines(session, cart_id=cart.id, quantities={"HAT-2": 1, "BT1-1": 1}, now=now)
        set_delivery(session, cart_id=cart.id, now=now, buyer_name="An", phone="0901234567", address=PLACE)
        set_payment_method(session, cart_id=cart.id, method="cod", now=now)
        haggle(session, an, now)
        assert quote_cart(session, cart_id=cart.id, now=now).content["discount"] == 19_000

        set_lines(session, cart_id=cart.id, quantities={"HAT-2": 0}, now=now)

        assert quote_cart(session, cart_id=cart.id, now=now).content["discount"] == 0


def test_what_goes_together_and_the_rule_survive_a_round_through_the_file(
    db: Database, now: datetime
) -> None:
    fill(db, now, pet_shop(**RULE))

    with db.read_transaction() as session:
        written = export_shop(session, now=now)

    assert check_shop_file(written).shop.haggling is not None
    assert next(p for p in written["products"] if p["sku"] == "AM1")["related"] == ["BT1"]
    broken = pet_shop()
    broken["products"][0]["related"] = ["NOPE"]
    with pytest.raises(Invalid, match="there is no product NOPE"):
        check_shop_file(broken)
