"""What all rules share: the database, the clock, one try at something, and the comparison after every step."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.catalogue.models import Variant
from core.customers.identities import customer_for
from core.db import Database
from core.errors import AppError
from core.orders.models import Order
from core.shop_file.checking import check_shop_file
from core.shop_file.importing import import_shop
from core.stock.models import Reservation, Warehouse
from tests.core.machine.book import FEE, FREE_FROM, PRICES, SKUS, WAREHOUSES, Book
from tests.core.machine.comparing import compare_orders, compare_stock
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


@dataclass(frozen=True)
class Happening:
    weight: int
    when: Callable[[Any], object]
    given: Mapping[str, st.SearchStrategy[Any]]


HAPPENINGS: dict[str, Happening] = {}


def happens(
    weight: int = 2, when: Callable[[Any], object] = lambda _: True, **given: st.SearchStrategy[Any]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """As `rule` and `precondition`, with a weight."""

    def noted(method: Callable[..., None]) -> Callable[..., None]:
        HAPPENINGS[method.__name__] = Happening(weight, when, given)
        return method

    return noted


class ShopMachine(RuleBasedStateMachine):
    """`opened` gives a migrated database with nothing in it."""

    opened: Callable[[], Database]
    steps_done = 0

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

    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        """One of what may happen now, often things more often: else few orders would get as far as a return."""
        names = [name for name, each in HAPPENINGS.items() if each.when(self) for _ in range(each.weight)]
        name = data.draw(st.sampled_from(names), label="what happens")
        given = HAPPENINGS[name].given
        getattr(self, name)(
            **{key: data if key == "data" else data.draw(value, label=key) for key, value in given.items()}
        )

    @invariant()
    def the_books_agree(self) -> None:
        if not hasattr(self, "db"):
            return
        type(self).steps_done += 1
        with self.db.read_transaction() as session:
            compare_stock(session, self.book)
            compare_orders(session, self.book)
