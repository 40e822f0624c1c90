"""Sales by variant: pieces, what came back, and what is left of both. What counts: `core.reports.sold`.

Shipping fees and money given back for no goods belong to no product and are not shared out: they are in sales by
day.
"""

from typing import Any

from sqlalchemy import func, select

from core.orders.models import Order, OrderLine
from core.reports.sold import came_back, sales_in, worth_of
from core.reports.tables import Asked, Chart, Column, Report, Words


def rows(asked: Asked) -> list[dict[str, Any]]:
    back = came_back()
    pieces_back = func.coalesce(back.c.pieces, 0)
    goods, given_back = func.sum(OrderLine.amount), func.sum(worth_of(pieces_back))
    found = asked.session.execute(
        select(
            func.max(OrderLine.sku).label("sku"),
            func.max(OrderLine.name).label("name"),
            func.max(OrderLine.option_text).label("options"),
            func.sum(OrderLine.quantity).label("pieces"),
            func.sum(pieces_back).label("returned"),
            goods.label("goods"),
            given_back.label("given_back"),
            (goods - given_back).label("net"),
        )
        .join(Order, Order.id == OrderLine.order_id)
        .outerjoin(back, back.c.order_line_id == OrderLine.id)
        .where(sales_in(asked.period))
        .group_by(OrderLine.variant_id)
        .order_by((goods - given_back).desc(), func.max(OrderLine.sku))
    )
    return [dict(row._mapping) for row in found]


REPORT = Report(
    name="sales-by-product",
    title=Words("Doanh thu theo sản phẩm", "Sales by product"),
    definition=Words(
        "Tính theo ngày đặt (giờ Việt Nam); đơn đã hủy không tính. Tiền hàng đã trừ giảm giá, gồm thuế GTGT, không "
        "gồm phí giao. Hàng trả lại đã quyết toán trừ theo giá khách đã mua. Doanh thu = tiền hàng − hàng trả.",
        "By the day of the order (Vietnam's time); cancelled orders do not count. Goods are after discounts, VAT "
        "included, without shipping. Settled returns come off at the price that was paid. Net = goods − returned "
        "goods.",
    ),
    columns=(
        Column("sku", "text", Words("SKU", "SKU")),
        Column("name", "text", Words("Sản phẩm", "Product")),
        Column("options", "text", Words("Phân loại", "Options")),
        Column("pieces", "count", Words("Bán", "Sold"), sums=True),
        Column("returned", "count", Words("Trả", "Returned"), sums=True),
        Column("goods", "money", Words("Tiền hàng", "Goods"), sums=True),
        Column("given_back", "money", Words("Hàng trả", "Given back"), sums=True),
        Column("net", "money", Words("Doanh thu", "Net sales"), sums=True),
        Column("share", "percent", Words("Tỷ trọng", "Share"), share_of="net"),
    ),
    roles=("manager", "accountant", "sales", "warehouse"),
    rows=rows,
    chart=Chart("name", "net"),
)
