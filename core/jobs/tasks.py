"""What a person has to look at. One open task per key, so that a repeat does not nag twice."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.actor import Actor
from core.db import insert_for
from core.ids import new_id
from core.jobs.events import publish
from core.jobs.models import StaffTask

TASK_OPENED = "staff_task.opened"


def open_task(
    session: Session,
    *,
    key: str,
    kind: str,
    title: str,
    now: datetime,
    detail: str = "",
    subject_kind: str = "",
    subject_id: str = "",
    announce: bool = True,
) -> None:
    """`announce=False` leaves it to the list of tasks: staff get no message about it."""
    task_id = new_id()
    opened = session.execute(
        insert_for(session, StaffTask)
        .values(
            id=task_id,
            key=key,
            kind=kind,
            title=title[:300],
            detail=detail[:2000],
            subject_kind=subject_kind,
            subject_id=subject_id,
            state="open",
            created_at=now,
            done_by="",
        )
        .on_conflict_do_nothing()
        .returning(StaffTask.id)
    ).first()
    if opened is not None and announce:
        publish(session, TASK_OPENED, {"key": task_id, "task_id": task_id}, now=now)


def close_task(session: Session, *, task_id: str, actor: Actor, now: datetime) -> None:
    session.execute(
        update(StaffTask)
        .where(StaffTask.id == task_id, StaffTask.state == "open")
        .values(state="done", done_at=now, done_by=actor.id)
        .execution_options(synchronize_session=False)
    )


def close_about(
    session: Session,
    *,
    subject_kind: str,
    subject_id: str,
    kinds: Collection[str],
    actor: Actor,
    now: datetime,
) -> None:
    """What they asked for has been done by another way than pressing them away."""
    session.execute(
        update(StaffTask)
        .where(
            StaffTask.subject_kind == subject_kind, StaffTask.subject_id == subject_id, StaffTask.kind.in_(kinds),
            StaffTask.state == "open",
        )
        .values(state="done", done_at=now, done_by=actor.id)
        .execution_options(synchronize_session=False)
    )  # fmt: skip


def list_open(session: Session) -> list[StaffTask]:
    return list(
        session.scalars(select(StaffTask).where(StaffTask.state == "open").order_by(StaffTask.id).limit(200))
    )
