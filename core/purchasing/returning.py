"""Goods go back to the supplier: off the stock, off what was received, on the credit."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from core import audit
from core.actor import Actor
from core.errors import Conflict, InsufficientStock, Invalid, NotFound
from core.ids import new_id
from core.money import Dong
from core.orders.codes import next_value
from core.purchasing.models import PurchaseLine, PurchaseOrder, SupplierReturn, SupplierReturnLine
from core.purchasing.ordering import MAX_QUANTITY
from core.purchasing.queries import get_purchase
from core.stock.levels import announce, move
from core.stock.models import StockLevel
from core.stock.moves import Change
from core.stock.queries import get_warehouse


def return_to_supplier(
    session: Session,
    *,
    code: str,
    quantities: Mapping[str, int],
    reason: str,
    actor: Actor,
    now: datetime,
    reference: str = "",
    warehouse_code: str | None = None,
) -> SupplierReturn:
    """So many of each SKU of a purchase order, at the price ordered. The same reference again adds nothing.

    Raises `InsufficientStock` when they are no longer there or promised to orders.
    """
    actor.require_role("manager", "warehouse", action="send goods back")
    if not reason.strip():
        raise Invalid("reason_required", "Say why the goods go back.", {})
    order = get_purchase(session, code)
    reference = " ".join(reference.split())[:100]
    _hold(session, order)
    first = _returned_before(session, order, reference, quantities)
    if first is not None:
        return first
    lines = _checked(order, quantities)
    warehouse = get_warehouse(session, warehouse_code or order.warehouse_code)
    made = SupplierReturn(
        id=new_id(), code=f"PT{next_value(session, 'supplier_return', start=1001)}", purchase_order_id=order.id,
        warehouse_id=warehouse.id, warehouse_code=warehouse.code, reference=reference, reason=reason.strip()[:300],
        credit=Dong(sum(line.unit_price * pieces for line, pieces in lines)), returned_by=actor.id,
        returned_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    for line, pieces in lines:
        _take_off(session, order, line, pieces)
        _off_the_shelf(session, made, line, pieces, actor, now)
        session.add(SupplierReturnLine(id=new_id(), supplier_return_id=made.id, purchase_line_id=line.id,
                                       sku=line.sku, quantity=pieces, unit_price=line.unit_price))  # fmt: skip
    session.flush()
    announce(session, [line.variant_id for line, _ in lines], now=now)
    audit.record(
        session, actor=actor, action="purchase.returned", subject_kind="purchase", subject_id=order.id, now=now,
        data={"code": order.code, "return": made.code, "credit": made.credit},
    )  # fmt: skip
    session.expire(made)
    return get_supplier_return(session, made.id)


def get_supplier_return(session: Session, code: str) -> SupplierReturn:
    """By code or id, with lines."""
    found = session.scalar(
        select(SupplierReturn)
        .where((SupplierReturn.code == code.upper()) | (SupplierReturn.id == code))
        .options(selectinload(SupplierReturn.lines))
    )
    if found is None:
        raise NotFound("supplier_return_not_found", f"There is no return {code[:40]} to a supplier.", {})
    return found


def _hold(session: Session, order: PurchaseOrder) -> None:
    """One return of an order at a time, so that the same reference twice is seen."""
    session.execute(
        update(PurchaseOrder)
        .where(PurchaseOrder.id == order.id)
        .values(version=PurchaseOrder.version + 1)
        .execution_options(synchronize_session=False)
    )


def _returned_before(
    session: Session, order: PurchaseOrder, reference: str, quantities: Mapping[str, int]
) -> SupplierReturn | None:
    if not reference:
        return None
    code = session.scalar(
        select(SupplierReturn.code).where(
            SupplierReturn.purchase_order_id == order.id, SupplierReturn.reference == reference
        )
    )
    if code is None:
        return None
    first = get_supplier_return(session, code)
    if dict(quantities) != {line.sku: line.quantity for line in first.lines}:
        raise Conflict(
            "return_reference_used",
            f"Reference {reference} of {order.code} stands for {first.code} with other quantities. Nothing changed.",
            {"return": first.code},
        )
    return first


def _checked(order: PurchaseOrder, quantities: Mapping[str, int]) -> list[tuple[PurchaseLine, int]]:
    by_sku = {line.sku: line for line in order.lines}
    if not quantities:
        raise Invalid("lines_missing", "Say which goods go back, and how many.", {})
    for sku, pieces in quantities.items():
        if sku not in by_sku:
            raise NotFound(
                "purchase_line_not_found", f"{sku[:40]} is not on {order.code}.", {"sku": sku[:40]}
            )
        if not 0 < pieces <= MAX_QUANTITY:
            raise Invalid("quantity_invalid", f"{sku}: quantity must be from 1 to {MAX_QUANTITY:,}.", {})
    return sorted(
        ((by_sku[sku], pieces) for sku, pieces in quantities.items()), key=lambda x: x[0].variant_id
    )


def _take_off(session: Session, order: PurchaseOrder, line: PurchaseLine, pieces: int) -> None:
    taken = session.execute(
        update(PurchaseLine)
        .where(PurchaseLine.id == line.id, PurchaseLine.received - PurchaseLine.returned >= pieces)
        .values(returned=PurchaseLine.returned + pieces)
        .returning(PurchaseLine.id)
        .execution_options(synchronize_session=False)
    ).first()
    if taken is None:
        left = line.received - line.returned
        raise Conflict(
            "more_than_received",
            f"Of {line.sku} on {order.code} only {left} came in and did not go back.",
            {"sku": line.sku, "left": left, "asked": pieces},
        )


def _off_the_shelf(
    session: Session, made: SupplierReturn, line: PurchaseLine, pieces: int, actor: Actor, now: datetime
) -> None:
    """In the ledger a receipt with a minus. What is promised to orders stays."""
    step = Change(
        line.variant_id,
        made.warehouse_id,
        -pieces,
        "receipt",
        made.code,
        subject=("supplier_return", made.id),
    )
    if not move(session, step, actor=actor, now=now):
        free = session.scalar(
            select(StockLevel.on_hand - StockLevel.reserved).where(
                StockLevel.variant_id == line.variant_id, StockLevel.warehouse_id == made.warehouse_id
            )
        )
        raise InsufficientStock([{"sku": line.sku, "asked": pieces, "available": int(free or 0)}])
