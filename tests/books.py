"""The books balance: asked after every test that moves stock."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db import Database
from core.stock.models import Reservation, StockHold, StockLevel, StockMovement


def books_balance(db: Database) -> None:
    """On hand is the sum of movements; reserved is the sum of what orders and holds hold."""
    with db.read_transaction() as session:
        moved = _sums(session, StockMovement)
        held = _sums(session, Reservation, Reservation.state == "held")
        aside = _sums(session, StockHold, StockHold.state == "held")
        for level in session.scalars(select(StockLevel)):
            at = (level.variant_id, level.warehouse_id)
            assert level.on_hand == moved.get(at, 0)
            assert level.reserved == held.get(at, 0) + aside.get(at, 0)
            assert 0 <= level.reserved <= level.on_hand


def _sums(session: Session, table, *conditions) -> dict[tuple[str, str], int]:
    rows = session.execute(
        select(table.variant_id, table.warehouse_id, func.sum(table.quantity))
        .where(*conditions)
        .group_by(table.variant_id, table.warehouse_id)
    )
    return {(variant_id, warehouse_id): int(total) for variant_id, warehouse_id, total in rows}
