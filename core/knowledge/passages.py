"""Passages as rows: how they are written so that every process reads them again and no text is forgotten."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.catalogue.models import Product
from core.db import insert_for
from core.errors import NotFound
from core.ids import new_id
from core.knowledge.models import KnowledgeMark, KnowledgePassage, KnowledgeRevision

_BATCH = 500


def content_version(*parts: str) -> str:
    """Short hash of everything that a customer could be told or led by."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def passage_version(passage: KnowledgePassage) -> str:
    return content_version(
        passage.kind, passage.title, passage.text, passage.language, passage.source, *passage.phrasings
    )


def put_passage(session: Session, passage: KnowledgePassage, *, now: datetime) -> None:
    """Add or change one passage: its version follows the content, and the text is kept as a revision."""
    passage.version = passage_version(passage)
    passage.updated_at = now
    session.add(passage)
    session.flush()
    keep_revisions(session, [revision_of(passage)], now=now)


def revision_of(passage: KnowledgePassage) -> dict[str, str]:
    return {
        "passage_id": passage.id, "version": passage.version, "kind": passage.kind, "title": passage.title,
        "text": passage.text, "language": passage.language, "source": passage.source,
    }  # fmt: skip


def keep_revisions(session: Session, revisions: Sequence[dict[str, str]], *, now: datetime) -> None:
    """Rows of `KnowledgeRevision` without the time; those that stand there already stay as they are."""
    for start in range(0, len(revisions), _BATCH):
        rows: list[dict[str, Any]] = [{**r, "created_at": now} for r in revisions[start : start + _BATCH]]
        session.execute(insert_for(session, KnowledgeRevision).on_conflict_do_nothing(), rows)


def mark_changed(session: Session) -> None:
    """Part of every change, in its transaction."""
    value = new_id()
    session.execute(
        insert_for(session, KnowledgeMark)
        .values(id=1, value=value)
        .on_conflict_do_update(index_elements=["id"], set_={"value": value})
    )


def knowledge_mark(session: Session) -> tuple[Any, ...]:
    """Differs after any change of passages or of product texts. Two index look-ups: it runs at every question."""
    products = (
        select(func.count(), func.max(Product.updated_at), func.sum(Product.version))
        .where(Product.status == "active")
        .subquery()
    )
    mark = select(KnowledgeMark.value).where(KnowledgeMark.id == 1).scalar_subquery()
    return tuple(session.execute(select(mark, products)).one())


def active_passages(session: Session) -> list[KnowledgePassage]:
    return list(
        session.scalars(
            select(KnowledgePassage)
            .where(KnowledgePassage.status == "active")
            .order_by(KnowledgePassage.id)
            .execution_options(populate_existing=True)
        )
    )


def passage_as_told(session: Session, *, passage_id: str, version: str) -> KnowledgeRevision:
    """The text that stood behind a reply, whatever has become of the passage since."""
    revision = session.get(KnowledgeRevision, (passage_id, version))
    if revision is None:
        raise NotFound(
            "passage_not_found",
            f"There is no passage {passage_id[:80]} in version {version[:20]}. Look at the reply's evidence.",
            {"passage_id": passage_id[:200], "version": version[:40]},
        )
    return revision


def archive_passages(session: Session, passages: Iterable[KnowledgePassage], *, now: datetime) -> None:
    for passage in passages:
        passage.status = "archived"
        passage.updated_at = now
    session.flush()
