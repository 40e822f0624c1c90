"""What the reports about sales share: which orders count, what came back, what a line brought before VAT.

All figures of an order belong to the day on which it was placed, so that every report of the same days adds up to
the same sum. A sale is an order that was placed and not cancelled. What was taken off its price later (goods that
came back, goodwill) is taken off that day.
"""

from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, select

from core.catalogue.pricing import REDUCIBLE_RATES
from core.orders.models import Order, OrderLine
from core.payments.recording import DUE
from core.reports.periods import Period, midnight
from core.reports.tables import Column, Words
from core.returns.models import Return, ReturnLine

GOODS = Order.subtotal - Order.discount
GIVEN_BACK = Order.total - DUE
NET = DUE

AMOUNTS = (
    Column("orders", "count", Words("Đơn", "Orders"), sums=True),
    Column("goods", "money", Words("Tiền hàng", "Goods"), sums=True),
    Column("shipping", "money", Words("Phí giao", "Shipping"), sums=True),
    Column("given_back", "money", Words("Giảm, trả lại", "Given back"), sums=True),
    Column("net", "money", Words("Doanh thu", "Net sales"), sums=True),
)
SUMS = (
    func.count().label("orders"),
    func.sum(GOODS).label("goods"),
    func.sum(Order.shipping_fee).label("shipping"),
    func.sum(GIVEN_BACK).label("given_back"),
    func.sum(NET).label("net"),
)
COUNTS = Words(
    "Tính theo ngày đặt (giờ Việt Nam); đơn đã hủy không tính. Tiền hàng đã trừ giảm giá, gồm thuế GTGT. Hàng trả "
    "đã quyết toán và tiền bớt cho khách trừ vào ngày đặt của đơn. Doanh thu = tiền hàng + phí giao − giảm, trả "
    "lại.",
    "By the day of the order (Vietnam's time); cancelled orders do not count. Goods are after discounts, VAT "
    "included. Settled returns and goodwill come off the day on which the order was placed. Net sales = goods + "
    "shipping − given back.",
)


def sales_in(period: Period) -> ColumnElement[bool]:
    return and_(period.holds(Order.placed_at), Order.status != "cancelled")


def came_back() -> Subquery:
    """By order line: `pieces` that the buyer no longer pays for and `good` ones, of settled returns. A parcel that
    nobody took is not paid for even where pieces are missing."""
    unpaid = case(
        (Return.origin == "parcel", ReturnLine.good + ReturnLine.damaged + ReturnLine.missing),
        else_=ReturnLine.good + ReturnLine.damaged,
    )
    return (
        select(
            ReturnLine.order_line_id,
            func.sum(unpaid).label("pieces"),
            func.sum(ReturnLine.good).label("good"),
        )
        .join(Return, Return.id == ReturnLine.return_id)
        .where(Return.state == "settled")
        .group_by(ReturnLine.order_line_id)
        .subquery()
    )


def worth_of(back: ColumnElement[int]) -> ColumnElement[Any]:
    """What so many pieces of a line cost the buyer; divided first, so that no product leaves 64 bits."""
    discount = (OrderLine.discount // OrderLine.quantity) * back + (
        (OrderLine.discount % OrderLine.quantity) * back
    ) // OrderLine.quantity
    return OrderLine.unit_price * back - discount


def before_vat(amount: ColumnElement[Any]) -> ColumnElement[Any]:
    """As `core.money.split_vat`, by the line's class and the day of the order; half up, of no negative amount."""
    rate = _rate()
    return (amount * 200 + 100 + rate) // (2 * (100 + rate))


def _rate() -> ColumnElement[int]:
    """As `core.catalogue.pricing.vat_rate`; what is not subject to VAT holds none."""
    steps = [(Order.placed_at >= midnight(first), rate) for first, rate in reversed(REDUCIBLE_RATES)]
    reducible = case(*steps, else_=10)
    return case(
        (OrderLine.vat_class == "ten_reducible", reducible),
        (OrderLine.vat_class == "ten_excluded", 10),
        (OrderLine.vat_class == "five", 5),
        else_=0,
    )
