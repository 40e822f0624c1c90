"""An order as staff see it: with its parcel, its invoice, and what they should know before they pack it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.staff.cards import button, order_card, table_card
from core.clock import vietnam_time_text
from core.invoices.models import Invoice
from core.money import format_dong
from core.orders.models import Order
from core.orders.risk import deposit_due
from core.orders.watching import pack_by, suspected_duplicates
from core.returns.queries import returned_pieces
from core.shipping.models import Shipment
from core.shop import ShopProfile, shop_profile

_ASKED = {"confirm": "gọi xác nhận trước khi gói", "deposit": "cần cọc {due} trước khi gói",
          "prepay": "cần chuyển khoản đủ {due} trước khi gói"}  # fmt: skip
_RISK_STATES = {"open": "đang chờ", "met": "đã xong", "overridden": "quản lý cho qua"}


def order_with_cards(session: Session, order: Order) -> dict[str, Any]:
    shipment = session.scalar(
        select(Shipment)
        .where(Shipment.order_id == order.id, Shipment.state.not_in(("cancelled", "refused")))
        .order_by(Shipment.id.desc())
        .limit(1)
    )
    invoice = session.scalar(
        select(Invoice).where(Invoice.order_id == order.id).order_by(Invoice.id.desc()).limit(1)
    )
    card = order_card(order, shipment, invoice)
    card["lines"] += _came_back(session, order) + _warnings(session, order)
    card["buttons"] = [*_risk_steps(order), *card["buttons"]]
    return card


def _came_back(session: Session, order: Order) -> list[str]:
    pieces = returned_pieces(session, order.id)
    if not pieces:
        return []
    told = ", ".join(f"{count} × {sku}" for sku, count in pieces.items())
    credit = f" · giảm {format_dong(order.credited)}" if order.credited else ""
    return [f"Đã trả lại: {told}{credit}"]


def _warnings(session: Session, order: Order) -> list[str]:
    profile = shop_profile(session)
    lines = []
    if order.risk_level != "none":
        asked = _ASKED[order.risk_level].format(due=format_dong(deposit_due(order)))
        lines.append(
            f"⚠ Khách từng không nhận {order.risk_refused} đơn: {asked} ({_RISK_STATES[order.risk_state]})"
        )
    if order.fulfilment_state == "unpacked":
        twins = suspected_duplicates(session, order, within_hours=profile.duplicates_within_hours)
        if twins:
            told = ", ".join(f"{twin.code} ({twin.sales_channel})" for twin in twins)
            lines.append(f"⚠ Có thể trùng đơn: {told}")
    due = pack_by(order, profile)
    if due is not None:
        lines.append(f"Gói trước {vietnam_time_text(due)}")
    if order.tags:
        lines.append(f"Nhãn: {', '.join(order.tags)}")
    if order.note:
        lines.append(f"Ghi chú nội bộ: {order.note[:200]}")
    return lines


def _risk_steps(order: Order) -> list[dict[str, str]]:
    if order.risk_state != "open" or order.status == "cancelled":
        return []
    paid = [button("Đã nhận cọc", f"/paid {order.code}")] if order.risk_level == "deposit" else []
    called = [button("Đã gọi xác nhận", f"/confirm {order.code}")] if order.risk_level == "confirm" else []
    return [*called, *paid]


def overdue_card(orders: Sequence[Order], profile: ShopProfile, now: datetime) -> dict[str, Any]:
    """What should have been packed by now, longest first."""
    rows = []
    for order in orders:
        due = pack_by(order, profile)
        late = int((now - due).total_seconds() // 3600) if due is not None else 0
        rows.append([order.code, order.buyer_name, format_dong(order.total), f"{late} giờ"])
    return table_card("Quá hạn đóng gói", ["Mã", "Khách", "Tổng", "Trễ"], rows)
