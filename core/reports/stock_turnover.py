"""How fast each variant goes, over all warehouses, from the ledger.

Opening and closing are on hand at both ends of the period. Sold is what left with parcels less what came back,
whole or not. Received is what suppliers brought less what went back to them. Other is every further movement.
Turnover is sold ÷ the mean of opening and closing. Days left is closing ÷ what was sold a day, nothing where
nothing was sold.
"""

from typing import Any

from sqlalchemy import case, func, select

from core.catalogue.models import Product, Variant
from core.reports.tables import Asked, Chart, Column, Report, Words, hundredths
from core.stock.models import StockLevel, StockMovement


def rows(asked: Asked) -> list[dict[str, Any]]:
    moved = {row.variant_id: row for row in asked.session.execute(_moved(asked))}
    lying = (
        select(StockLevel.variant_id, func.sum(StockLevel.on_hand).label("pieces"))
        .group_by(StockLevel.variant_id)
        .subquery()
    )
    variants = asked.session.execute(
        select(Variant.id, Variant.sku, Product.name, Variant.cost, lying.c.pieces)
        .join(Product, Product.id == Variant.product_id)
        .outerjoin(lying, lying.c.variant_id == Variant.id)
    )
    days = len(asked.period.days)
    found = [_row(v, moved.get(v.id), days) for v in variants if v.pieces or v.id in moved]
    return sorted(found, key=lambda row: (-row["sold"], row["sku"]))


def _moved(asked: Asked) -> Any:
    quantity, kind = StockMovement.quantity, StockMovement.kind
    within = StockMovement.at < asked.period.ends_at
    sold = kind.in_(("shipment", "return"))

    def pieces(condition: Any, name: str) -> Any:
        return func.sum(case((condition, quantity), else_=0)).label(name)

    # Not the bare column: SQLite would read the whole ledger by it, rather than the period's part by its day.
    variant = func.coalesce(StockMovement.variant_id, "")
    return (
        select(
            variant.label("variant_id"),
            (-func.sum(case((within & sold, quantity), else_=0))).label("sold"),
            pieces(within & (kind == "receipt"), "received"),
            pieces(within & ~sold & (kind != "receipt"), "other"),
            pieces(~within, "after"),
        )
        .where(StockMovement.at >= asked.period.starts_at)
        .group_by(variant)
    )


def _row(variant: Any, moved: Any, days: int) -> dict[str, Any]:
    received, sold, other, after = (
        (int(moved.received), int(moved.sold), int(moved.other), int(moved.after)) if moved else (0, 0, 0, 0)
    )
    closing = int(variant.pieces or 0) - after
    opening = closing - received - other + sold
    return {
        "sku": variant.sku, "name": variant.name, "opening": opening, "received": received, "sold": sold,
        "other": other, "closing": closing, "value": None if variant.cost is None else closing * variant.cost,
        "turnover": hundredths(2 * sold, opening + closing),
        "days_left": closing * days // sold if sold > 0 else None,
    }  # fmt: skip


REPORT = Report(
    name="stock-turnover",
    title=Words("Vòng quay hàng tồn", "Stock turnover"),
    definition=Words(
        "Theo sổ kho, mọi kho cộng lại. Bán = hàng đã giao đi trừ hàng trả về. Nhập = hàng nhà cung cấp giao trừ "
        "hàng trả họ. Vòng quay = bán ÷ trung bình của tồn đầu và tồn cuối kỳ. Còn bán được = tồn cuối ÷ số bán mỗi"
        " ngày.",
        "From the ledger, over all warehouses. Sold = shipped less what came back. Received = brought by suppliers "
        "less what went back to them. Turnover = sold ÷ the mean of opening and closing. Days left = closing ÷ sold"
        " a day.",
    ),
    columns=(
        Column("sku", "text", Words("SKU", "SKU")),
        Column("name", "text", Words("Sản phẩm", "Product")),
        Column("opening", "count", Words("Tồn đầu", "Opening"), sums=True),
        Column("received", "count", Words("Nhập", "Received"), sums=True),
        Column("sold", "count", Words("Bán", "Sold"), sums=True),
        Column("other", "count", Words("Khác", "Other"), sums=True),
        Column("closing", "count", Words("Tồn cuối", "Closing"), sums=True),
        Column("value", "money", Words("Giá trị tồn cuối", "Closing value"), sums=True),
        Column("turnover", "percent", Words("Vòng quay", "Turnover")),
        Column("days_left", "count", Words("Còn bán được (ngày)", "Days left")),
    ),
    roles=("manager", "accountant", "warehouse"),
    rows=rows,
    chart=Chart("name", "sold"),
)
