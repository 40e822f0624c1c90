"""What all rules share: the database, the clock, one try at something, and the comparison after every step."""

import copy
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.catalogue.models import Variant
from core.customers.identities import customer_for
from core.db import Database
from core.errors import AppError
from core.orders.models import Order, OrderLine
from core.payments.models import Payment, Refund
from core.shop_file.checking import check_shop_file
from core.shop_file.importing import import_shop
from core.stock.models import Reservation, StockHold, StockLevel, StockMovement, Warehouse
from core.stock.reports import value_by_warehouse
from tests.core.machine.book import FEE, FREE_FROM, PRICES, SKUS, WAREHOUSES, Book
from tests.small_shop import OneTown

T = TypeVar("T")
MANAGER = Actor("staff", "m1", "Mai", "manager")
START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SHOP: dict[str, Any] = {
    "shop": {
        "name": "Tiệm",
        "payment_methods": ["cod", "bank_transfer"],
        "shipping": {"flat_fee": FEE, "free_from_subtotal": FREE_FROM},
    },
    "warehouses": [{"code": code, "name": f"Kho {code}", "address": "1 Lê Lợi"} for code in WAREHOUSES],
    "products": [
        {
            "sku": sku[:-2], "name": sku, "variants": [{
                "sku": sku, "price": price, "stock": {"A": 12, "B": 5},
                **({"cost": 20_000} if sku == "HOA-1" else {}),
            }],
        }
        for sku, price in PRICES.items()
    ],
}  # fmt: skip
skus = st.sampled_from(SKUS)
places = st.sampled_from(WAREHOUSES)
some = st.dictionaries(skus, st.integers(1, 6), min_size=1, max_size=2)


