"""Orders that were delivered in these days and have no e-invoice yet, oldest first.

By the day of delivery. None, asked for and refused count as missing; one that is being issued does not. Orders
whose whole price was given back, and parcels that came back, need none.
"""

from typing import Any

from sqlalchemy import select

from core.orders.models import Order
from core.payments.recording import DUE
from core.reports.periods import vietnam_day
from core.reports.sales_by_channel import CHANNELS
from core.reports.tables import Asked, Chart, Column, Report, Words

STATES = {
    "none": Words("Chưa xuất", "None"),
    "requested": Words("Khách cần", "Asked for"),
    "refused": Words("Bị từ chối", "Refused"),
}


def rows(asked: Asked) -> list[dict[str, Any]]:
    found = asked.session.execute(
        select(
            Order.code.label("order"),
            vietnam_day(Order.delivered_at).label("delivered"),
            Order.sales_channel.label("channel"),
            Order.invoice_state.label("state"),
            DUE.label("amount"),
        )
        .where(
            asked.period.holds(Order.delivered_at),
            Order.fulfilment_state == "delivered",
            Order.invoice_state.in_(list(STATES)),
            DUE > 0,
        )
        .order_by(Order.delivered_at, Order.id)
    )
    return [{**row._mapping, "orders": 1} for row in found]


REPORT = Report(
    name="not-invoiced",
    title=Words("Đã giao, chưa hóa đơn", "Delivered, not invoiced"),
    definition=Words(
        "Đơn đã giao (theo ngày giao) mà chưa có hóa đơn điện tử: chưa xuất, khách cần hoặc bị từ chối. Đơn đã trả "
        "hết tiền hoặc hoàn về thì không cần.",
        "Orders delivered in these days without an e-invoice: none, asked for, or refused. Orders whose whole price"
        " was given back, and parcels that came back, need none.",
    ),
    columns=(
        Column("order", "text", Words("Đơn", "Order")),
        Column("delivered", "date", Words("Ngày giao", "Delivered")),
        Column("channel", "text", Words("Kênh", "Channel"), words=CHANNELS),
        Column("state", "text", Words("Hóa đơn", "Invoice"), words=STATES),
        Column("orders", "count", Words("Số đơn", "Orders"), sums=True),
        Column("amount", "money", Words("Giá trị", "Amount"), sums=True),
    ),
    roles=("manager", "accountant"),
    rows=rows,
    chart=Chart("delivered", "amount"),
)
