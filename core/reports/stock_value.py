"""What the stock is worth now: on hand × cost (moving average) by warehouse, as `core.stock.reports` reckons it.

What is on its way between two warehouses is a place of its own. Pieces whose cost nobody knows are worth nothing
here and are told apart.
"""

from typing import Any

from core.reports.tables import Asked, Chart, Column, Report, Words
from core.stock.reports import value_by_warehouse


def rows(asked: Asked) -> list[dict[str, Any]]:
    return [
        {
            "warehouse": row.warehouse_code, "name": row.name, "pieces": row.pieces, "value": row.value,
            "pieces_without_cost": row.pieces_without_cost,
        }
        for row in value_by_warehouse(asked.session)
    ]  # fmt: skip


REPORT = Report(
    name="stock-value",
    title=Words("Giá trị tồn kho", "Stock value"),
    definition=Words(
        "Ngay lúc này: số tồn × giá vốn bình quân, theo kho. Hàng đang chuyển kho là một kho riêng. Hàng chưa có "
        "giá vốn để riêng, không có giá trị.",
        "Just now: on hand × moving-average cost, by warehouse. What is in transit is a place of its own. Pieces of"
        " unknown cost are told apart and are worth nothing.",
    ),
    columns=(
        Column("warehouse", "text", Words("Kho", "Warehouse")),
        Column("name", "text", Words("Tên", "Name")),
        Column("pieces", "count", Words("Số tồn", "Pieces"), sums=True),
        Column("value", "money", Words("Giá trị", "Value"), sums=True),
        Column("share", "percent", Words("Tỷ trọng", "Share"), share_of="value"),
        Column("pieces_without_cost", "count", Words("Chưa có giá vốn", "Pieces of unknown cost"), sums=True),
    ),
    roles=("manager", "accountant", "warehouse"),
    rows=rows,
    chart=Chart("name", "value"),
    dated=False,
)
