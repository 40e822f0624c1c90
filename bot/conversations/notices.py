"""What is told without being asked: to the customer once per happening, to staff as a card in their room."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.channels.outbox import change_cards, put_out
from bot.conversations.models import Conversation
from bot.conversations.money_notices import payment_text, return_text
from bot.conversations.writing import write_notice
from bot.replies.cards import order_card
from bot.replies.texts import say
from bot.staff import room
from bot.staff.cards import TICKET_TITLES, approval_card, task_card, ticket_card
from bot.staff.money_cards import refund_card, return_card, transfer_card
from bot.staff.order_cards import order_with_cards
from bot.staff.purchasing import purchase_card, received_text
from bot.staff.stock_cards import low_stock_notice
from bot.staff.tasks import task_words
from bot.staff.words import in_words
from core.approvals.models import Approval
from core.invoices.models import Invoice
from core.jobs.models import StaffTask
from core.jobs.worker import Run
from core.money import format_dong
from core.orders.models import Order
from core.orders.queries import get_order
from core.payments.bank_matching import get_transfer
from core.payments.models import Payment
from core.payments.refunds import get_refund
from core.purchasing.queries import get_purchase
from core.purchasing.receiving import Received, get_receipt
from core.returns.queries import get_return
from core.shipping.models import Shipment
from core.stock.models import LowStockLevel
from core.tickets.filing import list_tickets
from core.tickets.models import Ticket

_PARCEL_NOTICES = {
    "picked_up": "notice_picked_up",
    "delivering": "notice_delivering",
    "delivered": "notice_delivered",
    "delivery_failed": "notice_failed",
}


@dataclass(frozen=True)
class StaffChat:
    """The staff's group on a chat channel."""

    channel: str
    chat: str


def tell_customer(run: Run) -> None:
    """Job `notice.customer`: into the conversation where this customer wrote last."""
    payload = dict(run.payload)
    with run.db.transaction() as session:
        order = get_order(session, payload["order_id"])
        conversation = session.scalar(
            select(Conversation)
            .where(Conversation.customer_id == order.customer_id)
            .order_by(Conversation.last_message_at.desc())
            .limit(1)
        )
        if conversation is None:
            return
        text = _customer_text(session, order, payload, conversation.language)
        if text is None:
            return
        _write_once(session, conversation, f"{payload['event']}:{payload['key']}", text, order, run.now)


def tell_staff(run: Run, *, to: StaffChat | None = None) -> None:
    """Job `notice.staff`: into the desk's room, and on to the staff's group where there is one."""
    payload = dict(run.payload)
    with run.db.transaction() as session:
        if payload["event"] == "approval.decided":
            _change_its_cards(session, payload["approval_id"], run.now)
            to = None  # the group sees it on the card that asked
        notice = _STAFF[payload["event"]](session, payload)
        if notice is None:
            return
        text, cards = notice
        key = f"{payload['event']}:{payload['key']}"
        besides = payload.get("doer", "") if payload["event"] in _ANSWERED else ""
        room.post(session, author="system", text=text, cards=cards, key=key, now=run.now, besides=besides)
        if to is not None:
            put_out(
                session, channel=to.channel, recipient=to.chat, source=f"room:{key}", now=run.now,
                content={"text": text, "cards": cards},
            )  # fmt: skip


def _change_its_cards(session: Session, approval_id: str, now: datetime) -> None:
    card = approval_card(session.get_one(Approval, approval_id))
    change_cards(session, subject=card["subject"], card=card, now=now)


def _write_once(
    session: Session, conversation: Conversation, key: str, text: str, order: Order, now: datetime
) -> None:
    card = order_card(order, conversation.language)
    evidence = {"event": key, "order_id": order.id}
    write_notice(session, conversation, key=key, text=text, cards=(card,), evidence=evidence, now=now)


def _customer_text(session: Session, order: Order, payload: dict[str, Any], language: str) -> str | None:
    event = payload["event"]
    if event == "order.packed":
        return say(language, "notice_packed", code=order.code)
    if event == "order.cancelled":
        return say(language, "notice_cancelled", code=order.code)
    if event == "order.changed":
        return _changed_by_staff(order, payload, language)
    if event.startswith("return."):
        return return_text(session, order, payload, language)
    if event == "payment.recorded":
        return payment_text(session, order, session.get_one(Payment, payload["payment_id"]), language)
    if event == "invoice.coded":
        invoice = session.get_one(Invoice, payload["key"])
        return say(language, "notice_invoice", code=order.code, number=invoice.number)
    return _parcel_text(session, order, payload, language)


def _changed_by_staff(order: Order, payload: dict[str, Any], language: str) -> str | None:
    """A customer who did it in the chat was told there."""
    if payload["by"] == "customer":
        return None
    if payload.get("merged"):
        codes = ", ".join(payload["merged"])
        return say(language, "notice_merged", code=order.code, codes=codes, total=format_dong(order.total))
    if payload.get("split_to"):
        return say(language, "notice_split", code=order.code, other=payload["split_to"])
    return say(language, "notice_changed", code=order.code, total=format_dong(order.total))


def _parcel_text(session: Session, order: Order, payload: dict[str, Any], language: str) -> str | None:
    shipment = session.get_one(Shipment, payload["shipment_id"])
    carrier = shipment.carrier.upper()
    if payload["event"] == "shipment.booked":
        return say(
            language, "notice_booked", code=order.code, carrier=carrier, tracking_number=shipment.tracking_number,
            tracking_url=shipment.tracking_url,
        )  # fmt: skip
    key = _PARCEL_NOTICES.get(payload.get("state", ""))
    return say(language, key, code=order.code, carrier=carrier) if key else None


