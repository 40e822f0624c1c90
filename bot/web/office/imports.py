"""Products from CSV or XLSX: first a dry run that names every wrong row, then the same file for good."""

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

from starlette.background import BackgroundTask
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette_admin.flash import flash
from starlette_admin.routing import route
from starlette_admin.views import CustomView

from bot.web.office.base import REFUSED, Deed, actor_of, as_refusal, do, read
from bot.web.office.door import MONEY
from bot.web.office.fields import typed
from bot.web.office.import_words import problem_words
from bot.web.office.words import _, refusal_text
from core.api.exchange import CONTENT_TYPES, MAX_TABLE_BYTES
from core.errors import AppError, Invalid
from core.exchange.exporting import export_table
from core.exchange.importing import get_import, list_imports, start_checked, start_import
from core.exchange.models import TableImport
from core.exchange.sheets import neutral
from core.ids import new_id

SHOWN_PROBLEMS = 200
SHOWN_EFFECTS = 200


class Imports(CustomView):
    menu_label = _("Imports")
    icon = "fa fa-file-import"
    path = "/imports"
    route_name = "imports"

    def is_accessible(self, request: Request) -> bool:
        return actor_of(request).role in MONEY

    def is_active(self, request: Request) -> bool:
        return str(request.scope["path"]).startswith(request.scope["root_path"] + self.path)

    @route("")
    async def index(self, request: Request) -> Response:
        rows = await read(request, lambda s: list_imports(s, "products", before=None, limit=30))
        return self._page(request, "office/imports.html", {"rows": rows, "number": new_id()})

    @route("/upload", methods=["POST"])
    async def upload(self, request: Request) -> Response:
        async with request.form() as form:
            file, number = form.get("file"), typed(form, "number")
            if not isinstance(file, UploadFile) or not file.filename:
                return self._back(
                    request, Invalid("import_file_missing", "Choose a CSV or Excel file first.", {})
                )
            change = bool(typed(form, "change_existing"))
            filename, content = file.filename.replace("\x00", ""), await file.read(MAX_TABLE_BYTES + 1)
        if len(content) > MAX_TABLE_BYTES:
            return self._back(
                request, Invalid("table_too_large", "A file has at most 50 MB. Cut it into several.", {})
            )

        def work(deed: Deed) -> str:
            return start_import(
                deed.session, kind="products", filename=filename, content=content, dry_run=True, actor=deed.actor,
                now=deed.now, form_id=number, change_existing=change,
            ).id  # fmt: skip

        return await self._started(request, work)

    @route("/run/{import_id}")
    async def one(self, request: Request) -> Response:
        row = await self._row(request)
        problems = [{**p, "problem": problem_words(p["problem"])} for p in _by_row(row)[:SHOWN_PROBLEMS]]
        waiting = row.dry_run and row.state == "done" and await read(request, lambda s: _has_file(s, row.id))
        context = {
            "row": row, "problems": problems, "running": row.finished_at is None, "may_bring_in": waiting,
            "percent": 100 * row.rows_done // row.rows if row.rows else 0,
            "refusal": problem_words(row.refusal), "effects": row.effects[:SHOWN_EFFECTS],
            "more_effects": max(0, len(row.effects) - SHOWN_EFFECTS),
        }  # fmt: skip
        return self._page(request, "office/import.html", context)

    @route("/run/{import_id}/confirm", methods=["POST"])
    async def confirm(self, request: Request) -> Response:
        import_id = request.path_params["import_id"]

        def work(deed: Deed) -> str:
            return start_checked(
                deed.session, kind="products", import_id=import_id, actor=deed.actor, now=deed.now
            ).id

        return await self._started(request, work)

    @route("/run/{import_id}/problems.csv")
    async def problems(self, request: Request) -> Response:
        row = await self._row(request)
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow([str(_("Row")), str(_("Column")), str(_("Problem"))])
        writer.writerows(
            [p["row"], neutral(p["column"]), neutral(problem_words(p["problem"]))] for p in _by_row(row)
        )
        headers = {"Content-Disposition": 'attachment; filename="products-problems.csv"'}
        return Response(text.getvalue().encode("utf-8-sig"), media_type=CONTENT_TYPES["csv"], headers=headers)

    @route("/products.xlsx")
    async def table(self, request: Request) -> Response:
        """All products in the columns that the import takes: change it and send it back."""
        with tempfile.NamedTemporaryFile(suffix=".xlsx", delete=False) as file:
            path = Path(file.name)
        try:
            await read(request, lambda s: export_table(s, kind="products", path=path, as_format="xlsx"))
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return FileResponse(
            path, media_type=CONTENT_TYPES["xlsx"], filename="products.xlsx",
            background=BackgroundTask(path.unlink, missing_ok=True),
        )  # fmt: skip

    async def _row(self, request: Request) -> TableImport:
        return await read(request, lambda s: get_import(s, "products", request.path_params["import_id"]))

    async def _started(self, request: Request, work: Any) -> Response:
        try:
            started = await do(request, work)
        except REFUSED as error:
            return self._back(request, as_refusal(error))
        return RedirectResponse(request.url_for("admin:one", import_id=started), status_code=303)

    def _back(self, request: Request, refusal: AppError) -> Response:
        flash(request, refusal_text(refusal), "error")
        return RedirectResponse(request.url_for("admin:imports"), status_code=303)

    def _page(self, request: Request, name: str, context: dict[str, Any]) -> Response:
        if self._admin is None:
            raise HTTPException(404)
        return self._admin._template_response(request, name, {"title": self.title(request), **context})


def _by_row(row: TableImport) -> list[dict[str, Any]]:
    return sorted(row.problems, key=lambda problem: int(problem["row"]))


def _has_file(session: Any, import_id: str) -> bool:
    row = session.get(TableImport, import_id)
    return row is not None and row.content is not None
