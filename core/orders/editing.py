"""Change a placed order while nothing is packed: receiver, address, note and lines, at once or not at all."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import case, delete, insert, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.approvals.decisions import latest, request_approval, withdraw
from core.catalogue.models import Variant
from core.catalogue.queries import option_text, variants_by_sku
from core.customers.phones import normalise_phone
from core.errors import Conflict, InsufficientStock, Invalid, NotFound
from core.ids import new_id
from core.jobs.events import publish
from core.jobs.tasks import open_task
from core.money import MAX_DONG, format_dong
from core.orders.carts import MAX_LINE_QUANTITY, MAX_LINES
from core.orders.models import Order, OrderLine, search_words
from core.orders.queries import get_order
from core.orders.totals import shipping_fee
from core.ports.addresses import DeliveryAddress
from core.shop import shop_profile
from core.stock.allocation import Wanted, plan
from core.stock.levels import rebook
from core.stock.moves import Pick
from core.stock.queries import held_for, places


@dataclass(frozen=True)
class OrderChanges:
    """`quantities`: SKU → pieces wanted, 0 takes the line out, SKUs not named stay. None leaves a part as it is."""

    quantities: Mapping[str, int] = field(default_factory=dict)
    buyer_name: str | None = None
    phone: str | None = None
    address: DeliveryAddress | None = None
    note: str | None = None


@dataclass(frozen=True)
class ChangedOrder:
    """What the order would become: `lines` and `columns` are rows to be, `picks` the stock that is to be held.

    `picks` is None when the stock stays where it is; `put_back` (SKU → pieces) was never held, so that only
    people can put it back.
    """

    order: Order
    lines: tuple[dict[str, Any], ...]
    columns: Mapping[str, Any]
    picks: tuple[Pick, ...] | None
    put_back: Mapping[str, int]

    @property
    def total(self) -> int:
        return int(self.columns.get("total", self.order.total))


def preview_change(session: Session, *, order_id: str, changes: OrderChanges, actor: Actor) -> ChangedOrder:
    """Work the change out and write nothing. Lines that stay keep their price; added ones are at today's.

    Raises `Conflict` order_not_changeable once it is packed, `InsufficientStock`, `Invalid` when a part is wrong
    or nothing would be left.
    """
    order = _changeable(session, order_id, actor)
    columns = _receiver(changes)
    lines = tuple(line_row(line) for line in order.lines)
    if changes.quantities:
        lines = tuple(_new_lines(session, order, changes.quantities))
        columns |= _amounts(session, order, lines)
    held = held_for(session, order.id)
    unheld = _unheld(order, held)
    return ChangedOrder(
        order, lines, columns, _picks(session, order, changes, lines, held, unheld), _too_many(lines, order, unheld)
    )  # fmt: skip


def change_order(
    session: Session,
    *,
    order_id: str,
    changes: OrderChanges,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> Order:
    """Raises `Conflict` order_changed_meanwhile when the order is no longer the one that was looked at."""
    changed = preview_change(session, order_id=order_id, changes=changes, actor=actor)
    before, total_before = changed.order, changed.order.total
    if not changed.columns:
        raise Invalid("nothing_to_change", "Say what is to be changed: receiver, address, note or lines.", {})
    _claim(session, changed, expected_version if expected_version is not None else before.version, actor)
    _write_lines(session, changed)
    _move_stock(session, changed, now)
    _remove_lines(session, changed)
    audit.record(
        session, actor=actor, action="order.changed", subject_kind="order", subject_id=before.id, now=now,
        data=_for_audit(changed),
    )  # fmt: skip
    after = get_order(session, before.id)
    payload = {"key": f"{after.id}:{after.version}", "order_id": after.id, "by": actor.kind}
    publish(session, "order.changed", payload, now=now)
    ask_again(session, after, total_before, actor, now)
    return after


def _changeable(session: Session, order_id: str, actor: Actor) -> Order:
    order = get_order(session, order_id)
    if actor.kind == "customer" and order.customer_id != actor.id:
        raise NotFound("order_not_found", "There is no such order.", {})
    if actor.kind == "staff":
        actor.require_role("manager", "sales", action="change orders")
    if order.status not in ("new", "processing") or order.fulfilment_state != "unpacked":
        raise _no_longer(order)
    return order


def _no_longer(order: Order) -> Conflict:
    return Conflict(
        "order_not_changeable",
        f"Order {order.code} is {order.status} and {order.fulfilment_state}: it can be changed before packing only. "
        "Cancel it and place it again, or return the goods after delivery.",
        {"code": order.code, "status": order.status, "fulfilment_state": order.fulfilment_state},
    )


def _receiver(changes: OrderChanges) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if changes.buyer_name is not None:
        name = " ".join(changes.buyer_name.split())
        if not 1 <= len(name) <= 100:
            raise Invalid("name_invalid", "A name has 1 to 100 characters.", {})
        columns["buyer_name"] = name
    if changes.phone is not None:
        columns["phone"] = normalise_phone(changes.phone)
    if changes.address is not None:
        if not changes.address.street.strip() or len(changes.address.text) > 500:
            raise Invalid("address_invalid", "The address needs a street, at most 500 characters in all.", {})
        columns |= {"address": changes.address.as_dict(), "address_text": changes.address.text}
    if changes.note is not None:
        columns["delivery_note"] = changes.note[:500]
    return columns


def _new_lines(session: Session, order: Order, quantities: Mapping[str, int]) -> list[dict[str, Any]]:
    for sku, quantity in quantities.items():
        if not 0 <= quantity <= MAX_LINE_QUANTITY:
            raise Invalid(
                "quantity_invalid",
                f"{sku[:40]}: quantity must be from 0 to {MAX_LINE_QUANTITY:,}.",
                {"sku": sku[:40], "quantity": quantity},
            )
    known: set[str] = set()
    lines = []
    for line in order.lines:
        # A file may bring the same SKU on two lines: a new quantity is meant for both together.
        wanted = 0 if line.sku in known else quantities.get(line.sku, 0)
        quantity = wanted if line.sku in quantities else line.quantity
        known.add(line.sku)
        if quantity:
            lines.append(with_quantity(line, quantity))
    added = {sku: quantity for sku, quantity in quantities.items() if quantity and sku not in known}
    variants = variants_by_sku(session, list(added))
    last = max((line.position for line in order.lines), default=-1)
    for position, (sku, quantity) in enumerate(added.items(), start=last + 1):
        lines.append(_added_line(variants[sku], quantity, position))
    if not lines:
        raise Conflict(
            "order_would_be_empty",
            f"Nothing would be left of order {order.code}. Cancel it instead.",
            {"code": order.code},
        )
    if len(lines) > MAX_LINES:
        raise Invalid("too_many_lines", f"An order holds at most {MAX_LINES} lines.", {})
    return lines


def line_row(line: OrderLine) -> dict[str, Any]:
    return {column.name: getattr(line, column.name) for column in OrderLine.__table__.columns}


def with_quantity(line: OrderLine, quantity: int) -> dict[str, Any]:
    """The agreed price stays, and its discount in proportion (rounded half up)."""
    discount = (2 * line.discount * quantity + line.quantity) // (2 * line.quantity)
    amount = line.unit_price * quantity - discount
    return {**line_row(line), "quantity": quantity, "discount": discount, "amount": amount}


def _added_line(variant: Variant, quantity: int, position: int) -> dict[str, Any]:
    product = variant.product
    return {
        "id": new_id(),
        "variant_id": variant.id,
        "position": position,
        "sku": variant.sku,
        "name": product.name,
        "name_en": product.name_en,
        "option_text": option_text(variant.option_values),
        "option_text_en": option_text(variant.option_values_en) or option_text(variant.option_values),
        "quantity": quantity,
        "unit_price": variant.price,
        "discount": 0,
        "amount": variant.price * quantity,
        "unit_cost": variant.cost,
        "vat_class": product.vat_class,
        "weight_g": variant.weight_g,
        "return_requested": 0,
    }


def _amounts(session: Session, order: Order, lines: tuple[dict[str, Any], ...]) -> dict[str, int]:
    subtotal = sum(line["unit_price"] * line["quantity"] for line in lines)
    discount = sum(line["discount"] for line in lines)
    fee = shipping_fee(subtotal - discount, shop_profile(session).shipping, order.shipping_fee)
    total = subtotal - discount + fee
    if total > MAX_DONG:
        raise Invalid("total_too_large", "The order is too large to be taken at once.", {})
    return {"subtotal": subtotal, "discount": discount, "shipping_fee": fee, "total": total}


def _unheld(order: Order, held: list[Pick]) -> dict[str, int]:
    """Line → pieces that no reservation stands for: history from a file stands in the counters already."""
    unheld = {line.id: line.quantity for line in order.lines}
    for pick in held:
        unheld[pick.order_line_id] -= pick.quantity
    return unheld


def _picks(
    session: Session,
    order: Order,
    changes: OrderChanges,
    lines: tuple[dict[str, Any], ...],
    held: list[Pick],
    unheld: Mapping[str, int],
) -> tuple[Pick, ...] | None:
    """With other lines a new plan; with another province a nearer warehouse, if it has everything."""
    place = changes.address.as_dict() if changes.address is not None else order.address
    moved = place.get("province_code") != order.address.get("province_code")
    if not changes.quantities and not (moved and held):
        return None
    wanted = [
        Wanted(line["id"], line["variant_id"], line["sku"], more)
        for line in lines
        if (more := line["quantity"] - unheld.get(line["id"], 0)) > 0
    ]
    own: Counter[tuple[str, str]] = Counter()
    for pick in held:
        own[pick.warehouse_id, pick.variant_id] += pick.quantity
    offered = [
        replace(p, available={w.variant_id: p.available.get(w.variant_id, 0) + own[p.warehouse_id, w.variant_id]
                              for w in wanted})
        for p in places(session, [w.variant_id for w in wanted])
    ]  # fmt: skip
    may_split = shop_profile(session).split_orders
    try:
        allocated = plan(wanted, offered, province_code=place.get("province_code", ""), may_split=may_split)
    except InsufficientStock:
        if not changes.quantities:
            return None
        kept = _kept_picks(wanted, held)
        if kept is None:
            raise
        return kept
    return tuple(Pick(a.order_line_id, a.variant_id, a.warehouse_id, a.quantity) for a in allocated)


def _kept_picks(wanted: Sequence[Wanted], held: Sequence[Pick]) -> tuple[Pick, ...] | None:
    """What is held already, as far as it is still wanted; None when that is not enough. An order that was merged may
    hold goods in two warehouses, and less of them needs no stock."""
    left = {want.order_line_id: want.quantity for want in wanted}
    picks = []
    for pick in held:
        take = min(left.get(pick.order_line_id, 0), pick.quantity)
        if take:
            left[pick.order_line_id] -= take
            picks.append(replace(pick, quantity=take))
    return None if any(left.values()) else tuple(picks)


def _too_many(lines: tuple[dict[str, Any], ...], order: Order, unheld: Mapping[str, int]) -> dict[str, int]:
    after = {line["id"]: line["quantity"] for line in lines}
    return {x.sku: more for x in order.lines if (more := unheld[x.id] - after.get(x.id, 0)) > 0}


def _claim(session: Session, changed: ChangedOrder, version: int, actor: Actor) -> None:
    """One UPDATE: only the order that was looked at, and only while it is unpacked."""
    order = changed.order
    values = dict(changed.columns)
    found_by = {name: values.get(name, getattr(order, name)) for name in ("phone", "buyer_name")}
    values["search_words"] = search_words(code=order.code, **found_by)
    if changed.total > order.total:
        # Exact by `payment.settle`; until then nobody packs what is not paid in full.
        values["payment_state"] = case(
            (Order.payment_state == "paid", "part_paid"), else_=Order.payment_state
        )
    claimed = session.execute(
        update(Order)
        .where(
            Order.id == order.id, Order.version == version, Order.fulfilment_state == "unpacked",
            Order.status.in_(("new", "processing")),
        )
        .values(version=Order.version + 1, **values)
        .returning(Order.id)
        .execution_options(synchronize_session=False)
    ).first()  # fmt: skip
    if claimed is None:
        _changeable(session, order.id, actor)
        raise Conflict(
            "order_changed_meanwhile",
            f"Order {order.code} has changed since you looked at it. Look again, then change it.",
            {"code": order.code},
        )


def _write_lines(session: Session, changed: ChangedOrder) -> None:
    before = {line.id: line for line in changed.order.lines}
    for row in changed.lines:
        if row["id"] in before and row["quantity"] != before[row["id"]].quantity:
            session.execute(
                update(OrderLine)
                .where(OrderLine.id == row["id"])
                .values(quantity=row["quantity"], discount=row["discount"], amount=row["amount"])
                .execution_options(synchronize_session=False)
            )
    added = [{**row, "order_id": changed.order.id} for row in changed.lines if row["id"] not in before]
    if added:
        session.execute(insert(OrderLine), added)


def _move_stock(session: Session, changed: ChangedOrder, now: datetime) -> None:
    order = changed.order
    if changed.picks is not None:
        rebook(session, order_id=order.id, picks=changed.picks, now=now)
    if changed.put_back:
        open_task(
            session, key=f"put_back:{order.id}:{order.version}", kind="stock_to_put_back",
            title=f"{order.code} was changed: put the goods back into stock",
            detail=", ".join(f"{quantity} × {sku}" for sku, quantity in changed.put_back.items()),
            subject_kind="order", subject_id=order.id, now=now,
        )  # fmt: skip


def _remove_lines(session: Session, changed: ChangedOrder) -> None:
    """After the stock, whose reservations name their lines."""
    gone = {line.id for line in changed.order.lines} - {row["id"] for row in changed.lines}
    if gone:
        session.execute(
            delete(OrderLine).where(OrderLine.id.in_(gone)).execution_options(synchronize_session=False)
        )


def ask_again(session: Session, order: Order, total_before: int, actor: Actor, now: datetime) -> None:
    """Over the shop's limit a larger total is a new question, whatever was said to the smaller one; a yes to as
    much or more still counts. Under the limit there is no question.
    """
    rules = shop_profile(session).approvals
    limit = rules.order_total_from
    if limit is None or max(order.total, total_before) < limit:
        return
    if order.total < limit:
        withdraw(session, kind="order_over_amount", subject_kind="order", subject_id=order.id)
        return
    last = latest(session, kind="order_over_amount", subject_kind="order", subject_id=order.id)
    if last is None and order.total <= total_before:
        return
    if last is not None and last.state in ("approved", "used") and last.amount >= order.total:
        return
    request_approval(
        session, kind="order_over_amount", subject_kind="order", subject_id=order.id, subject_code=order.code,
        question=f"Order {order.code} is now {format_dong(order.total)}. Accept it?", amount=order.total,
        payload={}, actor=actor, expires_minutes=rules.expires_minutes, now=now,
    )  # fmt: skip


def _for_audit(changed: ChangedOrder) -> dict[str, Any]:
    """Goods and amounts as they were and are; of the receiver only what was changed, no personal data."""
    before = changed.order
    return {
        "changed": sorted(changed.columns),
        "lines_before": {line.sku: line.quantity for line in before.lines},
        "lines_after": {row["sku"]: row["quantity"] for row in changed.lines},
        "total_before": before.total,
        "total_after": changed.total,
    }
