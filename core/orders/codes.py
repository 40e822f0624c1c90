"""Codes that people read and type, from counter rows: one UPDATE … RETURNING each, no gaps by races."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.counters import Counter
from core.counters import next_value as next_value
from core.db import insert_for


def next_order_code(session: Session) -> str:
    """`DH1001`, `DH1002`, …"""
    return f"DH{next_value(session, 'order', start=1001)}"


def raise_counter(session: Session, name: str, *, at_least: int) -> None:
    """After an import: the next code comes after the highest one brought in."""
    session.execute(insert_for(session, Counter).values(name=name, value=at_least).on_conflict_do_nothing())
    session.execute(
        update(Counter).where(Counter.name == name, Counter.value < at_least).values(value=at_least)
    )
