"""The database beside the model, in SQL of its own: what is asked after every step has to be quick."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from core.orders.money import add_up
from core.stock.reports import value_by_warehouse
from tests.core.machine.book import Book

_SHELF = (
    "SELECT v.sku, w.code, {what} JOIN variants v ON v.id = x.variant_id "
    "JOIN warehouses w ON w.id = x.warehouse_id"
)
_LEVELS = _SHELF.format(what="x.on_hand, x.reserved FROM stock_levels x")
_SUMS = _SHELF.format(what="sum(x.quantity) FROM {table} x") + "{where} GROUP BY v.sku, w.code"
_MOVED = _SUMS.format(table="stock_movements", where="")
_HELD = _SUMS.format(table="reservations", where=" WHERE x.state = 'held'")
_ASIDE = _SUMS.format(table="stock_holds", where=" WHERE x.state = 'held'")
_ORDERS = (
    "SELECT code, status, fulfilment_state, payment_state, subtotal - discount, shipping_fee, total, paid, refunded, "
    "refund_held, credited FROM orders"
)
_LINES = (
    "SELECT o.code, x.sku, x.quantity, x.amount, x.return_requested FROM order_lines x "
    "JOIN orders o ON o.id = x.order_id ORDER BY x.position"
)
_MONEY = (
    "SELECT o.code, sum(CASE x.kind WHEN 'refund' THEN 0 WHEN 'taken_back' THEN -x.amount ELSE x.amount END), "
    "sum(CASE WHEN x.kind = 'refund' THEN x.amount ELSE 0 END) "
    "FROM payments x JOIN orders o ON o.id = x.order_id GROUP BY o.code"
)
_PROMISED = (
    "SELECT o.code, sum(x.amount) FROM refunds x JOIN orders o ON o.id = x.order_id "
    "WHERE x.state IN ('requested', 'approved') GROUP BY o.code"
)


def compare_stock(session: Session, book: Book) -> None:
    on_hand, reserved = {}, {}
    for sku, place, there, promised in _rows(session, _LEVELS):
        on_hand[sku, place], reserved[sku, place] = there, promised
    expected = _counted(book.on_hand)
    assert _counted(on_hand) == expected
    assert _sums(session, _MOVED) == expected
    promises = _counted(book.reserved())
    assert _counted(reserved) == promises
    held = Counter(_sums(session, _HELD))
    held.update(_sums(session, _ASIDE))
    assert held == promises
    assert dict(_rows(session, "SELECT sku, cost FROM variants")) == book.cost
    worth: Counter[str] = Counter()
    for (sku, place), pieces in expected.items():
        worth[place] += pieces * (book.cost[sku] or 0)
    assert {v.warehouse_code: v.value for v in value_by_warehouse(session) if v.value} == _counted(worth)


def compare_orders(session: Session, book: Book) -> None:
    lines: dict[str, list[tuple[Any, ...]]] = {code: [] for code in book.orders}
    for code, *line in _rows(session, _LINES):
        lines[code].append(tuple(line))
    money = {code: (int(paid), int(refunded)) for code, paid, refunded in _rows(session, _MONEY)}
    promised = {code: int(amount) for code, amount in _rows(session, _PROMISED)}
    rows = {row[0]: row[1:] for row in _rows(session, _ORDERS)}
    assert set(rows) == set(book.orders)
    for code, order in book.orders.items():
        status, fulfilment, payment_state, *amounts = rows[code]
        held = book.held(code)
        assert lines[code] == [(x.sku, x.quantity, x.amount, x.asked_back) for x in order.lines], code
        assert (status, fulfilment) == (order.status, order.fulfilment), code
        assert amounts == [
            order.goods, order.fee, order.total, order.paid, order.refunded, held, order.credited,
        ], code  # fmt: skip
        assert money.get(code, (0, 0)) == (order.paid, order.refunded), code
        assert promised.get(code, 0) == held, code
        if status != "cancelled" and (order.total or order.kept):
            assert payment_state == order.payment_state, code
        told = add_up(
            total=amounts[2], credited=order.credited, called_off=status == "cancelled", paid=order.paid,
            refunded=order.refunded, refund_held=held,
        )  # fmt: skip
        assert (told.due, told.outstanding, told.overpaid) == (order.due, order.owed, order.overpaid)


def _rows(session: Session, statement: str) -> Iterator[Any]:
    return iter(session.connection().exec_driver_sql(statement))


def _sums(session: Session, statement: str) -> dict[tuple[str, str], int]:
    return {(sku, place): int(pieces) for sku, place, pieces in _rows(session, statement) if pieces}


def _counted(figures: dict[Any, int]) -> dict[Any, int]:
    return {key: figure for key, figure in figures.items() if figure}
