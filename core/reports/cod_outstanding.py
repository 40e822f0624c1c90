"""What buyers who pay on delivery still owe on parcels that have left, now, by carrier and state of the order.

An order counts with what is due less what came in for it. What a carrier has collected counts as paid by the buyer;
what it has not yet paid out to the shop is not known here. Parcels that came back owe nothing.
"""

from typing import Any

from sqlalchemy import func, select

from core.orders.models import Order
from core.payments.recording import DUE, KEPT
from core.reports.periods import vietnam_day
from core.reports.tables import Asked, Chart, Column, Report, Words
from core.shipping.models import Shipment

STATES = {
    "shipped": Words("Đang giao", "On its way"),
    "failed": Words("Giao chưa được", "Delivery failed"),
    "delivered": Words("Đã giao, chưa ghi thu", "Delivered, not recorded"),
}
CARRIERS = {"": Words("Tự giao", "By the shop"), "ghn": Words("GHN", "GHN")}


def rows(asked: Asked) -> list[dict[str, Any]]:
    carrier = func.coalesce(_carrier(), "").label("carrier")
    orders = (
        select(
            carrier, Order.fulfilment_state.label("state"), (DUE - KEPT).label("left"),
            Order.placed_at.label("placed_at"),
        )
        .where(
            Order.payment_method == "cod",
            Order.payment_state != "paid",
            Order.fulfilment_state.in_(list(STATES)),
            Order.status.in_(("processing", "completed")),
            DUE > KEPT,
        )
        .subquery()
    )  # fmt: skip
    amount = func.sum(orders.c.left)
    found = asked.session.execute(
        select(
            orders.c.carrier, orders.c.state, func.count().label("orders"), amount.label("amount"),
            vietnam_day(func.min(orders.c.placed_at)).label("oldest"),
        )
        .group_by(orders.c.carrier, orders.c.state)
        .order_by(amount.desc(), orders.c.carrier, orders.c.state)
    )  # fmt: skip
    return [dict(row._mapping) for row in found]


def _carrier() -> Any:
    """Of the order's latest parcel."""
    return (
        select(Shipment.carrier)
        .where(Shipment.order_id == Order.id, Shipment.state.not_in(("cancelled", "refused")))
        .order_by(Shipment.id.desc())
        .limit(1)
        .scalar_subquery()
    )


REPORT = Report(
    name="cod-outstanding",
    title=Words("COD chưa thu", "COD outstanding"),
    definition=Words(
        "Ngay lúc này: đơn COD đã rời kho mà khách còn nợ (phải thu trừ đã thu), theo hãng vận chuyển. Tiền hãng đã"
        " thu của khách coi là đã thu; hãng đã chuyển cho shop hay chưa thì báo cáo này không biết. Đơn hoàn về "
        "không tính.",
        "Just now: what buyers still owe on COD orders that have left the shop (due less received), by carrier. "
        "What a carrier has collected counts as received; whether it has paid it out is not known here. Parcels "
        "that came back do not count.",
    ),
    columns=(
        Column("carrier", "text", Words("Hãng", "Carrier"), words=CARRIERS),
        Column("state", "text", Words("Tình trạng", "State"), words=STATES),
        Column("orders", "count", Words("Đơn", "Orders"), sums=True),
        Column("amount", "money", Words("Còn phải thu", "Outstanding"), sums=True),
        Column("oldest", "date", Words("Đơn cũ nhất", "Oldest order")),
    ),
    roles=("manager", "accountant"),
    rows=rows,
    chart=Chart("carrier", "amount"),
    dated=False,
)
