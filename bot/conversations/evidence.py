"""Why the assistant said what it said: the tools' answers behind a reply, the guard's word, the brain."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversations.models import Message
from core.errors import NotFound


def reply_evidence(
    session: Session, *, conversation_id: str, message_id: str, after: int, limit: int
) -> dict[str, Any]:
    """A page of the tool results behind a reply; `next_after` is None on the last one."""
    message = session.scalar(
        select(Message).where(Message.conversation_id == conversation_id, Message.id == message_id)
    )
    if message is None:
        raise NotFound("message_not_found", "There is no such message in this conversation.", {})
    items = message.evidence[after : after + limit]
    return {
        "message_id": message.id,
        "author": message.author,
        "text": message.text,
        "basis": message.basis,
        "evidence": [_item(item) for item in items],
        "next_after": after + limit if after + limit < len(message.evidence) else None,
    }


def _item(item: dict[str, Any]) -> dict[str, Any]:
    data = item.get("data") or {}
    return {
        "tool": item.get("tool", ""), "ok": item.get("ok"), "said": item.get("say", ""),
        "committed": item.get("committed", ""), "product_version": data.get("version"),
        "passage_id": data.get("passage_id"), "passage_version": item.get("passage_version"),
        "source": data.get("source"), "data": data,
    }  # fmt: skip
