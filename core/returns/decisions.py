"""Staff say yes or no to a request; buyer or staff take it back while nothing has arrived."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.actor import Actor
from core.errors import Conflict, Invalid, NotFound
from core.orders.models import OrderLine
from core.returns.models import Return
from core.returns.queries import get_return
from core.returns.states import advance


def approve_return(session: Session, *, code: str, actor: Actor, now: datetime, note: str = "") -> Return:
    actor.require_role("manager", "sales", action="approve returns")
    request = get_return(session, code)
    _decide(session, request, "approved", note, actor, now)
    return get_return(session, request.id)


def reject_return(session: Session, *, code: str, reason: str, actor: Actor, now: datetime) -> Return:
    """The reason is told to the buyer, who may ask again."""
    actor.require_role("manager", "sales", action="reject returns")
    if not reason.strip():
        raise Invalid("reason_required", "Say why: the buyer is told, with what they can do instead.", {})
    request = get_return(session, code)
    _decide(session, request, "rejected", reason, actor, now)
    _free_lines(session, request)
    return get_return(session, request.id)


def cancel_return(session: Session, *, code: str, actor: Actor, now: datetime) -> Return:
    request = get_return(session, code)
    if actor.kind == "customer" and request.customer_id != actor.id:
        raise NotFound("return_not_found", "There is no such return.", {})
    if actor.kind == "staff":
        actor.require_role("manager", "sales", action="cancel returns")
    if request.origin == "parcel":
        raise Conflict(
            "return_came_back",
            f"{request.code} is a parcel that came back: inspect it.",
            {"code": request.code},
        )
    advance(session, request, "cancelled", actor=actor, now=now)
    _free_lines(session, request)
    return get_return(session, request.id)


def _decide(session: Session, request: Return, to: str, note: str, actor: Actor, now: datetime) -> None:
    advance(
        session, request, to, actor=actor, now=now, decided_by=actor.id, decided_at=now,
        decision_note=note.strip()[:500],
    )  # fmt: skip


def _free_lines(session: Session, request: Return) -> None:
    """What is no longer asked back may be asked back again."""
    for line in sorted(request.lines, key=lambda line: line.order_line_id):
        session.execute(
            update(OrderLine)
            .where(OrderLine.id == line.order_line_id)
            .values(return_requested=OrderLine.return_requested - line.quantity)
            .execution_options(synchronize_session=False)
        )
