"""/imports and /exports: products, stock, customers and orders as CSV and XLSX."""

import csv
import io
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, UploadFile
from fastapi.responses import FileResponse, Response
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask

from core.actor import Actor
from core.api.access import Authorization, Cursor, DeskDep, IdempotencyKey, Limit, change, create, read
from core.api.error_handlers import REFUSALS
from core.api.paging import page_of
from core.api.schemas import Out, Page
from core.documents.models import hashed
from core.errors import AppError
from core.exchange.exporting import Format, export_table
from core.exchange.importing import get_import, list_imports, start_import
from core.exchange.kinds import KindName
from core.exchange.sheets import neutral

MAX_TABLE_BYTES = 50 * 1024 * 1024
router = APIRouter(prefix="/api/v1", tags=["imports and exports"], responses=REFUSALS)
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ProblemOut(Out):
    row: int = Field(description="As a spreadsheet counts: the header is row 1.")
    column: str
    problem: str


class ImportOut(Out):
    id: str
    kind: str
    filename: str
    size: int
    dry_run: bool
    change_existing: bool
    state: str = Field(
        description="waiting, checking, writing, then done; or refused, and nothing of it was written."
    )
    rows: int
    rows_done: int = Field(description="How many of `rows` are checked so far.")
    counts: dict[str, Any] = Field(description="What came in, or would come in by a dry run.")
    refusal: str
    problem_count: int
    created_at: datetime
    finished_at: datetime | None


class ChangeOut(Out):
    column: str
    old: str
    new: str


class EffectOut(Out):
    row: int
    sku: str
    effect: str = Field(description="added, changed or same.")
    changes: list[ChangeOut]


class ImportWhole(ImportOut):
    problems: list[ProblemOut] = Field(description="The first 1,000 of them.")
    effects: list[EffectOut] = Field(
        description="Of products: what each right row did, or would do; the first 1,000."
    )


class TooLarge(AppError):
    status = 413


@router.post("/imports/{kind}", status_code=202)
def add_import(
    desk: DeskDep,
    kind: KindName,
    file: Annotated[UploadFile, File(description="CSV (UTF-8, UTF-16, Windows-1258) or XLSX, 50 MB at most")],
    dry_run: Annotated[bool, Form(description="Only check: nothing is written")] = False,
    change_existing: Annotated[
        bool,
        Form(
            description="Of products: a SKU that the shop has is changed to what the row says; stock, options and "
            "empty cells change nothing. Else such a row is refused."
        ),
    ] = False,
    authorization: Authorization = None,
    once: IdempotencyKey = None,
) -> ImportOut:
    """Taken in at once and worked off beside: look at it by its id. All of it comes in, or nothing."""
    change(desk, authorization, kind, lambda _session, _actor: None)  # before a stranger's file is looked at
    content = file.file.read(MAX_TABLE_BYTES + 1)
    if len(content) > MAX_TABLE_BYTES:
        raise TooLarge("table_too_large", "A file has at most 50 MB. Cut it into several.")
    filename = (file.filename or "table").replace("\x00", "")

    def work(session: Session, actor: Actor) -> ImportOut:
        started = start_import(
            session,
            kind=kind,
            filename=filename,
            content=content,
            dry_run=dry_run,
            change_existing=change_existing,
            actor=actor,
            now=desk.clock(),
        )
        return ImportOut.model_validate(started)

    request: dict[str, Any] = {"sha256": hashed(content), "name": filename, "dry_run": dry_run}
    if change_existing:
        request["change_existing"] = True
    return create(desk, authorization, kind, once, request, ImportOut, work)


@router.get("/imports/{kind}")
def imports(
    desk: DeskDep, kind: KindName, authorization: Authorization, cursor: Cursor = None, limit: Limit = 50
) -> Page[ImportOut]:
    """Newest first."""

    def work(session: Session) -> Page[ImportOut]:
        rows = list_imports(session, kind, before=cursor, limit=limit + 1)
        return page_of(rows, limit, ImportOut.model_validate)

    return read(desk, authorization, kind, work)


@router.get("/imports/{kind}/{import_id}")
def one_import(desk: DeskDep, kind: KindName, import_id: str, authorization: Authorization) -> ImportWhole:
    """How far it is, and what is wrong with it."""
    return read(
        desk, authorization, kind, lambda s: ImportWhole.model_validate(get_import(s, kind, import_id))
    )


@router.get(
    "/imports/{kind}/{import_id}/problems",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
)
def import_problems(desk: DeskDep, kind: KindName, import_id: str, authorization: Authorization) -> Response:
    """The rows that are wrong, as CSV: row, column, problem."""
    problems = read(desk, authorization, kind, lambda s: get_import(s, kind, import_id).problems)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["row", "column", "problem"])
    writer.writerows([neutral(p[key]) for key in ("row", "column", "problem")] for p in problems)
    headers = {"Content-Disposition": f'attachment; filename="{kind}-problems.csv"'}
    return Response(text.getvalue().encode("utf-8-sig"), media_type=CONTENT_TYPES["csv"], headers=headers)


@router.get(
    "/exports/{kind}",
    response_class=FileResponse,
    responses={200: {"content": {"text/csv": {}, CONTENT_TYPES["xlsx"]: {}}}},
)
def export(
    desk: DeskDep,
    kind: KindName,
    authorization: Authorization,
    format: Annotated[Format, Query()] = "csv",
) -> FileResponse:
    """All of them, in the columns that the import takes."""
    with tempfile.NamedTemporaryFile(suffix=f".{format}", delete=False) as file:
        path = Path(file.name)
    try:
        read(desk, authorization, kind, lambda s: export_table(s, kind=kind, path=path, as_format=format))
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return FileResponse(
        path, media_type=CONTENT_TYPES[format], filename=f"{kind}.{format}",
        background=BackgroundTask(path.unlink, missing_ok=True),
    )  # fmt: skip
