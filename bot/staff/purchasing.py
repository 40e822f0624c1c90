"""/po and /receive: buying and goods coming in, as staff type it."""

import re
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.replies.days import day_text
from bot.staff.cards import button, table_card
from bot.staff.words import in_words
from core.actor import Actor
from core.errors import Invalid
from core.money import format_dong
from core.purchasing.models import PurchaseOrder
from core.purchasing.ordering import (
    Wanted,
    cancel_purchase,
    confirm_purchase,
    draft_purchase,
    move_expected_day,
    today,
)
from core.purchasing.queries import PurchaseFilter, get_purchase, list_purchases
from core.purchasing.receiving import Arrived, Received, receive_purchase
from core.purchasing.shortage import draft_from_shortage

Answer = tuple[str, list[dict[str, Any]]]
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?")
_LINE = re.compile(r"([^\s=]{1,64})=(\d{1,7})(?:@(\d{1,12}))?")
_USAGE = (
    "/po · /po thiếu · /po mới NCC SKU=số[@giá]… · /po MÃ · /po MÃ xác nhận [ngày/tháng] · /po MÃ hẹn ngày/tháng · "
    "/po MÃ hủy [lý do]"
)
_SHORTAGE = frozenset({"thiếu", "thieu", "short"})
_NEW = frozenset({"mới", "moi", "new"})
_CONFIRM = frozenset({"xác", "xac", "chốt", "chot", "confirm"})
_MOVE = frozenset({"hẹn", "hen", "expect"})
_CANCEL = frozenset({"hủy", "huỷ", "huy", "cancel"})
_OVER = frozenset({"dư", "du", "over"})
_LAST = frozenset({"hết", "het", "last"})
_NOTE = frozenset({"phiếu", "phieu", "note"})


def purchase_command(session: Session, *, argument: str, actor: Actor, now: datetime) -> Answer:
    words = argument.split()
    first = words[0].lower() if words else ""
    if not words:
        return _list(session)
    if first in _SHORTAGE:
        return _from_shortage(session, actor, now)
    if first in _NEW:
        return _new(session, words[1:], actor, now)
    order = get_purchase(session, words[0])
    if len(words) == 1:
        return "", [purchase_card(order)]
    return _step(session, order, words[1:], actor, now)


def receive_command(session: Session, *, argument: str, actor: Actor, now: datetime) -> Answer:
    """`/receive PO1001 [SKU=số[@giá]…] [phiếu SỐ] [dư] [hết]`; without SKUs everything outstanding."""
    words = argument.split()
    if not words:
        raise Invalid(
            "argument_missing",
            "Which purchase order?",
            {"example": "/receive PO1001, /receive PO1001 SKU=5 phiếu PX12"},
        )
    rest, reference = words[1:], ""
    for index, word in enumerate(rest):
        if word.lower() in _NOTE:
            if index + 1 == len(rest):
                raise Invalid(
                    "supplier_note_missing", "Write the number of the supplier's note after it.", {}
                )
            reference = rest[index + 1]
            rest = [*rest[:index], *rest[index + 2 :]]
            break
    said = {word.lower() for word in rest}
    lines = [word for word in rest if word.lower() not in _OVER | _LAST]
    received = receive_purchase(
        session, code=words[0], lines=[Arrived(*part) for part in _lines(lines)], reference=reference,
        accept_over=bool(said & _OVER), is_last=bool(said & _LAST), actor=actor, now=now,
    )  # fmt: skip
    return received_text(received), [purchase_card(received.order)]


def received_text(received: Received) -> str:
    goods = ", ".join(f"{line.quantity} × {line.sku}" for line in received.receipt.lines)
    text = f"{received.receipt.code}: đã nhập kho {received.receipt.warehouse_code}: {goods}."
    over = [f"{line.over} × {line.sku}" for line in received.receipt.lines if line.over]
    text += f" Dư so với đơn mua: {', '.join(over)}." if over else ""
    return text + (f" Đủ hàng để gói: {', '.join(received.filled)}." if received.filled else "")


def purchase_card(order: PurchaseOrder) -> dict[str, Any]:
    """The purchase order with what may be done next."""
    lines = [f"{order.supplier_name} → kho {order.warehouse_code}"]
    for line in order.lines:
        text = f"{line.quantity} × {line.name} · {format_dong(line.unit_price)}"
        text += f" · đã nhận {line.received}" if line.received else ""
        text += f" · trả lại {line.returned}" if line.returned else ""
        text += f" · không giao {line.cancelled}" if line.cancelled else ""
        lines.append(text)
    state = in_words("purchase_state", order.state)
    is_awaited = order.state in ("confirmed", "part_received")
    if order.expected_on is not None and is_awaited:
        state += f" · dự kiến {day_text('vi', order.expected_on)}"
    lines.append(state)
    buttons = []
    if order.state == "draft":
        buttons.append(button("Xác nhận", f"/po {order.code} xác nhận"))
    if is_awaited:
        buttons.append(button("Nhập hết hàng còn lại", f"/receive {order.code}"))
    if is_awaited or order.state == "draft":
        buttons.append(button("Hủy phần chưa giao" if is_awaited else "Hủy", f"/po {order.code} hủy"))
    return {
        "type": "purchase", "title": f"{order.code} · {format_dong(order.total)}", "lines": lines,
        "buttons": buttons, "links": [],
    }  # fmt: skip


