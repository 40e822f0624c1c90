"""/reports: what there is to know, and each as JSON, CSV or picture."""

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from core.api.access import Authorization, Desk, DeskDep
from core.api.auth import require_key
from core.api.error_handlers import REFUSALS
from core.reports.making import make_report, reports_for
from core.reports.periods import DEFAULT_DAYS, MAX_DAYS
from core.reports.picture import as_png
from core.reports.tables import Column, Kind, Report, Table
from core.reports.writing import as_csv

SCOPE = "reports"
MAX_ROWS = 1_000
PERIOD = f"In Vietnam. By default the {DEFAULT_DAYS} days up to today; at most {MAX_DAYS} days."
router = APIRouter(prefix="/api/v1", tags=["reports"], responses=REFUSALS)
Format = Literal["json", "csv", "png"]
From = Annotated[date | None, Query(alias="from", description=f"First day, in it. {PERIOD}")]
To = Annotated[date | None, Query(alias="to", description="Last day, in it.")]


class WordsOut(BaseModel):
    vi: str
    en: str


class ColumnOut(BaseModel):
    key: str
    kind: Kind = Field(
        description="money is đồng, percent hundredths of a percent (1250 is 12.5 %), date a day in Vietnam."
    )
    title: WordsOut


class ReportOut(BaseModel):
    name: str
    title: WordsOut
    definition: WordsOut = Field(description="What counts, and how it is reckoned.")
    columns: list[ColumnOut]
    parameters: list[Literal["from", "to"]] = Field(description="Empty: it tells how things stand now.")


class ReportsOut(BaseModel):
    items: list[ReportOut]


class PeriodOut(BaseModel):
    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")


class TableOut(ReportOut):
    period: PeriodOut | None
    made_at: datetime
    rows: list[dict[str, str | int | None]] = Field(
        description=f"The first {MAX_ROWS:,}; as CSV all of them."
    )
    totals: dict[str, int | None] = Field(description="Over all rows, of the columns that add up.")
    left_off: int = Field(description="Rows that are not told here.")


@router.get("/reports")
def reports(desk: DeskDep, authorization: Authorization) -> ReportsOut:
    with desk.db.read_transaction() as session:
        actor = require_key(session, authorization, scope=SCOPE, write=False)
    return ReportsOut(
        items=[ReportOut(**_described(report, report.columns)) for report in reports_for(actor)]
    )


@router.get(
    "/reports/{name}",
    response_model=TableOut,
    responses={200: {"content": {"text/csv": {}, "image/png": {}}}},
)
def one_report(
    desk: DeskDep,
    name: str,
    authorization: Authorization,
    first: From = None,
    last: To = None,
    format: Annotated[Format, Query()] = "json",
    language: Annotated[Literal["vi", "en"], Query(description="Of CSV and picture.")] = "vi",
) -> TableOut | Response:
    """Figures of an order belong to the day on which it was placed, so that all reports of the same days add up to the
    same sum; each `definition` says what counts."""
    table = _make(desk, authorization, name, first, last)
    if format == "csv":
        headers = {"Content-Disposition": f'attachment; filename="{table.report.name}.csv"'}
        return Response(as_csv(table, language), media_type="text/csv; charset=utf-8", headers=headers)
    if format == "png":
        return Response(as_png(table, language), media_type="image/png")
    return TableOut(
        **_described(table.report, table.columns), made_at=table.made_at, rows=list(table.rows[:MAX_ROWS]),
        totals={key: cell for key, cell in table.totals.items() if not isinstance(cell, str)},
        period=PeriodOut(first=table.period.first, last=table.period.last) if table.period else None,
        left_off=max(len(table.rows) - MAX_ROWS, 0),
    )  # fmt: skip


def _make(desk: Desk, authorization: str | None, name: str, first: date | None, last: date | None) -> Table:
    with desk.db.read_transaction() as session:
        actor = require_key(session, authorization, scope=SCOPE, write=False)
        return make_report(session, name=name, actor=actor, now=desk.clock(), first=first, last=last)


def _described(report: Report, columns: tuple[Column, ...]) -> dict[str, object]:
    return {
        "name": report.name, "title": vars(report.title), "definition": vars(report.definition),
        "columns": [{"key": c.key, "kind": c.kind, "title": vars(c.title)} for c in columns],
        "parameters": ["from", "to"] if report.dated else [],
    }  # fmt: skip
