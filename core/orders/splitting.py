"""Some lines of an order go into one of their own, with the stock that they hold.

Amounts add up to the đồng: prices and discounts go along with the pieces. The shipping fee stays with the first
order; the shop splits, so the buyer does not pay it twice. `core.payments.regrouping` shares out the money.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.errors import Conflict, Invalid
from core.ids import new_id
from core.jobs.events import publish
from core.money import Dong
from core.orders.approving import refuse_undecided
from core.orders.codes import next_order_code
from core.orders.editing import ask_again, line_row, with_quantity
from core.orders.models import Order, OrderLine
from core.orders.queries import get_order
from core.stock.levels import regroup
from core.stock.moves import Pick
from core.stock.queries import held_for

_COPIED = (
    "customer_id", "sales_channel", "status", "buyer_name", "phone", "address", "address_text", "delivery_note",
    "payment_method", "invoice_request", "invoice_state", "invoice_requested_at", "risk_level", "risk_refused",
    "deposit_percent", "risk_state", "placed_at", "placed_by", "placed_by_kind", "placed_by_name",
)  # fmt: skip


def split_order(
    session: Session, *, order_id: str, quantities: Mapping[str, int], actor: Actor, now: datetime
) -> tuple[Order, Order]:
    """`quantities`: SKU → pieces for the new order. Returns both; something has to stay on each."""
    actor.require_role("manager", "sales", action="split orders")
    order = get_order(session, order_id)
    refuse_undecided(session, order, now)
    if order.status not in ("new", "processing") or order.fulfilment_state != "unpacked":
        raise Conflict(
            "order_not_changeable",
            f"Order {order.code} is {order.status} and {order.fulfilment_state}: it is split before packing only.",
            {"code": order.code},
        )
    total_before = order.total
    moved = _moved(order, quantities)
    stay, go, origin = _rows(order, moved)
    held = held_for(session, order.id)
    # What was taken off the price stays with the first order as far as that goes: both together owe as much as before.
    credited = min(order.credited, _sums(stay, order.shipping_fee)["total"])
    _shrink(session, order, stay, credited)
    made = _insert(session, order, go, order.credited - credited)
    regroup(session, picks=_shared(order, made, held, moved, origin), now=now)
    gone = {line.id for line in order.lines} - {row["id"] for row in stay}
    if gone:
        session.execute(delete(OrderLine).where(OrderLine.id.in_(gone)))
    kept, new = get_order(session, order.id), get_order(session, made)
    for one in (kept, new):
        audit.record(
            session, actor=actor, action="order.split", subject_kind="order", subject_id=one.id, now=now,
            data={"from": kept.code, "to": new.code, "lines": dict(quantities), "totals": [kept.total, new.total]},
        )  # fmt: skip
    payload = {
        "key": f"{kept.id}:{kept.version}",
        "order_id": kept.id,
        "by": actor.kind,
        "split_to": new.code,
    }
    publish(session, "order.changed", payload, now=now)
    ask_again(session, kept, total_before, actor, now)
    return kept, new


def _moved(order: Order, quantities: Mapping[str, int]) -> dict[str, int]:
    """Line → pieces that go."""
    left = dict(quantities)
    moved: dict[str, int] = {}
    for line in order.lines:
        take = min(left.get(line.sku, 0), line.quantity)
        if take > 0:
            moved[line.id] = take
            left[line.sku] -= take
    too_many = [sku for sku, quantity in left.items() if quantity]
    if too_many or not moved:
        named = ", ".join(sku[:40] for sku in too_many[:10]) or "nothing"
        raise Invalid(
            "lines_invalid",
            f"{order.code} does not hold that much: {named}. Name SKUs of it with at most its pieces.",
            {"skus": [sku[:40] for sku in too_many[:100]]},
        )
    if sum(moved.values()) == sum(line.quantity for line in order.lines):
        raise Conflict(
            "order_would_be_empty", f"Nothing would be left of {order.code}.", {"code": order.code}
        )
    return moved


def _rows(
    order: Order, moved: Mapping[str, int]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, str]]:
    """(what stays, what goes, new line → old line). The discount goes along in proportion; the rest stays."""
    stay, go, origin = [], [], {}
    for line in order.lines:
        pieces = moved.get(line.id, 0)
        if not pieces:
            stay.append(line_row(line))
            continue
        gone = {**with_quantity(line, pieces), "id": new_id()}
        go.append(gone)
        origin[gone["id"]] = line.id
        if pieces < line.quantity:
            stay.append(
                {
                    **line_row(line), "quantity": line.quantity - pieces, "discount": line.discount - gone["discount"],
                    "amount": line.amount - gone["amount"],
                }
            )  # fmt: skip
    return stay, go, origin


def _shrink(session: Session, order: Order, stay: list[dict[str, Any]], credited: int) -> None:
    claimed = session.execute(
        update(Order)
        .where(
            Order.id == order.id, Order.version == order.version, Order.fulfilment_state == "unpacked",
            Order.status.in_(("new", "processing")),
        )
        .values(version=Order.version + 1, credited=credited, **_sums(stay, order.shipping_fee))
        .returning(Order.id)
        .execution_options(synchronize_session=False)
    ).first()  # fmt: skip
    if claimed is None:
        raise Conflict(
            "order_changed_meanwhile",
            f"Order {order.code} has changed meanwhile. Look again.",
            {"code": order.code},
        )
    for row in stay:
        session.execute(
            update(OrderLine)
            .where(OrderLine.id == row["id"])
            .values(quantity=row["quantity"], discount=row["discount"], amount=row["amount"])
            .execution_options(synchronize_session=False)
        )


def _insert(session: Session, order: Order, go: list[dict[str, Any]], credited: int) -> str:
    copied = {name: getattr(order, name) for name in _COPIED}
    new = Order(
        id=new_id(), code=next_order_code(session), quote_id=None, payment_state="unpaid",
        fulfilment_state="unpacked", tags=[], credited=Dong(credited), **copied, **_sums(go, 0),
    )  # fmt: skip
    session.add(new)
    session.flush()
    session.execute(
        insert(OrderLine), [{**row, "order_id": new.id, "position": i} for i, row in enumerate(go)]
    )
    return new.id


def _sums(rows: list[dict[str, Any]], fee: int) -> dict[str, int]:
    subtotal = sum(row["unit_price"] * row["quantity"] for row in rows)
    discount = sum(row["discount"] for row in rows)
    return {
        "subtotal": subtotal, "discount": discount, "shipping_fee": fee, "total": subtotal - discount + fee,
    }  # fmt: skip


def _shared(
    order: Order, made: str, held: list[Pick], moved: Mapping[str, int], origin: Mapping[str, str]
) -> dict[str, list[Pick]]:
    """What each order holds from now on; pieces that nothing was held for go first, so that none is held twice."""
    new_line = {old: new for new, old in origin.items()}
    unheld = {line.id: line.quantity for line in order.lines}
    for pick in held:
        unheld[pick.order_line_id] -= pick.quantity
    left = {line_id: pieces - min(pieces, unheld[line_id]) for line_id, pieces in moved.items()}
    shared: dict[str, list[Pick]] = {order.id: [], made: []}
    for pick in held:
        take = min(left.get(pick.order_line_id, 0), pick.quantity)
        if take:
            left[pick.order_line_id] -= take
            shared[made].append(replace(pick, order_line_id=new_line[pick.order_line_id], quantity=take))
        if pick.quantity > take:
            shared[order.id].append(replace(pick, quantity=pick.quantity - take))
    return shared
