"""What a report is: a name, typed columns, whom it is for, and the SELECTs that fill it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from core.actor import Actor, Role
from core.reports.periods import Period

Kind = Literal["text", "date", "count", "money", "percent"]
"""Money is đồng; a percent is told in hundredths of it (1250 is 12.5 %); a date is `2026-11-24` in Vietnam."""
Language = Literal["vi", "en"]
Cell = str | int | None
SEES_MONEY: tuple[Role, ...] = ("owner", "manager", "accountant")


@dataclass(frozen=True)
class Words:
    vi: str
    en: str

    def of(self, language: Language) -> str:
        return self.vi if language == "vi" else self.en


@dataclass(frozen=True)
class Column:
    """`sums`: the total is the sum of the rows. `part_of` makes a percent of two other columns, `share_of` one of a
    column's total. `words` say a value as people do; a value without words stands as it is."""

    key: str
    kind: Kind
    title: Words
    sums: bool = False
    part_of: tuple[str, str] | None = None
    share_of: str | None = None
    words: Mapping[str, Words] = field(default_factory=dict)

    @property
    def needs(self) -> tuple[str, ...]:
        return self.part_of or ((self.share_of,) if self.share_of else ())


@dataclass(frozen=True)
class Chart:
    """Days make a line, names make bars, longest first."""

    label: str
    value: str


@dataclass(frozen=True)
class Asked:
    session: Session
    period: Period
    now: datetime


@dataclass(frozen=True)
class Report:
    """`definition` says what counts; `roles` may see it besides the owner. A report that is not `dated` tells how
    things stand now."""

    name: str
    title: Words
    definition: Words
    columns: tuple[Column, ...]
    roles: tuple[Role, ...]
    rows: Callable[[Asked], Sequence[Mapping[str, Any]]]
    chart: Chart
    dated: bool = True

    def columns_for(self, actor: Actor) -> tuple[Column, ...]:
        """Staff who do not see money get the rest of the table."""
        if actor.kind != "staff" or actor.role in SEES_MONEY:
            return self.columns
        money = {column.key for column in self.columns if column.kind == "money"}
        return tuple(c for c in self.columns if c.key not in money and not money & set(c.needs))


@dataclass(frozen=True)
class Table:
    """A report as it was made. `totals` has the columns that add up."""

    report: Report
    columns: tuple[Column, ...]
    rows: tuple[dict[str, Cell], ...]
    totals: dict[str, Cell]
    period: Period | None
    made_at: datetime


def fill(
    report: Report,
    columns: tuple[Column, ...],
    found: Sequence[Mapping[str, Any]],
    *,
    period: Period | None,
    made_at: datetime,
) -> Table:
    """Sums come as decimals from one database and as integers from the other: here they are all integers."""
    base = [column for column in report.columns if not column.needs]
    rows: list[dict[str, Cell]] = [{c.key: _cell(c, row[c.key]) for c in base} for row in found]
    totals: dict[str, Cell] = {c.key: sum(_number(row[c.key]) for row in rows) for c in base if c.sums}
    for row in [*rows, totals]:
        for column in report.columns:
            if column.part_of is not None:
                part, whole = column.part_of
                row[column.key] = hundredths(_number(row[part]), _number(row[whole]))
            elif column.share_of is not None:
                row[column.key] = hundredths(_number(row[column.share_of]), _number(totals[column.share_of]))
    shown = {column.key for column in columns}
    kept = tuple({key: value for key, value in row.items() if key in shown} for row in rows)
    return Table(report, columns, kept, {k: v for k, v in totals.items() if k in shown}, period, made_at)


def hundredths(part: int, whole: int) -> int | None:
    """Of a percent, half away from zero; None of nothing."""
    if not whole:
        return None
    sign = -1 if (part < 0) != (whole < 0) else 1
    part, whole = abs(part), abs(whole)
    return sign * ((20_000 * part + whole) // (2 * whole))


def _cell(column: Column, value: Any) -> Cell:
    if value is None or column.kind in ("text", "date"):
        return value  # type: ignore[no-any-return]
    return int(value)


def _number(cell: Cell) -> int:
    return cell if isinstance(cell, int) else 0
