"""Every report over a year of 100,000 orders, on both databases."""

import random
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from core.actor import SYSTEM
from core.catalogue.models import Product, Variant
from core.clock import utc_now
from core.customers.identities import customer_for
from core.db import Base, Database, insert_rows
from core.ids import new_id
from core.orders.models import Order, OrderLine
from core.reports.making import REPORTS, make_report
from core.reports.picture import as_png
from core.reports.writing import as_csv
from core.returns.models import Return, ReturnLine
from core.schema import upgrade
from core.shop_file.checking import check_shop_file
from core.shop_file.importing import import_shop
from core.stock.models import StockMovement, Warehouse
from tests.small_shop import OneTown, large_shop

ORDERS = 100_000
DAYS = 365
BATCH = 5_000


def measure(name: str, url: str, _folder: Path) -> None:
    db = Database(url)
    upgrade(db)
    now = utc_now()
    seed(db, now)
    with db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
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


def seed(db: Database, now: datetime, orders: int = ORDERS) -> None:
    """Orders of a year with two lines each, some cancelled, some returned, each parcel in the ledger."""
    draw = random.Random(7)
    with db.transaction() as session:
        import_shop(session, shop=check_shop_file(large_shop(300)), addresses=OneTown(), now=now)
        buyers = [customer_for(session, chat_channel="t", external_id=str(n), now=now).id for n in range(500)]
        variants = [
            row._asdict()
            for row in session.execute(
                select(Variant.id, Variant.sku, Variant.price, Product.name).join(Product)
            )
        ]
        warehouse = session.scalars(select(Warehouse.id)).one()
    rows: dict[type[Base], list[dict[str, Any]]] = {
        model: [] for model in (Order, OrderLine, StockMovement, Return, ReturnLine)
    }
    for number in range(orders):
        placed = now - timedelta(seconds=DAYS * 86_400 * (orders - number) // orders)
        _add_order(rows, draw, number, placed, draw.choice(buyers), draw.sample(variants, 2), warehouse)
        if number % BATCH == BATCH - 1 or number == orders - 1:
            with db.transaction() as session:
                for model, made in rows.items():
                    insert_rows(session, model, made)
                    made.clear()


def _add_order(
    rows: dict[type[Base], list[dict[str, Any]]],
    draw: random.Random,
    number: int,
    placed: datetime,
    buyer: str,
    variants: list[dict[str, Any]],
    warehouse: str,
) -> None:
    luck, order_id = draw.random(), new_id()
    cancelled, returned = luck < 0.06, luck > 0.95
    lines = [_line(order_id, variant, draw.randint(1, 3), at) for at, variant in enumerate(variants)]
    subtotal = sum(line["amount"] for line in lines)
    credited = lines[0]["amount"] if returned else 0
    delivered = None if cancelled else placed + timedelta(days=3)
    rows[Order].append(
        {
            "id": order_id, "code": f"DH{10_000 + number}", "search_words": f"dh{10_000 + number}",
            "quote_id": None, "customer_id": buyer, "sales_channel": draw.choice(("chat", "website", "manual")),
            "status": "cancelled" if cancelled else "completed",
            "payment_state": "unpaid" if cancelled else "paid",
            "fulfilment_state": "cancelled" if cancelled else "delivered",
            "invoice_state": draw.choice(("none", "coded", "coded", "coded")), "buyer_name": "Lan",
            "phone": "+84901234567", "address": {}, "address_text": "12 Lê Lợi", "delivery_note": "",
            "payment_method": "cod", "subtotal": subtotal, "discount": 0, "shipping_fee": 20_000,
            "total": subtotal + 20_000, "paid": 0 if cancelled else subtotal + 20_000 - credited, "refunded": 0,
            "refund_held": 0, "credited": credited, "replaces_order_id": None, "invoice_request": {},
            "invoice_requested_at": None, "tags": [], "risk_level": "none", "risk_refused": 0,
            "deposit_percent": 0, "risk_state": "", "note": "", "cancel_reason": "", "placed_by": "",
            "placed_by_kind": draw.choice(("customer", "staff")), "placed_by_name": "", "version": 1,
            "placed_at": placed, "packed_at": delivered, "delivered_at": delivered, "completed_at": delivered,
            "cancelled_at": placed if cancelled else None,
        }
    )  # fmt: skip
    rows[OrderLine] += lines
    if not cancelled:
        rows[StockMovement] += [_left(line, warehouse, placed) for line in lines]
    if returned:
        _add_return(rows, order_id, buyer, lines[0], placed, number)


def _line(order_id: str, variant: dict[str, Any], quantity: int, position: int) -> dict[str, Any]:
    return {
        "id": new_id(), "order_id": order_id, "variant_id": variant["id"], "position": position,
        "sku": variant["sku"], "name": variant["name"], "name_en": "", "option_text": "", "option_text_en": "",
        "quantity": quantity, "unit_price": variant["price"], "discount": 0,
        "amount": variant["price"] * quantity, "unit_cost": variant["price"] // 2,
        "vat_class": "ten_reducible", "weight_g": 100, "return_requested": 0,
    }  # fmt: skip


def _left(line: dict[str, Any], warehouse: str, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(), "variant_id": line["variant_id"], "warehouse_id": warehouse, "kind": "shipment",
        "quantity": -line["quantity"], "cause": "", "reason": "", "subject_kind": "order",
        "subject_id": line["order_id"], "actor_id": "system", "at": at,
    }  # fmt: skip


def _add_return(
    rows: dict[type[Base], list[dict[str, Any]]], order_id: str, buyer: str, line: dict[str, Any], at: datetime,
    number: int,
) -> None:  # fmt: skip
    request = new_id()
    rows[Return].append(
        {
            "id": request, "code": f"R{10_000 + number}", "order_id": order_id, "customer_id": buyer,
            "kind": "return", "origin": "buyer", "state": "settled", "reason": "", "photo_count": 0,
            "requested_by": "x", "requested_at": at, "decided_by": "x", "decided_at": at, "decision_note": "",
            "warehouse_id": None, "received_at": at, "inspected_at": at, "settled_at": at,
            "credit": line["amount"], "refund_id": None, "exchange_order_id": None, "version": 1,
        }
    )  # fmt: skip
    rows[ReturnLine].append(
        {
            "id": new_id(), "return_id": request, "order_line_id": line["id"], "sku": line["sku"],
            "quantity": line["quantity"], "exchange_variant_id": None, "exchange_sku": "",
            "good": line["quantity"], "damaged": 0, "missing": 0,
        }
    )  # fmt: skip


def _made(db: Database, name: str, now: datetime, first: date | None) -> float:
    began = time.perf_counter()
    with db.read_transaction() as session:
        make_report(session, name=name, actor=SYSTEM, now=now, first=first)
    return (time.perf_counter() - began) * 1000
