"""Cards of returns, refunds and bank transfers, with what may be done next."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from bot.staff.cards import button
from bot.staff.words import in_words
from core.money import format_dong
from core.orders.models import Order
from core.payments.models import BankTransfer, Refund
from core.returns.models import Return


def return_card(session: Session, request: Return) -> dict[str, Any]:
    order = session.get_one(Order, request.order_id)
    lines = [f"{order.code} · {order.buyer_name}"]
    for line in request.lines:
        instead = f" → {line.exchange_sku}" if line.exchange_sku else ""
        found = f": tốt {line.good}, hỏng {line.damaged}, thiếu {line.missing}" if _seen(line) else ""
        lines.append(f"{line.quantity} × {line.sku}{instead}{found}")
    lines += [part for part in (request.reason, request.decision_note) if part]
    lines.append(in_words("return_state", request.state))
    if request.state == "settled":
        lines.append(f"Giảm giá trị đơn: {format_dong(request.credit)}")
    title = "Hàng hoàn về" if request.origin == "parcel" else in_words("return_kind", request.kind)
    return {
        "type": "task", "title": f"{request.code} · {title}", "lines": lines,
        "buttons": _return_steps(request, order), "links": [],
    }  # fmt: skip


def refund_card(session: Session, refund: Refund) -> dict[str, Any]:
    order = session.get_one(Order, refund.order_id)
    lines = [f"{order.code} · {order.buyer_name}", in_words("refund_state", refund.state)]
    lines += [part for part in (refund.reason, refund.decision_note, refund.reference) if part]
    if refund.state == "approved":
        lines.append(f"Chuyển xong gõ: /refund {refund.code} MÃ_GIAO_DỊCH")
    return {
        "type": "task", "title": f"{refund.code} · Hoàn {format_dong(refund.amount)}", "lines": lines,
        "buttons": [button(f"Đơn {order.code}", f"/order {order.code}")], "links": [],
    }  # fmt: skip


def transfer_card(transfer: BankTransfer, used: Sequence[tuple[str, int]] = ()) -> dict[str, Any]:
    """`used`: the orders that it pays."""
    lines = [
        transfer.memo or "(không có nội dung)",
        in_words("transfer_verdict", transfer.verdict or transfer.state),
    ]
    lines += [
        f"{s['order']}: {format_dong(s['amount'])} ({in_words('suggestion', s['why'])})"
        for s in transfer.suggestions
    ]
    lines += [f"Ghi cho {code}: {format_dong(amount)}" for code, amount in used]
    if transfer.note:
        lines.append(transfer.note)
    if transfer.state == "matched":
        lines.append(f"Ghi nhầm đơn? Gõ: /bank {transfer.code} lấy lại LÝ DO")
    buttons = [
        button(f"Cho {s['order']}", f"/bank {transfer.code} {s['order']}") for s in transfer.suggestions
    ]
    parts = transfer.suggestions
    if len(parts) > 1 and sum(s["amount"] for s in parts) == transfer.amount:
        split = " ".join(f"{s['order']}={s['amount']}" for s in parts)
        buttons.insert(0, button("Chia cho các đơn", f"/bank {transfer.code} {split}"))
    buttons += [
        button("Trả lại khách", f"/bank {transfer.code} hoàn"),
        button("Không phải tiền hàng", f"/bank {transfer.code} bỏ"),
    ]
    return {
        "type": "task", "title": f"{transfer.code} · {format_dong(transfer.amount)}", "lines": lines,
        "buttons": buttons if transfer.state in ("new", "doubtful") else [], "links": [],
    }  # fmt: skip


def _seen(line: Any) -> bool:
    return bool(line.back or line.missing)


def _return_steps(request: Return, order: Order) -> list[dict[str, str]]:
    steps = {
        "requested": [("Đồng ý", "duyệt"), ("Từ chối", "từ chối")],
        "approved": [("Đã nhận hàng", "nhận")],
        "received": [("Tất cả còn tốt", "kiểm tốt")],
        "inspected": [("Xong, hoàn đủ", "xong")],
    }.get(request.state, [])
    if request.kind == "exchange" and request.state == "inspected":
        steps = [("Xong, lập đơn đổi", "xong"), ("Chỉ hoàn tiền", "xong hoàn")]
    return [
        *(button(label, f"/return {request.code} {words}") for label, words in steps),
        button(f"Đơn {order.code}", f"/order {order.code}"),
    ]