StaffNotice = tuple[str, list[dict[str, Any]]]
StaffNotices = Callable[[Session, dict[str, Any]], StaffNotice | None]


def _about_order(text: str) -> Callable[[Session, dict[str, Any]], StaffNotice]:
    def notice(session: Session, payload: dict[str, Any]) -> StaffNotice:
        order = get_order(session, payload["order_id"])
        return text.format(code=order.code, state=in_words("shipment_state", payload.get("state", ""))), [
            order_with_cards(session, order)
        ]

    return notice


def _about_payment(session: Session, payload: dict[str, Any]) -> StaffNotice:
    is_refund = session.get_one(Payment, payload["payment_id"]).kind == "refund"
    tell = _about_order("Đơn {code}: đã hoàn tiền cho khách" if is_refund else "Đơn {code}: đã ghi nhận tiền")
    return tell(session, payload)


def _about_approval(session: Session, payload: dict[str, Any]) -> StaffNotice:
    approval = session.get_one(Approval, payload["approval_id"])
    if payload["event"] == "approval.requested":
        return f"Cần duyệt {approval.code}", [approval_card(approval)]
    return f"{approval.code}: {in_words('approval_state', approval.state)} · {approval.decided_by_name}", []


def _about_handoff(session: Session, payload: dict[str, Any]) -> StaffNotice:
    conversation = session.get_one(Conversation, payload["conversation_id"])
    waiting = list_tickets(
        session, before=None, limit=1, kind="handoff", state="open", conversation_id=conversation.id
    )
    return TICKET_TITLES["handoff"], [ticket_card(ticket) for ticket in waiting]


def _about_ticket(session: Session, payload: dict[str, Any]) -> StaffNotice | None:
    """Of a handoff the conversation tells, each time that it is handed over."""
    ticket = session.get_one(Ticket, payload["ticket_id"])
    return None if ticket.kind == "handoff" else (TICKET_TITLES[ticket.kind], [ticket_card(ticket)])


def _about_return(session: Session, payload: dict[str, Any]) -> StaffNotice | None:
    """What a buyer asks for in the chat comes with a ticket already."""
    request = get_return(session, payload["return_id"])
    if payload["event"] == "return.requested" and payload["by"] == "customer":
        return None
    state = in_words("return_state", request.state)
    return f"{request.code}: {state}", [return_card(session, request)]


def _about_refund(session: Session, payload: dict[str, Any]) -> StaffNotice:
    refund = get_refund(session, payload["refund_id"])
    return f"{refund.code}: {in_words('refund_state', refund.state)}", [refund_card(session, refund)]


def _about_transfer(session: Session, payload: dict[str, Any]) -> StaffNotice:
    transfer = get_transfer(session, payload["transfer_id"])
    return f"{transfer.code}: {in_words('transfer_verdict', transfer.verdict)}", [transfer_card(transfer)]


def _about_task(session: Session, payload: dict[str, Any]) -> StaffNotice:
    task = session.get_one(StaffTask, payload["task_id"])
    return task_words(session, task)[0], [task_card(session, task)]


def _about_low_stock(session: Session, payload: dict[str, Any]) -> StaffNotice | None:
    """None when nobody watches that level any more."""
    level = session.get(LowStockLevel, payload["low_level_id"])
    return None if level is None else low_stock_notice(session, level)


def _about_purchase(session: Session, payload: dict[str, Any]) -> StaffNotice:
    order = get_purchase(session, payload["purchase_id"])
    if payload["event"] == "purchase.confirmed":
        return f"Đơn mua {order.code} đã xác nhận", [purchase_card(order)]
    receipt = get_receipt(session, payload["receipt_id"])
    return received_text(Received(receipt, order)), [purchase_card(order)]


_ANSWERED = frozenset({
    "order.placed", "order.changed", "order.cancelled", "order.completed", "payment.recorded", "approval.decided",
    "purchase.confirmed", "purchase.received", "return.requested", "return.received", "return.inspected",
    "return.settled", "refund.approved", "refund.rejected", "transfer.doubtful",
})  # fmt: skip
"""What a command's own answer shows with its card. Whatever else comes of it is told to everybody."""

_STAFF: dict[str, StaffNotices] = {
    "stock.low": _about_low_stock,
    "order.placed": _about_order("Đơn mới {code}"),
    "order.changed": _about_order("Đơn {code} đã được sửa"),
    "order.cancelled": _about_order("Đơn {code} đã hủy"),
    "order.filled": _about_order("Đơn {code} đã đủ hàng → đóng gói?"),
    "order.completed": _about_order("Đơn {code} hoàn tất"),
    "shipment.booked": _about_order("Đơn {code} đã có vận đơn"),
    "shipment.moved": _about_order("Đơn {code}: {state}"),
    "shipment.refused": _about_order("Đơn {code}: hãng vận chuyển từ chối"),
    "invoice.coded": _about_order("Hóa đơn của {code} đã có mã"),
    "invoice.refused": _about_order("Hóa đơn của {code} bị từ chối"),
    "payment.recorded": _about_payment,
    "approval.requested": _about_approval,
    "approval.decided": _about_approval,
    "conversation.handed_off": _about_handoff,
    "purchase.confirmed": _about_purchase,
    "purchase.received": _about_purchase,
    "staff_task.opened": _about_task,
    "ticket.opened": _about_ticket,
    "return.requested": _about_return,
    "return.came_back": _about_return,
    "return.received": _about_return,
    "return.inspected": _about_return,
    "return.settled": _about_return,
    "refund.approved": _about_refund,
    "refund.rejected": _about_refund,
    "transfer.doubtful": _about_transfer,
}
