"""Draft, edit, confirm and cancel purchase orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.approvals.decisions import latest, request_approval, use
from core.approvals.models import Approval
from core.catalogue.models import Variant
from core.catalogue.queries import option_text
from core.clock import VIETNAM
from core.errors import Conflict, Invalid
from core.ids import new_id
from core.jobs.events import publish
from core.money import MAX_DONG, Dong, format_dong
from core.orders.codes import next_value
from core.purchasing.models import PurchaseLine, PurchaseOrder, Supplier, SupplierPrice
from core.purchasing.queries import get_purchase
from core.purchasing.states import AWAITED, advance, hold
from core.purchasing.suppliers import get_supplier, variants_named
from core.shop import shop_profile
from core.stock.models import Warehouse
from core.stock.queries import get_warehouse

KIND = "purchase_over_amount"
MAX_LINES = 500
MAX_QUANTITY = 1_000_000
LONGEST_WAIT = timedelta(days=730)


@dataclass(frozen=True)
class Wanted:
    """`unit_price` None: what the supplier's price list says."""

    sku: str
    quantity: int
    unit_price: int | None = None


@dataclass(frozen=True)
class Confirmation:
    """`waiting_for` is the code of the approval that was asked for instead; the order is then still a draft."""

    order: PurchaseOrder
    waiting_for: str | None = None


def draft_purchase(
    session: Session,
    *,
    supplier_code: str,
    lines: Sequence[Wanted],
    actor: Actor,
    now: datetime,
    warehouse_code: str | None = None,
    note: str = "",
    origin: str = "staff",
) -> PurchaseOrder:
    """Without a warehouse the main one receives."""
    actor.require_role("manager", "sales", "warehouse", action="draft purchase orders")
    supplier = get_supplier(session, supplier_code)
    if supplier.status != "active":
        raise Conflict(
            "supplier_archived", f"Supplier {supplier.code} is archived. Restore it or choose another.", {}
        )
    warehouse = _warehouse(session, warehouse_code)
    order = PurchaseOrder(
        id=new_id(), code=f"PO{next_value(session, 'purchase', start=1001)}", supplier_id=supplier.id,
        supplier_code=supplier.code, supplier_name=supplier.name, warehouse_id=warehouse.id,
        warehouse_code=warehouse.code, state="draft", origin=origin, total=Dong(0), note=note[:500], version=1,
        created_by=actor.id, created_at=now,
    )  # fmt: skip
    session.add(order)
    session.flush()
    _write_lines(session, order, supplier, {}, lines)
    _audit(session, actor, "purchase.drafted", order, now)
    return get_purchase(session, order.id)


def edit_draft(
    session: Session,
    *,
    code: str,
    lines: Sequence[Wanted],
    actor: Actor,
    now: datetime,
    note: str | None = None,
    warehouse_code: str | None = None,
    expected_version: int | None = None,
) -> PurchaseOrder:
    """A line with quantity 0 goes, lines not named stay. A yes to the sum before does not count for a larger one."""
    actor.require_role("manager", "sales", "warehouse", action="edit purchase orders")
    order = get_purchase(session, code)
    if expected_version is not None and order.version != expected_version:
        raise Conflict(
            "purchase_changed_meanwhile",
            f"Purchase order {order.code} was changed meanwhile. Look at it again, then repeat the change.",
            {"code": order.code},
        )
    columns = {} if note is None else {"note": note[:500]}
    if warehouse_code is not None:
        warehouse = _warehouse(session, warehouse_code)
        columns |= {"warehouse_id": warehouse.id, "warehouse_code": warehouse.code}
    if not hold(session, order, ("draft",), **columns):
        raise Conflict(
            "purchase_not_a_draft",
            f"Purchase order {order.code} is {order.state}: only a draft can be edited. Cancel what has not come "
            "and draft a new one.",
            {"code": order.code, "state": order.state},
        )
    fresh = get_purchase(session, order.id)
    kept = {line.sku: line for line in fresh.lines}
    _write_lines(session, fresh, get_supplier(session, fresh.supplier_id), kept, lines)
    _audit(session, actor, "purchase.edited", order, now)
    return get_purchase(session, order.id)


