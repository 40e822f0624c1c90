"""Many at once over money and goods that come back: each thing once; and without the guard, where it is not."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.actor import SYSTEM, Actor
from core.clock import utc_now
from core.customers.identities import customer_for
from core.db import Database
from core.errors import AppError
from core.orders.carts import set_delivery, set_lines, set_payment_method, start_cart
from core.orders.fulfilment import pack_order
from core.orders.models import Order
from core.orders.placement import place_order
from core.orders.queries import get_order
from core.orders.quoting import quote_cart
from core.payments import bank_matching, refunds
from core.payments.bank_matching import Part, assign_transfer
from core.payments.models import BankTransfer, Payment, Refund
from core.payments.recording import record_payment
from core.payments.refunds import pay_refund, request_refund
from core.ports.bank import TransferNews
from core.returns.decisions import approve_return
from core.returns.inspection import Finding, inspect_return, receive_return
from core.returns.requests import Wish, request_return
from core.returns.settlement import settle_return
from core.stock.levels import consume_order
from core.stock.queries import levels
from tests.small_shop import PLACE, fill

MANAGER = Actor("staff", "s1", "Hà", "manager")
CROWD = 8
TOTAL = 170_000


def at_once(db: Database, *works: Callable[[Session], Any]) -> int:
    """How many of them were granted."""
    together = threading.Barrier(len(works))

    def one(work: Callable[[Session], Any]) -> bool:
        together.wait()
        try:
            with db.transaction() as session:
                work(session)
        except AppError:
            return False
        return True

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works)).count(True)


@pytest.fixture
def order(db: Database) -> str:
    return ordered(db)


def ordered(db: Database) -> str:
    """Three flowers for 170.000đ."""
    now = utc_now()
    fill(db, now=now)
    with db.transaction() as session:
        customer = customer_for(session, chat_channel="t", external_id="1", now=now)
        cart = start_cart(session, customer_id=customer.id, sales_channel="api", now=now).id
        set_lines(session, cart_id=cart, quantities={"HOA-1": 3}, now=now)
        set_delivery(session, cart_id=cart, now=now, buyer_name="Lan", phone="0901234567", address=PLACE)
        set_payment_method(session, cart_id=cart, method="cod", now=now)
        quote = quote_cart(session, cart_id=cart, now=now)
        return place_order(session, actor=SYSTEM, quote_id=quote.id, now=now).id


def pay(db: Database, order: str, amount: int = TOTAL, reference: str = "x") -> None:
    with db.transaction() as session:
        record_payment(
            session,
            actor=SYSTEM,
            order_id=order,
            kind="cod",
            amount=amount,
            reference=reference,
            now=utc_now(),
        )


def came_back(db: Database, order: str) -> str:
    """Three delivered flowers, of which two are asked back and received."""
    now = utc_now()
    with db.transaction() as session:
        pack_order(session, order_id=order, actor=MANAGER, now=now)
        consume_order(session, order_id=order, actor=SYSTEM, now=now)
        session.execute(update(Order).values(fulfilment_state="delivered", delivered_at=now))
        made = request_return(
            session,
            order_id=order,
            kind="return",
            wishes=[Wish("HOA-1", 2)],
            reason="x",
            actor=MANAGER,
            now=now,
        )
        approve_return(session, code=made.code, actor=MANAGER, now=now)
        return receive_return(session, code=made.code, warehouse_code="A", actor=MANAGER, now=now).code


def look(db: Database, order: str) -> Order:
    with db.read_transaction() as session:
        return get_order(session, order)


def test_many_refunds_at_once_never_exceed_what_was_paid(db: Database, order: str) -> None:
    pay(db, order)

    def ask(session: Session) -> None:
        request_refund(session, order_id=order, amount=60_000, reason="", actor=MANAGER, now=utc_now())

    assert at_once(db, *[ask] * CROWD) == 2
    assert look(db, order).refund_held == 120_000


def test_without_the_guard_more_is_promised_than_was_paid(
    own_postgres_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: check-then-act, and no check in the database."""
    order, together = ordered(own_postgres_db), threading.Barrier(CROWD)
    pay(own_postgres_db, order)

    def check_then_act(session: Session, order: Order, amount: int) -> None:
        assert order.money.refundable >= amount
        together.wait()
        session.execute(update(Order).values(refund_held=Order.refund_held + amount))

    monkeypatch.setattr(refunds, "_hold", check_then_act)
    # The counter's row and the rest would make them queue up before they look.
    monkeypatch.setattr(refunds, "next_value", lambda *_args, **_more: threading.get_ident())
    with own_postgres_db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE orders DROP CONSTRAINT ck_orders_refunds")

    def ask(session: Session) -> None:
        request_refund(session, order_id=order, amount=60_000, reason="", actor=MANAGER, now=utc_now())

    assert at_once(own_postgres_db, *[ask] * CROWD) == CROWD
    assert look(own_postgres_db, order).refund_held > TOTAL


