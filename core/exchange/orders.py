"""Orders as a table: one row a line of an order; rows of one `code` are one order. An import brings history in."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from core import audit
from core.actor import Actor
from core.catalogue.models import Variant
from core.clock import VIETNAM
from core.customers.phones import local_phone, normalise_phone
from core.errors import Invalid
from core.exchange.customers import CHANNEL
from core.exchange.sheets import Column, Line, Problems, Progress
from core.orders.codes import raise_counter
from core.orders.models import Order
from core.ports.addresses import AddressBook
from core.shop_file.history import add_past_order
from core.shop_file.schema import OrderPart

COLUMNS = (
    Column("code", ("mã đơn", "mã đơn hàng"), required=True),
    Column("placed_on", ("ngày đặt",), required=True),
    Column("customer_name", ("tên khách", "người nhận"), required=True),
    Column("phone", ("điện thoại", "số điện thoại", "sđt"), required=True),
    Column("address", ("địa chỉ",)),
    Column("sku", ("mã hàng",), required=True),
    Column("name", ("tên hàng",)),
    Column("quantity", ("số lượng",), required=True),
    Column("unit_price", ("đơn giá",), required=True),
    Column("subtotal", ("tiền hàng",)),
    Column("discount", ("giảm giá",)),
    Column("shipping_fee", ("phí ship", "phí giao hàng")),
    Column("total", ("tổng", "tổng tiền")),
    Column("payment_method", ("thanh toán",)),
    Column("status", ("trạng thái",)),
    Column("fulfilment_state", ("giao hàng",)),
    Column("payment_state",),
    Column("sales_channel", ("kênh",)),
)  # fmt: skip
_CLOSED = {"completed": "delivered", "cancelled": "none", "returned": "returned"}


def read_orders(lines: Sequence[Line], problems: Problems, progress: Progress | None) -> list[OrderPart]:
    groups: dict[str, list[Line]] = {}
    for line in lines:
        code = line.text("code", longest=40)
        if not code:
            line.wrong("code", "is empty: each row needs the code of its order")
        groups.setdefault(code, []).append(line)
    parts, done = [], 0
    for group in groups.values():
        before = problems.count
        data = _order(group)
        if problems.count == before:
            try:
                parts.append(OrderPart.model_validate(data))
            except ValidationError as error:
                for item in error.errors(include_url=False, include_context=False, include_input=False):
                    place = str(item["loc"][-1]) if item["loc"] else "total"
                    group[0].wrong(place, str(item["msg"]).removeprefix("Value error, "))
        done += len(group)
        if progress is not None and done % 500 < len(group):
            progress(done, len(lines))
    return parts


def check_orders(session: Session, lines: Sequence[Line], problems: Problems) -> None:
    skus = set(session.scalars(select(Variant.sku)))
    codes = set(session.scalars(select(Order.code)))
    for line in lines:
        if line.cells.get("sku", "") not in skus:
            line.wrong("sku", f"there is no SKU {line.cells.get('sku', '')[:64]}")
        if line.cells.get("code", "") in codes:
            line.wrong("code", f"order {line.cells['code'][:40]} is in the shop already: leave it out")


def write_orders(
    session: Session, parts: list[OrderPart], *, addresses: AddressBook, actor: Actor, now: datetime
) -> dict[str, int]:
    """Closed orders only: they hold no stock and send nothing."""
    for part in parts:
        add_past_order(session, part, warehouses=[], addresses=addresses, now=now, actor=actor)
    numbers = [int(found[1]) for part in parts if (found := re.fullmatch("DH([0-9]{1,9})", part.code))]
    if numbers:
        raise_counter(session, "order", at_least=max(numbers))
    audit.record(
        session, actor=actor, action="orders.imported", subject_kind="order", subject_id="", now=now,
        data={"orders": len(parts)},
    )  # fmt: skip
    session.flush()
    return {"orders": len(parts), "lines": sum(len(part.lines) for part in parts)}


def order_rows(session: Session) -> Iterator[dict[str, Any]]:
    orders = session.scalars(
        select(Order).order_by(Order.id).options(selectinload(Order.lines)).execution_options(yield_per=500)
    )
    for order in orders:
        for line in order.lines:
            yield {
                "code": order.code, "placed_on": order.placed_at.astimezone(VIETNAM).date().isoformat(),
                "customer_name": order.buyer_name, "phone": local_phone(order.phone),
                "address": order.address_text, "sku": line.sku, "name": line.name, "quantity": line.quantity,
                "unit_price": line.unit_price, "subtotal": order.subtotal, "discount": order.discount,
                "shipping_fee": order.shipping_fee, "total": order.total,
                "payment_method": order.payment_method, "status": order.status,
                "fulfilment_state": order.fulfilment_state, "payment_state": order.payment_state,
                "sales_channel": order.sales_channel,
            }  # fmt: skip


def _order(group: list[Line]) -> dict[str, Any]:
    first = group[0]
    for line in group[1:]:
        for key in ("placed_on", "customer_name", "phone", "address", "discount", "shipping_fee", "status"):
            if line.cells.get(key, "") not in ("", first.cells.get(key, "")):
                line.wrong(key, f"differs from row {first.number} of the same order")
    rows: list[dict[str, Any]] = [
        {
            "sku": line.text("sku"),
            "qty": _needed(line, "quantity", 10_000),
            "unit_price": _needed(line, "unit_price"),
        }
        for line in group
    ]
    subtotal = sum(row["qty"] * row["unit_price"] for row in rows)
    discount, fee = first.amount("discount") or 0, first.amount("shipping_fee") or 0
    status = first.text("status").lower() or "completed"
    if status not in _CLOSED:
        first.wrong(
            "status", f"{status[:40]!r} cannot be imported: completed, cancelled and returned orders can"
        )
    phone = _phone(first)
    return {
        "code": first.text("code"), "channel_user_id": phone or "-", "channel": CHANNEL,
        "customer_name": first.text("customer_name"), "phone": phone, "address": first.text("address"),
        "lines": rows, "payment_method": first.text("payment_method") or "cod", "subtotal": subtotal,
        "discount": discount, "shipping_fee": fee, "total": _total(first, subtotal - discount + fee),
        "status": status, "shipping_status": _CLOSED.get(status, "none"), "placed_days_ago": _days_ago(first),
        "delivered_days_ago": None,
    }  # fmt: skip


def _total(line: Line, worked_out: int) -> int:
    said = line.amount("total")
    if said is not None and said != worked_out:
        line.wrong("total", f"{said} is not what lines, discount and shipping_fee make: {worked_out}")
    if worked_out < 0:
        line.wrong("discount", "is more than the order")
    return worked_out


def _needed(line: Line, key: str, most: int = 10**12) -> int:
    number = line.amount(key, most=most, what="a number")
    if number is None and not line.cells.get(key):
        line.wrong(key, "is empty")
    return number or 0


def _days_ago(line: Line) -> float:
    """`2026-11-24` or `24/11/2026`."""
    said = line.text("placed_on", longest=40)
    try:
        if "/" in said:
            day, month, year = (int(part) for part in said.split("/"))
            placed = date(year, month, day)
        else:
            placed = date.fromisoformat(said[:10])
        age = datetime.now(UTC) - datetime(placed.year, placed.month, placed.day, 12, tzinfo=VIETNAM)
    except (ValueError, OverflowError):
        line.wrong("placed_on", f"{said[:40]!r} is no date: write 24/11/2026 or 2026-11-24")
        return 0
    days = age.total_seconds() / 86_400
    if not -1 < days < 36_500:
        line.wrong("placed_on", f"{said[:40]} is no day on which an order can have been placed")
    return min(max(days, 0), 36_500)


def _phone(line: Line) -> str:
    said = line.text("phone", longest=40)
    try:
        return normalise_phone(f"0{said}" if len(said) == 9 and said.isdigit() else said)
    except Invalid as refusal:
        line.wrong("phone", f"{said[:40]!r}: {refusal.message}")
        return ""
