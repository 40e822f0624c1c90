"""Conversations as the desk shows them."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.channels.outbox import undelivered
from bot.conversations.drafts import draft_view, open_draft
from bot.conversations.models import Conversation, Message
from bot.replies.cards import order_card
from bot.staff.words import in_words, reason_words
from core.customers.models import Customer
from core.customers.phones import local_phone
from core.errors import NotFound
from core.orders.queries import customer_orders
from core.ports.addresses import DeliveryAddress


def list_conversations(
    session: Session, *, mode: str | None, before: str | None, changed_since: datetime | None = None
) -> list[dict[str, Any]]:
    """Waiting for a person first, then the newest; with `changed_since` only what moved, with `changed_at`."""
    statement = (
        select(Conversation, Customer)
        .join(Customer, Customer.id == Conversation.customer_id)
        .order_by(Conversation.mode.desc(), Conversation.last_message_at.desc())
        .limit(50)
    )
    if mode is not None:
        statement = statement.where(Conversation.mode == mode)
    if before is not None:
        statement = statement.where(Conversation.id < before)
    if changed_since is not None:
        statement = statement.where(Conversation.last_message_at > changed_since)
    rows = []
    for conversation, customer in session.execute(statement):
        row = _summary(session, conversation, customer)
        if changed_since is not None:
            row["changed_at"] = conversation.last_message_at
        rows.append(row)
    return rows


def conversation_summary(session: Session, conversation_id: str) -> dict[str, Any]:
    conversation = _get(session, conversation_id)
    return _summary(session, conversation, session.get_one(Customer, conversation.customer_id))


def conversation_view(session: Session, conversation_id: str) -> dict[str, Any]:
    conversation = _get(session, conversation_id)
    customer = session.get_one(Customer, conversation.customer_id)
    messages = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation_id)
        .order_by(Message.seq.desc())
        .limit(200)
    )
    failed = undelivered(session, conversation_id)
    orders = [
        order_card(order, "vi") | {"placed_at": order.placed_at.isoformat()}
        for order in customer_orders(session, customer_id=customer.id, limit=10)
    ]
    draft = open_draft(session, conversation_id=conversation_id)
    return {
        "conversation": _summary(session, conversation, customer)
        | {
            "customer": {
                "name": customer.name,
                "phone": local_phone(customer.phone),
                "address": DeliveryAddress(**customer.address).text if customer.address else "",
            },
            "orders": orders,
        },
        "messages": [
            message_view(m) | ({"delivery": failed[m.id]} if m.id in failed else {})
            for m in reversed(list(messages))
        ],
        "draft": draft_view(draft) if draft is not None else None,
    }


def message_view(message: Message) -> dict[str, Any]:
    return {
        "seq": message.seq, "id": message.id, "direction": message.direction, "author": message.author,
        "author_name": message.author_name, "text": message.text, "attachments": message.attachments,
        "cards": message.cards,
        "quick_replies": message.quick_replies, "created_at": message.created_at.isoformat(),
    }  # fmt: skip


def _summary(session: Session, conversation: Conversation, customer: Customer) -> dict[str, Any]:
    last = session.execute(
        select(Message.text, Message.attachments)
        .where(Message.conversation_id == conversation.id)
        .order_by(Message.seq.desc())
        .limit(1)
    ).first()
    last_text = (last.text or "📎" * len(last.attachments)) if last is not None else ""
    return {
        "id": conversation.id,
        "customer_name": customer.name,
        "chat_channel": conversation.chat_channel,
        "chat_channel_text": in_words("chat_channel", conversation.chat_channel),
        "mode": conversation.mode,
        "assigned_to": conversation.assigned_to,
        "handoff_reason": conversation.handoff_reason,
        "handoff_reason_text": reason_words(conversation.handoff_reason),
        "language": conversation.language,
        "last_text": last_text[:140],
        "last_message_at": conversation.last_message_at.isoformat(),
    }


def _get(session: Session, conversation_id: str) -> Conversation:
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise NotFound("conversation_not_found", "There is no such conversation.", {})
    return conversation
