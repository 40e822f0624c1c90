"""Goods come in, in parts or whole: stock, cost price, the order's state and the orders that waited for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from core import audit
from core.actor import Actor
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from core.jobs.events import publish
from core.money import MAX_DONG, Dong
from core.orders.codes import next_value
from core.orders.shortages import fill_short_orders
from core.purchasing.costs import average_in
from core.purchasing.models import PurchaseLine, PurchaseOrder, PurchaseReceipt, PurchaseReceiptLine
from core.purchasing.ordering import MAX_QUANTITY
from core.purchasing.queries import get_purchase
from core.purchasing.states import AWAITED, advance, hold, refusal
from core.shop import shop_profile
from core.stock.levels import receive
from core.stock.queries import get_warehouse


@dataclass(frozen=True)
class Arrived:
    """`unit_price` None: as ordered."""

    sku: str
    quantity: int
    unit_price: int | None = None


@dataclass(frozen=True)
class Received:
    receipt: PurchaseReceipt
    order: PurchaseOrder
    filled: tuple[str, ...] = ()
    """Codes of orders that lack nothing any more."""


def receive_purchase(
    session: Session,
    *,
    code: str,
    actor: Actor,
    now: datetime,
    lines: Sequence[Arrived] = (),
    reference: str = "",
    note: str = "",
    warehouse_code: str | None = None,
    accept_over: bool = False,
    is_last: bool = False,
) -> Received:
    """Count in what came; without lines everything that is outstanding.

    `reference` is the number on the supplier's note: the same one again gives the first receipt and adds nothing.
    `accept_over` is a manager's yes to more than the shop's rule takes in; `is_last` closes the order with what came.
    """
    actor.require_role("manager", "warehouse", action="receive goods")
    if accept_over:
        actor.require_role("manager", action="accept more goods than were ordered")
    order = get_purchase(session, code)
    is_awaited = hold(session, order, AWAITED)
    reference = " ".join(reference.split())[:100]
    first = _received_before(session, order, reference, lines)
    if first is not None:
        return Received(first, get_purchase(session, order.id))
    if not is_awaited:
        raise refusal(session, order, "received")
    order = get_purchase(session, order.id)
    came = _checked(order, lines, _allowed_percent(session), accept_over)
    warehouse = get_warehouse(session, warehouse_code or order.warehouse_code)
    receipt = PurchaseReceipt(
        id=new_id(), code=f"PN{next_value(session, 'purchase_receipt', start=1001)}",
        purchase_order_id=order.id, warehouse_id=warehouse.id, warehouse_code=warehouse.code,
        reference=reference, note=note[:500], received_by=actor.id, received_at=now,
    )  # fmt: skip
    session.add(receipt)
    session.flush()
    for line, arrived in came:
        _count_in(session, receipt, line, arrived, actor, now)
    _settle(session, order, is_last=is_last, now=now)
    return _tell(session, order, receipt, [line.variant_id for line, _ in came], actor, now)


def get_receipt(session: Session, code: str) -> PurchaseReceipt:
    """By code or id, with lines."""
    receipt = session.scalar(
        select(PurchaseReceipt)
        .where((PurchaseReceipt.code == code.upper()) | (PurchaseReceipt.id == code))
        .options(selectinload(PurchaseReceipt.lines))
    )
    if receipt is None:
        raise NotFound("receipt_not_found", f"There is no receipt {code[:40]}.", {})
    return receipt


def _received_before(
    session: Session, order: PurchaseOrder, reference: str, lines: Sequence[Arrived]
) -> PurchaseReceipt | None:
    if not reference:
        return None
    code = session.scalar(
        select(PurchaseReceipt.code).where(
            PurchaseReceipt.purchase_order_id == order.id, PurchaseReceipt.reference == reference
        )
    )
    if code is None:
        return None
    first = get_receipt(session, code)
    if lines and {x.sku: x.quantity for x in lines} != {x.sku: x.quantity for x in first.lines}:
        raise Conflict(
            "receipt_reference_used",
            f"Note {reference} of {order.code} was received as {first.code} with other quantities. Nothing was added.",
            {"receipt": first.code},
        )
    return first


def _checked(
    order: PurchaseOrder, lines: Sequence[Arrived], percent: int, accept_over: bool
) -> list[tuple[PurchaseLine, Arrived]]:
    """Each line with what came of it, in the order of their variants' keys."""
    by_sku = {line.sku: line for line in order.lines}
    if not lines:
        lines = [Arrived(line.sku, line.outstanding) for line in order.lines if line.outstanding]
    if len({line.sku for line in lines}) != len(lines):
        raise Invalid("sku_twice", "Name each SKU once.", {})
    came, too_many = [], []
    for arrived in lines:
        line = by_sku.get(arrived.sku)
        if line is None:
            raise NotFound(
                "purchase_line_not_found",
                f"{arrived.sku[:40]} is not on {order.code}. Receive it by itself, or order it first.",
                {"sku": arrived.sku[:40], "skus": sorted(by_sku)[:50]},
            )
        if not 0 < arrived.quantity <= MAX_QUANTITY:
            raise Invalid("quantity_invalid", f"{line.sku}: quantity must be from 1 to {MAX_QUANTITY:,}.", {})
        if arrived.unit_price is not None and not 0 <= arrived.unit_price <= MAX_DONG:
            raise Invalid("unit_price_invalid", f"{line.sku}: the unit price is out of range.", {})
        over = line.received + arrived.quantity - line.quantity
        if over > line.quantity * percent // 100 and not accept_over:
            too_many.append({"sku": line.sku, "outstanding": line.outstanding, "came": arrived.quantity})
        came.append((line, arrived))
    if too_many:
        named = ", ".join(f"{x['sku']}: {x['came']} came, {x['outstanding']} outstanding" for x in too_many)
        raise Conflict(
            "over_delivery",
            f"More came than was ordered ({named}). Count again, send the rest back, or let a manager accept it.",
            {"lines": too_many, "allowed_percent": percent},
        )
    return sorted(came, key=lambda pair: pair[0].variant_id)


