"""Bringing a table in: all is read and checked first, then written in one transaction; or every wrong row is named."""

import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, get_args

from sqlalchemy import select, update
from sqlalchemy.orm import Session, undefer

from core import audit
from core.actor import ROLES, Actor, ActorKind
from core.clock import Clock
from core.db import Database
from core.errors import AppError, Conflict, Invalid, NotFound
from core.exchange.effects import Changes, effects_of
from core.exchange.kinds import KINDS, KindName
from core.exchange.models import TableImport
from core.exchange.sheets import ImportRefused, Problems, Progress, read_lines
from core.ids import is_id, new_id
from core.jobs.queue import enqueue
from core.jobs.worker import Run
from core.ports.addresses import AddressBook

JOB = "table.import"
TELL_EVERY_SECONDS = 1.0


@dataclass(frozen=True)
class Prepared:
    """A table without a wrong row, as it was checked."""

    kind: KindName
    parts: list[Any]
    rows: int
    changes: Changes
    effects: list[dict[str, Any]]
    problems: Problems

    def write(
        self, session: Session, *, addresses: AddressBook, actor: Actor, now: datetime
    ) -> dict[str, int]:
        chosen = KINDS[self.kind]
        counts = chosen.write(session, self.parts, addresses, actor, now)
        if chosen.write_changes is not None and self.changes.parts:
            counts |= chosen.write_changes(session, self.changes.parts, actor, now)
            self.problems.refuse_any(self.effects)
        return counts


def prepare(
    db: Database,
    *,
    kind: KindName,
    stream: BinaryIO,
    filename: str,
    most_rows: int,
    progress: Progress | None = None,
    change_existing: bool = False,
) -> Prepared:
    """Raises `ImportRefused` with every row that is wrong. Writes nothing, locks nothing."""
    refuse_changing(kind, change_existing)
    chosen = KINDS[kind]
    problems = Problems()
    lines = read_lines(
        stream, filename, chosen.columns, most_rows=most_rows, problems=problems, prefixes=chosen.prefixes
    )
    changes = Changes(rest=lines)
    if change_existing and chosen.read_changes is not None:
        with db.read_transaction() as session:
            changes = chosen.read_changes(session, lines, problems)
    parts = chosen.read(changes.rest, problems, progress)
    with db.read_transaction() as session:
        chosen.check(session, changes.rest, problems)
    effects = effects_of(changes.rest, changes.effects, problems) if chosen.read_changes is not None else []
    problems.refuse_any(effects)
    return Prepared(kind, parts, len(lines), changes, effects, problems)


def refuse_changing(kind: KindName, change_existing: bool) -> None:
    if change_existing and KINDS[kind].read_changes is None:
        able = ", ".join(name for name, each in KINDS.items() if each.read_changes is not None)
        raise Invalid(
            "change_existing_unfit",
            f"Changing what is there must be asked for only for {able}. Leave change_existing out for {kind}.",
            {"kinds": able},
        )


