"""Who talks: the assistant (`auto`) or a person (`manual`)."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.conversations.models import Conversation, Message
from bot.conversations.writing import push
from core import audit
from core.actor import Actor
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from core.jobs.events import publish
from core.tickets.filing import close_handoffs, open_ticket


def hand_over(
    session: Session,
    *,
    conversation_id: str,
    reason: str,
    now: datetime,
    summary: str = "",
    skus: Iterable[str] = (),
) -> None:
    """The assistant steps back, a ticket waits and staff are called; a second call adds to the ticket only.

    `summary` is what the customer wrote, `reason` why: asked, complaint, wholesale, not understood …
    """
    conversation = _get(session, conversation_id)
    open_ticket(
        session, kind="handoff", summary=summary, conversation_id=conversation_id, skus=skus,
        customer_id=conversation.customer_id, details={"reason": reason[:200]}, now=now,
    )  # fmt: skip
    moved = session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.mode == "auto")
        .values(mode="manual", handoff_reason=reason[:200], assigned_to="")
        .returning(Conversation.id)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is not None:
        publish(
            session,
            "conversation.handed_off",
            {"key": f"{conversation_id}:{now.isoformat()}", "conversation_id": conversation_id},
            now=now,
        )


def take(session: Session, *, conversation_id: str, actor: Actor, now: datetime) -> Conversation:
    """A member of staff takes the conversation; from a colleague only if it is free."""
    actor.require_role("manager", "sales", action="take conversations over")
    taken = session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.assigned_to.in_(("", actor.id)))
        .values(mode="manual", assigned_to=actor.id)
        .returning(Conversation.id)
        .execution_options(synchronize_session=False)
    ).first()
    conversation = _get(session, conversation_id)
    if taken is None:
        raise Conflict(
            "conversation_taken", "A colleague holds this conversation. Ask them to release it.", {}
        )
    audit.record(
        session, actor=actor, action="conversation.taken", subject_kind="conversation",
        subject_id=conversation_id, now=now,
    )  # fmt: skip
    return conversation


def release(session: Session, *, conversation_id: str, actor: Actor, now: datetime) -> Conversation:
    """Back to the assistant; nobody waits for a person any more."""
    actor.require_role("manager", "sales", action="release conversations")
    session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(mode="auto", assigned_to="", handoff_reason="")
        .execution_options(synchronize_session=False)
    )
    close_handoffs(session, conversation_id=conversation_id, actor=actor, now=now)
    audit.record(
        session, actor=actor, action="conversation.released", subject_kind="conversation",
        subject_id=conversation_id, now=now,
    )  # fmt: skip
    return _get(session, conversation_id)


def staff_reply(session: Session, *, conversation_id: str, text: str, actor: Actor, now: datetime) -> Message:
    conversation = _get(session, conversation_id)
    if conversation.mode != "manual" or conversation.assigned_to != actor.id:
        raise Conflict("conversation_not_taken", "Take the conversation over first, then write.", {})
    if not 1 <= len(text.strip()) <= 4_000:
        raise Invalid("text_invalid", "Write 1 to 4,000 characters.", {})
    message = Message(
        id=new_id(), conversation_id=conversation_id, direction="out", author="staff", author_name=actor.name,
        text=text.strip(), cards=[], quick_replies=[], evidence=[], state_after={}, created_at=now,
    )  # fmt: skip
    session.add(message)
    push(session, conversation, message.id, now)
    conversation.last_message_at = now
    session.flush()
    return message


def _get(session: Session, conversation_id: str) -> Conversation:
    conversation = session.get(Conversation, conversation_id, populate_existing=True)
    if conversation is None:
        raise NotFound("conversation_not_found", "There is no such conversation.", {})
    return conversation
