"""Who may log in, as what: made and changed by owners and managers, each step in the audit."""

import hashlib
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from bot.staff.accounts import add_staff, hashed_password
from bot.staff.models import StaffAccount, StaffSession
from core import audit
from core.actor import ROLES, Actor
from core.errors import Conflict, Invalid, NotAllowed, NotFound


class Looked(Protocol):
    """An account as it was looked at."""

    name: Any
    role: Any
    active: Any
    password_hash: Any


def mark_of(account: Looked) -> str:
    """Of what it was; another mark means that somebody has changed it since."""
    told = "\n".join((account.name, account.role, str(account.active), account.password_hash))
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def add_account(
    session: Session, *, login: str, name: str, role: str, password: str, actor: Actor, now: datetime
) -> StaffAccount:
    _may_keep(actor, role)
    account = add_staff(session, login=login, name=name, role=role, password=password, now=now)
    audit.record(
        session, actor=actor, action="staff.added", subject_kind="staff", subject_id=account.id, now=now,
        data={"login": login, "role": role},
    )  # fmt: skip
    return account


def change_account(
    session: Session,
    *,
    account_id: str,
    name: str,
    role: str,
    active: bool,
    password: str,
    seen: str,
    actor: Actor,
    now: datetime,
) -> StaffAccount:
    """An empty password: the old one stays. A new one, or being switched off, ends the logins that are open.

    Only owners change owners, and nobody changes their own role or switches themselves off: an owner is left.
    """
    account = _changeable(session, account_id, role=role, active=active, actor=actor)
    old = {"name": account.name, "role": account.role, "active": account.active}
    new = {"name": name, "role": role, "active": active}
    values = (
        {**new, "failed_logins": 0, "locked_until": None, "password_hash": hashed_password(password)}
        if password
        else new
    )
    if mark_of(account) != seen or not _write(session, account, values):
        raise Conflict(
            "staff_changed_meanwhile", "This login was changed meanwhile. Look again, then change it.", {}
        )
    if password or not active:
        session.execute(delete(StaffSession).where(StaffSession.staff_id == account.id))
    changed = {key: value for key, value in new.items() if value != old[key]}
    audit.record(
        session, actor=actor, action="staff.changed", subject_kind="staff", subject_id=account.id, now=now,
        data={"login": account.login, "before": {key: old[key] for key in changed}, "after": changed,
              "new_password": bool(password)},
    )  # fmt: skip
    return account


def _changeable(session: Session, account_id: str, *, role: str, active: bool, actor: Actor) -> StaffAccount:
    _still_keeps(session, actor, account_id)
    account = session.get(StaffAccount, account_id, populate_existing=True)
    if account is None:
        raise NotFound("staff_not_found", "There is no such login.", {})
    _may_keep(actor, role, account.role)
    if role not in ROLES:
        raise Invalid("role_unknown", f"The role is one of {', '.join(ROLES)}.", {"role": role[:40]})
    if account.id == actor.id and (role != account.role or not active):
        raise NotAllowed(
            "own_account", "Another owner or manager has to change your role or switch you off.", {}
        )
    return account


def _write(session: Session, account: StaffAccount, values: dict[str, Any]) -> bool:
    """Only over what was looked at."""
    done = session.execute(
        update(StaffAccount)
        .where(
            StaffAccount.id == account.id, StaffAccount.name == account.name, StaffAccount.role == account.role,
            StaffAccount.active == account.active, StaffAccount.password_hash == account.password_hash,
        )
        .values(**values)
        .returning(StaffAccount.id)
        .execution_options(synchronize_session=False)
    ).first()  # fmt: skip
    session.expire(account)
    return done is not None


def _still_keeps(session: Session, actor: Actor, account_id: str) -> None:
    """Two who take each other's role away at the same moment wait here, in key order: the second is refused."""
    for each in sorted({actor.id, account_id}):
        own = StaffAccount.id == each
        if each == actor.id:
            own &= StaffAccount.active & (StaffAccount.role == actor.role)
        held = session.execute(
            update(StaffAccount)
            .where(own)
            .values(failed_logins=StaffAccount.failed_logins)
            .returning(StaffAccount.id)
            .execution_options(synchronize_session=False)
        ).first()
        if held is None and each == actor.id:
            raise NotAllowed("not_logged_in", "Your login was changed meanwhile. Log in again.", {})


def _may_keep(actor: Actor, *roles: str) -> None:
    actor.require_role("manager", action="keep the staff's logins")
    if "owner" in roles and actor.role != "owner":
        raise NotAllowed("owner_only", "Only an owner may add or change an owner.", {})
