"""Sales by the channel that the order came through. What counts: `core.reports.sold`."""

from typing import Any

from sqlalchemy import select

from core.orders.models import Order
from core.reports.sold import AMOUNTS, COUNTS, SUMS, sales_in
from core.reports.tables import Asked, Chart, Column, Report, Words

CHANNELS = {
    "chat": Words("Trò chuyện", "Chat"),
    "api": Words("API", "API"),
    "manual": Words("Nhân viên ghi", "Written down by staff"),
    "website": Words("Trang web", "Website"),
}


def rows(asked: Asked) -> list[dict[str, Any]]:
    found = asked.session.execute(
        select(Order.sales_channel.label("channel"), *SUMS)
        .where(sales_in(asked.period))
        .group_by(Order.sales_channel)
        .order_by(SUMS[-1].desc(), Order.sales_channel)
    )
    return [dict(row._mapping) for row in found]


REPORT = Report(
    name="sales-by-channel",
    title=Words("Doanh thu theo kênh bán", "Sales by channel"),
    definition=COUNTS,
    columns=(
        Column("channel", "text", Words("Kênh", "Channel"), words=CHANNELS),
        *AMOUNTS,
        Column("share", "percent", Words("Tỷ trọng", "Share"), share_of="net"),
    ),
    roles=("manager", "accountant", "sales"),
    rows=rows,
    chart=Chart("channel", "net"),
)
