"""Who waits for goods to be back, and the moment at which they are told: once each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.catalogue.models import Variant
from core.db import insert_for
from core.errors import Conflict
from core.ids import new_id
from core.jobs.events import publish
from core.stock.availability import available_by_variant
from core.stock.models import StockLevel, StockWatch


@dataclass(frozen=True)
class Watcher:
    watch_id: str
    customer_id: str
    conversation_id: str


def watch(session: Session, *, customer_id: str, variant_id: str, conversation_id: str, now: datetime) -> str:
    """The id of this customer's watch, made now or before. Refused while the variant can be had."""
    _hold_still(session, variant_id)
    if available_by_variant(session, [variant_id])[variant_id] > 0:
        raise Conflict("in_stock", "This can be had now: there is nothing to wait for.", {})
    session.execute(
        insert_for(session, StockWatch)
        .values(
            id=new_id(), customer_id=customer_id, variant_id=variant_id, conversation_id=conversation_id,
            state="waiting", created_at=now,
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    return session.scalars(
        select(StockWatch.id).where(
            StockWatch.customer_id == customer_id,
            StockWatch.variant_id == variant_id,
            StockWatch.state == "waiting",
        )
    ).one()


def cancel_watches(session: Session, *, customer_id: str) -> int:
    """The customer no longer wants to be told; returns of how many goods."""
    cancelled = session.execute(
        update(StockWatch)
        .where(StockWatch.customer_id == customer_id, StockWatch.state == "waiting")
        .values(state="cancelled")
        .returning(StockWatch.id)
        .execution_options(synchronize_session=False)
    )
    return len(cancelled.all())


def note_rise(session: Session, variant_ids: Collection[str], *, now: datetime) -> None:
    """Called by whatever makes more of a variant available: those who wait for it are to be told."""
    waited_for = session.scalars(
        select(StockWatch.variant_id)
        .where(StockWatch.variant_id.in_(variant_ids), StockWatch.state == "waiting")
        .distinct()
    ).all()
    available = available_by_variant(session, waited_for)
    for variant_id in sorted(waited_for):
        if available[variant_id] > 0:
            publish(
                session, "stock.back", {"key": f"{variant_id}:{new_id()}", "variant_id": variant_id}, now=now
            )


def claim_watchers(session: Session, *, variant_id: str, now: datetime) -> list[Watcher]:
    """Those to be told now, taken so that nobody is told twice; nobody when it is sold out again."""
    if available_by_variant(session, [variant_id])[variant_id] <= 0:
        return []
    taken = session.execute(
        update(StockWatch)
        .where(StockWatch.variant_id == variant_id, StockWatch.state == "waiting")
        .values(state="told", told_at=now)
        .returning(StockWatch.id, StockWatch.customer_id, StockWatch.conversation_id)
        .execution_options(synchronize_session=False)
    )
    return [Watcher(*row) for row in taken]


def _hold_still(session: Session, variant_id: str) -> None:
    """No receipt may slip in between the look at the stock and the note of who waits (SQLite has one writer)."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(select(Variant.id).where(Variant.id == variant_id).with_for_update())
        session.execute(
            select(StockLevel.variant_id).where(StockLevel.variant_id == variant_id).with_for_update()
        )