def confirm_purchase(
    session: Session, *, code: str, expected_on: date | None, actor: Actor, now: datetime
) -> Confirmation:
    """The supplier has said yes and when. Without a date the price list's lead days tell it.

    Over the shop's amount a manager has to say yes first; a second call after that yes confirms.
    """
    actor.require_role("manager", "warehouse", action="confirm purchase orders")
    order = get_purchase(session, code)
    day = _arrival_day(session, order, expected_on, now)
    if _needs_approval(session, order, actor):
        return Confirmation(order, _ask(session, order, day, actor, now))
    return Confirmation(_confirm(session, order, day, actor, now))


def move_expected_day(
    session: Session, *, code: str, expected_on: date, actor: Actor, now: datetime
) -> PurchaseOrder:
    """The supplier named another day for what is still to come."""
    actor.require_role("manager", "warehouse", action="change purchase orders")
    order = get_purchase(session, code)
    day = _arrival_day(session, order, expected_on, now)
    if not hold(session, order, AWAITED, expected_on=day):
        raise Conflict(
            "purchase_not_awaited",
            f"Purchase order {order.code} is {order.state}: only of a confirmed one that is not whole yet can the day "
            "move.",
            {"code": order.code, "state": order.state},
        )
    _audit(session, actor, "purchase.moved", order, now)
    return get_purchase(session, order.id)


def cancel_purchase(
    session: Session, *, code: str, reason: str, actor: Actor, now: datetime
) -> PurchaseOrder:
    """Call off what has not come in: the whole order, or its rest (it is then closed, the shortfall recorded)."""
    actor.require_role("manager", action="cancel purchase orders")
    order = get_purchase(session, code)
    to = "closed" if order.state == "part_received" else "cancelled"
    advance(session, order, to, ended_at=now, cancel_reason=reason[:500])
    for line in get_purchase(session, order.id).lines:
        line.cancelled = line.outstanding
    session.flush()
    _audit(session, actor, f"purchase.{to}", order, now)
    return get_purchase(session, order.id)


def carry_out_approved(session: Session, *, approval: Approval, actor: Actor, now: datetime) -> None:
    """The yes confirms at once, unless the day has passed or the draft costs more than was asked about."""
    if approval.kind != KIND or approval.state != "approved":
        return
    order = get_purchase(session, approval.subject_id)
    day = date.fromisoformat(str(approval.payload["expected_on"]))
    if order.state != "draft" or order.total > approval.amount or day < today(now):
        return
    if use(session, kind=KIND, subject_kind="purchase", subject_id=order.id):
        _confirm(session, order, day, actor, now)


def today(now: datetime) -> date:
    """In Vietnam."""
    return now.astimezone(VIETNAM).date()


def _confirm(session: Session, order: PurchaseOrder, day: date, actor: Actor, now: datetime) -> PurchaseOrder:
    if not order.lines:
        raise Invalid("purchase_empty", f"Purchase order {order.code} has no lines. Add some first.", {})
    advance(session, order, "confirmed", expected_on=day, confirmed_at=now)
    _audit(session, actor, "purchase.confirmed", order, now)
    publish(session, "purchase.confirmed", {"key": order.id, "purchase_id": order.id}, now=now)
    return get_purchase(session, order.id)


def _arrival_day(session: Session, order: PurchaseOrder, given: date | None, now: datetime) -> date:
    first = today(now)
    if given is None:
        longest = max(
            session.scalars(
                select(SupplierPrice.lead_days).where(
                    SupplierPrice.supplier_id == order.supplier_id,
                    SupplierPrice.variant_id.in_([line.variant_id for line in order.lines]),
                )
            ),
            default=0,
        )
        if not longest:
            raise Invalid("expected_on_missing", "Say on which day the goods are expected.", {})
        return first + timedelta(days=longest)
    if not first <= given <= first + LONGEST_WAIT:
        raise Invalid(
            "expected_on_invalid",
            f"The expected day must be from {first:%d/%m/%Y} on, within two years.",
            {"expected_on": given.isoformat()},
        )
    return given


def _needs_approval(session: Session, order: PurchaseOrder, actor: Actor) -> bool:
    limit = shop_profile(session).approvals.purchase_total_from
    if limit is None or order.total < limit or order.state != "draft":
        return False
    if actor.kind == "staff" and actor.role in ("owner", "manager"):
        return False
    given = latest(session, kind=KIND, subject_kind="purchase", subject_id=order.id)
    enough = given is not None and given.state == "approved" and given.amount >= order.total
    return not (use(session, kind=KIND, subject_kind="purchase", subject_id=order.id) and enough)


