"""The staff's room: one thread of commands, answers and what asks for a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from bot.staff.models import DeskMessage
from core.actor import ROLES, Actor, Role
from core.db import insert_for


def post(
    session: Session,
    *,
    author: str,
    text: str,
    now: datetime,
    author_name: str = "",
    cards: Sequence[dict[str, Any]] = (),
    key: str | None = None,
    roles: Sequence[Role] = ROLES,
    besides: str = "",
) -> None:
    """With a `key` the same notice is posted once, however often it is tried. Only `roles` and the owner read it,
    and not `besides`, who did what it tells and has been answered."""
    audience = "" if set(roles) >= set(ROLES) else f" {' '.join(roles)} "
    session.execute(
        insert_for(session, DeskMessage)
        .values(
            key=key,
            author=author,
            author_name=author_name,
            text=text,
            cards=list(cards),
            audience=audience,
            besides=besides,
            created_at=now,
        )
        .on_conflict_do_nothing()
    )


def messages(
    session: Session, *, after: int | None, reader: Actor | None = None, limit: int = 100
) -> list[DeskMessage]:
    """Oldest first, what this reader may read; without `after` the newest hundred."""
    statement = select(DeskMessage).where(_readable(reader)).limit(limit)
    if after is not None:
        return list(session.scalars(statement.where(DeskMessage.seq > after).order_by(DeskMessage.seq)))
    return list(reversed(list(session.scalars(statement.order_by(DeskMessage.seq.desc())))))


def _readable(reader: Actor | None) -> ColumnElement[bool]:
    if reader is None:
        return true()
    others = DeskMessage.besides != reader.id
    if reader.role == "owner":
        return others
    return others & or_(
        DeskMessage.audience == "", DeskMessage.audience.contains(f" {reader.role} ", autoescape=True)
    )


def message_view(message: DeskMessage) -> dict[str, Any]:
    return {
        "seq": message.seq, "author": message.author, "author_name": message.author_name, "text": message.text,
        "cards": message.cards, "created_at": message.created_at.isoformat(),
    }  # fmt: skip
