"""Sales by whoever took the order: the assistant in the chat, a member of staff, or a key of the website or an app.

What counts: `core.reports.sold`. An order that a buyer said yes to in the chat is the assistant's; one that staff
wrote down is theirs; of orders from a file nobody knows. A split order stays with whoever took it, an exchange is
whose who settled it.
"""

from typing import Any

from sqlalchemy import func, select

from core.orders.models import Order
from core.reports.sold import AMOUNTS, COUNTS, SUMS, sales_in
from core.reports.tables import Asked, Chart, Column, Report, Words

KINDS = {
    "customer": Words("Trợ lý chat", "Assistant"),
    "staff": Words("Nhân viên", "Staff"),
    "api": Words("Khóa API", "API key"),
    "system": Words("Hệ thống", "System"),
    "": Words("Từ tệp", "From a file"),
}


def rows(asked: Asked) -> list[dict[str, Any]]:
    found = asked.session.execute(
        select(
            func.max(Order.placed_by_name).label("name"),
            Order.placed_by_kind.label("kind"),
            *SUMS,
        )
        .where(sales_in(asked.period))
        .group_by(Order.placed_by_kind, Order.placed_by)
        .order_by(SUMS[-1].desc(), Order.placed_by_kind, Order.placed_by)
    )
    return [{**row._mapping, "name": row.name or row.kind} for row in found]


REPORT = Report(
    name="sales-by-staff",
    title=Words("Doanh thu theo người nhận đơn", "Sales by staff"),
    definition=Words(
        f"{COUNTS.vi} Đơn khách chốt với trợ lý tính cho trợ lý, đơn nhân viên ghi tính cho người ghi.",
        f"{COUNTS.en} What a buyer agreed with the assistant is the assistant's; what staff wrote down is theirs.",
    ),
    columns=(
        Column("name", "text", Words("Ai nhận đơn", "Who"), words=KINDS),
        Column("kind", "text", Words("Loại", "Kind"), words=KINDS),
        *AMOUNTS,
        Column("share_of_orders", "percent", Words("Phần đơn", "Share of orders"), share_of="orders"),
        Column("share", "percent", Words("Phần doanh thu", "Share of sales"), share_of="net"),
    ),
    roles=("manager", "accountant"),
    rows=rows,
    chart=Chart("name", "net"),
)
