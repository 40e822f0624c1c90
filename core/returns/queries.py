"""Reads of returns."""

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from core.errors import NotFound
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


def findings_of(session: Session, request: Return) -> list[tuple[str, ReturnFinding]]:
    """(SKU, finding), as they were made."""
    rows = session.execute(
        select(ReturnLine.sku, ReturnFinding)
        .join(ReturnLine, ReturnLine.id == ReturnFinding.return_line_id)
        .where(ReturnLine.return_id == request.id)
        .order_by(ReturnFinding.id)
    )
    return [(sku, finding) for sku, finding in rows]
