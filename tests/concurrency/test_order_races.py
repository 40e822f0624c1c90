"""Staff at one order at the same moment: it is merged, split and packed once, and no piece is held twice."""

from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.actor import SYSTEM
from core.db import Database
from core.orders.fulfilment import pack_order
from core.orders.manual import ManualOrder, place_manual_order
from core.orders.models import Order, OrderLine
from core.payments.regrouping import merge_with_payments, split_with_payments
from tests.books import books_balance
from tests.concurrency.test_stock_races import at_once
from tests.small_shop import PLACE, fill

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def placed(db: Database, quantity: int) -> str:
    wish = ManualOrder({"HOA-1": quantity}, "Lan", "0901234567", PLACE)
    with db.transaction() as session:
        return place_manual_order(session, wish=wish, actor=SYSTEM, now=NOW).code


def pieces(db: Database) -> tuple[int, int]:
    """(pieces on all lines, pieces on orders that live)."""
    with db.read_transaction() as session:
        everything = session.scalar(select(func.sum(OrderLine.quantity)))
        live = select(func.sum(OrderLine.quantity)).join(Order).where(Order.status != "cancelled")
        return int(everything or 0), int(session.scalar(live) or 0)


def test_an_order_is_merged_once_whoever_asks(db: Database) -> None:
    fill(db, stock=20)
    away, *into = [placed(db, 2) for _ in range(5)]

    def merge(code: str):
        return lambda session: merge_with_payments(session, into=code, others=[away], actor=SYSTEM, now=NOW)

    assert at_once(db, *[merge(code) for code in into]) == 1
    assert pieces(db) == (10, 10)
    books_balance(db)


def test_an_order_is_split_or_packed_and_never_both_on_old_sight(db: Database) -> None:
    fill(db, stock=20)
    code = placed(db, 6)

    def split(session: Session) -> object:
        return split_with_payments(session, order_id=code, quantities={"HOA-1": 5}, actor=SYSTEM, now=NOW)

    def pack(session: Session) -> object:
        return pack_order(session, order_id=_id(session, code), actor=SYSTEM, now=NOW)

    assert at_once(db, *[split] * 5, pack) <= 2
    assert pieces(db) == (6, 6)
    books_balance(db)
    with db.read_transaction() as session:
        for order in session.scalars(select(Order)):
            amounts = select(func.sum(OrderLine.amount)).where(OrderLine.order_id == order.id)
            assert order.total == session.scalar(amounts) + order.shipping_fee


def _id(session: Session, code: str) -> str:
    return session.scalars(select(Order.id).where(Order.code == code)).one()
