"""Changing what the shop decides: guarded by what was looked at, kept in the audit."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.errors import Conflict
from core.payments.vietqr import bank_bin, check_account
from core.shop import ShopProfile, ShopRow, forget_profile, save_shop_profile


def shop_mark(session: Session) -> str:
    """Of the profile as it stands; another mark means that it was changed."""
    row = session.get(ShopRow, 1, populate_existing=True)
    return row.updated_at.isoformat() if row else ""


def change_shop(session: Session, *, profile: ShopProfile, seen: str, actor: Actor, now: datetime) -> None:
    """The whole profile, over the one with this mark."""
    actor.require_role("manager", action="change the shop's settings")
    if profile.bank is not None:  # else no buyer could pay by transfer
        bank_bin(profile.bank.bank)
        check_account(profile.bank.account)
    row = session.get(ShopRow, 1, populate_existing=True)
    old = row.profile if row else {}
    new = profile.model_dump(mode="json")
    if (row.updated_at.isoformat() if row else "") != seen:
        raise _changed_meanwhile()
    if row is None:
        save_shop_profile(session, profile=profile, now=now)
    elif not session.execute(
        update(ShopRow)
        .where(ShopRow.id == 1, ShopRow.updated_at == row.updated_at)
        .values(profile=new, updated_at=now)
        .returning(ShopRow.id)
        .execution_options(synchronize_session=False)
    ).first():
        raise _changed_meanwhile()
    changed = sorted(name for name in new if old.get(name) != new[name])
    audit.record(
        session, actor=actor, action="shop.changed", subject_kind="shop", subject_id="1", now=now,
        data={"before": {name: old.get(name) for name in changed}, "after": {name: new[name] for name in changed}},
    )  # fmt: skip
    session.expire_all()
    forget_profile(session)


def _changed_meanwhile() -> Conflict:
    return Conflict(
        "shop_changed_meanwhile", "The settings were changed by somebody else meanwhile. Look again.", {}
    )