def _ask(session: Session, order: PurchaseOrder, day: date, actor: Actor, now: datetime) -> str:
    question = (
        f"Purchase order {order.code} at {order.supplier_name} is {format_dong(order.total)}, "
        f"expected {day:%d/%m/%Y}. Confirm it?"
    )
    return request_approval(
        session, kind=KIND, subject_kind="purchase", subject_id=order.id, subject_code=order.code,
        question=question, amount=order.total, payload={"expected_on": day.isoformat()}, actor=actor,
        expires_minutes=shop_profile(session).approvals.expires_minutes, now=now,
    ).code  # fmt: skip


def _write_lines(
    session: Session,
    order: PurchaseOrder,
    supplier: Supplier,
    kept: Mapping[str, PurchaseLine],
    lines: Sequence[Wanted],
) -> None:
    wanted = {line.sku: line for line in lines}
    if len(wanted) != len(lines):
        raise Invalid("sku_twice", "Name each SKU once.", {})
    variants = variants_named(session, list(wanted))
    prices = {price.variant_id: price for price in supplier.prices}
    position = max((line.position for line in kept.values()), default=0)
    for sku, line in wanted.items():
        _refuse_quantity(line, least=0 if sku in kept else 1)
        offer = prices.get(variants[sku].id)
        if line.quantity == 0:
            session.execute(delete(PurchaseLine).where(PurchaseLine.id == kept[sku].id))
        elif sku in kept:
            kept[sku].quantity = line.quantity
            if line.unit_price is not None:
                kept[sku].unit_price = Dong(line.unit_price)
        else:
            position += 1
            price = _price(line, offer, supplier)
            session.add(_new_line(order, variants[sku], line.quantity, price, offer, position))
    session.flush()
    session.expire(order)
    _settle_total(session, order.id)


def _settle_total(session: Session, order_id: str) -> None:
    order = get_purchase(session, order_id)
    if len(order.lines) > MAX_LINES:
        raise Invalid("too_many_lines", f"A purchase order has at most {MAX_LINES} lines.", {})
    total = sum(line.quantity * line.unit_price for line in order.lines)
    if total > MAX_DONG:
        raise Invalid("total_too_large", "The purchase order is too large to be placed at once.", {})
    order.total = Dong(total)
    session.flush()


def _new_line(
    order: PurchaseOrder,
    variant: Variant,
    quantity: int,
    price: int,
    offer: SupplierPrice | None,
    position: int,
) -> PurchaseLine:
    options = option_text(variant.option_values)
    return PurchaseLine(
        id=new_id(), purchase_order_id=order.id, variant_id=variant.id, position=position, sku=variant.sku,
        name=f"{variant.product.name} ({options})" if options else variant.product.name,
        supplier_sku=offer.supplier_sku if offer else "", quantity=quantity, unit_price=Dong(price),
        received=0, cancelled=0, returned=0,
    )  # fmt: skip


def _price(line: Wanted, offer: SupplierPrice | None, supplier: Supplier) -> int:
    if line.unit_price is not None:
        return line.unit_price
    if offer is None:
        raise Invalid(
            "unit_price_missing",
            f"{line.sku} is not on {supplier.code}'s price list. Give its unit price.",
            {"sku": line.sku},
        )
    return offer.price


def _refuse_quantity(line: Wanted, *, least: int) -> None:
    if not least <= line.quantity <= MAX_QUANTITY:
        raise Invalid(
            "quantity_invalid",
            f"{line.sku}: quantity must be from 1 to {MAX_QUANTITY:,}.",
            {"sku": line.sku, "quantity": line.quantity},
        )
    if line.unit_price is not None and not 0 <= line.unit_price <= MAX_DONG:
        raise Invalid("unit_price_invalid", f"{line.sku}: the unit price is out of range.", {"sku": line.sku})


def _warehouse(session: Session, code: str | None) -> Warehouse:
    if code is not None:
        return get_warehouse(session, code)
    found = session.scalar(
        select(Warehouse)
        .where(Warehouse.active)
        .order_by((Warehouse.kind != "main"), Warehouse.priority, Warehouse.id)
        .limit(1)
    )
    if found is None:
        raise Invalid("warehouse_missing", "There is no active warehouse to receive into. Add one first.", {})
    return found


def _audit(session: Session, actor: Actor, action: str, order: PurchaseOrder, now: datetime) -> None:
    audit.record(
        session, actor=actor, action=action, subject_kind="purchase", subject_id=order.id, now=now,
        data={"code": order.code, "total": order.total},
    )  # fmt: skip
