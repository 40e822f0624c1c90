"""Documents: read outside (core.ports.knowledge), kept here with the file, cut into passages."""

import hashlib
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from core.knowledge.models import LANGUAGES, KnowledgeDocument, KnowledgePassage
from core.knowledge.passages import (
    archive_passages,
    keep_revisions,
    mark_changed,
    passage_version,
    revision_of,
)
from core.ports.knowledge import ReadDocument

MAX_PASSAGES = 5_000


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def add_document(
    session: Session,
    *,
    filename: str,
    content: bytes,
    read: ReadDocument,
    actor: Actor,
    now: datetime,
    language: str = "",
    document_id: str = "",
    origin: str = "upload",
) -> KnowledgeDocument:
    """The same file again is refused with the id of the one that is there."""
    actor.require_role("manager", action="add a document")
    _check(read, language)
    digest = digest_of(content)
    twin = session.scalar(
        select(KnowledgeDocument.id).where(
            KnowledgeDocument.sha256 == digest, KnowledgeDocument.status == "active"
        )
    )
    if twin is not None and origin == "upload":
        raise Conflict(
            "document_known", f"This very file is there already, as document {twin}.", {"document_id": twin}
        )
    identity = document_id or new_id()
    if session.get(KnowledgeDocument, identity) is not None:
        raise Conflict(
            "document_exists", f"There is a document {identity[:40]} already. Replace that one.", {}
        )
    document = KnowledgeDocument(
        id=identity, title=read.title, filename=filename[:200], language=language, sha256=digest,
        size=len(content), content=content, text=read.text, origin=origin, version=1, status="active",
        created_at=now, updated_at=now,
    )  # fmt: skip
    session.add(document)
    session.flush()
    _write_passages(session, document, read, now)
    _record(session, document, "document.added", actor, now)
    return document


def replace_document(
    session: Session,
    *,
    document_id: str,
    filename: str,
    content: bytes,
    read: ReadDocument,
    actor: Actor,
    now: datetime,
    language: str = "",
) -> KnowledgeDocument:
    """The new text answers from now on; what the old one said stays readable as revisions."""
    actor.require_role("manager", action="replace a document")
    _check(read, language)
    document = get_document(session, document_id)
    replaced = session.execute(
        update(KnowledgeDocument)
        .where(KnowledgeDocument.id == document_id, KnowledgeDocument.version == document.version)
        .values(
            title=read.title, filename=filename[:200], language=language, content=content, text=read.text,
            sha256=digest_of(content), size=len(content), status="active", updated_at=now,
            version=KnowledgeDocument.version + 1,
        )
        .returning(KnowledgeDocument.id)
        .execution_options(synchronize_session=False)
    ).first()  # fmt: skip
    if replaced is None:
        raise Conflict("document_changed", "Somebody else replaced this document just now. Look again.", {})
    session.refresh(document)
    _write_passages(session, document, read, now)
    _record(session, document, "document.replaced", actor, now)
    return document


def archive_document(session: Session, *, document_id: str, actor: Actor, now: datetime) -> KnowledgeDocument:
    """It answers nobody any more; replacing it brings it back."""
    actor.require_role("manager", action="archive a document")
    document = get_document(session, document_id)
    if document.status == "active":
        document.status, document.updated_at = "archived", now
        archive_passages(session, _passages_of(session, document_id), now=now)
        _record(session, document, "document.archived", actor, now)
    return document


def get_document(session: Session, document_id: str) -> KnowledgeDocument:
    document = session.get(KnowledgeDocument, document_id)
    if document is None:
        raise NotFound("document_not_found", f"There is no document {document_id[:40]}.", {})
    return document


def list_documents(
    session: Session, *, after: str | None, limit: int, status: str = "active"
) -> list[KnowledgeDocument]:
    statement = select(KnowledgeDocument).where(KnowledgeDocument.status == status)
    if after is not None:
        statement = statement.where(KnowledgeDocument.id > after)
    return list(session.scalars(statement.order_by(KnowledgeDocument.id).limit(limit)))


def text_of(session: Session, document: KnowledgeDocument) -> str:
    """What was read out of the file; not loaded with the row, since it may be long."""
    return session.scalar(select(KnowledgeDocument.text).where(KnowledgeDocument.id == document.id)) or ""


def passages_of(session: Session, document_id: str) -> list[KnowledgePassage]:
    """As they are found now, in reading order."""
    return [row for row in _passages_of(session, document_id) if row.status == "active"]


def _check(read: ReadDocument, language: str) -> None:
    if language not in ("", *LANGUAGES):
        raise Invalid(
            "language_unknown",
            f"'{language[:20]}' is no language here. Use vi, en, ko, or leave it out to have it guessed.",
            {},
        )
    if len(read.pieces) > MAX_PASSAGES:
        raise Invalid(
            "document_too_long",
            f"This document has {len(read.pieces)} pieces, {MAX_PASSAGES} at most. Split it.",
            {},
        )


def _write_passages(session: Session, document: KnowledgeDocument, read: ReadDocument, now: datetime) -> None:
    session.execute(delete(KnowledgePassage).where(KnowledgePassage.document_id == document.id))
    rows = [
        KnowledgePassage(
            id=f"document:{document.id}:{number}", kind="document", external_id=document.id,
            document_id=document.id, position=number, language=piece.language, title=piece.heading,
            text=piece.text, phrasings=[], source=document.title, status="active", updated_at=now,
        )
        for number, piece in enumerate(read.pieces)
    ]  # fmt: skip
    for row in rows:
        row.version = passage_version(row)
    session.add_all(rows)
    session.flush()
    keep_revisions(session, [revision_of(row) for row in rows], now=now)


def _passages_of(session: Session, document_id: str) -> list[KnowledgePassage]:
    return list(
        session.scalars(
            select(KnowledgePassage)
            .where(KnowledgePassage.document_id == document_id)
            .order_by(KnowledgePassage.position)
        )
    )


def _record(session: Session, document: KnowledgeDocument, action: str, actor: Actor, now: datetime) -> None:
    mark_changed(session)
    session.flush()
    audit.record(
        session, actor=actor, action=action, subject_kind="document", subject_id=document.id, now=now,
        data={"version": document.version, "filename": document.filename, "sha256": document.sha256},
    )  # fmt: skip
