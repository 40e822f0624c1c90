"""Ask and answer. One yes counts once, whoever presses first; it expires; it is used once."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor, Role
from core.approvals.models import Approval
from core.db import insert_for
from core.errors import AlreadyDecided, NotAllowed, NotFound
from core.ids import new_id
from core.jobs.events import publish
from core.shop import shop_profile

DECIDERS: dict[str, tuple[Role, ...]] = {
    "order_over_amount": ("manager",),
    "discount_over_limit": ("manager",),
    "cancel_after_packing": ("manager", "sales"),
    "refund": ("manager",),
    "purchase_over_amount": ("manager",),
}


def request_approval(
    session: Session,
    *,
    kind: str,
    subject_kind: str,
    subject_id: str,
    subject_code: str,
    question: str,
    amount: int,
    payload: dict[str, Any],
    actor: Actor,
    expires_minutes: int,
    now: datetime,
) -> Approval:
    """The open question of this kind about this subject: the existing one when it was asked before.

    When its amount has changed it is asked anew under a new code, so that the old card decides nothing.
    """
    _expire(session, now)
    approval_id = new_id()
    asked = session.scalar(
        insert_for(session, Approval)
        .values(
            id=approval_id,
            code=_new_code(session),
            kind=kind, subject_kind=subject_kind, subject_id=subject_id, subject_code=subject_code, amount=amount,
            question=question, payload=payload, roles=list(DECIDERS[kind]), state="pending",
            requested_by=actor.id, requested_at=now, expires_at=now + timedelta(minutes=expires_minutes),
            decided_by="", decided_by_name="", decision_note="",
        )
        .on_conflict_do_nothing()
        .returning(Approval.id)
    )  # fmt: skip
    if asked is not None:
        publish(session, "approval.requested", {"key": approval_id, "approval_id": approval_id}, now=now)
    pending = session.scalars(
        select(Approval).where(
            Approval.kind == kind,
            Approval.subject_kind == subject_kind,
            Approval.subject_id == subject_id,
            Approval.state == "pending",
        )
    ).one()
    if asked is None and pending.amount != amount:
        return _restate(session, pending, question, amount, actor, now)
    return pending


def decide(
    session: Session,
    *,
    code: str,
    approve: bool,
    actor: Actor,
    now: datetime,
    note: str = "",
    alone: bool = False,
) -> Approval:
    """Raises `AlreadyDecided` naming who was first, and when it expired.

    `alone`: nobody else is there who may decide it.
    """
    approval = get_approval(session, code)
    actor.require_role(*deciders(approval), action="decide this")
    if approve and not alone:
        _refuse_own_yes(session, approval, actor)
    decided = session.execute(
        update(Approval)
        .where(Approval.id == approval.id, Approval.state == "pending", Approval.expires_at > now)
        .values(
            state="approved" if approve else "rejected",
            decided_by=actor.id,
            decided_by_name=actor.name,
            decided_at=now,
            decision_note=note[:500],
        )
        .returning(Approval.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(approval)
    if decided is None:
        _expire(session, now)
        session.refresh(approval)
        by = f" by {approval.decided_by_name}" if approval.decided_by_name else ""
        raise AlreadyDecided(
            "already_decided",
            f"{approval.code} is already {approval.state}{by}.",
            {"code": approval.code, "state": approval.state, "decided_by": approval.decided_by_name},
        )
    audit.record(
        session,
        actor=actor,
        action=f"approval.{approval.state}",
        subject_kind=approval.subject_kind,
        subject_id=approval.subject_id,
        now=now,
        data={"approval": approval.code, "kind": approval.kind},
    )
    publish(session, "approval.decided", {"key": approval.id, "approval_id": approval.id}, now=now)
    return approval


def use(session: Session, *, kind: str, subject_kind: str, subject_id: str) -> bool:
    """Spend an approved answer: True once."""
    used = session.execute(
        update(Approval)
        .where(
            Approval.kind == kind,
            Approval.subject_kind == subject_kind,
            Approval.subject_id == subject_id,
            Approval.state == "approved",
        )
        .values(state="used")
        .returning(Approval.id)
        .execution_options(synchronize_session=False)
    ).first()
    return used is not None


def get_approval(session: Session, code: str) -> Approval:
    approval = session.scalar(
        select(Approval)
        .where((Approval.code == code.upper()) | (Approval.id == code))
        .execution_options(populate_existing=True)
    )
    if approval is None:
        raise NotFound("approval_not_found", f"There is no approval {code[:40]}.", {})
    return approval


def pending_approvals(session: Session, *, now: datetime) -> list[Approval]:
    return list(
        session.scalars(
            select(Approval)
            .where(Approval.state == "pending", Approval.expires_at > now)
            .order_by(Approval.id)
            .limit(100)
        )
    )


def latest(session: Session, *, kind: str, subject_kind: str, subject_id: str) -> Approval | None:
    """The last question of this kind about this subject, whatever became of it."""
    return session.scalar(
        select(Approval)
        .where(
            Approval.kind == kind, Approval.subject_kind == subject_kind, Approval.subject_id == subject_id
        )
        .order_by(Approval.id.desc())
        .limit(1)
    )


def expire_due(session: Session, *, now: datetime) -> list[Approval]:
    """Questions that ran out by now and were still open; each is returned once."""
    return list(
        session.scalars(
            update(Approval)
            .where(Approval.state == "pending", Approval.expires_at <= now)
            .values(state="expired")
            .returning(Approval)
            .execution_options(synchronize_session=False, populate_existing=True)
        )
    )


def _restate(
    session: Session, pending: Approval, question: str, amount: int, actor: Actor, now: datetime
) -> Approval:
    """Whoever changed the amount asks for the new one."""
    code = _new_code(session)
    session.execute(
        update(Approval)
        .where(Approval.id == pending.id, Approval.state == "pending")
        .values(code=code, question=question, amount=amount, requested_by=actor.id)
        .execution_options(synchronize_session=False)
    )
    session.refresh(pending)
    key = f"{pending.id}:{code}"
    publish(session, "approval.requested", {"key": key, "approval_id": pending.id}, now=now)
    return pending


def _new_code(session: Session) -> str:
    number = 1 + (session.scalar(select(func.count()).select_from(Approval)) or 0)
    return f"A{number}-{new_id()[-4:].upper()}"


def withdraw(session: Session, *, kind: str, subject_kind: str, subject_id: str) -> None:
    """The question no longer arises: what was not answered with a yes stops holding the subject up."""
    session.execute(
        update(Approval)
        .where(
            Approval.kind == kind,
            Approval.subject_kind == subject_kind,
            Approval.subject_id == subject_id,
            Approval.state.in_(("pending", "rejected", "expired")),
        )
        .values(state="used", decision_note="no longer needed")
        .execution_options(synchronize_session=False)
    )


def _expire(session: Session, now: datetime) -> None:
    session.execute(
        update(Approval)
        .where(Approval.state == "pending", Approval.expires_at <= now)
        .values(state="expired")
        .execution_options(synchronize_session=False)
    )


def deciders(approval: Approval) -> tuple[Role, ...]:
    """Besides the owner."""
    return DECIDERS[approval.kind]


def _refuse_own_yes(session: Session, approval: Approval, actor: Actor) -> None:
    """A key is a program, not a person: it may do what its scopes say. Taking one's question back is no yes."""
    rule = shop_profile(session).approvals.by_asker
    if actor.kind != "staff" or approval.requested_by != actor.id or rule == "anyone":
        return
    if rule == "owner" and actor.role == "owner":
        return
    roles = [*deciders(approval), "owner"]
    raise NotAllowed(
        "own_question",
        f"You asked for {approval.code} yourself: the yes is somebody else's ({', '.join(roles)}). Ask one of them, or "
        "reject it to take it back. Who may is a setting of the shop (approvals.by_asker).",
        {"code": approval.code, "roles": roles, "by_asker": rule},
    )
