"""What the assistant did: its share of the orders by day, and how often it lacked an answer.

Orders as in `core.reports.sold`; the assistant's are those that a buyer said yes to in the chat. Lacked is every
time somebody asked what the shop had never written.
"""

from typing import Any

from sqlalchemy import case, func, select

from core.knowledge.models import UnansweredAsking
from core.orders.models import Order
from core.reports.periods import vietnam_day
from core.reports.sold import sales_in
from core.reports.tables import Asked, Chart, Column, Report, Words


def rows(asked: Asked) -> list[dict[str, Any]]:
    day = vietnam_day(Order.placed_at).label("day")
    own = func.sum(case((Order.placed_by_kind == "customer", 1), else_=0)).label("own")
    orders = {
        row.day: (row.orders, row.own)
        for row in asked.session.execute(
            select(day, func.count().label("orders"), own).where(sales_in(asked.period)).group_by(day)
        )
    }
    asked_on = vietnam_day(UnansweredAsking.asked_at).label("day")
    lacked = {
        row.day: row.lacked
        for row in asked.session.execute(
            select(asked_on, func.count().label("lacked"))
            .where(asked.period.holds(UnansweredAsking.asked_at))
            .group_by(asked_on)
        )
    }
    found = []
    for each in asked.period.days:
        key = each.isoformat()
        total, by_assistant = orders.get(key, (0, 0))
        found.append(
            {"day": key, "orders": total, "by_assistant": by_assistant, "lacked": lacked.get(key, 0)}
        )
    return found


REPORT = Report(
    name="assistant",
    title=Words("Trợ lý chat", "The assistant"),
    definition=Words(
        "Đơn khách chốt với trợ lý trên tổng số đơn của ngày (đơn hủy không tính), và số lần khách hỏi điều shop "
        "chưa từng viết.",
        "Orders that buyers agreed with the assistant among all orders of the day (cancelled ones do not count), "
        "and how often somebody asked what the shop had never written.",
    ),
    columns=(
        Column("day", "date", Words("Ngày", "Day")),
        Column("orders", "count", Words("Đơn", "Orders"), sums=True),
        Column("by_assistant", "count", Words("Trợ lý chốt", "By the assistant"), sums=True),
        Column("share", "percent", Words("Tỷ lệ", "Share"), part_of=("by_assistant", "orders")),
        Column("lacked", "count", Words("Chưa trả lời được", "Answers lacked"), sums=True),
    ),
    roles=("manager", "sales"),
    rows=rows,
    chart=Chart("day", "by_assistant"),
)
