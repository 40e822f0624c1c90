"""Days as the shop counts them: from midnight to midnight in Vietnam, both ends within."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from core.clock import VIETNAM
from core.errors import Invalid

MAX_DAYS = 366
DEFAULT_DAYS = 30
_FIRST = date(2000, 1, 1)


@dataclass(frozen=True)
class Period:
    first: date
    last: date

    @property
    def starts_at(self) -> datetime:
        return midnight(self.first)

    @property
    def ends_at(self) -> datetime:
        """The first moment that is no longer in it."""
        return midnight(self.last + timedelta(days=1))

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def holds(self, moment: Any) -> ColumnElement[bool]:
        """For the WHERE of a column of moments."""
        return and_(moment >= self.starts_at, moment < self.ends_at)


def read_period(first: date | None, last: date | None, *, now: datetime) -> Period:
    """Without `last` up to today, without `first` the thirty days up to `last`. Raises `Invalid` period_invalid."""
    today = now.astimezone(VIETNAM).date()
    to = last or (max(today, first) if first else today)
    start = first or max(to - timedelta(days=DEFAULT_DAYS - 1), _FIRST)
    end = today + timedelta(days=MAX_DAYS)
    if not _FIRST <= start <= to <= end:
        raise _refusal(
            "`from` must not be after `to`, and both must be between 2000 and next year", start, to
        )
    if (to - start).days >= MAX_DAYS:
        raise _refusal(f"A report covers at most {MAX_DAYS} days", start, to)
    return Period(start, to)


class vietnam_day(FunctionElement[str]):
    """The day of a moment in Vietnam, as `2026-11-24`."""

    inherit_cache = True
    type = String()


@compiles(vietnam_day, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    # Stored as UTC without a zone; Vietnam has been seven hours ahead since 1975, without summer time.
    return f"date({compiler.process(element.clauses, **options)}, '+7 hours')"


@compiles(vietnam_day, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    return f"to_char(timezone('Asia/Ho_Chi_Minh', {moment}), 'YYYY-MM-DD')"


def midnight(day: date) -> datetime:
    """At which a day begins in Vietnam."""
    return datetime.combine(day, time(), VIETNAM).astimezone(UTC)


def _refusal(what: str, start: date, to: date) -> Invalid:
    return Invalid(
        "period_invalid",
        f"{what}: {start.isoformat()} to {to.isoformat()} is not such a period.",
        {"from": start.isoformat(), "to": to.isoformat(), "most_days": MAX_DAYS},
    )
