"""Purchase orders drafted from what open orders lack, one a supplier (F3)."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.orders.shortages import short_lines
from core.purchasing.models import PurchaseLine, PurchaseOrder, Supplier, SupplierPrice
from core.purchasing.ordering import Wanted, draft_purchase, edit_draft
from core.purchasing.queries import get_purchase
from core.purchasing.suppliers import usual_offers


@dataclass(frozen=True)
class Drafted:
    """`without_supplier`: SKU → pieces that nobody is known to sell. Both empty: nothing is lacking."""

    orders: list[PurchaseOrder]
    without_supplier: dict[str, int]


def draft_from_shortage(
    session: Session, *, actor: Actor, now: datetime, warehouse_code: str | None = None
) -> Drafted:
    """What is drafted or awaited already is not drafted again; the supplier's least quantity is kept."""
    actor.require_role("manager", "sales", "warehouse", action="draft purchase orders")
    lacking, skus = Counter[str](), {}
    for line in short_lines(session):
        lacking[line.variant_id] += line.lacking
        skus[line.variant_id] = line.sku
    lacking -= Counter(on_order(session, lacking))
    offers = usual_offers(session, lacking)
    by_supplier: dict[str, list[tuple[SupplierPrice, int]]] = {}
    for variant_id, pieces in sorted(lacking.items()):
        if variant_id in offers:
            by_supplier.setdefault(offers[variant_id].supplier_id, []).append((offers[variant_id], pieces))
    orders = [
        _draft(session, supplier_id, wanted, actor, now, warehouse_code)
        for supplier_id, wanted in sorted(by_supplier.items())
    ]
    without = {skus[v]: pieces for v, pieces in sorted(lacking.items()) if v not in offers}
    return Drafted(orders, without)


def on_order(session: Session, variant_ids: Collection[str]) -> dict[str, int]:
    """Pieces that drafts ask for and confirmed purchase orders still await, by variant."""
    outstanding = PurchaseLine.quantity - PurchaseLine.cancelled - PurchaseLine.received
    rows = session.execute(
        select(PurchaseLine.variant_id, func.sum(outstanding))
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseLine.purchase_order_id)
        .where(
            PurchaseLine.variant_id.in_(variant_ids),
            PurchaseOrder.state.in_(("draft", "confirmed", "part_received")),
            outstanding > 0,
        )
        .group_by(PurchaseLine.variant_id)
    )
    return {variant_id: int(pieces) for variant_id, pieces in rows}


def _draft(
    session: Session,
    supplier_id: str,
    wanted: list[tuple[SupplierPrice, int]],
    actor: Actor,
    now: datetime,
    warehouse_code: str | None,
) -> PurchaseOrder:
    """More lines on the draft that an earlier shortage made, else a new one."""
    standing = session.scalar(
        select(PurchaseOrder.code)
        .where(
            PurchaseOrder.supplier_id == supplier_id, PurchaseOrder.state == "draft",
            PurchaseOrder.origin == "shortage",
            *([PurchaseOrder.warehouse_code == warehouse_code] if warehouse_code else []),
        )
        .order_by(PurchaseOrder.id)
        .limit(1)
    )  # fmt: skip
    if standing is not None:
        before = {line.sku: line.quantity for line in get_purchase(session, standing).lines}
        lines = [
            Wanted(offer.sku, before.get(offer.sku, 0) + pieces)
            if offer.sku in before
            else Wanted(offer.sku, max(pieces, offer.minimum_quantity), offer.price)
            for offer, pieces in wanted
        ]
        return edit_draft(session, code=standing, lines=lines, actor=actor, now=now)
    supplier = session.get_one(Supplier, supplier_id)
    return draft_purchase(
        session, supplier_code=supplier.code, warehouse_code=warehouse_code, origin="shortage", actor=actor,
        lines=[Wanted(o.sku, max(pieces, o.minimum_quantity), o.price) for o, pieces in wanted], now=now,
    )  # fmt: skip