def _count_in(
    session: Session,
    receipt: PurchaseReceipt,
    line: PurchaseLine,
    arrived: Arrived,
    actor: Actor,
    now: datetime,
) -> None:
    price = line.unit_price if arrived.unit_price is None else arrived.unit_price
    before, after = average_in(
        session, variant_id=line.variant_id, received=arrived.quantity, unit_price=price
    )
    receive(
        session, variant_id=line.variant_id, warehouse_id=receipt.warehouse_id, quantity=arrived.quantity,
        reason=receipt.code, subject=("purchase_receipt", receipt.id), actor=actor, now=now,
    )  # fmt: skip
    session.add(
        PurchaseReceiptLine(
            id=new_id(), receipt_id=receipt.id, purchase_line_id=line.id, variant_id=line.variant_id,
            sku=line.sku, quantity=arrived.quantity, over=max(arrived.quantity - line.outstanding, 0),
            unit_price=Dong(price), cost_before=None if before is None else Dong(before), cost_after=Dong(after),
        )
    )  # fmt: skip
    line.received += arrived.quantity
    session.flush()


def _settle(session: Session, order: PurchaseOrder, *, is_last: bool, now: datetime) -> None:
    short = [line for line in order.lines if line.outstanding]
    if short and is_last:
        for line in short:
            line.cancelled = line.outstanding
        session.flush()
        advance(session, order, "closed", ended_at=now)
    elif not short:
        advance(session, order, "received", ended_at=now)
    elif order.state == "confirmed":
        advance(session, order, "part_received")


def _tell(
    session: Session,
    order: PurchaseOrder,
    receipt: PurchaseReceipt,
    variant_ids: Sequence[str],
    actor: Actor,
    now: datetime,
) -> Received:
    filled = fill_short_orders(session, variant_ids=variant_ids, now=now)
    audit.record(
        session, actor=actor, action="purchase.received", subject_kind="purchase", subject_id=order.id, now=now,
        data={"code": order.code, "receipt": receipt.code, "filled": filled},
    )  # fmt: skip
    payload = {"key": receipt.id, "purchase_id": order.id, "receipt_id": receipt.id}
    publish(session, "purchase.received", payload, now=now)
    session.expire(receipt)
    return Received(get_receipt(session, receipt.code), get_purchase(session, order.id), tuple(filled))


def _allowed_percent(session: Session) -> int:
    return shop_profile(session).purchasing.over_delivery_percent
