"""FAQ entries: a question and its answer in one or more languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor, Role
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from core.knowledge.models import LANGUAGES, KnowledgePassage
from core.knowledge.passages import archive_passages, mark_changed, put_passage

MAX_TEXT = 20_000
MAX_PHRASINGS = 50


@dataclass(frozen=True)
class FaqText:
    """`phrasings` are other ways to ask the same."""

    question: str
    answer: str
    phrasings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Faq:
    id: str
    status: str
    updated_at: datetime
    texts: dict[str, FaqText] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)


def add_faq(
    session: Session,
    *,
    texts: Mapping[str, FaqText],
    actor: Actor,
    now: datetime,
    faq_id: str = "",
    roles: Sequence[Role] = ("manager",),
) -> Faq:
    actor.require_role(*roles, action="write an FAQ entry")
    identity = faq_id.strip() or new_id()
    if _rows(session, identity):
        raise Conflict(
            "faq_exists", f"There is an FAQ entry {identity[:40]} already. Change that one.", {"id": identity}
        )
    return _write(session, identity, texts, {}, "faq.added", actor, now)


def edit_faq(
    session: Session,
    *,
    faq_id: str,
    texts: Mapping[str, FaqText],
    actor: Actor,
    now: datetime,
    keep_other_languages: bool = False,
    roles: Sequence[Role] = ("manager",),
) -> Faq:
    """The entry as it is from now on; a language that is not given is archived, unless it is to be kept."""
    actor.require_role(*roles, action="change an FAQ entry")
    rows = {row.language: row for row in _rows(session, faq_id)}
    if not rows:
        raise _not_found(faq_id)
    if not keep_other_languages:
        archive_passages(session, [r for lang, r in rows.items() if lang not in texts], now=now)
    return _write(session, faq_id, texts, rows, "faq.changed", actor, now)


def archive_faq(session: Session, *, faq_id: str, actor: Actor, now: datetime) -> Faq:
    """It answers nobody any more; editing it brings it back."""
    actor.require_role("manager", action="archive an FAQ entry")
    rows = _rows(session, faq_id)
    if not rows:
        raise _not_found(faq_id)
    archive_passages(session, rows, now=now)
    mark_changed(session)
    audit.record(session, actor=actor, action="faq.archived", subject_kind="faq", subject_id=faq_id, now=now)
    return get_faq(session, faq_id)


def get_faq(session: Session, faq_id: str) -> Faq:
    rows = _rows(session, faq_id)
    if not rows:
        raise _not_found(faq_id)
    return _faq(faq_id, rows)


def list_faqs(session: Session, *, after: str | None, limit: int, status: str = "active") -> list[Faq]:
    """By id; `after` is the last id already seen."""
    chosen = (
        select(KnowledgePassage.external_id)
        .where(KnowledgePassage.kind == "faq", KnowledgePassage.status == status)
        .distinct()
        .order_by(KnowledgePassage.external_id)
        .limit(limit)
    )
    if after is not None:
        chosen = chosen.where(KnowledgePassage.external_id > after)
    ids = list(session.scalars(chosen))
    rows = session.scalars(
        select(KnowledgePassage)
        .where(KnowledgePassage.kind == "faq", KnowledgePassage.external_id.in_(ids))
        .order_by(KnowledgePassage.id)
    ).all()
    return [_faq(identity, [row for row in rows if row.external_id == identity]) for identity in ids]


def _write(
    session: Session,
    faq_id: str,
    texts: Mapping[str, FaqText],
    rows: Mapping[str, KnowledgePassage],
    action: str,
    actor: Actor,
    now: datetime,
) -> Faq:
    check_texts(faq_id, texts)
    for language, text in texts.items():
        row = rows.get(language) or KnowledgePassage(
            id=f"faq:{faq_id}:{language}", kind="faq", external_id=faq_id, position=0, language=language
        )
        row.title, row.text, row.source = text.question.strip(), text.answer.strip(), text.question.strip()
        row.phrasings = [phrasing.strip() for phrasing in text.phrasings if phrasing.strip()]
        row.status = "active"
        put_passage(session, row, now=now)
    mark_changed(session)
    faq = get_faq(session, faq_id)
    audit.record(
        session, actor=actor, action=action, subject_kind="faq", subject_id=faq_id, now=now,
        data={"versions": faq.versions},
    )  # fmt: skip
    return faq


def check_texts(faq_id: str, texts: Mapping[str, FaqText]) -> None:
    if not 1 <= len(faq_id) <= 100 or any(ord(letter) < 32 for letter in faq_id):
        raise Invalid(
            "faq_id_invalid", "An FAQ entry's id has 1 to 100 characters. Choose a shorter one.", {}
        )
    if not texts:
        raise Invalid("faq_empty", "Give question and answer in at least one language: vi, en or ko.", {})
    for language, text in texts.items():
        if language not in LANGUAGES:
            raise Invalid("language_unknown", f"'{language[:20]}' is no language here. Use vi, en or ko.", {})
        if not text.question.strip() or not text.answer.strip():
            raise Invalid(
                "faq_incomplete", f"Give both question and answer in '{language}'.", {"language": language}
            )
        if max(len(text.question), len(text.answer), *map(len, text.phrasings), 0) > MAX_TEXT:
            raise Invalid(
                "faq_too_long", f"A text has at most {MAX_TEXT} characters. Make it a document.", {}
            )
        if len(text.phrasings) > MAX_PHRASINGS:
            raise Invalid("faq_too_long", f"Give at most {MAX_PHRASINGS} other phrasings.", {})


def _rows(session: Session, faq_id: str) -> list[KnowledgePassage]:
    return list(
        session.scalars(
            select(KnowledgePassage)
            .where(KnowledgePassage.kind == "faq", KnowledgePassage.external_id == faq_id)
            .order_by(KnowledgePassage.id)
        )
    )


def _faq(faq_id: str, rows: Sequence[KnowledgePassage]) -> Faq:
    """An archived entry is shown whole; a living one without the languages that were taken out."""
    active = [row for row in rows if row.status == "active"]
    shown = active or rows
    return Faq(
        faq_id,
        "active" if active else "archived",
        max(row.updated_at for row in rows),
        {row.language: FaqText(row.title, row.text, tuple(row.phrasings)) for row in shown},
        {row.language: row.version for row in shown},
    )


def _not_found(faq_id: str) -> NotFound:
    return NotFound("faq_not_found", f"There is no FAQ entry {faq_id[:40]}.", {"id": faq_id[:100]})
