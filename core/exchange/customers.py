"""Customers as a table: one row a customer, known by the phone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.customers.identities import customer_for
from core.customers.models import Customer
from core.customers.phones import local_phone, normalise_phone
from core.errors import Invalid
from core.exchange.sheets import Column, Line, Problems, Progress, batches
from core.ports.addresses import AddressBook

CHANNEL = "api-phone"
"""Under it the API knows customers by their phone too: an import and an order meet in one customer."""
COLUMNS = (
    Column("name", ("tên", "họ tên", "tên khách hàng"), required=True),
    Column("phone", ("điện thoại", "số điện thoại", "sđt"), required=True),
    Column("email"),
    Column("address", ("địa chỉ",)),
    Column("note", ("ghi chú",)),
)


@dataclass(frozen=True)
class Known:
    name: str
    phone: str
    email: str
    address: str
    note: str


def read_customers(lines: Sequence[Line], problems: Problems, progress: Progress | None) -> list[Known]:
    known = []
    seen: dict[str, int] = {}
    for line in batches(lines, progress):
        name, email = line.text("name", longest=100), line.text("email", longest=200)
        if not name:
            line.wrong("name", "is empty")
        if email and "@" not in email:
            line.wrong("email", f"{email[:40]!r} is no e-mail address")
        phone = _phone(line)
        if phone in seen:
            line.wrong("phone", f"{local_phone(phone)} stands in row {seen[phone]} already")
        if phone:
            seen.setdefault(phone, line.number)
        known.append(Known(name, phone, email, line.text("address"), line.text("note", longest=2_000)))
    return known


def check_customers(session: Session, lines: Sequence[Line], problems: Problems) -> None:
    """Whoever is known already is brought up to date: nothing to refuse."""


def write_customers(
    session: Session, known: list[Known], *, addresses: AddressBook, actor: Actor, now: datetime
) -> dict[str, int]:
    """An address that the book cannot read is left to be asked for; other cells that are empty change nothing."""
    for item in known:
        customer = customer_for(session, chat_channel=CHANNEL, external_id=item.phone, now=now)
        customer.name, customer.phone, customer.updated_at = item.name, item.phone, now
        customer.email = item.email or customer.email
        customer.note = item.note or customer.note
        reading = addresses.read(item.address) if item.address else None
        if reading is not None and reading.address is not None:
            customer.address = reading.address.as_dict()
    audit.record(
        session, actor=actor, action="customers.imported", subject_kind="customer", subject_id="", now=now,
        data={"customers": len(known)},
    )  # fmt: skip
    session.flush()
    return {"customers": len(known)}


def customer_rows(session: Session) -> Iterator[dict[str, Any]]:
    customers = session.scalars(select(Customer).order_by(Customer.id).execution_options(yield_per=500))
    for customer in customers:
        place = (customer.address.get(key) for key in ("street", "ward", "district", "province"))
        yield {
            "name": customer.name, "phone": local_phone(customer.phone), "email": customer.email,
            "address": ", ".join(str(part) for part in place if part), "note": customer.note,
        }  # fmt: skip


def _phone(line: Line) -> str:
    """A spreadsheet eats the 0 at the front of a number: nine digits are taken with it."""
    said = line.text("phone", longest=40)
    if len(said) == 9 and said.isascii() and said.isdigit():
        said = f"0{said}"
    try:
        return normalise_phone(said)
    except Invalid as refusal:
        line.wrong("phone", f"{said[:40]!r}: {refusal.message}")
        return ""
