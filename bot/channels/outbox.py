"""Messages for channels that push: a row and a job, written in the transaction that stores the message."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.channels.models import ChatMove, Delivery
from core.db import insert_for
from core.ids import new_id
from core.jobs.clearing import Keeping
from core.jobs.queue import enqueue

# As long as its buttons can be pressed.
DELIVERIES = Keeping(Delivery, Delivery.id, Delivery.finished_at, timedelta(days=180))
DELIVER_JOB = "chat.deliver"
EDIT_JOB = "chat.edit"
MOST_ATTEMPTS = 30
"""With the queue's back-off this is most of a day without a network."""


def put_out(
    session: Session,
    *,
    channel: str,
    recipient: str,
    source: str,
    now: datetime,
    conversation_id: str | None = None,
    message_id: str | None = None,
    content: Mapping[str, Any] | None = None,
    staff_id: str | None = None,
) -> str | None:
    """The new delivery's id; None when this `source` was put out before. Each chat gets its own in this order."""
    kept = dict(content or {})
    row: dict[str, Any] = {
        "id": new_id(), "channel": channel, "recipient": recipient, "source": source,
        "conversation_id": conversation_id, "message_id": message_id, "content": kept, "staff_id": staff_id,
        "subject": next((card["subject"] for card in kept.get("cards", ()) if card.get("subject")), ""),
        "buttons": [], "state": "queued", "parts_sent": 0, "sending": False, "sent_ids": [], "error": "",
        "created_at": now,
    }  # fmt: skip
    statement = insert_for(session, Delivery).values(row).on_conflict_do_nothing().returning(Delivery.id)
    delivery_id = session.scalar(statement)
    if delivery_id is not None:
        enqueue(
            session, DELIVER_JOB, {"delivery_id": delivery_id}, now=now, max_attempts=MOST_ATTEMPTS,
            ordering_key=line_of(channel, recipient),
        )  # fmt: skip
    return delivery_id


def put_message(
    session: Session, *, channel: str, recipient: str, conversation_id: str, message_id: str, now: datetime
) -> None:
    """A conversation's stored message."""
    put_out(
        session, channel=channel, recipient=recipient, source=f"message:{message_id}", now=now,
        conversation_id=conversation_id, message_id=message_id,
    )  # fmt: skip


def undelivered(session: Session, conversation_id: str) -> dict[str, str]:
    """Message → `unknown` or `refused`, of those that may not have reached the customer, or did not."""
    rows = session.execute(
        select(Delivery.message_id, Delivery.state).where(
            Delivery.conversation_id == conversation_id, Delivery.state.in_(("unknown", "refused"))
        )
    )
    return {row.message_id: row.state for row in rows if row.message_id is not None}


def change_cards(session: Session, *, subject: str, card: Mapping[str, Any], now: datetime) -> None:
    """What this card is about has been decided: wherever it was sent, the new one takes its place."""
    rows = session.execute(
        select(Delivery.id, Delivery.channel, Delivery.recipient).where(Delivery.subject == subject)
    )
    for row in rows.all():
        _edit(session, row.channel, row.recipient, {"delivery_id": row.id, "card": dict(card)}, now)


def close_buttons(session: Session, delivery: Delivery, *, now: datetime) -> None:
    """One was pressed: the others are no question any more."""
    _edit(session, delivery.channel, delivery.recipient, {"delivery_id": delivery.id, "card": None}, now)


def _edit(session: Session, channel: str, recipient: str, payload: dict[str, Any], now: datetime) -> None:
    enqueue(session, EDIT_JOB, payload, now=now, ordering_key=line_of(channel, recipient))


def line_of(channel: str, recipient: str) -> str:
    """What one chat is sent stands in one line."""
    return f"deliver:{channel}:{recipient}"


def move_chat(session: Session, *, channel: str, recipient: str, moved_to: str, now: datetime) -> None:
    row = {"channel": channel, "recipient": recipient, "moved_to": moved_to, "created_at": now}
    insert = insert_for(session, ChatMove).values(row)
    session.execute(
        insert.on_conflict_do_update(
            index_elements=["channel", "recipient"], set_={"moved_to": insert.excluded.moved_to}
        )
    )


def where_now(session: Session, *, channel: str, recipient: str) -> str:
    """The chat's id after all its moves."""
    seen = {recipient}
    while moved := session.get(ChatMove, (channel, recipient)):
        if moved.moved_to in seen:
            break
        recipient = moved.moved_to
        seen.add(recipient)
    return recipient