def _list(session: Session) -> Answer:
    orders = list_purchases(session, filters=PurchaseFilter(awaited=True), before=None, limit=20)
    if not orders:
        return f"Không có đơn mua nào đang mở. {_USAGE}", []
    rows = [
        [
            order.code, order.supplier_name, format_dong(order.total), in_words("purchase_state", order.state),
            day_text("vi", order.expected_on) if order.expected_on else "",
        ]
        for order in orders
    ]  # fmt: skip
    columns = ["Mã", "Nhà cung cấp", "Tổng", "Trạng thái", "Dự kiến"]
    return f"{len(orders)} đơn mua đang mở", [table_card("Đơn mua", columns, rows)]


def _from_shortage(session: Session, actor: Actor, now: datetime) -> Answer:
    drafted = draft_from_shortage(session, actor=actor, now=now)
    without = ", ".join(f"{pieces} × {sku}" for sku, pieces in drafted.without_supplier.items())
    text = f"Đã soạn {len(drafted.orders)} đơn mua từ hàng thiếu." if drafted.orders else ""
    if without:
        text = f"{text} Chưa có nhà cung cấp: {without}.".strip()
    return text or "Không đơn nào thiếu hàng chưa đặt.", [purchase_card(order) for order in drafted.orders]


def _new(session: Session, words: list[str], actor: Actor, now: datetime) -> Answer:
    if len(words) < 2:
        raise Invalid(
            "argument_missing", "Name the supplier and the goods.", {"example": "/po mới NCC1001 SKU=5"}
        )
    order = draft_purchase(
        session, supplier_code=words[0], lines=[Wanted(*part) for part in _lines(words[1:])], actor=actor,
        now=now,
    )  # fmt: skip
    return f"{order.code}: đã soạn → xác nhận khi nhà cung cấp đồng ý?", [purchase_card(order)]


def _step(session: Session, order: PurchaseOrder, words: list[str], actor: Actor, now: datetime) -> Answer:
    verb, rest = words[0].lower(), " ".join(words[1:])
    if verb in _CONFIRM:
        day = _day(rest, now)
        outcome = confirm_purchase(session, code=order.code, expected_on=day, actor=actor, now=now)
        if outcome.waiting_for:
            return f"{order.code}: chờ duyệt {outcome.waiting_for}.", []
        return f"{order.code} đã xác nhận.", [purchase_card(outcome.order)]
    if verb in _MOVE:
        moved_to = _day(rest, now)
        if moved_to is None:
            raise Invalid("expected_on_missing", "Say on which day the goods are expected, e.g. 27/11.", {})
        moved = move_expected_day(session, code=order.code, expected_on=moved_to, actor=actor, now=now)
        return f"{order.code}: ngày hàng về đã đổi.", [purchase_card(moved)]
    if verb in _CANCEL:
        ended = cancel_purchase(session, code=order.code, reason=rest, actor=actor, now=now)
        return f"{order.code}: phần chưa giao đã hủy.", [purchase_card(ended)]
    raise Invalid("purchase_step_unknown", f"What is to be done with {order.code}?", {"code": order.code})


def _lines(words: list[str]) -> list[tuple[str, int, int | None]]:
    parts = []
    for word in words:
        found = _LINE.fullmatch(word)
        if found is None:
            raise Invalid(
                "line_unreadable",
                f"'{word[:40]}' is not read: write SKU=quantity, or SKU=quantity@price.",
                {"line": word[:40]},
            )
        parts.append((found[1], int(found[2]), int(found[3]) if found[3] else None))
    return parts


def _day(text: str, now: datetime) -> date | None:
    """`27/11`: of this year, or of the next when it has passed."""
    found = _DAY.search(text)
    if found is None:
        return None
    first = today(now)
    try:
        day = date(int(found[3] or first.year), int(found[2]), int(found[1]))
        return day if found[3] or day >= first else day.replace(year=first.year + 1)
    except ValueError:
        raise Invalid(
            "day_unknown", f"There is no day {found[0]}. Write day/month, e.g. 27/11.", {"day": found[0]}
        ) from None
