"""What the buyer gets for goods that came back: the price down, money back, other goods; and how the order ends."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.actor import Actor
from core.errors import Conflict, Invalid
from core.jobs.tasks import close_about
from core.money import format_dong
from core.orders.models import Order, OrderLine
from core.orders.queries import get_order
from core.orders.states import advance_fulfilment, advance_status
from core.payments.recording import follow_sums, record_payment
from core.payments.refunds import give_back, request_refund
from core.returns.exchanging import place_exchange
from core.returns.models import Return, ReturnLine
from core.returns.queries import get_return
from core.returns.states import advance
from core.shipping.states import NEEDS_A_PERSON

ASKED_ABOUT_PARCEL = (*(f"parcel_{state}" for state in NEEDS_A_PERSON), "parcel_not_stopped")
"""Tasks that end with a parcel that is back, looked at and settled."""


def settle_return(
    session: Session,
    *,
    code: str,
    actor: Actor,
    now: datetime,
    amount: int | None = None,
    exchange: bool = True,
    shipping_fee: int = 0,
) -> Return:
    """`amount` comes off the order's price: all that the pieces cost when left out, less or none by choice.

    What was paid beyond the new price goes over to the exchange order, if one was asked for (`exchange` False
    refuses that), and what is left is asked back as a refund. `shipping_fee` is the exchange order's.
    Raises `InsufficientStock` when the other goods cannot be had; then settle it without the exchange.
    """
    actor.require_role("manager", "sales", action="settle returns")
    request = get_return(session, code)
    return _settle(session, request, amount, exchange, shipping_fee, actor, now)


def close_unpaid_parcel(session: Session, request: Return, *, actor: Actor, now: datetime) -> None:
    """A parcel that came back with nothing paid leaves nothing to decide."""
    if request.origin == "parcel" and get_order(session, request.order_id).money.kept == 0:
        _settle(session, request, None, False, 0, actor, now)


def worth(session: Session, request: Return, order: Order) -> int:
    """What the pieces that are back cost the buyer; of a parcel that nobody took, everything."""
    if request.origin == "parcel":
        return order.money.due
    lines = {line.id: line for line in order.lines}
    parts = [(lines[line.order_line_id], line.back) for line in request.lines]
    return min(sum(line.amount * back // line.quantity for line, back in parts), order.money.due)


def _settle(
    session: Session,
    request: Return,
    amount: int | None,
    exchange: bool,
    shipping_fee: int,
    actor: Actor,
    now: datetime,
) -> Return:
    # First of all, so that of two who settle at once the second finds it done.
    advance(session, request, "settled", actor=actor, now=now, settled_at=now)
    request, order = get_return(session, request.id), get_order(session, request.order_id)
    credit = worth(session, request, order) if amount is None else amount
    _take_off(session, order, credit)
    free = _free(session, order.id, credit)
    if exchange and request.kind == "exchange" and any(line.back for line in request.lines):
        free -= _exchange(session, request, order, free, shipping_fee, actor, now)
    elif shipping_fee:
        raise Invalid("shipping_fee_unfit", "Only an exchange has a shipping fee of its own.", {})
    if free:
        refund = request_refund(
            session, order_id=order.id, amount=free, kind="return", reason=f"{request.code} {request.reason}",
            actor=actor, now=now,
        )  # fmt: skip
        _link(session, request, refund_id=refund.id)
    _link(session, request, credit=credit)
    if request.origin == "parcel":
        close_about(
            session, subject_kind="order", subject_id=order.id, kinds=ASKED_ABOUT_PARCEL, actor=actor, now=now
        )
    _end_order(session, order, actor, now)
    return get_return(session, request.id)


def _take_off(session: Session, order: Order, credit: int) -> None:
    most = order.money.due
    taken = None
    if 0 <= credit <= most:
        taken = session.execute(
            update(Order)
            .where(Order.id == order.id, Order.credited + credit <= Order.total, Order.status != "cancelled")
            .values(credited=Order.credited + credit, version=Order.version + 1)
            .returning(Order.id)
            .execution_options(synchronize_session=False)
        ).first()
    if taken is None:
        raise Conflict(
            "settlement_too_much",
            f"From 0 to {format_dong(most)} can come off order {order.code}, not {format_dong(credit)}.",
            {"code": order.code, "amount": credit, "most": most},
        )
    follow_sums(session, order.id)


def _free(session: Session, order_id: str, credit: int) -> int:
    """Paid beyond the new price and promised to nobody, as far as this settlement made it so."""
    money = get_order(session, order_id).money
    return max(min(money.overpaid - money.refund_held, credit), 0)


def _exchange(
    session: Session, request: Return, order: Order, free: int, shipping_fee: int, actor: Actor, now: datetime
) -> int:
    """The linked order, paid as far as the goods that came back reach; returns how much went over to it."""
    placed = place_exchange(
        session, request=request, order=order, shipping_fee=shipping_fee, actor=actor, now=now
    )
    _link(session, request, exchange_order_id=placed.id)
    over = min(free, placed.total)
    if over:
        reference = f"exchange:{request.code}"
        give_back(
            session, order_id=order.id, amount=over, reference=reference, held=False, lowers_due=False,
            note=f"to {placed.code}", actor=actor, now=now,
        )  # fmt: skip
        record_payment(
            session, actor=actor, order_id=placed.id, kind="exchange", amount=over, reference=reference, now=now,
            note=f"from {order.code}",
        )  # fmt: skip
    return over


def _link(session: Session, request: Return, **columns: object) -> None:
    session.execute(
        update(Return)
        .where(Return.id == request.id)
        .values(**columns)
        .execution_options(synchronize_session=False)
    )


def _end_order(session: Session, order: Order, actor: Actor, now: datetime) -> None:
    """With its last piece back the order is `returned`."""
    back = (
        select(func.coalesce(func.sum(ReturnLine.good + ReturnLine.damaged + ReturnLine.missing), 0))
        .join(Return, Return.id == ReturnLine.return_id)
        .where(ReturnLine.order_line_id == OrderLine.id, Return.state == "settled")
        .scalar_subquery()
    )
    out = session.scalar(
        select(func.count())
        .select_from(OrderLine)
        .where(OrderLine.order_id == order.id, OrderLine.quantity > back)
    )
    if out:
        return
    if order.fulfilment_state == "delivered":
        advance_fulfilment(session, order_id=order.id, to="returned", actor=actor, now=now)
    advance_status(session, order_id=order.id, to="returned", actor=actor, now=now)
