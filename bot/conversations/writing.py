"""What is written into a conversation, and on to its channel; a notice once a key, however often its job runs."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.channels.outbox import put_message
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
    message_id = new_id()
    written = session.execute(
        insert_for(session, Message)
        .values(
            id=message_id, conversation_id=conversation.id, direction="out", author="system", author_name="",
            external_id=f"notice:{key}", text=text, cards=list(cards), quick_replies=[], evidence=[evidence],
            state_after={}, created_at=now, handled_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Message.id)
    ).first()  # fmt: skip
    if written is not None:
        push(session, conversation, message_id, now)
    conversation.last_message_at = now


def push(session: Session, conversation: Conversation, message_id: str, now: datetime) -> None:
    """A stored message goes out as well, where the customer does not come for it."""
    if conversation.is_pushed:
        put_message(
            session, channel=conversation.chat_channel, recipient=conversation.external_id,
            conversation_id=conversation.id, message_id=message_id, now=now,
        )  # fmt: skip
