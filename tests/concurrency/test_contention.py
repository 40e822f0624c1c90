"""64 buyers at once for the last 20 pieces, over HTTP; and the same without the guard, which oversells."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import func, select, update

from core.db import Database
from core.ids import new_id
from core.orders.models import Order
from core.stock import levels
from core.stock.models import Reservation, StockLevel, StockMovement
from tests.small_shop import cart_body, desk_app, fill, served

BUYERS, PIECES = 64, 20


def buy(db: Database) -> list[int]:
    """Each buyer quotes first; then all say yes at the same moment. Returns the statuses."""
    key = fill(db, stock=PIECES)
    headers = {"Authorization": f"Bearer {key}"}
    with (
        served(desk_app(db)) as url,
        httpx.Client(
            base_url=url, headers=headers, timeout=60, limits=httpx.Limits(max_connections=BUYERS)
        ) as http,
    ):
        quotes = []
        for _ in range(BUYERS):
            cart = http.post("/api/v1/carts", json=cart_body()).json()
            quotes.append(http.post(f"/api/v1/carts/{cart['id']}/quotes").json()["id"])
        together = threading.Barrier(BUYERS)

        def say_yes(quote_id: str) -> int:
            together.wait()
            return http.post("/api/v1/orders", json={"quote_id": quote_id}).status_code

        with ThreadPoolExecutor(BUYERS) as pool:
            return list(pool.map(say_yes, quotes))


def test_the_last_pieces_are_sold_once(db: Database) -> None:
    statuses = buy(db)

    assert sorted(set(statuses)) == [201, 409]
    assert statuses.count(201) == PIECES
    with db.read_transaction() as session:
        assert session.scalar(select(func.count()).select_from(Order)) == PIECES
        level = session.execute(
            select(StockLevel.on_hand, StockLevel.reserved).where(StockLevel.on_hand == PIECES)
        ).one()
        assert tuple(level) == (PIECES, PIECES)
        held = select(func.sum(Reservation.quantity)).where(Reservation.state == "held")
        assert session.scalar(held) == PIECES
        ledger = select(func.sum(StockMovement.quantity)).where(StockMovement.quantity == PIECES)
        assert session.scalar(ledger) == PIECES


def test_without_the_guard_more_is_promised_than_there_is(
    own_postgres_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: the same crowd against check-then-act and without the database's own check."""

    def check_then_act(session, *, order_id, picks, now):
        for pick in picks:
            where = (StockLevel.variant_id == pick.variant_id, StockLevel.warehouse_id == pick.warehouse_id)
            level = session.execute(select(StockLevel.on_hand, StockLevel.reserved).where(*where)).one()
            if level.on_hand - level.reserved < pick.quantity:
                raise levels.InsufficientStock([{"sku": "HOA-1", "asked": 1, "available": 0}])
            session.execute(update(StockLevel).where(*where).values(reserved=level.reserved + pick.quantity))

    monkeypatch.setattr("core.orders.placement.reserve", check_then_act)
    # The counter's row makes placements queue up; without it they meet at the stock.
    monkeypatch.setattr("core.orders.placement.next_order_code", lambda _session: f"T{new_id()}")
    with own_postgres_db.engine.begin() as connection:
        connection.exec_driver_sql(
            "ALTER TABLE stock_levels DROP CONSTRAINT ck_stock_levels_reserved_within_on_hand"
        )

    statuses = buy(own_postgres_db)

    assert statuses.count(201) > PIECES
