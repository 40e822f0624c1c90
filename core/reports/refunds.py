"""Money sent back to buyers, by the day on which it was sent, and what was promised that day and is still to be sent.

Only refunds whose money has gone count as sent, by why: goods that came back, paid too much, goodwill. What went
over to an exchange order is no refund. Promised are those asked for on that day that wait for a yes or for the
transfer.
"""

from collections import Counter
from typing import Any

from sqlalchemy import case, func, select

from core.payments.models import Refund
from core.reports.periods import vietnam_day
from core.reports.tables import Asked, Chart, Column, Report, Words

OPEN = ("requested", "approved")
_FIGURES = ("refunds", "for_returns", "overpaid", "goodwill", "sent", "promised")


def rows(asked: Asked) -> list[dict[str, Any]]:
    by_day: dict[str, Counter[str]] = {day.isoformat(): Counter() for day in asked.period.days}
    for statement in (_sent(asked), _promised(asked)):
        for row in asked.session.execute(statement):
            figures = {name: int(value) for name, value in row._mapping.items() if name != "day"}
            by_day[row.day].update(figures)
    return [{"day": day, **{name: found[name] for name in _FIGURES}} for day, found in by_day.items()]


def _sent(asked: Asked) -> Any:
    day = vietnam_day(Refund.paid_at).label("day")

    def of(kind: str) -> Any:
        return func.sum(case((Refund.kind == kind, Refund.amount), else_=0))

    return (
        select(
            day,
            func.count().label("refunds"),
            of("return").label("for_returns"),
            of("overpaid").label("overpaid"),
            of("goodwill").label("goodwill"),
            func.sum(Refund.amount).label("sent"),
        )
        .where(Refund.state == "paid", asked.period.holds(Refund.paid_at))
        .group_by(day)
    )


def _promised(asked: Asked) -> Any:
    day = vietnam_day(Refund.requested_at).label("day")
    return (
        select(day, func.sum(Refund.amount).label("promised"))
        .where(Refund.state.in_(OPEN), asked.period.holds(Refund.requested_at))
        .group_by(day)
    )


REPORT = Report(
    name="refunds",
    title=Words("Hoàn tiền", "Refunds"),
    definition=Words(
        "Tiền đã chuyển trả khách, theo ngày chuyển và lý do. Phần chuyển sang đơn đổi hàng không phải hoàn tiền. "
        "Hứa trả = khoản yêu cầu ngày đó còn chờ duyệt hoặc chờ chuyển.",
        "Money sent back to buyers, by the day it was sent and why. What went over to an exchange is no refund. "
        "Promised = asked for on that day and still waiting for a yes or for the transfer.",
    ),
    columns=(
        Column("day", "date", Words("Ngày", "Day")),
        Column("refunds", "count", Words("Lần hoàn", "Refunds"), sums=True),
        Column("for_returns", "money", Words("Hàng trả", "For returns"), sums=True),
        Column("overpaid", "money", Words("Trả thừa", "Overpaid"), sums=True),
        Column("goodwill", "money", Words("Bớt cho khách", "Goodwill"), sums=True),
        Column("sent", "money", Words("Đã hoàn", "Sent back"), sums=True),
        Column("promised", "money", Words("Hứa trả", "Promised"), sums=True),
    ),
    roles=("manager", "accountant"),
    rows=rows,
    chart=Chart("day", "sent"),
)
