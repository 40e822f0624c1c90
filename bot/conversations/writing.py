"""A notice into a conversation, once for each key however often its job runs."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.conversations.models import Conversation, Message
from core.db import insert_for
from core.ids import new_id


def write_notice(
    session: Session,
    conversation: Conversation,
    *,
    key: str,
    text: str,
    evidence: dict[str, Any],
    now: datetime,
    cards: tuple[dict[str, Any], ...] = (),
) -> None:
    """`key` tells this happening from all others; the same one again writes nothing."""
    session.execute(
        insert_for(session, Message)
        .values(
            id=new_id(), conversation_id=conversation.id, direction="out", author="system", author_name="",
            external_id=f"notice:{key}", text=text, cards=list(cards), quick_replies=[], evidence=[evidence],
            state_after={}, created_at=now, handled_at=now,
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    conversation.last_message_at = now
