"""`/report`: what the shop's figures are, as text, table and picture; each role sees its own part."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from bot.staff.cards import button, table_card
from bot.staff.command import ALL, Command, Request, Said
from core.actor import Role
from core.catalogue.folding import fold
from core.clock import VIETNAM
from core.errors import Invalid, NotFound
from core.reports.making import REPORTS, make_report, reports_for
from core.reports.periods import MAX_DAYS
from core.reports.tables import SEES_MONEY, Column, Report, Table
from core.reports.writing import TOTAL, period_text, told

SHOWN = 60
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}))?")
_DAYS = re.compile(r"(\d{1,4})(?:\s*(?:ngày|ngay|days?))?$", re.IGNORECASE)
_NAMED_DAYS = {
    "hom nay": (0, 0), "today": (0, 0), "hom qua": (1, 1), "yesterday": (1, 1), "tuan nay": (6, 0),
    "this week": (6, 0),
}  # fmt: skip
_EXAMPLE = "/report doanh thu 7, /report profit 1/11 30/11"


def report(request: Request) -> Said:
    """Alone: which there are. A name, or words of its title, with days behind it: that one."""
    words, first, last = read_days(request.argument, request.now)
    if not words:
        return _listed(request)
    table = make_report(
        request.session,
        name=_named(request, words).name,
        actor=request.actor,
        now=request.now,
        first=first,
        last=last,
    )
    return said_of(table, request.actor.role)


def said_of(table: Table, role: Role | None) -> Said:
    """The totals as text; table, picture and file on a card, which only those read who may make the report."""
    title = f"{table.report.title.vi} · {period_text(table, 'vi')}"
    totals = [
        f"{c.title.vi}: {told(c, table.totals[c.key], 'vi')}"
        for c in table.columns
        if c.key in table.totals and not c.share_of
    ]
    roles = table.report.roles
    if role in SEES_MONEY:
        roles = tuple(r for r in roles if r in SEES_MONEY)
    return Said("\n".join([title, *totals]), [_card(table, title)], roles)


def read_days(text: str, now: datetime) -> tuple[str, date | None, date | None]:
    """(what is left of the words, first day, last day): `7`, `7 ngày`, `hôm nay`, `24/11`, `1/11 30/11`."""
    today = now.astimezone(VIETNAM).date()
    plain = " ".join(text.split())
    for named, (back, until) in _NAMED_DAYS.items():
        if fold(plain).endswith(named):
            kept = plain.split()[: -len(named.split())]
            return " ".join(kept), today - timedelta(days=back), today - timedelta(days=until)
    found = list(_DATE.finditer(plain))
    if found:
        days = [_day(match, today) for match in found[:2]]
        return _without_joints(plain[: found[0].start()]), days[0], days[-1]
    count = _DAYS.search(plain)
    if count is None:
        return plain, None, None
    if not 1 <= int(count.group(1)) <= MAX_DAYS:
        raise Invalid("period_invalid", f"A report covers 1 to {MAX_DAYS} days.", {"most_days": MAX_DAYS})
    return plain[: count.start()].strip(), today - timedelta(days=int(count.group(1)) - 1), today


def _without_joints(text: str) -> str:
    return re.sub(r"(?:\s*\b(?:từ|tu|from|ngày|ngay)\b)+\s*$", "", text, flags=re.IGNORECASE).strip()


def _day(match: re.Match[str], today: date) -> date:
    """Without a year the latest such day that is not to come."""
    year, month, day, day_first, month_then, year_last = match.groups()
    try:
        if year:
            return date(int(year), int(month), int(day))
        if year_last:
            return date(int(year_last), int(month_then), int(day_first))
        this_year = date(today.year, int(month_then), int(day_first))
        return this_year if this_year <= today else this_year.replace(year=today.year - 1)
    except ValueError:
        raise Invalid("argument_missing", f"{match.group()} is no day.", {"example": _EXAMPLE}) from None


def _named(request: Request, words: str) -> Report:
    """By its name, else the first of the reader's own whose title has these words, else any one."""
    if words in REPORTS:
        return REPORTS[words]
    wanted = fold(words)
    for report in (*reports_for(request.actor), *REPORTS.values()):
        if wanted in fold(f"{report.title.vi} | {report.title.en} | {report.name}"):
            return report
    raise NotFound("report_not_found", f"There is no report {words[:40]}.", {"name": words[:40]})


def _listed(request: Request) -> Said:
    own = reports_for(request.actor)
    card = table_card("Báo cáo", ["Tên", "Báo cáo"], [[r.name, r.title.vi] for r in own])
    card["buttons"] = [button(r.title.vi, f"/report {r.name}") for r in own]
    return Said(f"Ví dụ: {_EXAMPLE}", [card])


def _card(table: Table, title: str) -> dict[str, Any]:
    columns = table.columns
    rows = [_told_row(columns, row) for row in table.rows[:SHOWN]]
    if table.totals:
        total = [told(c, table.totals[c.key], "vi") if c.key in table.totals else "" for c in columns]
        rows.append([TOTAL["vi"], *total[1:]])
    card = table_card(title, [column.title.vi for column in columns], rows)
    left_off = len(table.rows) - SHOWN
    more = [f"Còn {left_off} dòng nữa: mở tệp CSV."] if left_off > 0 else []
    card["lines"] = [table.report.definition.vi, *more]
    card["image"] = {"url": _file(table, "png"), "alt": title}
    card["links"] = [{"label": "CSV", "url": _file(table, "csv")}]
    return card


def _told_row(columns: tuple[Column, ...], row: dict[str, Any]) -> list[str]:
    return [told(column, row[column.key], "vi") for column in columns]


def _file(table: Table, kind: str) -> str:
    days = {"from": table.period.first, "to": table.period.last} if table.period else {}
    query = f"?{urlencode(days)}" if days else ""
    return f"/api/desk/reports/{table.report.name}.{kind}{query}"


COMMANDS: tuple[Command, ...] = (
    Command("/report", "/report [tên] [số ngày | từ đến]", "Báo cáo, kèm bảng và hình", ALL, report),
)
