"""Carts: taking a change back, an old order once more, what left the sale, one reminder at the most."""

import threading
from datetime import datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.actor import Actor
from core.catalogue.models import Variant
from core.customers.identities import customer_for
from core.customers.phones import delivery_phone, normalise_phone, phone_problem
from core.db import Database
from core.errors import Invalid
from core.orders.carts import (
    cart_content,
    cart_of,
    claim_reminder,
    decline_reminder,
    drop_unsellable,
    fill_from_order,
    restore_cart,
    set_delivery,
    set_lines,
    set_payment_method,
)
from core.orders.models import Cart, Quote
from core.orders.placement import place_order
from core.orders.queries import get_cart
from core.orders.quoting import price_changes, quote_cart
from tests.small_shop import PLACE, fill


@pytest.fixture
def cart_id(db: Database, now: datetime) -> str:
    fill(db, now=now)
    with db.transaction() as session:
        customer = customer_for(session, chat_channel="test", external_id="u1", now=now)
        cart = cart_of(session, customer_id=customer.id, now=now)
        set_lines(session, cart_id=cart.id, quantities={"HOA-1": 2, "LY-1": 1}, now=now)
        return cart.id


def complete(session: Session, cart_id: str, now: datetime) -> None:
    set_delivery(session, cart_id=cart_id, now=now, buyer_name="Lan", phone="0901234567", address=PLACE)
    set_payment_method(session, cart_id=cart_id, method="cod", now=now)


def held(session: Session, cart_id: str) -> dict[str, int]:
    lines: dict[str, int] = cart_content(session, get_cart(session, cart_id))["lines"]
    return lines


def test_a_cart_goes_back_to_what_it_was(db: Database, cart_id: str, now: datetime) -> None:
    with db.transaction() as session:
        before = cart_content(session, get_cart(session, cart_id))
        complete(session, cart_id, now)
        set_lines(session, cart_id=cart_id, quantities={"HOA-1": 9, "LY-1": 0}, now=now)
        quote = quote_cart(session, cart_id=cart_id, now=now)
        restore_cart(session, cart_id=cart_id, content=before, now=now)

    with db.read_transaction() as session:
        assert cart_content(session, get_cart(session, cart_id)) == before
        assert session.get_one(Quote, quote.id).state == "void"


def test_an_old_order_fills_a_new_cart_with_what_is_still_on_sale(
    db: Database, cart_id: str, now: datetime
) -> None:
    with db.transaction() as session:
        complete(session, cart_id, now)
        quote = quote_cart(session, cart_id=cart_id, now=now)
        owner = get_cart(session, cart_id).customer_id
        order = place_order(session, actor=Actor("customer", owner), quote_id=quote.id, now=now)
        session.execute(update(Variant).where(Variant.sku == "LY-1").values(active=False))
        cart = cart_of(session, customer_id=owner, now=now)

        assert fill_from_order(session, cart_id=cart.id, order=order, now=now) == ["Ly"]
        assert held(session, cart.id) == {"HOA-1": 2}


def test_what_left_the_sale_is_taken_out_and_named(db: Database, cart_id: str, now: datetime) -> None:
    with db.transaction() as session:
        session.execute(update(Variant).where(Variant.sku == "LY-1").values(active=False))

        assert [variant.sku for variant in drop_unsellable(session, cart_id=cart_id, now=now)] == ["LY-1"]
        assert drop_unsellable(session, cart_id=cart_id, now=now) == []
        assert held(session, cart_id) == {"HOA-1": 2}


def test_what_another_process_put_in_meanwhile_is_seen_by_who_writes_after_it(
    postgres_db: Database, now: datetime
) -> None:
    fill(postgres_db, now=now)
    with postgres_db.transaction() as session:
        customer = customer_for(session, chat_channel="test", external_id="u1", now=now)
        cart_id = cart_of(session, customer_id=customer.id, now=now).id

    with postgres_db.transaction() as session:
        read_before = get_cart(session, cart_id)
        with postgres_db.transaction() as other:
            set_lines(other, cart_id=cart_id, quantities={"LY-1": 1}, now=now)
        cart = set_lines(session, cart_id=cart_id, quantities={"HOA-1": 2}, now=now)

        assert cart is read_before
        assert cart.version == 3
        assert sorted(line.quantity for line in cart.lines) == [1, 2]
        assert held(session, cart_id) == {"HOA-1": 2, "LY-1": 1}


def test_many_at_once_remind_once(db: Database, cart_id: str) -> None:
    won: list[bool] = []

    def claim() -> None:
        with db.transaction() as session:
            won.append(claim_reminder(session, cart_id=cart_id))

    threads = [threading.Thread(target=claim) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(won) == [False] * 5 + [True]


def test_after_a_no_nobody_reminds(db: Database, cart_id: str) -> None:
    with db.transaction() as session:
        assert decline_reminder(session, cart_id=cart_id)
        assert not claim_reminder(session, cart_id=cart_id)
        assert session.scalar(select(Cart.reminder)) == "declined"


def test_a_foreign_phone_is_a_phone_but_none_that_a_courier_can_call(
    db: Database, cart_id: str, now: datetime
) -> None:
    assert normalise_phone("+82 10-1234-5678") == "+821012345678"
    with db.transaction() as session, pytest.raises(Invalid, match="another country"):
        set_delivery(session, cart_id=cart_id, now=now, phone="+82 10-1234-5678")


@pytest.mark.parametrize(
    "text", ["0901234567", "+84901234567", "0084 901 234 567", "84901234567", "090.123.4567"]
)
def test_one_phone_in_many_writings(text: str) -> None:
    assert delivery_phone(text) == "+84901234567"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("090123456", "too_short"),
        ("+8490123456", "too_short"),
        ("09012345678", "too_long"),
        ("0901abc567", "letters"),
        ("hôm qua", "no_number"),
        ("", "no_number"),
        ("+1 650 253 0000", "foreign"),
        ("0101234567", "unknown"),
    ],
)
def test_what_is_wrong_with_a_phone(text: str, problem: str) -> None:
    assert phone_problem(text) == problem
    with pytest.raises(Invalid) as refused:
        delivery_phone(text)
    assert refused.value.data["problem"] == problem


def test_only_lines_in_both_summaries_can_change_their_price() -> None:
    before = {"lines": [{"sku": "A", "unit_price": 10}, {"sku": "B", "unit_price": 20}]}
    after = {"lines": [{"sku": "A", "unit_price": 12}, {"sku": "C", "unit_price": 5}]}

    assert [(c.sku, c.before, c.after) for c in price_changes(before, after)] == [("A", 10, 12)]
