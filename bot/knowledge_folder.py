"""A folder whose files are documents: read at start and again when they change. Setting `CHOTDON_KNOWLEDGE_DIR`."""

import hashlib
import logging
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import select

from core.actor import SYSTEM
from core.db import Database
from core.errors import Invalid
from core.jobs.queue import enqueue
from core.jobs.tasks import open_task
from core.jobs.worker import Handler, Run
from core.knowledge.documents import add_document, archive_document, digest_of, replace_document
from core.knowledge.models import KnowledgeDocument
from core.ports.knowledge import DocumentReader
from knowledge.reading import MAX_BYTES, can_read

log = logging.getLogger(__name__)
MOST_FILES = 500


def folder_job(folder: Path | None, reader: DocumentReader) -> Handler:
    """Job `knowledge.folder`: a look at sizes and hashes when nothing has changed."""
    return partial(_read_folder, folder=folder, reader=reader)


def _read_folder(run: Run, *, folder: Path | None, reader: DocumentReader) -> None:
    if folder is None:
        return
    if not folder.is_dir():
        _complain(run, str(folder), f"{folder} is no folder. Make it, or change CHOTDON_KNOWLEDGE_DIR.")
        return
    with run.db.read_transaction() as session:
        known = {
            row.id: (row.sha256, row.status)
            for row in session.execute(
                select(KnowledgeDocument.id, KnowledgeDocument.sha256, KnowledgeDocument.status).where(
                    KnowledgeDocument.origin == "folder"
                )
            )
        }
    seen = set()
    for path in _files(folder):
        identity = _identity(path, folder)
        seen.add(identity)
        try:
            _read_one(run, path, identity, known.get(identity), reader)
        except (Invalid, OSError) as error:
            _complain(run, identity, str(error))
    for identity in sorted({i for i, (_, status) in known.items() if status == "active"} - seen):
        with run.db.transaction() as session:
            archive_document(session, document_id=identity, actor=SYSTEM, now=run.now)


def _files(folder: Path) -> list[Path]:
    """Only what really lies inside the folder: a link out of it is not followed."""
    root = folder.resolve()
    found = [
        path
        for path in sorted(folder.rglob("*"))
        if can_read(path.name)
        and not path.name.startswith((".", "~$"))
        and path.is_file()
        and path.resolve().is_relative_to(root)
    ]
    if len(found) > MOST_FILES:
        log.warning("the knowledge folder has %s files; the first %s are read", len(found), MOST_FILES)
    return found[:MOST_FILES]


def _read_one(
    run: Run, path: Path, identity: str, known: tuple[str, str] | None, reader: DocumentReader
) -> None:
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if known == (digest_of(content), "active"):
        return
    read = reader.read_document(filename=path.name, content=content)
    with run.db.transaction() as session:
        if known is None:
            add_document(
                session, document_id=identity, filename=path.name, content=content, read=read, actor=SYSTEM,
                now=run.now, origin="folder",
            )  # fmt: skip
        else:
            replace_document(
                session, document_id=identity, filename=path.name, content=content, read=read, actor=SYSTEM,
                now=run.now,
            )  # fmt: skip


def _identity(path: Path, folder: Path) -> str:
    """The same as long as the file keeps its place."""
    place = path.relative_to(folder).as_posix()
    return f"folder-{hashlib.sha256(place.encode()).hexdigest()[:16]}"


def _complain(run: Run, what: str, problem: str) -> None:
    """A task for staff, once as long as it is open; the other files are read all the same."""
    log.warning("knowledge folder: %s", problem)
    with run.db.transaction() as session:
        open_task(
            session, key=f"knowledge:{what}", kind="knowledge", title="Tài liệu không đọc được",
            detail=problem, subject_kind="document", subject_id=what, now=run.now,
        )  # fmt: skip


def ask_for_folder(db: Database, *, now: datetime) -> None:
    """At the start of a worker, so that nobody waits for the schedule."""
    with db.transaction() as session:
        enqueue(session, "knowledge.folder", {}, now=now, deduplication_key="knowledge.folder")
