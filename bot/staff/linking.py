"""Members of staff on a chat channel: linked by a code that they get at the desk, once."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.staff.accounts import actor_of
from bot.staff.models import StaffAccount, StaffLink, StaffLinkCode
from core import audit
from core.actor import Actor
from core.db import insert_for
from core.errors import Invalid, NotFound
from core.ids import new_id

CODE_MINUTES = 15
_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LENGTH = 10


def new_code(session: Session, *, staff_id: str, now: datetime) -> str:
    """The only one of this person: those asked for before are worth nothing any more."""
    if session.get(StaffAccount, staff_id) is None:
        raise NotFound("staff_not_found", "There is no such login.", {})
    session.execute(
        delete(StaffLinkCode).where((StaffLinkCode.staff_id == staff_id) | (StaffLinkCode.expires_at <= now))
    )
    code = "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
    session.add(
        StaffLinkCode(
            code_hash=_hash(code), staff_id=staff_id, expires_at=now + timedelta(minutes=CODE_MINUTES)
        )
    )
    session.flush()
    return code


def link(session: Session, *, channel: str, external_id: str, code: str, now: datetime) -> Actor:
    """Whoever sends the code is this member of staff from now on; the code is used up."""
    staff_id = session.scalar(
        delete(StaffLinkCode)
        .where(StaffLinkCode.code_hash == _hash(code.strip().upper()), StaffLinkCode.expires_at > now)
        .returning(StaffLinkCode.staff_id)
        .execution_options(synchronize_session=False)
    )
    account = session.get(StaffAccount, staff_id) if staff_id else None
    if account is None or not account.active:
        raise Invalid(
            "link_code_wrong", "This code is wrong, used or out of date. Get a new one at the desk.", {}
        )
    row = {
        "id": new_id(), "channel": channel, "external_id": external_id, "staff_id": account.id, "created_at": now
    }  # fmt: skip
    insert = insert_for(session, StaffLink).values(row)
    session.execute(
        insert.on_conflict_do_update(
            index_elements=["channel", "external_id"], set_={"staff_id": insert.excluded.staff_id}
        )
    )
    actor = actor_of(account)
    audit.record(
        session, actor=actor, action="staff.linked", subject_kind="staff", subject_id=account.id, now=now,
        data={"channel": channel, "external_id": external_id},
    )  # fmt: skip
    return actor


def linked_actor(session: Session, *, channel: str, external_id: str) -> Actor | None:
    """As what this person may act now; None for everybody else and for who was switched off."""
    account = session.scalar(
        select(StaffAccount)
        .join(StaffLink, StaffLink.staff_id == StaffAccount.id)
        .where(
            StaffLink.channel == channel, StaffLink.external_id == external_id, StaffAccount.active.is_(True)
        )
        .execution_options(populate_existing=True)
    )
    return actor_of(account) if account is not None else None


def unlink(session: Session, *, channel: str, external_id: str) -> bool:
    gone = session.execute(
        delete(StaffLink)
        .where(StaffLink.channel == channel, StaffLink.external_id == external_id)
        .returning(StaffLink.id)
        .execution_options(synchronize_session=False)
    ).first()
    return gone is not None


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