class ShopMachine(RuleBasedStateMachine):
    """`opened` gives a migrated database with nothing in it."""

    opened: Callable[[], Database]

    @initialize()
    def open(self) -> None:
        self.db, self.now, self.book, self.steps = type(self).opened(), START, Book(), 0
        with self.db.transaction() as session:
            import_shop(session, shop=check_shop_file(SHOP), addresses=OneTown(), now=START)
            self.customer = customer_for(session, chat_channel="t", external_id="1", now=START).id
            self.variants = {v.sku: v.id for v in session.scalars(select(Variant))}
            self.warehouses = {w.code: w.id for w in session.scalars(select(Warehouse))}
        for sku in SKUS:
            self.book.on_hand.update({(sku, "A"): 12, (sku, "B"): 5})
            self.book.cost[sku] = 20_000 if sku == "HOA-1" else None

    def teardown(self) -> None:
        if hasattr(self, "db"):
            self.db.close()

    def tried(self, work: Callable[[Session], T], *refusals: str) -> T | None:
        """None when it was refused with one of these codes; the model then stands as it was."""
        self.now += timedelta(minutes=1)
        try:
            with self.db.transaction() as session:
                return work(session)
        except AppError as error:
            if error.code in refusals:
                return None
            raise

    def level(self, sku: str, warehouse: str) -> dict[str, str]:
        return {"variant_id": self.variants[sku], "warehouse_id": self.warehouses[warehouse]}

    def pick(self, data: st.DataObject, found: dict[str, T], wanted: Callable[[T], bool]) -> str:
        """A code of one of those that are wanted; the caller's precondition says that there is one."""
        return data.draw(st.sampled_from([code for code, each in found.items() if wanted(each)]))

    def adopt_holds(self, session: Session, *codes: str) -> None:
        """Which warehouse was chosen is the core's to say; that it is lawful is checked here."""
        places = {id_: code for code, id_ in self.warehouses.items()}
        names = {id_: sku for sku, id_ in self.variants.items()}
        for code in codes:
            order = self.book.orders[code]
            order.holds = Counter()
            rows = session.execute(
                select(Reservation.variant_id, Reservation.warehouse_id, Reservation.quantity)
                .join(Order, Order.id == Reservation.order_id)
                .where(Order.code == code, Reservation.state == "held")
            )
            for variant, warehouse, quantity in rows:
                order.holds[names[variant], places[warehouse]] += quantity
            held = Counter[str]()
            for (sku, _), quantity in order.holds.items():
                held[sku] += quantity
            assert held == order.pieces()

    def is_alone(self, code: str) -> bool:
        """All that an order holds lies in one warehouse."""
        return len({place for _, place in self.book.orders[code].holds}) == 1

    def put_back(self, before: Book) -> None:
        self.book = before

    def snapshot(self) -> Book:
        return copy.deepcopy(self.book)

    @invariant()
    def the_books_agree(self) -> None:
        if not hasattr(self, "db"):
            return
        type(self).steps_done += 1
        with self.db.read_transaction() as session:
            self._compare_stock(session)
            self._compare_orders(session)

    steps_done = 0

    def _compare_stock(self, session: Session) -> None:
        names = {id_: sku for sku, id_ in self.variants.items()}
        codes = dict(session.execute(select(Warehouse.id, Warehouse.code)).all())

        def sums(model: Any, quantity: Any, *conditions: Any) -> Counter[tuple[str, str]]:
            rows = session.execute(
                select(model.variant_id, model.warehouse_id, func.sum(quantity))
                .where(*conditions)
                .group_by(model.variant_id, model.warehouse_id)
            )
            return Counter({(names[v], codes[w]): int(n) for v, w, n in rows if n})

        expected = Counter({shelf: n for shelf, n in self.book.on_hand.items() if n})
        assert sums(StockLevel, StockLevel.on_hand) == expected
        assert sums(StockMovement, StockMovement.quantity) == expected
        reserved = Counter({shelf: n for shelf, n in self.book.reserved().items() if n})
        assert sums(StockLevel, StockLevel.reserved) == reserved
        held = sums(Reservation, Reservation.quantity, Reservation.state == "held")
        held.update(sums(StockHold, StockHold.quantity, StockHold.state == "held"))
        assert held == reserved
        costs = dict(session.execute(select(Variant.sku, Variant.cost)).all())
        assert costs == self.book.cost
        worth: Counter[str] = Counter()
        for (sku, place), pieces in expected.items():
            worth[place] += pieces * (self.book.cost[sku] or 0)
        assert {v.warehouse_code: v.value for v in value_by_warehouse(session) if v.value} == dict(+worth)

    def _compare_orders(self, session: Session) -> None:
        rows = {row.code: row for row in session.scalars(select(Order))}
        assert set(rows) == set(self.book.orders)
        lines: dict[str, list[tuple[str, int, int, int]]] = {code: [] for code in rows}
        for code, *line in session.execute(
            select(
                Order.code, OrderLine.sku, OrderLine.quantity, OrderLine.amount, OrderLine.return_requested
            )
            .join(Order, Order.id == OrderLine.order_id)
            .order_by(OrderLine.position)
        ):
            lines[code].append(tuple(line))
        money = _grouped(session, Payment.order_id, Payment.amount, Payment.kind == "refund")
        promised = dict(
            session.execute(
                select(Refund.order_id, func.sum(Refund.amount))
                .where(Refund.state.in_(("requested", "approved")))
                .group_by(Refund.order_id)
            ).all()
        )  # fmt: skip
        for code, order in self.book.orders.items():
            row = rows[code]
            told = [(x.sku, x.quantity, x.amount, x.asked_back) for x in order.lines]
            assert lines[code] == told, code
            assert (row.status, row.fulfilment_state) == (order.status, order.fulfilment), code
            assert (row.subtotal - row.discount, row.shipping_fee, row.total) == (
                order.goods, order.fee, order.total,
            ), code  # fmt: skip
            held = self.book.held(code)
            assert (row.paid, row.refunded, row.refund_held, row.credited) == (
                order.paid, order.refunded, held, order.credited,
            ), code  # fmt: skip
            assert (money.get((row.id, False), 0), money.get((row.id, True), 0)) == (row.paid, row.refunded)
            assert promised.get(row.id, 0) == held
            if order.status != "cancelled" and (order.total or order.kept):
                assert row.payment_state == order.payment_state, code
            sum_up = row.money
            assert (sum_up.due, sum_up.outstanding, sum_up.overpaid) == (
                order.due,
                order.owed,
                order.overpaid,
            )


def _grouped(session: Session, by: Any, amount: Any, split: Any) -> dict[tuple[str, bool], int]:
    rows = session.execute(select(by, split, func.sum(amount)).group_by(by, split))
    return {(key, bool(flag)): int(total) for key, flag, total in rows}
