"""The cost price that a receipt leaves behind: a moving average over all warehouses, in whole đồng."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.catalogue.models import Variant
from core.money import Dong
from core.stock.models import StockLevel


def moving_average(*, on_hand: int, cost: int | None, received: int, unit_price: int) -> int:
    """(on hand × cost + received × price) ÷ all pieces, half a đồng up. Without a cost or stock: the price.

    Goods that go back to a supplier leave at the average, so that the cost of the rest stays as it is.
    """
    if cost is None or on_hand <= 0:
        return unit_price
    pieces = on_hand + received
    return (2 * (on_hand * cost + received * unit_price) + pieces) // (2 * pieces)


def average_in(
    session: Session, *, variant_id: str, received: int, unit_price: int
) -> tuple[int | None, int]:
    """Cost before and after; call it before the goods are counted in.

    The variant's row is held until the commit, so that of two receipts at once the second averages over the first.
    """
    held = session.execute(
        update(Variant)
        .where(Variant.id == variant_id)
        .values(version=Variant.version + 1)
        .returning(Variant.cost)
        .execution_options(synchronize_session=False)
    ).one()
    on_hand = session.scalar(
        select(func.coalesce(func.sum(StockLevel.on_hand), 0)).where(StockLevel.variant_id == variant_id)
    )
    after = moving_average(
        on_hand=int(on_hand or 0), cost=held.cost, received=received, unit_price=unit_price
    )
    session.execute(
        update(Variant)
        .where(Variant.id == variant_id)
        .values(cost=Dong(after))
        .execution_options(synchronize_session=False)
    )
    return held.cost, after
