"""The plain model: what a shopkeeper with a pencil would write down. Knows nothing of the core."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from math import floor

PRICES = {"HOA-1": 50_000, "LY-1": 30_000, "SEN-1": 35_700}
SKUS = sorted(PRICES)
WAREHOUSES = ("A", "B")
TRANSIT = "~in-transit"
FEE, FREE_FROM = 20_000, 600_000
Shelf = tuple[str, str]
"""(SKU, warehouse)."""


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def fee_for(goods: int) -> int:
    return 0 if goods >= FREE_FROM else FEE


@dataclass
class Line:
    sku: str
    quantity: int
    price: int
    discount: int = 0
    asked_back: int = 0
    settled_back: int = 0

    @property
    def amount(self) -> int:
        return self.price * self.quantity - self.discount

    def part(self, quantity: int) -> "Line":
        """So many pieces at the same price; the discount goes along in proportion."""
        return Line(
            self.sku, quantity, self.price, half_up(Fraction(self.discount * quantity, self.quantity))
        )


@dataclass
class Order:
    method: str
    lines: list[Line]
    fee: int
    status: str = "new"
    fulfilment: str = "unpacked"
    paid: int = 0
    refunded: int = 0
    credited: int = 0
    holds: Counter[Shelf] = field(default_factory=Counter)

    @property
    def goods(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def total(self) -> int:
        return self.goods + self.fee

    @property
    def due(self) -> int:
        return 0 if self.status == "cancelled" else max(self.total - self.credited, 0)

    @property
    def kept(self) -> int:
        return self.paid - self.refunded

    @property
    def owed(self) -> int:
        return max(self.due - self.kept, 0)

    @property
    def overpaid(self) -> int:
        return max(self.kept - self.due, 0)

    @property
    def payment_state(self) -> str:
        if self.kept > 0:
            return "paid" if self.kept >= self.due else "part_paid"
        return "refunded" if self.refunded else "unpaid"

    @property
    def is_open(self) -> bool:
        return self.status in ("new", "processing") and self.fulfilment == "unpacked"

    def pieces(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for line in self.lines:
            found[line.sku] += line.quantity
        return found


@dataclass
class Refund:
    order: str
    amount: int
    kind: str
    state: str = "approved"


@dataclass
class Back:
    """Goods on their way back. `lines`: (line, pieces, SKU that is wished for instead)."""

    order: str
    lines: list[tuple[Line, int, str]]
    origin: str = "buyer"
    state: str = "requested"
    warehouse: str = ""
    found: list[Counter[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.found = [Counter() for _ in self.lines]

    def back(self, at: int) -> int:
        return self.found[at]["good"] + self.found[at]["damaged"]

    @property
    def left(self) -> list[tuple[int, int]]:
        """(which line, pieces that nobody has looked at)."""
        return [(at, n - self.found[at].total()) for at, (_, n, _) in enumerate(self.lines)]


@dataclass
class Purchase:
    lines: dict[str, int]
    prices: dict[str, int]
    warehouse: str
    state: str = "confirmed"
    received: Counter[str] = field(default_factory=Counter)
    returned: Counter[str] = field(default_factory=Counter)

    def open(self, sku: str) -> int:
        return max(self.lines[sku] - self.received[sku], 0)


@dataclass
class Book:
    on_hand: Counter[Shelf] = field(default_factory=Counter)
    cost: dict[str, int | None] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    backs: dict[str, Back] = field(default_factory=dict)
    aside: dict[str, tuple[Shelf, int, datetime]] = field(default_factory=dict)
    transfers: dict[str, tuple[str, Counter[str]]] = field(default_factory=dict)
    """Code → (destination, what is still on its way)."""
    counts: dict[str, tuple[str, Counter[str]]] = field(default_factory=dict)
    """Code → (warehouse, differences)."""
    purchases: dict[str, Purchase] = field(default_factory=dict)
    doubtful: dict[str, int] = field(default_factory=dict)
    """Bank transfers that wait for a person: code → đồng."""

    def reserved(self) -> Counter[Shelf]:
        found: Counter[Shelf] = Counter()
        for order in self.orders.values():
            found.update(order.holds)
        for shelf, pieces, _ in self.aside.values():
            found[shelf] += pieces
        return found

    def free(self, sku: str, warehouse: str) -> int:
        return self.on_hand[sku, warehouse] - self.reserved()[sku, warehouse]

    def can_fill(self, wanted: Counter[str], own: Counter[Shelf] | None = None) -> bool:
        """One warehouse has it all, with what the order holds there itself."""
        own = own or Counter()
        return any(
            all(self.free(sku, place) + own[sku, place] >= pieces for sku, pieces in wanted.items())
            for place in WAREHOUSES
        )

    def held(self, order: str) -> int:
        return sum(r.amount for r in self.refunds.values() if r.order == order and r.state == "approved")

    def refundable(self, order: str) -> int:
        return self.orders[order].kept - self.held(order)

    def bought(self, sku: str, pieces: int, price: int) -> None:
        """The moving average, before the pieces are on the shelf."""
        there, cost = sum(n for (s, _), n in self.on_hand.items() if s == sku), self.cost[sku]
        if cost is None or there <= 0:
            self.cost[sku] = price
        else:
            self.cost[sku] = half_up(Fraction(there * cost + pieces * price, there + pieces))
