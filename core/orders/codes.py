"""Codes that people read and type, from counter rows: one UPDATE … RETURNING each, no gaps by races."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.db import insert_for
from core.orders.models import Counter


def next_order_code(session: Session) -> str:
    """`DH1001`, `DH1002`, …"""
    return f"DH{next_value(session, 'order', start=1001)}"


def next_value(session: Session, name: str, *, start: int) -> int:
    step = (
        update(Counter)
        .where(Counter.name == name)
        .values(value=Counter.value + 1)
        .returning(Counter.value)
        .execution_options(synchronize_session=False)
    )
    value = session.scalar(step)
    if value is None:
        session.execute(
            insert_for(session, Counter).values(name=name, value=start - 1).on_conflict_do_nothing()
        )
        value = session.scalar(step)
    return int(value or 0)


def raise_counter(session: Session, name: str, *, at_least: int) -> None:
    """After an import: the next code comes after the highest one brought in."""
    session.execute(insert_for(session, Counter).values(name=name, value=at_least).on_conflict_do_nothing())
    session.execute(
        update(Counter).where(Counter.name == name, Counter.value < at_least).values(value=at_least)
    )
