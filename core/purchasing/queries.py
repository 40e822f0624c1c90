"""Reads of purchase orders, receipts and returns to suppliers."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from core.errors import NotFound
from core.purchasing.models import PurchaseLine, PurchaseOrder, PurchaseReceipt, SupplierReturn


def get_purchase(session: Session, code: str) -> PurchaseOrder:
    """By code or id, with lines. Fresh from the database, whatever the session remembered."""
    order = session.scalar(
        select(PurchaseOrder)
        .where(or_(PurchaseOrder.code == code.upper(), PurchaseOrder.id == code))
        .options(selectinload(PurchaseOrder.lines))
        .execution_options(populate_existing=True)
    )
    if order is None:
        raise NotFound("purchase_not_found", f"There is no purchase order {code[:40]}. Check the code.", {})
    return order


@dataclass(frozen=True)
class PurchaseFilter:
    state: str | None = None
    supplier_id: str | None = None
    sku: str | None = None
    awaited: bool = False
    """Only those of which goods may still come."""


def list_purchases(
    session: Session, *, filters: PurchaseFilter, before: str | None, limit: int
) -> list[PurchaseOrder]:
    """Newest first; `before` is the id of the last one already seen."""
    statement = select(PurchaseOrder).options(selectinload(PurchaseOrder.lines))
    if filters.state is not None:
        statement = statement.where(PurchaseOrder.state == filters.state)
    if filters.awaited:
        statement = statement.where(PurchaseOrder.state.in_(("draft", "confirmed", "part_received")))
    if filters.supplier_id is not None:
        statement = statement.where(PurchaseOrder.supplier_id == filters.supplier_id)
    if filters.sku is not None:
        having = select(PurchaseLine.purchase_order_id).where(PurchaseLine.sku == filters.sku)
        statement = statement.where(PurchaseOrder.id.in_(having))
    if before is not None:
        statement = statement.where(PurchaseOrder.id < before)
    return list(session.scalars(statement.order_by(PurchaseOrder.id.desc()).limit(limit)))


def list_receipts(
    session: Session, *, order_id: str | None, before: str | None, limit: int
) -> list[PurchaseReceipt]:
    """Newest first."""
    statement = select(PurchaseReceipt).options(selectinload(PurchaseReceipt.lines))
    if order_id is not None:
        statement = statement.where(PurchaseReceipt.purchase_order_id == order_id)
    if before is not None:
        statement = statement.where(PurchaseReceipt.id < before)
    return list(session.scalars(statement.order_by(PurchaseReceipt.id.desc()).limit(limit)))


def list_supplier_returns(
    session: Session, *, order_id: str | None, before: str | None, limit: int
) -> list[SupplierReturn]:
    """Newest first."""
    statement = select(SupplierReturn).options(selectinload(SupplierReturn.lines))
    if order_id is not None:
        statement = statement.where(SupplierReturn.purchase_order_id == order_id)
    if before is not None:
        statement = statement.where(SupplierReturn.id < before)
    return list(session.scalars(statement.order_by(SupplierReturn.id.desc()).limit(limit)))
