"""Everybody at the same moment for the same goods: transfers, holds and stock-takes on both databases."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.actor import SYSTEM
from core.db import Database
from core.errors import Conflict
from core.stock import counts, holds, levels
from core.stock.models import StockLevel
from core.stock.queries import get_warehouse, stocked_variants
from core.stock.transfers import draft_transfer, receive_transfer, send_transfer
from core.stock.warehouses import add_warehouse
from tests.books import books_balance
from tests.small_shop import fill

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
CROWD = 12


def at_once(db: Database, *deeds: Callable[[Session], object]) -> int:
    """How many of them were done; the others were refused."""
    together = threading.Barrier(len(deeds))

    def attempt(deed: Callable[[Session], object]) -> bool:
        together.wait()
        try:
            with db.transaction() as session:
                deed(session)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(len(deeds)) as pool:
        return sum(pool.map(attempt, deeds))


def places(db: Database) -> dict[str, str]:
    fill(db, stock=20)
    with db.transaction() as session:
        add_warehouse(session, code="B", name="Kho B", values={}, actor=SYSTEM, now=NOW)
    return level_of(db)


def level_of(db: Database) -> dict[str, str]:
    with db.read_transaction() as session:
        variant = stocked_variants(session, ["HOA-1"])["HOA-1"]
        return {"variant_id": variant.id, "warehouse_id": get_warehouse(session, "A").id}


def drafted(db: Database, quantity: int) -> str:
    with db.transaction() as session:
        return draft_transfer(
            session, source=get_warehouse(session, "A"), destination=get_warehouse(session, "B"),
            quantities={"HOA-1": quantity}, actor=SYSTEM, now=NOW,
        ).id  # fmt: skip


def hold(level: dict[str, str]) -> Callable[[Session], object]:
    return lambda session: holds.place_hold(
        session, **level, quantity=5, reason="x", expires_at=NOW + timedelta(days=1), actor=SYSTEM, now=NOW
    )


def test_holds_and_transfers_never_take_the_same_piece(db: Database) -> None:
    level = places(db)
    transfers = [drafted(db, 5) for _ in range(CROWD // 2)]
    sends = [
        lambda session, t=t: send_transfer(session, transfer_id=t, actor=SYSTEM, now=NOW) for t in transfers
    ]

    assert at_once(db, *sends, *[hold(level)] * (CROWD // 2)) == 4
    books_balance(db)


def test_a_transfer_is_sent_once_and_its_goods_are_received_once(db: Database) -> None:
    places(db)
    transfer = drafted(db, 8)
    send = [lambda session: send_transfer(session, transfer_id=transfer, actor=SYSTEM, now=NOW)] * CROWD
    assert at_once(db, *send) == 1

    def receive(session: Session) -> object:
        return receive_transfer(session, transfer_id=transfer, quantities={"HOA-1": 4}, actor=SYSTEM, now=NOW)

    assert at_once(db, *[receive] * CROWD) == 2
    books_balance(db)
    with db.read_transaction() as session:
        level = session.get_one(StockLevel, (level_of(db)["variant_id"], get_warehouse(session, "B").id))
        assert level.on_hand == 8


def test_a_stock_take_is_posted_once_while_others_take_goods(db: Database) -> None:
    level = places(db)
    with db.transaction() as session:
        count = counts.open_count(
            session, warehouse=get_warehouse(session, "A"), skus=["HOA-1"], actor=SYSTEM, now=NOW
        )
        counts.enter_counts(session, count_id=count.id, counted={"HOA-1": 12}, actor=SYSTEM, now=NOW)
        count_id = count.id

    def post(session: Session) -> object:
        return counts.post_count(session, count_id=count_id, actor=SYSTEM, now=NOW)

    def loose(session: Session) -> object:
        return levels.adjust(session, **level, change=-1, reason="x", actor=SYSTEM, now=NOW)

    assert at_once(db, *[post] * 6, *[loose] * 6) == 7
    books_balance(db)
    with db.read_transaction() as session:
        assert session.get_one(StockLevel, tuple(level.values())).on_hand == 20 - 8 - 6


def test_a_hold_that_runs_out_while_it_is_released_gives_back_once(db: Database) -> None:
    level = places(db)
    with db.transaction() as session:
        kept = holds.place_hold(
            session,
            **level,
            quantity=5,
            reason="x",
            expires_at=NOW + timedelta(days=1),
            actor=SYSTEM,
            now=NOW,
        ).id

    def release(session: Session) -> object:
        return holds.release_hold(session, hold_id=kept, actor=SYSTEM, now=NOW)

    assert at_once(db, *[release] * CROWD) == 1
    books_balance(db)


def test_without_the_guard_holds_take_what_is_not_there(
    own_postgres_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: the same crowd against check-then-act and without the database's own check."""
    level = places(own_postgres_db)
    looked = threading.Barrier(CROWD)

    def check_then_act(session: Session, *, variant_id: str, warehouse_id: str, quantity: int) -> None:
        where = (StockLevel.variant_id == variant_id, StockLevel.warehouse_id == warehouse_id)
        found = session.execute(select(StockLevel.on_hand, StockLevel.reserved).where(*where)).one()
        looked.wait()
        if found.on_hand - found.reserved < quantity:
            raise Conflict("short", "short", {})
        session.execute(update(StockLevel).where(*where).values(reserved=StockLevel.reserved + quantity))

    monkeypatch.setattr("core.stock.holds.keep_aside", check_then_act)
    with own_postgres_db.engine.begin() as connection:
        connection.exec_driver_sql(
            "ALTER TABLE stock_levels DROP CONSTRAINT ck_stock_levels_reserved_within_on_hand"
        )

    assert at_once(own_postgres_db, *[hold(level)] * CROWD) > 4
