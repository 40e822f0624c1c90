"""From what was said about an order's goods to how many of each SKU it is to have."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from bot.tools.orders.goods import Meant, lines_meant, variants_meant
from core.catalogue.models import Product
from core.orders.models import Order


class Unclear(Exception):
    """One wish cannot be placed: `product` is known but not which of it; `kept` are the wishes to try later."""

    def __init__(self, kept: list[dict[str, Any]], meant: Meant, product: Product | None) -> None:
        super().__init__(meant.sku)
        self.kept = kept
        self.product = product
        self.options = meant.options
        self.draft = {"sku": product.sku if product else meant.sku, "quantity": meant.quantity,
                      "action": meant.action, "options": meant.options, "replaces": meant.replaces}  # fmt: skip


def new_quantities(session: Session, order: Order, data: Mapping[str, Any]) -> dict[str, int]:
    """SKU → pieces wanted, of the SKUs that are to change only. Raises `Unclear`."""
    quantities: dict[str, int] = dict(data.get("quantities", {}))
    items = list(data.get("items", []))
    for index, item in enumerate(items):
        meant = Meant(**item)
        now = {**{line.sku: line.quantity for line in order.lines}, **quantities}
        others = items[:index] + items[index + 1 :]
        if meant.action == "remove":
            quantities |= _removed(session, order, meant, now, others)
        else:
            quantities |= _wanted(session, order, meant, now, others)
    return quantities


def _removed(
    session: Session, order: Order, meant: Meant, now: dict[str, int], others: list[dict[str, Any]]
) -> dict[str, int]:
    """`bỏ áo thun` takes the line out, `bớt 1 áo thun` one piece of it."""
    lines = lines_meant(session, order.lines, meant)
    if len(lines) != 1:
        raise Unclear(others, meant, None)
    sku = lines[0].sku
    return {sku: max(now[sku] - meant.quantity, 0) if meant.quantity else 0}


def _wanted(
    session: Session, order: Order, meant: Meant, now: dict[str, int], others: list[dict[str, Any]]
) -> dict[str, int]:
    product, variants = variants_meant(session, meant)
    ordered = lines_meant(session, order.lines, meant)
    if len(variants) != 1 and len(ordered) == 1 and meant.quantity and not meant.replaces:
        sku = ordered[0].sku
    elif len(variants) == 1:
        sku = variants[0].sku
    else:
        raise Unclear(others, meant, product)
    changed: dict[str, int] = {}
    quantity = meant.quantity
    if meant.replaces and meant.replaces != sku and meant.replaces in now:
        changed[meant.replaces] = 0
        quantity = quantity or now[meant.replaces]
    if meant.action == "add":
        return {**changed, sku: now.get(sku, 0) + (quantity or 1)}
    return {**changed, sku: quantity or now.get(sku, 0) or 1}
