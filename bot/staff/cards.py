"""Cards of the staff's room: title, lines, buttons that post a command, links."""

from typing import Any

from sqlalchemy.orm import Session

from bot.staff.tasks import task_words
from bot.staff.words import in_words, reason_words
from core.approvals.models import Approval
from core.customers.phones import local_phone
from core.invoices.models import Invoice
from core.jobs.models import StaffTask
from core.money import format_dong
from core.orders.models import Order
from core.shipping.models import Shipment
from core.tickets.models import Ticket


def button(label: str, command: str) -> dict[str, str]:
    return {"label": label, "command": command}


def order_card(
    order: Order, shipment: Shipment | None = None, invoice: Invoice | None = None
) -> dict[str, Any]:
    """The order with what may be done next."""
    lines = [f"{x.quantity} × {x.name}{f' ({x.option_text})' if x.option_text else ''}: {format_dong(x.amount)}"
             for x in order.lines]  # fmt: skip
    lines += [
        f"Phí giao: {format_dong(order.shipping_fee)} · Tổng: {format_dong(order.total)}",
        f"{order.buyer_name} · {local_phone(order.phone)}",
        order.address_text,
        " · ".join(_states(order)),
    ]
    links = []
    if shipment is not None:
        state = in_words("shipment_state", shipment.state)
        lines.append(f"{shipment.carrier.upper()} {shipment.tracking_number or '…'}: {state}")
        if shipment.label_document_id:
            links.append({"label": "Nhãn PDF", "url": f"/api/desk/documents/{shipment.label_document_id}"})
    if invoice is not None:
        if invoice.number:
            state = in_words("invoice_state", invoice.state)
            lines.append(f"Hóa đơn {invoice.series} {invoice.number}: {state}")
        if invoice.pdf_document_id:
            links.append({"label": "Hóa đơn PDF", "url": f"/api/desk/documents/{invoice.pdf_document_id}"})
    return {
        "type": "order",
        "title": f"{order.code} · {format_dong(order.total)}",
        "lines": lines,
        "buttons": next_steps(order, shipment, invoice),
        "links": links,
    }


def _states(order: Order) -> list[str]:
    kinds = ("payment_method", "payment_state", "status", "fulfilment_state", "invoice_state")
    return list(dict.fromkeys(in_words(kind, getattr(order, kind)) for kind in kinds))


def next_steps(order: Order, shipment: Shipment | None, invoice: Invoice | None) -> list[dict[str, str]]:
    steps = []
    if (
        order.payment_method == "bank_transfer"
        and order.payment_state != "paid"
        and order.status != "cancelled"
    ):
        steps.append(button("Đã nhận tiền", f"/paid {order.code}"))
    if order.status in ("new", "processing") and order.fulfilment_state == "unpacked":
        steps.append(button("Đóng gói", f"/pack {order.code}"))
    if order.fulfilment_state == "packed" and shipment is None:
        steps.append(button("Gửi GHN", f"/ship {order.code}"))
    if order.fulfilment_state in ("shipped", "delivered") and order.invoice_state in (
        "none",
        "requested",
        "refused",
    ):
        steps.append(button("Xuất hóa đơn", f"/invoice {order.code}"))
    if (
        order.status in ("new", "processing")
        and order.fulfilment_state in ("unpacked", "packed")
        and not shipment
    ):
        steps.append(button("Hủy", f"/cancel {order.code}"))
    return steps


def approval_card(approval: Approval) -> dict[str, Any]:
    waiting = approval.state == "pending"
    roles = ", ".join(in_words("role", role) for role in ("owner", *approval.roles))
    lines = [_question(approval), f"Ai được duyệt: {roles}"]
    if not waiting:
        lines.append(f"{in_words('approval_state', approval.state)} · {approval.decided_by_name}")
    return {
        "type": "approval",
        "subject": f"approval:{approval.code}",
        "title": f"{approval.code} · {in_words('approval_kind', approval.kind)}",
        "lines": lines,
        "buttons": [
            button("Duyệt", f"/approve {approval.code}"),
            button("Từ chối", f"/reject {approval.code}"),
        ]
        if waiting
        else [],
        "links": [],
    }


