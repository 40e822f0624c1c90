"""All reports by name, and making one of them."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from core.actor import Actor
from core.errors import NotFound
from core.reports import (
    assistant,
    cod_outstanding,
    not_invoiced,
    profit,
    profit_by_product,
    refunds,
    sales_by_channel,
    sales_by_day,
    sales_by_product,
    sales_by_staff,
    stock_turnover,
    stock_value,
)
from core.reports.periods import read_period
from core.reports.tables import Asked, Report, Table, fill

REPORTS: dict[str, Report] = {
    module.REPORT.name: module.REPORT
    for module in (
        sales_by_day, sales_by_channel, sales_by_product, sales_by_staff, profit, profit_by_product, stock_value,
        stock_turnover, cod_outstanding, refunds, not_invoiced, assistant,
    )
}  # fmt: skip


def get_report(name: str) -> Report:
    report = REPORTS.get(name)
    if report is None:
        raise NotFound(
            "report_not_found",
            f"There is no report {name[:40]}. There are: {', '.join(REPORTS)}.",
            {"name": name[:40], "reports": list(REPORTS)},
        )
    return report


def reports_for(actor: Actor) -> list[Report]:
    return [r for r in REPORTS.values() if actor.kind != "staff" or actor.role in (*r.roles, "owner")]


def make_report(
    session: Session,
    *,
    name: str,
    actor: Actor,
    now: datetime,
    first: date | None = None,
    last: date | None = None,
) -> Table:
    """By default the last thirty days. Raises `Invalid` period_invalid, `NotAllowed` for staff of another role."""
    report = get_report(name)
    actor.require_role(*report.roles, action=f"see the report {report.name}")
    period = read_period(first, last, now=now)
    found = report.rows(Asked(session, period, now))
    columns = report.columns_for(actor)
    return fill(report, columns, found, period=period if report.dated else None, made_at=now)
