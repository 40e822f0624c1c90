"""Shadow mode: what staff do with the assistant's drafts, and how often they send them as they are."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.conversations.models import Conversation, Draft, Message
from bot.conversations.writing import push
from core import audit
from core.actor import Actor
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id

MAX_TEXT = 4_000


def open_draft(session: Session, *, conversation_id: str) -> Draft | None:
    return session.scalar(
        select(Draft)
        .where(Draft.conversation_id == conversation_id, Draft.state == "open")
        .order_by(Draft.id.desc())
        .limit(1)
    )


def send_draft(session: Session, *, draft_id: str, text: str | None, actor: Actor, now: datetime) -> Message:
    """One press: the draft as it is, or with `text` in its place. Its summary counts as shown from now on."""
    actor.require_role("manager", "sales", action="send the assistant's drafts")
    draft = _get(session, draft_id)
    wanted = draft.text if text is None else text.strip()
    if not 1 <= len(wanted) <= MAX_TEXT:
        raise Invalid("text_invalid", "Write 1 to 4,000 characters.", {})
    state = "sent" if wanted == draft.text else "edited"
    _decide(session, draft_id, state=state, sent_text=wanted, actor=actor, now=now)
    message = Message(
        id=new_id(), conversation_id=draft.conversation_id, direction="out", author="staff",
        author_name=actor.name, in_reply_to=draft.message_id, text=wanted, cards=draft.cards,
        quick_replies=draft.quick_replies, evidence=draft.evidence, basis={**draft.basis, "draft": draft.id},
        state_after={}, created_at=now,
    )  # fmt: skip
    session.add(message)
    conversation = session.get_one(Conversation, draft.conversation_id)
    push(session, conversation, message.id, now)
    conversation.state = draft.next_state
    conversation.last_message_at = now
    audit.record(
        session, actor=actor, action=f"draft.{state}", subject_kind="conversation",
        subject_id=draft.conversation_id, now=now,
    )  # fmt: skip
    session.flush()
    return message


def drop_draft(session: Session, *, draft_id: str, actor: Actor, now: datetime) -> None:
    actor.require_role("manager", "sales", action="drop the assistant's drafts")
    draft = _get(session, draft_id)
    _decide(session, draft_id, state="dropped", sent_text="", actor=actor, now=now)
    session.get_one(Conversation, draft.conversation_id).last_message_at = now


def _decide(
    session: Session, draft_id: str, *, state: str, sent_text: str, actor: Actor, now: datetime
) -> None:
    decided = session.execute(
        update(Draft)
        .where(Draft.id == draft_id, Draft.state == "open")
        .values(state=state, sent_text=sent_text, decided_by=actor.id, decided_at=now)
        .returning(Draft.id)
        .execution_options(synchronize_session=False)
    ).first()
    if decided is None:
        raise Conflict(
            "draft_decided",
            "This draft was sent, dropped or replaced by a newer one. Open the conversation again.",
            {},
        )


def _get(session: Session, draft_id: str) -> Draft:
    draft = session.get(Draft, draft_id, populate_existing=True)
    if draft is None:
        raise NotFound("draft_not_found", "There is no such draft.", {})
    return draft


def draft_view(draft: Draft) -> dict[str, Any]:
    return {
        "id": draft.id, "message_id": draft.message_id, "text": draft.text, "cards": draft.cards,
        "proposals": draft.proposals, "created_at": draft.created_at.isoformat(),
    }  # fmt: skip


def drafts_report(session: Session, *, since: datetime, until: datetime) -> dict[str, Any]:
    """By intent: how many drafts, what became of them, and the share of the decided ones that went out unchanged.

    A message of two intents counts under both.
    """
    counts: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(_STATES, 0))
    total = dict.fromkeys(_STATES, 0)
    rows = session.execute(
        select(Draft.intents, Draft.state).where(Draft.created_at >= since, Draft.created_at < until)
    )
    for intents, state in rows:
        total[state] += 1
        for intent in intents:
            counts[intent][state] += 1
    return {
        "total": _share(total),
        "intents": [{"intent": intent, **_share(counts[intent])} for intent in sorted(counts)],
    }


_STATES = ("open", "sent", "edited", "dropped", "replaced")


def _share(counts: dict[str, int]) -> dict[str, Any]:
    decided = counts["sent"] + counts["edited"] + counts["dropped"]
    return {
        "drafted": sum(counts.values()),
        **counts,
        "unchanged_percent": round(100 * counts["sent"] / decided) if decided else None,
    }
