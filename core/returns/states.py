"""What may follow what on the way back. Each state changes by one UPDATE whose WHERE names where it may come from."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.errors import IllegalTransition
from core.jobs.events import publish
from core.returns.models import Return
from core.returns.queries import get_return

RETURN_TRANSITIONS: Mapping[str, frozenset[str]] = {
    "requested": frozenset({"approved", "rejected", "cancelled"}),
    "approved": frozenset({"received", "cancelled"}),
    "received": frozenset({"inspected"}),
    "inspected": frozenset({"settled"}),
    "settled": frozenset(),
    "rejected": frozenset(),
    "cancelled": frozenset(),
}
NEXT_STEP: Mapping[str, str] = {
    "requested": "Approve or reject it first.",
    "approved": "Receive the goods first.",
    "received": "Inspect every piece first.",
    "inspected": "Settle it.",
    "rejected": "The buyer may ask again, with what was lacking.",
}
TOLD = frozenset({"approved", "rejected", "received", "inspected", "settled"})


def sources(target: str) -> list[str]:
    """The states from which `target` may be entered."""
    return sorted(state for state, targets in RETURN_TRANSITIONS.items() if target in targets)


def advance(
    session: Session, request: Return, to: str, *, actor: Actor, now: datetime, **columns: Any
) -> None:
    """Raises `IllegalTransition` with the step that comes first."""
    moved = session.execute(
        update(Return)
        .where(Return.id == request.id, Return.state.in_(sources(to)))
        .values(state=to, version=Return.version + 1, **columns)
        .returning(Return.id)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        state = get_return(session, request.id).state
        raise IllegalTransition(f"Return {request.code}", state, to, NEXT_STEP.get(state, ""))
    audit.record(
        session, actor=actor, action=f"return.{to}", subject_kind="order", subject_id=request.order_id, now=now,
        data={"return": request.code},
    )  # fmt: skip
    if to in TOLD:
        tell(session, request, to, actor=actor, now=now)


def tell(session: Session, request: Return, happening: str, *, actor: Actor, now: datetime) -> None:
    payload = {
        "key": request.id, "order_id": request.order_id, "return_id": request.id, "by": actor.kind,
    }  # fmt: skip
    publish(session, f"return.{happening}", payload, now=now)
