"""Sales by day. What counts: `core.reports.sold`. Days without orders are told with noughts."""

from typing import Any

from sqlalchemy import select

from core.orders.models import Order
from core.reports.periods import vietnam_day
from core.reports.sold import AMOUNTS, COUNTS, SUMS, sales_in
from core.reports.tables import Asked, Chart, Column, Report, Words

_NOTHING = dict.fromkeys((column.key for column in AMOUNTS), 0)


def rows(asked: Asked) -> list[dict[str, Any]]:
    day = vietnam_day(Order.placed_at).label("day")
    found = asked.session.execute(select(day, *SUMS).where(sales_in(asked.period)).group_by(day))
    by_day = {row.day: dict(row._mapping) for row in found}
    return [by_day.get(d.isoformat(), {"day": d.isoformat(), **_NOTHING}) for d in asked.period.days]


REPORT = Report(
    name="sales-by-day",
    title=Words("Doanh thu theo ngày", "Sales by day"),
    definition=COUNTS,
    columns=(Column("day", "date", Words("Ngày", "Day")), *AMOUNTS),
    roles=("manager", "accountant", "sales"),
    rows=rows,
    chart=Chart("day", "net"),
)