def start_import(
    session: Session,
    *,
    kind: KindName,
    filename: str,
    content: bytes,
    dry_run: bool,
    actor: Actor,
    now: datetime,
    form_id: str = "",
    change_existing: bool = False,
) -> TableImport:
    """Kept in the database, so that any process can work it off.

    `form_id` names the form that was filled in: sent twice, it is one import.
    """
    refuse_changing(kind, change_existing)
    import_id = form_id if is_id(form_id) else new_id()
    if session.get(TableImport, import_id) is not None:
        return get_import(session, kind, import_id)
    _drop_checked_files(session, kind, actor)
    row = TableImport(
        id=import_id, kind=kind, filename=filename[:200], size=len(content), content=content, dry_run=dry_run,
        change_existing=change_existing, effects=[], state="waiting", rows=0, rows_done=0, problem_count=0,
        problems=[], counts={}, refusal="", actor_kind=actor.kind, actor_id=actor.id, actor_name=actor.name,
        actor_role=actor.role, created_at=now, finished_at=None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(
        session, actor=actor, action="import.started", subject_kind="import", subject_id=row.id, now=now,
        data={
            "kind": kind, "filename": row.filename, "dry_run": dry_run, "change_existing": change_existing,
        },
    )  # fmt: skip
    enqueue(session, JOB, {"import_id": row.id}, now=now, ordering_key=f"import:{kind}")
    return row


def start_checked(
    session: Session, *, kind: KindName, import_id: str, actor: Actor, now: datetime
) -> TableImport:
    """Bring in the file that a dry run has found right. Its file goes over to the import: it happens once."""
    row = session.scalar(
        select(TableImport)
        .where(TableImport.id == import_id, TableImport.kind == kind)
        .options(undefer(TableImport.content))
    )
    if row is None:
        raise NotFound("import_not_found", f"There is no such import of {kind}.", {})
    content = row.content
    taken = session.execute(
        update(TableImport)
        .where(
            TableImport.id == import_id, TableImport.dry_run, TableImport.state == "done",
            TableImport.content.is_not(None),
        )
        .values(content=None)
        .returning(TableImport.id)
        .execution_options(synchronize_session=False)
    ).first()  # fmt: skip
    if taken is None or content is None:
        raise Conflict(
            "import_file_gone",
            "This file was brought in already, or a newer one was checked. Look at the list of imports.",
            {},
        )
    return start_import(
        session, kind=kind, filename=row.filename, content=content, dry_run=False, actor=actor, now=now,
        change_existing=row.change_existing,
    )  # fmt: skip


def _drop_checked_files(session: Session, kind: KindName, actor: Actor) -> None:
    """Of each who imports, only the file that was checked last waits to be brought in."""
    session.execute(
        update(TableImport)
        .where(
            TableImport.kind == kind, TableImport.actor_id == actor.id, TableImport.dry_run,
            TableImport.state == "done", TableImport.content.is_not(None),
        )
        .values(content=None)
        .execution_options(synchronize_session=False)
    )  # fmt: skip


def get_import(session: Session, kind: KindName, import_id: str) -> TableImport:
    row = session.scalar(select(TableImport).where(TableImport.id == import_id, TableImport.kind == kind))
    if row is None:
        raise NotFound("import_not_found", f"There is no such import of {kind}.", {})
    return row


def list_imports(session: Session, kind: KindName, *, before: str | None, limit: int) -> list[TableImport]:
    """Newest first."""
    statement = select(TableImport).where(TableImport.kind == kind)
    if before is not None:
        statement = statement.where(TableImport.id < before)
    return list(session.scalars(statement.order_by(TableImport.id.desc()).limit(limit)))


def run_import(run: Run, *, addresses: AddressBook, most_rows: int, clock: Clock) -> None:
    """A repeat after a crash starts from the file again; what was written is marked done in the same transaction."""
    import_id = str(run.payload["import_id"])
    with run.db.read_transaction() as session:
        row = session.get(TableImport, import_id, options=[undefer(TableImport.content)])
    if row is None or row.content is None or row.state in ("done", "refused"):
        return
    try:
        prepared = prepare(
            run.db, kind=_kind(row), stream=io.BytesIO(row.content), filename=row.filename, most_rows=most_rows,
            progress=_teller(run.db, import_id), change_existing=row.change_existing,
        )  # fmt: skip
        _tell(run.db, import_id, state="writing", rows=prepared.rows, rows_done=prepared.rows,
              effects=prepared.effects)  # fmt: skip
        _write(run.db, row, prepared, addresses=addresses, clock=clock)
    except AppError as refusal:
        wrong = refusal if isinstance(refusal, ImportRefused) else ImportRefused(Problems(), "")
        problems = wrong.problems
        _tell(
            run.db, import_id, state="refused", refusal=refusal.message, problem_count=problems.count, content=None,
            problems=[problem.as_dict() for problem in problems.kept], finished_at=clock(),
            effects=wrong.effects,
        )  # fmt: skip


def write_prepared(
    db: Database, prepared: Prepared, *, addresses: AddressBook, actor: Actor, dry_run: bool, now: datetime
) -> dict[str, int]:
    """All of it or, for a dry run, nothing."""
    with db.transaction() as session:
        counts = prepared.write(session, addresses=addresses, actor=actor, now=now)
        if dry_run:
            session.rollback()
    return counts


def _write(
    db: Database, row: TableImport, prepared: Prepared, *, addresses: AddressBook, clock: Clock
) -> None:
    actor, now = _who(row), clock()
    if row.dry_run:
        counts = write_prepared(db, prepared, addresses=addresses, actor=actor, dry_run=True, now=now)
        _tell(db, row.id, state="done", counts=counts, finished_at=now)
        return
    with db.transaction() as session:
        _finish_once(session, row.id, now)
        counts = prepared.write(session, addresses=addresses, actor=actor, now=now)
        session.execute(update(TableImport).where(TableImport.id == row.id).values(counts=counts))


def _finish_once(session: Session, import_id: str, now: datetime) -> None:
    """First, so that of two workers with the same import one waits here and then writes nothing."""
    won = session.execute(
        update(TableImport)
        .where(TableImport.id == import_id, TableImport.state == "writing")
        .values(state="done", content=None, finished_at=now)
        .returning(TableImport.id)
        .execution_options(synchronize_session=False)
    ).first()
    if won is None:
        raise Conflict("import_done", "This import was finished already.", {})


def _who(row: TableImport) -> Actor:
    """Whoever sent the file, as they were then."""
    kind = next(kind for kind in get_args(ActorKind) if kind == row.actor_kind)
    role = next((role for role in ROLES if role == row.actor_role), None)
    return Actor(kind, row.actor_id, row.actor_name, role)


def _kind(row: TableImport) -> KindName:
    return next(name for name in KINDS if name == row.kind)


def _teller(db: Database, import_id: str) -> Callable[[int, int], None]:
    """Once a second at most: progress is for people."""
    told = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told >= TELL_EVERY_SECONDS:
            told = time.monotonic()
            _tell(db, import_id, state="checking", rows=total, rows_done=done)

    return tell


def _tell(db: Database, import_id: str, **values: Any) -> None:
    """Never over the word of who finished it."""
    with db.transaction() as session:
        session.execute(
            update(TableImport)
            .where(TableImport.id == import_id, TableImport.state.not_in(("done", "refused")))
            .values(**values)
        )
