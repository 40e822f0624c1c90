"""Gross profit by variant, reckoned as in `core.reports.profit`; what was given back for no goods belongs to none."""

from typing import Any

from sqlalchemy import select

from core.catalogue.models import Product, Variant
from core.orders.models import OrderLine
from core.reports.profit import COUNTS, FIGURES, RESULT, by_line
from core.reports.tables import Asked, Chart, Column, Report, Words


def rows(asked: Asked) -> list[dict[str, Any]]:
    sums = by_line(asked, OrderLine.variant_id).subquery()
    profit = (sums.c.revenue - sums.c.cost).label("profit")
    found = asked.session.execute(
        select(Variant.sku, Product.name, sums.c.revenue, sums.c.cost, profit, sums.c.without_cost)
        .join(Variant, Variant.id == sums.c.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .order_by(profit.desc(), Variant.sku)
    )
    return [dict(row._mapping) for row in found]


REPORT = Report(
    name="profit-by-product",
    title=Words("Lãi gộp theo sản phẩm", "Profit by product"),
    definition=Words(
        f"{COUNTS.vi} Lãi gộp = doanh thu − giá vốn.", f"{COUNTS.en} Gross profit = sales − cost."
    ),
    columns=(
        Column("sku", "text", Words("SKU", "SKU")),
        Column("name", "text", Words("Sản phẩm", "Product")),
        *FIGURES,
        *RESULT,
    ),
    roles=("manager",),
    rows=rows,
    chart=Chart("name", "profit"),
)
