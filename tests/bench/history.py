"""A hundred thousand made-up orders of past years, written as rows: what a list has to find its page in."""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.catalogue.models import Variant
from core.clock import utc_now
from core.customers.models import Customer
from core.db import Database
from core.ids import new_id
from core.orders.models import Order, OrderLine

FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ")
GIVEN = (
    "Thu Lan",
    "Minh Anh",
    "Quốc Huy",
    "Ngọc Mai",
    "Gia Bảo",
    "Thanh Tâm",
    "Hải Yến",
    "Tuấn Kiệt",
    "Bích Thủy",
)
CHANNELS = ("chat", "chat", "shopee", "website", "phone")
STATES = (
    *[("completed", "delivered", "paid")] * 16, *[("cancelled", "cancelled", "unpaid")] * 2,
    ("processing", "shipped", "unpaid"), ("new", "unpacked", "unpaid"),
)  # fmt: skip
AT_ONCE = 5_000


def write_history(db: Database, orders: int, buyers: int) -> None:
    draw = random.Random(11)
    with db.transaction() as session:
        people = [_person(draw) for _ in range(buyers)]
        session.execute(insert(Customer), people)
        variants = list(session.execute(select(Variant.id, Variant.sku, Variant.price).limit(2_000)))
    for first in range(0, orders, AT_ONCE):
        with db.transaction() as session:
            _write(session, draw, range(first, min(first + AT_ONCE, orders)), orders, people, variants)


def _write(
    session: Session,
    draw: random.Random,
    numbers: range,
    last: int,
    people: list[dict[str, Any]],
    variants: list[Any],
) -> None:
    made = [_order(draw, number, last, draw.choice(people)) for number in numbers]
    lines = [line for order in made for line in _lines(draw, order, variants)]
    session.execute(insert(Order), made)
    session.execute(insert(OrderLine), lines)


def _person(draw: random.Random) -> dict[str, Any]:
    now = utc_now()
    name = f"{draw.choice(FAMILY)} {draw.choice(GIVEN)}"
    phone = f"+849{draw.randrange(10**8):08d}"
    return {"id": new_id(), "name": name, "phone": phone, "created_at": now, "updated_at": now}


def _order(draw: random.Random, number: int, last: int, person: dict[str, Any]) -> dict[str, Any]:
    status, fulfilment, payment = draw.choice(STATES)
    return {
        "id": new_id(), "code": f"CU{number:06d}", "customer_id": person["id"], "sales_channel": draw.choice(CHANNELS),
        "status": status, "payment_state": payment, "fulfilment_state": fulfilment, "buyer_name": person["name"],
        "phone": person["phone"], "address": {}, "address_text": "12 Lê Lợi, Quận 1, Thành phố Hồ Chí Minh",
        "payment_method": "cod", "placed_at": utc_now() - timedelta(minutes=5 * (last - number)),
    }  # fmt: skip


def _lines(draw: random.Random, order: dict[str, Any], variants: list[Any]) -> Iterator[dict[str, Any]]:
    """One to three lines, and the order's sums with them."""
    order["subtotal"] = 0
    for position, (variant_id, sku, price) in enumerate(draw.sample(variants, draw.randint(1, 3))):
        quantity = draw.randint(1, 3)
        order["subtotal"] += price * quantity
        yield {
            "id": new_id(), "order_id": order["id"], "variant_id": variant_id, "position": position, "sku": sku,
            "name": sku, "quantity": quantity, "unit_price": price, "amount": price * quantity, "vat_class": "10",
        }  # fmt: skip
    order["total"] = order["subtotal"]
    order["paid"] = order["total"] if order["payment_state"] == "paid" else 0
