"""Cards about stock in the staff's room."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.staff.cards import button
from core.catalogue.models import Product, Variant
from core.catalogue.queries import option_text
from core.money import format_dong
from core.stock.alerts import available_at
from core.stock.counts import difference_of
from core.stock.models import LowStockLevel, StockCount, Transfer, Warehouse
from core.stock.transfers import open_quantity


def low_stock_notice(session: Session, level: LowStockLevel) -> tuple[str, list[dict[str, Any]]]:
    """(text, cards): what is running out, and where."""
    variant, product = session.execute(
        select(Variant, Product)
        .join(Product, Product.id == Variant.product_id)
        .where(Variant.id == level.variant_id)
    ).one()
    options = option_text(variant.option_values)
    place = session.get(Warehouse, level.warehouse_id) if level.warehouse_id else None
    left = available_at(session, level.variant_id, level.warehouse_id)
    where = f"kho {place.code}" if place else "tất cả kho"
    card = {
        "type": "task",
        "title": f"Sắp hết hàng: {variant.sku}",
        "lines": [
            f"{product.name}{f' ({options})' if options else ''}",
            f"Còn bán {left} ở {where}, mức báo {level.level}",
        ],
        "buttons": [button("Xem tồn", f"/stock {variant.sku}")],
        "links": [],
    }
    return f"{variant.sku} sắp hết: còn {left}", [card]


def low_count(session: Session) -> int:
    """How many levels are reached just now."""
    return session.scalar(select(func.count()).select_from(LowStockLevel).where(LowStockLevel.told)) or 0


_TRANSFER_STATES = {"draft": "nháp", "sent": "đang chuyển", "closed": "xong", "cancelled": "đã hủy"}
_COUNT_STATES = {"open": "đang kiểm", "posted": "đã chốt", "cancelled": "đã hủy"}


def transfer_card(session: Session, transfer: Transfer) -> dict[str, Any]:
    source = session.get_one(Warehouse, transfer.source_id).code
    destination = session.get_one(Warehouse, transfer.destination_id).code
    lines = []
    for line in transfer.lines:
        parts = [f"{line.quantity} × {line.sku}"]
        if transfer.state in ("sent", "closed"):
            parts.append(f"nhận {line.received}/{line.quantity}")
        if line.missing:
            parts.append(f"thiếu {line.missing}")
        if line.extra:
            parts.append(f"thừa {line.extra}")
        if line.reason:
            parts.append(line.reason)
        lines.append(" · ".join(parts))
    buttons = []
    if transfer.state == "draft":
        buttons = [
            button("Gửi đi", f"/transfer send {transfer.code}"),
            button("Hủy phiếu", f"/transfer cancel {transfer.code}"),
        ]
    elif any(open_quantity(line) for line in transfer.lines) and transfer.state == "sent":
        buttons = [button("Nhận đủ", f"/transfer receive {transfer.code}")]
    return {
        "type": "task",
        "title": f"{transfer.code} · {source} → {destination} · {_TRANSFER_STATES[transfer.state]}",
        "lines": lines[:30],
        "buttons": buttons,
        "links": [],
    }


def count_card(session: Session, count: StockCount) -> dict[str, Any]:
    """How far it is, and what it comes to in pieces and đồng."""
    place = session.get_one(Warehouse, count.warehouse_id).code
    found = difference_of(session, count.id)
    lines = [
        f"Đã kiểm {found.counted}/{found.lines} mã",
        f"Thừa {found.pieces_over}, thiếu {found.pieces_short}, chênh lệch {format_dong(found.value)}",
    ]
    if found.without_cost:
        lines.append(f"{found.without_cost} mã chưa có giá vốn nên chưa tính tiền")
    buttons = []
    if count.state == "open":
        buttons = [
            button("Chốt kiểm kho", f"/count approve {count.code}"),
            button("Hủy phiếu", f"/count cancel {count.code}"),
        ]
    return {
        "type": "task",
        "title": f"{count.code} · kho {place} · {_COUNT_STATES[count.state]}",
        "lines": lines,
        "buttons": buttons,
        "links": [],
    }