def _question(approval: Approval) -> str:
    """What is asked, of the facts; a kind that is not known here as it was asked."""
    code, amount = approval.subject_code, format_dong(approval.amount)
    if approval.kind == "order_over_amount":
        return f"Đơn {code} trị giá {amount}. Nhận đơn này không?"
    if approval.kind == "discount_over_limit":
        percent = approval.payload.get("discount_percent", 0)
        return f"Đơn {code} ({amount}) được giảm {percent}%. Chấp nhận không?"
    if approval.kind == "cancel_after_packing":
        reason = approval.payload.get("reason") or "không nêu"
        return f"Đơn {code} ({amount}) đã đóng gói. Hủy đơn không? Lý do: {reason}"
    if approval.kind == "refund":
        reason = approval.payload.get("reason") or "không nêu"
        return f"Hoàn {amount} của đơn {approval.payload.get('order', '')} không? Lý do: {reason}"
    if approval.kind == "purchase_over_amount":
        return f"Đơn mua {code} trị giá {amount}. Xác nhận đặt hàng không?"
    return approval.question


def task_card(session: Session, task: StaffTask) -> dict[str, Any]:
    title, lines = task_words(session, task)
    return {
        "type": "task",
        "title": title,
        "lines": lines,
        "buttons": [
            *(
                [button("Nhận khách", f"/take {task.subject_id}")]
                if task.subject_kind == "conversation"
                else []
            ),
            button("Xong", f"/done {task.id}"),
        ],
        "links": [],
    }


TICKET_TITLES = {
    "handoff": "Khách cần người hỗ trợ",
    "complaint": "Khách phàn nàn",
    "return": "Khách muốn trả hàng",
    "exchange": "Khách muốn đổi hàng",
    "question": "Câu hỏi chưa có trả lời",
    "payment": "Khách báo đã chuyển khoản",
    "refund": "Cần hoàn tiền",
    "order_change": "Khách muốn đổi đơn",
    "invoice": "Hóa đơn cần xem lại",
}


def ticket_card(ticket: Ticket) -> dict[str, Any]:
    """What the customer wants in their words, with what may be done next."""
    about = " · ".join(part for part in (ticket.order_code, ", ".join(ticket.skus)) if part)
    known = [_fact(name, value) for name, value in ticket.details.items() if value not in ("", None, [], {})]
    buttons = []
    if ticket.conversation_id:
        buttons.append(button("Nhận", f"/take {ticket.conversation_id}"))
    if ticket.order_code:
        buttons.append(button(f"Đơn {ticket.order_code}", f"/order {ticket.order_code}"))
    if ticket.kind == "payment":
        buttons.append(button("Đã nhận tiền", f"/paid {ticket.order_code}"))
    if ticket.state == "open":
        buttons.append(button("Xong", f"/close {ticket.code}"))
    return {
        "type": "task",
        "title": f"{ticket.code} · {TICKET_TITLES.get(ticket.kind, ticket.kind)}",
        "lines": [line for line in (about, ticket.summary, *known) if line],
        "buttons": buttons,
        "links": [],
    }


def _fact(name: str, value: Any) -> str:
    """One detail of a ticket. Amounts are whole đồng; a list or a mapping names goods."""
    if name in ("watch", "question_id"):
        return ""
    if name in ("amount", "received", "outstanding"):
        told = format_dong(int(value))
    elif isinstance(value, dict):
        told = ", ".join(f"{quantity} × {sku}" for sku, quantity in value.items())
    elif name == "method":
        told = in_words("payment_method", str(value))
    else:
        told = reason_words(str(value)) if name == "reason" else str(value)
    return f"{in_words('detail', name)}: {told}"


def table_card(title: str, columns: list[str], rows: list[list[str]]) -> dict[str, Any]:
    return {
        "type": "table", "title": title, "lines": [], "buttons": [], "links": [],
        "table": {"columns": columns, "rows": rows},
    }  # fmt: skip
