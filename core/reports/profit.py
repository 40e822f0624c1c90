"""Gross profit by day: what the goods brought before VAT, less what they had cost when they were sold.

What counts: `core.reports.sold`. The cost is the moving average at the moment of the order, kept on its line.
Pieces that came back whole cost nothing; damaged and missing ones do. Shipping is in neither side. What was given
back beyond the price of returned goods comes off the shipping fee first and then off the profit. Lines whose cost
nobody knew are told apart and are in no profit.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from core.orders.models import Order, OrderLine
from core.reports.periods import vietnam_day
from core.reports.sold import GIVEN_BACK, before_vat, came_back, sales_in, worth_of
from core.reports.tables import Asked, Chart, Column, Report, Words
from core.returns.models import Return

FIGURES = (
    Column("revenue", "money", Words("Doanh thu chưa thuế", "Sales before VAT"), sums=True),
    Column("cost", "money", Words("Giá vốn", "Cost"), sums=True),
)
RESULT = (
    Column("profit", "money", Words("Lãi gộp", "Gross profit"), sums=True),
    Column("margin", "percent", Words("Biên lãi", "Margin"), part_of=("profit", "revenue")),
    Column("without_cost", "money", Words("Chưa có giá vốn", "Cost unknown"), sums=True),
)
COUNTS = Words(
    "Tính theo ngày đặt; đơn đã hủy không tính. Doanh thu chưa thuế = tiền hàng sau giảm giá, trừ hàng trả, không "
    "gồm thuế GTGT và phí giao. Giá vốn là giá vốn bình quân lúc bán; hàng trả còn tốt không tính giá vốn, hàng "
    "hỏng hoặc mất vẫn tính. Hàng chưa có giá vốn để riêng, không tính vào lãi.",
    "By the day of the order; cancelled orders do not count. Sales before VAT = goods after discounts, less "
    "returned goods, without VAT and shipping. Cost is the moving average when the goods were sold; pieces that "
    "came back whole cost nothing, damaged and missing ones do. Goods of unknown cost are told apart and are in no "
    "profit.",
)


def rows(asked: Asked) -> list[dict[str, Any]]:
    day = vietnam_day(Order.placed_at).label("day")
    lines = {row.day: dict(row._mapping) for row in asked.session.execute(by_line(asked, day))}
    given = _given_otherwise(asked, day)
    found = []
    for each in asked.period.days:
        key = each.isoformat()
        figures: Mapping[str, Any] = lines.get(key, {"revenue": 0, "cost": 0, "without_cost": 0})
        other = given.get(key, 0)
        profit = int(figures["revenue"]) - int(figures["cost"]) - other
        found.append({**figures, "day": key, "other": other, "profit": profit})
    return found


def by_line(asked: Asked, *by: Any) -> Any:
    """Revenue, cost and what has no cost, of each line summed up by these."""
    back = came_back()
    brought = before_vat(OrderLine.amount - worth_of(func.coalesce(back.c.pieces, 0)))
    kept = OrderLine.quantity - func.coalesce(back.c.good, 0)
    known = OrderLine.unit_cost.is_not(None)
    return (
        select(
            *by,
            func.sum(case((known, brought), else_=0)).label("revenue"),
            func.sum(func.coalesce(OrderLine.unit_cost * kept, 0)).label("cost"),
            func.sum(case((known, 0), else_=brought)).label("without_cost"),
        )
        .select_from(OrderLine)
        .join(Order, Order.id == OrderLine.order_id)
        .outerjoin(back, back.c.order_line_id == OrderLine.id)
        .where(sales_in(asked.period))
        .group_by(*by)
    )


def _given_otherwise(asked: Asked, day: ColumnElement[str]) -> dict[str, int]:
    """By day: given back for no goods, less the shipping fee that it pays back; below zero where the shop kept some
    of the price of what came back."""
    back = came_back()
    goods = (
        select(OrderLine.order_id, func.sum(worth_of(back.c.pieces)).label("worth"))
        .join(back, back.c.order_line_id == OrderLine.id)
        .group_by(OrderLine.order_id)
        .subquery()
    )
    rest = GIVEN_BACK - func.coalesce(goods.c.worth, 0)
    fee = Order.shipping_fee
    touched = Order.id.in_(select(Return.order_id).where(Return.state == "settled"))
    statement = (
        select(day, func.sum(case((rest > fee, rest - fee), (rest < 0, rest), else_=0)).label("other"))
        .outerjoin(goods, goods.c.order_id == Order.id)
        .where(sales_in(asked.period), (Order.credited > 0) | touched)
        .group_by(day)
    )
    return {row.day: int(row.other) for row in asked.session.execute(statement)}


REPORT = Report(
    name="profit",
    title=Words("Lãi gộp theo ngày", "Profit by day"),
    definition=Words(
        f"{COUNTS.vi} Lãi gộp = doanh thu − giá vốn − tiền bớt khác.",
        f"{COUNTS.en} Gross profit = sales − cost − given otherwise.",
    ),
    columns=(
        Column("day", "date", Words("Ngày", "Day")),
        *FIGURES,
        Column("other", "money", Words("Bớt khác", "Given otherwise"), sums=True),
        *RESULT,
    ),
    roles=("manager",),
    rows=rows,
    chart=Chart("day", "profit"),
)
