"""Staff accounts: passwords by argon2, sessions by an unguessable cookie, a short lock after wrong passwords."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.staff.models import StaffAccount, StaffSession
from core.actor import ROLES, Actor, Role
from core.errors import AppError, Conflict, Invalid, Unauthenticated
from core.ids import new_id

SESSION_HOURS = 12
MAX_FAILED_LOGINS = 8
LOCK_MINUTES = 5
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class LoginLocked(AppError):
    status = 429


@dataclass(frozen=True)
class LoggedIn:
    actor: Actor
    login: str
    csrf_token: str
    token: str = ""


def add_staff(
    session: Session, *, login: str, name: str, role: str, password: str, now: datetime
) -> StaffAccount:
    if not re.fullmatch(r"[a-z0-9._-]{2,40}", login):
        raise Invalid("login_invalid", "A login has 2 to 40 of a-z, 0-9, dot, dash and underscore.", {})
    if role not in ROLES:
        raise Invalid("role_unknown", f"The role is one of {', '.join(ROLES)}.", {"role": role[:40]})
    password_hash = hashed_password(password)
    if session.scalar(select(StaffAccount.id).where(StaffAccount.login == login)):
        raise Conflict("login_taken", f"There is a staff account {login} already.", {"login": login})
    account = StaffAccount(
        id=new_id(), login=login, name=name[:100] or login, role=role, password_hash=password_hash,
        active=True, failed_logins=0, created_at=now,
    )  # fmt: skip
    session.add(account)
    session.flush()
    return account


def others_with_role(session: Session, roles: Sequence[Role], *, besides: Actor) -> bool:
    """Whether anybody else who works here now has one of `roles`, or is an owner."""
    found = session.scalar(
        select(StaffAccount.id)
        .where(StaffAccount.active, StaffAccount.role.in_((*roles, "owner")), StaffAccount.id != besides.id)
        .limit(1)
    )
    return found is not None


def hashed_password(password: str) -> str:
    if len(password) < 8 or len(password) > 200:
        raise Invalid("password_invalid", "A password has 8 to 200 characters.", {})
    return _hasher.hash(password)


def check_password(session: Session, *, login: str, password: str, now: datetime) -> StaffAccount | None:
    """None when wrong: the caller commits the count of failures, then refuses."""
    account = session.scalar(select(StaffAccount).where(StaffAccount.login == login, StaffAccount.active))
    if account is not None and account.locked_until is not None and account.locked_until > now:
        raise LoginLocked(
            "login_locked", f"Too many wrong passwords. Try again in {LOCK_MINUTES} minutes.", {}
        )
    try:
        _hasher.verify(account.password_hash if account else _hash_of_nobody(), password[:200])
    except VerificationError:
        if account is not None:
            account.failed_logins += 1
            if account.failed_logins >= MAX_FAILED_LOGINS:
                account.failed_logins = 0
                account.locked_until = now + timedelta(minutes=LOCK_MINUTES)
        return None
    if account is not None:
        account.failed_logins = 0
    return account


@cache
def _hash_of_nobody() -> str:
    """Verified when the login is unknown, so that both answers take as long."""
    return _hasher.hash("nobody")


def start_session(session: Session, *, account: StaffAccount, now: datetime) -> LoggedIn:
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
    session.execute(delete(StaffSession).where(StaffSession.expires_at < now))
    session.add(
        StaffSession(
            token_hash=_hash(token),
            staff_id=account.id,
            csrf_token=csrf,
            created_at=now,
            expires_at=now + timedelta(hours=SESSION_HOURS),
        )  # fmt: skip
    )
    session.flush()
    return LoggedIn(actor_of(account), account.login, csrf, token)


def session_of(session: Session, *, token: str | None, now: datetime) -> LoggedIn:
    row = session.execute(
        select(StaffSession, StaffAccount)
        .join(StaffAccount, StaffAccount.id == StaffSession.staff_id)
        .where(
            StaffSession.token_hash == _hash(token or ""), StaffSession.expires_at > now, StaffAccount.active
        )
    ).first()
    if row is None:
        raise Unauthenticated("not_logged_in", "Please log in.")
    return LoggedIn(actor_of(row[1]), row[1].login, row[0].csrf_token)


def end_session(session: Session, *, token: str | None) -> None:
    session.execute(delete(StaffSession).where(StaffSession.token_hash == _hash(token or "")))


def has_staff(session: Session) -> bool:
    return bool(session.scalar(select(func.count()).select_from(StaffAccount)))


def actor_of(account: StaffAccount) -> Actor:
    role: Role = next(r for r in ROLES if r == account.role)
    return Actor("staff", account.id, account.name, role)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