def test_a_refund_is_paid_once(db: Database, order: str) -> None:
    pay(db, order)
    with db.transaction() as session:
        code = request_refund(
            session, order_id=order, amount=70_000, reason="", actor=MANAGER, now=utc_now()
        ).code

    def send(session: Session) -> None:
        pay_refund(session, code=code, method="cash", reference="p1", actor=MANAGER, now=utc_now())

    assert at_once(db, *[send] * CROWD) == 1
    assert (look(db, order).refunded, look(db, order).refund_held) == (70_000, 0)


def test_part_payments_at_once_are_all_counted(db: Database, order: str) -> None:
    def part(number: int) -> Callable[[Session], Any]:
        return lambda session: record_payment(
            session, actor=SYSTEM, order_id=order, kind="cod", amount=TOTAL // 10, reference=f"p{number}",
            now=utc_now(),
        )  # fmt: skip

    assert at_once(db, *map(part, range(10))) == 10
    assert (look(db, order).paid, look(db, order).payment_state) == (TOTAL, "paid")


def transfer(db: Database) -> str:
    news = TransferNews("1", "in", TOTAL, "khong ghi gi", "0123", "FT1", utc_now())
    with db.transaction() as session:
        bank_matching.receive_transfers(session, bank="sepay", news=[news], now=utc_now())
        return session.scalars(select(BankTransfer.code)).one()


def assign(code: str, order: str) -> Callable[[Session], Any]:
    return lambda session: assign_transfer(
        session, code=code, parts=[Part(order)], actor=MANAGER, now=utc_now()
    )


def test_a_transfer_is_assigned_once(db: Database, order: str) -> None:
    code = transfer(db)

    assert at_once(db, *[assign(code, order)] * CROWD) == 1
    assert look(db, order).paid == TOTAL


def test_without_the_guard_a_transfer_pays_twice(
    postgres_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: look first, write later."""
    order, together = ordered(postgres_db), threading.Barrier(CROWD)
    code, numbers = transfer(postgres_db), iter(range(100))

    def look_first(session: Session, transfer: BankTransfer, state: str, now: Any, **columns: Any) -> None:
        assert transfer.state == "new"
        together.wait()
        transfer.external_id = f"1-{next(numbers)}"  # the payment's own key would tell, too
        session.execute(update(BankTransfer).values(state=state))

    monkeypatch.setattr(bank_matching, "decide_transfer", look_first)

    def without_flush(session: Session) -> None:
        session.autoflush = False
        assign(code, order)(session)
        session.expunge_all()

    at_once(postgres_db, *[without_flush] * CROWD)

    with postgres_db.read_transaction() as session:
        assert (session.scalar(select(func.sum(Payment.amount))) or 0) > TOTAL


def test_a_transfer_that_comes_in_many_times_at_once_is_one(db: Database, order: str) -> None:
    news = TransferNews("7", "in", TOTAL, "x", "0123", "FT7", utc_now())
    new: list[int] = []

    def hear(session: Session) -> None:
        new.append(bank_matching.receive_transfers(session, bank="sepay", news=[news], now=utc_now()))

    assert at_once(db, *[hear] * CROWD) == CROWD
    assert sum(new) == 1
    with db.read_transaction() as session:
        assert session.scalar(select(func.count()).select_from(BankTransfer)) == 1


def test_a_return_is_settled_once(db: Database, order: str) -> None:
    pay(db, order)
    code = came_back(db, order)
    with db.transaction() as session:
        inspect_return(
            session, code=code, findings=[Finding("HOA-1", 2, "good")], actor=MANAGER, now=utc_now()
        )

    def settle(session: Session) -> None:
        settle_return(session, code=code, actor=MANAGER, now=utc_now())

    assert at_once(db, *[settle] * CROWD) == 1
    with db.read_transaction() as session:
        assert list(session.scalars(select(Refund.amount))) == [100_000]
    assert look(db, order).credited == 100_000


def test_pieces_that_many_inspect_at_once_are_counted_once(db: Database, order: str) -> None:
    code = came_back(db, order)
    with db.read_transaction() as session:
        before = levels(session, skus=["HOA-1"])[0].on_hand

    def inspect(session: Session) -> None:
        inspect_return(
            session, code=code, findings=[Finding("HOA-1", 1, "good")], actor=MANAGER, now=utc_now()
        )

    assert at_once(db, *[inspect] * CROWD) == 2
    with db.read_transaction() as session:
        assert levels(session, skus=["HOA-1"])[0].on_hand == before + 2
