"""The staff's room: one thread of commands, answers and what asks for a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.staff.models import DeskMessage
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
) -> None:
    """With a `key` the same notice is posted once, however often it is tried."""
    session.execute(
        insert_for(session, DeskMessage)
        .values(key=key, author=author, author_name=author_name, text=text, cards=list(cards), created_at=now)
        .on_conflict_do_nothing()
    )


def messages(session: Session, *, after: int | None, limit: int = 100) -> list[DeskMessage]:
    """Oldest first; without `after` the newest hundred."""
    if after is not None:
        statement = select(DeskMessage).where(DeskMessage.seq > after).order_by(DeskMessage.seq).limit(limit)
        return list(session.scalars(statement))
    newest = session.scalars(select(DeskMessage).order_by(DeskMessage.seq.desc()).limit(limit))
    return list(reversed(list(newest)))


def message_view(message: DeskMessage) -> dict[str, Any]:
    return {
        "seq": message.seq, "author": message.author, "author_name": message.author_name, "text": message.text,
        "cards": message.cards, "created_at": message.created_at.isoformat(),
    }  # fmt: skip
