"""Whatever happens in whatever order: on hand is the sum of movements, reserved the sum of what is held."""

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from core.actor import SYSTEM
from core.catalogue.queries import variants_by_sku
from core.customers.identities import customer_for
from core.db import Database
from core.errors import Conflict, InsufficientStock
from core.orders.cancellation import cancel_order
from core.orders.carts import set_delivery, set_lines, set_payment_method, start_cart
from core.orders.fulfilment import pack_order
from core.orders.placement import place_order
from core.orders.quoting import quote_cart
from core.shop_file.checking import check_shop_file
from core.shop_file.importing import import_shop
from core.stock.levels import adjust, consume_order, receive
from core.stock.models import Reservation, StockLevel, StockMovement
from core.stock.queries import get_warehouse
from tests.small_shop import PLACE, OneTown, shop_content

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SKU = "HOA-1"


class Shelf(RuleBasedStateMachine):
    template: Path

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "x.db")
        self.db = Database(f"sqlite:///{self.folder}/x.db")
        with self.db.transaction() as session:
            import_shop(session, shop=check_shop_file(shop_content(10)), addresses=OneTown(), now=NOW)
            self.customer = customer_for(session, chat_channel="t", external_id="1", now=NOW).id
        self.on_hand, self.orders = 10, dict[str, int]()

    def teardown(self) -> None:
        if hasattr(self, "db"):
            self.db.close()
            shutil.rmtree(self.folder)

    @property
    def held(self) -> int:
        return sum(self.orders.values())

    def _level(self, session: Any) -> dict[str, str]:
        variant = variants_by_sku(session, [SKU])[SKU]
        return {"variant_id": variant.id, "warehouse_id": get_warehouse(session, "A").id}

    @rule(quantity=st.integers(1, 20))
    def goods_come(self, quantity: int) -> None:
        with self.db.transaction() as session:
            receive(session, **self._level(session), quantity=quantity, actor=SYSTEM, now=NOW)
        self.on_hand += quantity

    @rule(change=st.integers(-20, 20).filter(bool))
    def somebody_counts(self, change: int) -> None:
        try:
            with self.db.transaction() as session:
                adjust(session, **self._level(session), change=change, reason="count", actor=SYSTEM, now=NOW)
        except Conflict:
            assert self.on_hand + change < self.held
            return
        assert self.on_hand + change >= self.held
        self.on_hand += change

    @rule(quantity=st.integers(1, 12))
    def somebody_buys(self, quantity: int) -> None:
        try:
            with self.db.transaction() as session:
                cart_id = start_cart(session, customer_id=self.customer, sales_channel="api", now=NOW).id
                set_lines(session, cart_id=cart_id, quantities={SKU: quantity}, now=NOW)
                set_delivery(
                    session, cart_id=cart_id, now=NOW, buyer_name="Lan", phone="0901234567", address=PLACE
                )
                set_payment_method(session, cart_id=cart_id, method="cod", now=NOW)
                quote = quote_cart(session, cart_id=cart_id, now=NOW)
                order = place_order(session, actor=SYSTEM, quote_id=quote.id, now=NOW)
        except InsufficientStock:
            assert self.on_hand - self.held < quantity
            return
        assert self.on_hand - self.held >= quantity
        self.orders[order.id] = quantity

    @rule(data=st.data())
    def somebody_cancels(self, data: st.DataObject) -> None:
        if self.orders:
            order_id = data.draw(st.sampled_from(sorted(self.orders)))
            with self.db.transaction() as session:
                cancel_order(session, order_id=order_id, reason="", actor=SYSTEM, now=NOW)
            del self.orders[order_id]

    @rule(data=st.data(), times=st.integers(1, 2))
    def a_parcel_leaves(self, data: st.DataObject, times: int) -> None:
        if self.orders:
            order_id = data.draw(st.sampled_from(sorted(self.orders)))
            with self.db.transaction() as session:
                pack_order(session, order_id=order_id, actor=SYSTEM, now=NOW)
                for _ in range(times):
                    consume_order(session, order_id=order_id, actor=SYSTEM, now=NOW)
            self.on_hand -= self.orders.pop(order_id)

    @invariant()
    def books_balance(self) -> None:
        if not hasattr(self, "db"):
            return
        with self.db.read_transaction() as session:
            level = self._level(session)
            row = session.get_one(StockLevel, (level["variant_id"], level["warehouse_id"]))
            moved = session.scalar(
                select(func.sum(StockMovement.quantity)).where(
                    StockMovement.variant_id == level["variant_id"]
                )
            )
            held = session.scalar(
                select(func.coalesce(func.sum(Reservation.quantity), 0)).where(
                    Reservation.variant_id == level["variant_id"], Reservation.state == "held"
                )
            )
        assert (row.on_hand, row.reserved) == (self.on_hand, self.held)
        assert (moved, held) == (self.on_hand, self.held)


def test_the_shelf_and_the_books_agree(sqlite_template: Path) -> None:
    machine = type("Machine", (Shelf,), {"template": sqlite_template})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15, stateful_step_count=15, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


@pytest.mark.parametrize("broken", ["reserved = on_hand + 1", "reserved = -1"])
def test_the_database_itself_refuses_broken_counters(db: Database, now: datetime, broken: str) -> None:
    with db.transaction() as session:
        import_shop(session, shop=check_shop_file(shop_content()), addresses=OneTown(), now=now)

    with pytest.raises(IntegrityError), db.transaction() as session:
        session.connection().exec_driver_sql(f"UPDATE stock_levels SET {broken}")  # noqa: S608
