"""Reads of returns."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from core.errors import NotFound
from core.orders.models import Order
from core.returns.models import Return, ReturnFinding, ReturnLine


def get_return(session: Session, code: str) -> Return:
    """By code or id, with lines."""
    found = session.scalar(
        select(Return)
        .where((Return.code == code.upper()) | (Return.id == code))
        .options(selectinload(Return.lines))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(
            "return_not_found", f"There is no return {code[:40]}. /return lists the open ones.", {}
        )
    return found


def list_returns(
    session: Session,
    *,
    before: str | None,
    limit: int,
    states: tuple[str, ...] = (),
    order_id: str | None = None,
    origin: str | None = None,
) -> list[Return]:
    """Newest first; `before` is the id of the last return already seen."""
    statement = select(Return).order_by(Return.id.desc()).limit(limit).options(selectinload(Return.lines))
    if states:
        statement = statement.where(Return.state.in_(states))
    for column, value in ((Return.order_id, order_id), (Return.origin, origin)):
        if value is not None:
            statement = statement.where(column == value)
    if before is not None:
        statement = statement.where(Return.id < before)
    return list(session.scalars(statement))


def order_codes(session: Session, subjects: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Of what the stock moved for, (kind, id): id → the order's code, where it is an order or a return of one."""
    orders = {subject_id for kind, subject_id in subjects if kind == "order"}
    returns = {subject_id for kind, subject_id in subjects if kind == "return"}
    found = dict(session.execute(select(Order.id, Order.code).where(Order.id.in_(orders))).all())
    back = (
        select(Return.id, Order.code).join(Order, Order.id == Return.order_id).where(Return.id.in_(returns))
    )
    return found | dict(session.execute(back).all())


def returned_pieces(session: Session, order_id: str) -> dict[str, int]:
    """SKU → pieces that are back in the shop, good or damaged, by returns that are not called off."""
    rows = session.execute(
        select(ReturnLine.sku, func.sum(ReturnLine.good + ReturnLine.damaged))
        .join(Return, Return.id == ReturnLine.return_id)
        .where(Return.order_id == order_id, Return.state.not_in(("rejected", "cancelled")))
        .group_by(ReturnLine.sku)
        .order_by(ReturnLine.sku)
    )
    return {sku: int(pieces) for sku, pieces in rows if pieces}


def findings_of(session: Session, request: Return) -> list[tuple[str, ReturnFinding]]:
    """(SKU, finding), as they were made."""
    rows = session.execute(
        select(ReturnLine.sku, ReturnFinding)
        .join(ReturnLine, ReturnLine.id == ReturnFinding.return_line_id)
        .where(ReturnLine.return_id == request.id)
        .order_by(ReturnFinding.id)
    )
    return [(sku, finding) for sku, finding in rows]
