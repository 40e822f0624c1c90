"""Requests to return or exchange, on both databases: within the days, of what was delivered, never twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from core.actor import Actor
from core.db import Database
from core.errors import AppError, InsufficientStock, Invalid, NotFound
from core.orders.models import Order, OrderLine
from core.returns.models import Return
from core.returns.requests import Wish, request_return, returnable
from core.shop import save_shop_profile, shop_profile
from tests.core.test_api import place
from tests.core.test_editing import api  # noqa: F401 - the fixture

DELIVERED = datetime(2026, 11, 10, 16, 30, tzinfo=UTC)  # 23:30 in Vietnam
# Seven days after 10 November, the last minute of that day in Vietnam.
LAST_MINUTE = datetime(2026, 11, 17, 16, 59, tzinfo=UTC)


@pytest.fixture
def order(api: Any, db: Database) -> dict[str, Any]:  # noqa: F811
    """Three flowers and one glass, delivered."""
    placed = place(api, lines=[{"sku": "HOA-1", "quantity": 3}, {"sku": "LY-1", "quantity": 1}])
    with db.transaction() as session:
        session.execute(
            update(Order)
            .where(Order.id == placed["id"])
            .values(status="completed", fulfilment_state="delivered", delivered_at=DELIVERED)
        )
    return placed


def ask(
    db: Database, order: dict[str, Any], *wishes: Wish, now: datetime = LAST_MINUTE, **given: Any
) -> Return:
    with db.transaction() as session:
        return request_return(
            session, order_id=order["id"], kind=given.pop("kind", "return"), wishes=wishes, reason="chật",
            actor=given.pop("actor", Actor("customer", order["customer_id"])), now=now, **given,
        )  # fmt: skip


def refusal(db: Database, order: dict[str, Any], *wishes: Wish, **given: Any) -> AppError:
    with pytest.raises(AppError) as refused:
        ask(db, order, *wishes, **given)
    with db.read_transaction() as session:
        standing = select(func.coalesce(func.sum(OrderLine.return_requested), 0))
        asked = select(func.count()).select_from(Return)
        assert (session.scalar(standing) == 0) == (session.scalar(asked) == 0)
    return refused.value


def test_a_request_holds_what_was_asked(db: Database, order: dict[str, Any]) -> None:
    made = ask(db, order, Wish("HOA-1", 2), photo_count=3)

    assert (made.kind, made.state, made.reason, made.photo_count) == ("return", "requested", "chật", 3)
    assert [(line.sku, line.quantity) for line in made.lines] == [("HOA-1", 2)]


def test_what_is_left_may_be_asked_later_and_no_more(db: Database, order: dict[str, Any]) -> None:
    ask(db, order, Wish("HOA-1", 2))
    too_many = refusal(db, order, Wish("HOA-1", 2))
    ask(db, order, Wish("HOA-1", 1), Wish("LY-1", 1))
    everything = refusal(db, order, Wish("HOA-1", 1))

    assert (too_many.code, too_many.data["left"]) == ("return_quantity_invalid", 1)
    assert everything.code == "return_already_requested"
    assert len(everything.data["returns"]) == 2


def test_the_last_day_counts_whole_and_is_said_afterwards(db: Database, order: dict[str, Any]) -> None:
    late = refusal(db, order, Wish("HOA-1", 1), now=LAST_MINUTE + timedelta(minutes=1))

    assert (late.code, late.data["last_day"]) == ("return_too_late", "2026-11-17")
    assert ask(db, order, Wish("HOA-1", 1), now=LAST_MINUTE).code.startswith("R")


@pytest.mark.parametrize(
    ("status", "fulfilment"),
    [("processing", "shipped"), ("new", "unpacked"), ("cancelled", "cancelled"), ("returned", "returned")],
)
def test_what_is_not_delivered_cannot_come_back(
    db: Database, order: dict[str, Any], status: str, fulfilment: str
) -> None:
    with db.transaction() as session:
        session.execute(update(Order).values(status=status, fulfilment_state=fulfilment))

    assert refusal(db, order, Wish("HOA-1", 1)).code == "return_not_delivered"


def test_a_shop_that_takes_no_returns_says_so(db: Database, order: dict[str, Any]) -> None:
    with db.transaction() as session:
        profile = shop_profile(session).model_copy(update={"return_days": 0})
        save_shop_profile(session, profile=profile, now=DELIVERED)

    assert refusal(db, order, Wish("HOA-1", 1)).code == "return_not_taken"


def test_somebody_else_s_order_is_no_order(db: Database, order: dict[str, Any]) -> None:
    stranger = Actor("customer", "stranger")

    assert isinstance(refusal(db, order, Wish("HOA-1", 1), actor=stranger), NotFound)
    with db.read_transaction() as session, pytest.raises(NotFound):
        returnable(session, order_id=order["id"], actor=stranger, now=LAST_MINUTE)


def test_an_exchange_names_goods_that_are_there(db: Database, order: dict[str, Any]) -> None:
    made = ask(db, order, Wish("LY-1", 1, "HOA-1"), kind="exchange")
    short = refusal(db, order, Wish("HOA-1", 3, "HOA-1"), Wish("LY-1", 100, "HOA-1"), kind="exchange")

    assert made.lines[0].exchange_sku == "HOA-1"
    assert isinstance(short, InsufficientStock)
    assert isinstance(refusal(db, order, Wish("HOA-1", 1), kind="exchange"), Invalid)
    assert isinstance(refusal(db, order, Wish("HOA-1", 1, "LY-1")), Invalid)
    assert isinstance(refusal(db, order, Wish("HOA-1", 1, "NOPE"), kind="exchange"), NotFound)


@pytest.mark.parametrize("wishes", [(), (Wish("HOA-1", 0),), (Wish("HOA-1", -1),), (Wish("NOPE", 1),)])
def test_nonsense_is_refused(db: Database, order: dict[str, Any], wishes: tuple[Wish, ...]) -> None:
    assert refusal(db, order, *wishes).code in ("return_empty", "return_quantity_invalid")


def test_many_requests_at_once_never_ask_back_more_than_was_delivered(
    db: Database, order: dict[str, Any]
) -> None:
    def once(_: int) -> bool:
        try:
            ask(db, order, Wish("HOA-1", 1))
        except AppError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        granted = list(pool.map(once, range(8)))

    assert granted.count(True) == 3
    with db.read_transaction() as session:
        line = select(OrderLine.return_requested).where(OrderLine.sku == "HOA-1")
        assert session.scalar(line) == 3
