"""The kinds of tables: what each reads, checks, writes and gives out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from core.actor import Actor
from core.exchange import changing, customers, orders, products, stock
from core.exchange.effects import Changes
from core.exchange.sheets import Column, Line, Problems, Progress
from core.ports.addresses import AddressBook

KindName = Literal["products", "stock", "customers", "orders"]


@dataclass(frozen=True)
class Kind:
    columns: Sequence[Column]
    read: Callable[[Sequence[Line], Problems, Progress | None], list[Any]]
    check: Callable[[Session, Sequence[Line], Problems], None]
    write: Callable[[Session, list[Any], AddressBook, Actor, datetime], dict[str, int]]
    rows: Callable[[Session], Iterator[dict[str, Any]]]
    prefixes: tuple[str, ...] = ()
    read_changes: Callable[[Session, Sequence[Line], Problems], Changes] | None = None
    write_changes: Callable[[Session, Sequence[Any], Actor, datetime], dict[str, int]] | None = None
    """Both where a table may change what is there, when that is asked for."""

    def header(self, session: Session) -> list[str]:
        if self.prefixes:
            return products.product_columns(session)
        return [column.key for column in self.columns]


KINDS: Mapping[KindName, Kind] = {
    "products": Kind(
        products.COLUMNS, products.read_products, products.check_products,
        lambda session, parts, _book, actor, now: products.write_products(session, parts, actor=actor, now=now),
        products.product_rows, (products.STOCK,), changing.read_changes,
        lambda session, parts, actor, now: changing.write_changes(session, parts, actor=actor, now=now),
    ),
    "stock": Kind(
        stock.COLUMNS, stock.read_stock, stock.check_stock,
        lambda session, parts, _book, actor, now: stock.write_stock(session, parts, actor=actor, now=now),
        stock.stock_rows,
    ),
    "customers": Kind(
        customers.COLUMNS, customers.read_customers, customers.check_customers,
        lambda session, parts, book, actor, now: customers.write_customers(
            session, parts, addresses=book, actor=actor, now=now
        ),
        customers.customer_rows,
    ),
    "orders": Kind(
        orders.COLUMNS, orders.read_orders, orders.check_orders,
        lambda session, parts, book, actor, now: orders.write_orders(
            session, parts, addresses=book, actor=actor, now=now
        ),
        orders.order_rows,
    ),
}  # fmt: skip
