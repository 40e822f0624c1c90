"""What can be had now: on hand less what is promised, over all active warehouses."""

from collections.abc import Collection

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from core.stock.models import StockLevel, Warehouse

_AVAILABLE = (
    select(StockLevel.variant_id, func.sum(StockLevel.on_hand - StockLevel.reserved))
    .join(Warehouse, Warehouse.id == StockLevel.warehouse_id)
    .where(StockLevel.variant_id.in_(bindparam("variants", expanding=True)), Warehouse.active)
    .group_by(StockLevel.variant_id)
)


def available_by_variant(session: Session, variant_ids: Collection[str]) -> dict[str, int]:
    """Over all active warehouses; variants without a level are 0."""
    rows = session.execute(_AVAILABLE, {"variants": list(variant_ids)})
    found = {variant_id: int(total) for variant_id, total in rows}
    return {variant_id: found.get(variant_id, 0) for variant_id in variant_ids}
