"""Every report over a year of 100,000 orders, on both databases."""

import time
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from core.actor import SYSTEM
from core.clock import utc_now
from core.db import Database
from core.reports.making import REPORTS, make_report
from core.reports.picture import as_png
from core.reports.writing import as_csv
from core.schema import upgrade
from core.shop_file.checking import check_shop_file
from core.shop_file.importing import import_shop
from tests.bench.history import write_history
from tests.bench.measuring import analyse
from tests.small_shop import OneTown, large_shop

ORDERS, BUYERS, DAYS = 100_000, 5_000, 365
_WHAT_FOLLOWED = (
    "UPDATE order_lines SET unit_cost = unit_price / 2, vat_class = 'ten_reducible'",
    "UPDATE orders SET delivered_at = placed_at WHERE status = 'completed'",
    "INSERT INTO stock_movements (id, variant_id, warehouse_id, quantity, kind, cause, reason, subject_kind, "
    "subject_id, actor_id, at) SELECT l.id, l.variant_id, (SELECT min(id) FROM warehouses), -l.quantity, "
    "'shipment', '', '', 'order', o.id, 'system', o.placed_at FROM order_lines l JOIN orders o ON o.id = l.order_id"
    " WHERE o.status = 'completed'",
    "INSERT INTO returns (id, code, order_id, customer_id, kind, origin, state, reason, photo_count, requested_by, "
    "requested_at, decided_by, decision_note, credit, version) SELECT o.id, 'R' || o.code, o.id, o.customer_id, "
    "'return', 'buyer', 'settled', '', 0, '', o.placed_at, '', '', 0, 1 FROM orders o WHERE o.status = 'completed' "
    "AND o.code LIKE 'CU%50'",
    "INSERT INTO return_lines (id, return_id, order_line_id, sku, quantity, exchange_sku, good, damaged, missing) "
    "SELECT l.id, o.id, l.id, l.sku, l.quantity, '', l.quantity, 0, 0 FROM order_lines l "
    "JOIN orders o ON o.id = l.order_id WHERE l.position = 0 AND o.status = 'completed' AND o.code LIKE 'CU%50'",
    "UPDATE orders SET credited = (SELECT l.amount FROM order_lines l WHERE l.order_id = orders.id AND l.position ="
    " 0) WHERE id IN (SELECT o.id FROM orders o WHERE o.status = 'completed' AND o.code LIKE 'CU%50')",
)


def measure(name: str, url: str, _folder: Path) -> None:
    db = Database(url)
    upgrade(db)
    now = utc_now()
    seed(db, now)
    analyse(db)
    year = (now - timedelta(days=DAYS)).date()
    for report in REPORTS.values():
        times = [_made(db, report.name, now, first) for first in (None, None, year, year)]
        month, whole = min(times[:2]), min(times[2:])
        print(f"report {report.name}, {name}: 30 days {month:.0f} ms, a year {whole:.0f} ms", flush=True)
    with db.read_transaction() as session:
        table = make_report(session, name="sales-by-day", actor=SYSTEM, now=now, first=year)
    for what, write in (("CSV", as_csv), ("picture", as_png)):
        write(table)
        began = time.perf_counter()
        write(table)
        print(f"a year's {what}, {name}: {(time.perf_counter() - began) * 1000:.0f} ms", flush=True)
    db.close()


def seed(db: Database, now: datetime) -> None:
    """A year's orders as `history` writes them; those that are done left the shelf, some of them came back."""
    with db.transaction() as session:
        import_shop(session, shop=check_shop_file(large_shop(300)), addresses=OneTown(), now=now)
    write_history(db, ORDERS, BUYERS)
    with db.transaction() as session:
        for statement in _WHAT_FOLLOWED:
            session.execute(text(statement))


def _made(db: Database, name: str, now: datetime, first: date | None) -> float:
    began = time.perf_counter()
    with db.read_transaction() as session:
        make_report(session, name=name, actor=SYSTEM, now=now, first=first)
    return (time.perf_counter() - began) * 1000
