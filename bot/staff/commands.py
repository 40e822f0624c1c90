"""The staff's commands: one table of name, roles, usage and handler. Both desk and group go through `run`."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.conversations.handoff import release, take
from bot.staff import manual_orders, money_commands, order_commands, questions, reports, stock_commands
from bot.staff.accounts import others_with_role
from bot.staff.cards import TICKET_TITLES, approval_card, table_card, task_card, ticket_card
from bot.staff.command import ALL, MAX_ARGUMENT, Command, Request, Said, Tools
from bot.staff.money_cards import refund_card
from bot.staff.order_cards import order_with_cards, overdue_card
from bot.staff.purchasing import purchase_card, purchase_command, receive_command
from bot.staff.stock_commands import correction
from bot.staff.tasks import task_words
from bot.staff.todo import todo_counts
from bot.staff.words import in_words, state_named
from core.actor import Actor
from core.approvals.decisions import decide, deciders, get_approval, pending_approvals
from core.catalogue.search import search_products
from core.customers.phones import local_phone
from core.errors import Invalid, NotFound
from core.invoices.issuing import issue_invoice
from core.jobs.events import doer
from core.jobs.models import StaffTask
from core.jobs.tasks import close_task, list_open
from core.money import format_dong
from core.orders.models import Order
from core.orders.queries import OrderFilter, get_order, list_orders
from core.orders.watching import overdue_orders
from core.payments.refunds import follow_decision, get_refund
from core.purchasing.ordering import carry_out_approved as confirm_approved
from core.purchasing.queries import get_purchase
from core.shipping.booking import request_shipment
from core.shop import shop_profile
from core.stock.queries import levels
from core.tickets.filing import KINDS, close_ticket, list_tickets
from core.tickets.refunds import carry_out_cancellation


def run(session: Session, *, text: str, actor: Actor, now: datetime, tools: Tools | None = None) -> Said:
    """Do what the line says; raises `AppError` with the reason when it may not or cannot be.

    `tools` read free words; without them only commands with codes can be used.
    """
    name, *rest = text.split(maxsplit=1) or [""]
    argument = rest[0] if rest else ""
    command = COMMANDS.get(name.lower().split("@")[0])
    if command is None:
        if text.strip().startswith("/"):
            raise NotFound("command_unknown", f"There is no command {name[:40]}.", {"name": name[:40]})
        return Said("Gõ /help để xem các lệnh.", [])
    actor.require_role(*command.roles, action=f"use {command.name}")
    token = doer.set(actor.id)
    try:
        return command.handler(Request(session, actor, argument[:MAX_ARGUMENT], command.usage, now, tools))
    finally:
        doer.reset(token)


def commands_for(actor: Actor) -> list[dict[str, str]]:
    return [
        {"name": c.name, "usage": c.usage, "help": c.help}
        for c in COMMANDS.values()
        if actor.role in (*c.roles, "owner")
    ]


def _todo(request: Request) -> Said:
    session = request.session
    late = overdue_orders(session, profile=shop_profile(session), now=request.now, limit=20)
    cards = [overdue_card(late, shop_profile(session), request.now)] if late else []
    cards += [approval_card(a) for a in pending_approvals(session, now=request.now)]
    cards += [task_card(session, t) for t in list_open(session)[:20]]
    cards += [ticket_card(t) for t in list_tickets(session, before=None, limit=20, state="open")]
    cards += money_commands.open_cards(session)
    counts = todo_counts(session, now=request.now)
    text = " · ".join(f"{each.label}: {each.count}" for each in counts if each.count)
    if not cards and not text:
        return Said("Không còn việc gì đang chờ.")
    return Said(text or f"{len(cards)} việc đang chờ", cards)


def _orders(request: Request) -> Said:
    filters = _order_filter(request.argument)
    orders = list_orders(request.session, filters=filters, before=None, limit=20)
    if not orders:
        return Said("Không có đơn nào.")
    rows = [
        [o.code, o.buyer_name, format_dong(o.total), _where(o), in_words("payment_state", o.payment_state)]
        for o in orders
    ]
    return Said(
        f"{len(orders)} đơn", [table_card("Đơn hàng", ["Mã", "Khách", "Tổng", "Trạng thái", "Tiền"], rows)]
    )


def _order_filter(argument: str) -> OrderFilter:
    """A state in either language, else words to look for. `đã hủy` and the like are both: the order's own first."""
    if status := state_named("status", argument):
        return OrderFilter(status=status)
    if fulfilment := state_named("fulfilment_state", argument):
        return OrderFilter(fulfilment_state=fulfilment)
    return OrderFilter(text=argument)


def _where(order: Order) -> str:
    status, fulfilment = (
        in_words("status", order.status),
        in_words("fulfilment_state", order.fulfilment_state),
    )
    return status if order.status in ("completed", "cancelled", "returned") else f"{status}, {fulfilment}"


def _order(request: Request) -> Said:
    return Said("", [order_with_cards(request.session, get_order(request.session, request.code()))])


def _approve(request: Request) -> Said:
    return _decide(request, approve=True)


def _reject(request: Request) -> Said:
    return _decide(request, approve=False)


def _decide(request: Request, *, approve: bool) -> Said:
    words = request.argument.split(maxsplit=1)
    approval = decide(
        request.session, code=request.code(), approve=approve, actor=request.actor, now=request.now,
        note=words[1] if len(words) > 1 else "", alone=_is_alone(request),
    )  # fmt: skip
    said = f"{approval.code}: {in_words('approval_state', approval.state)} · {request.actor.name}"
    carry_out_cancellation(request.session, approval=approval, actor=request.actor, now=request.now)
    follow_decision(request.session, approval=approval, actor=request.actor, now=request.now)
    confirm_approved(request.session, approval=approval, actor=request.actor, now=request.now)
    if approval.subject_kind == "purchase":
        return Said(said, [purchase_card(get_purchase(request.session, approval.subject_id))])
    if approval.subject_kind == "refund":
        return Said(said, [refund_card(request.session, get_refund(request.session, approval.subject_id))])
    if approval.subject_kind == "order":
        order = get_order(request.session, approval.subject_id)
        return Said(said, [order_with_cards(request.session, order)])
    return Said(said)


def _is_alone(request: Request) -> bool:
    roles = deciders(get_approval(request.session, request.code()))
    return not others_with_role(request.session, roles, besides=request.actor)


def _ship(request: Request) -> Said:
    order = get_order(request.session, request.code())
    request_shipment(request.session, actor=request.actor, order_id=order.id, now=request.now)
    fresh = get_order(request.session, order.id)
    return Said(
        f"{order.code}: đang tạo vận đơn, có nhãn em báo ngay.", [order_with_cards(request.session, fresh)]
    )


def _label(request: Request) -> Said:
    order = get_order(request.session, request.code())
    card = order_with_cards(request.session, order)
    if not any("Nhãn" in link["label"] for link in card["links"]):
        raise NotFound(
            "label_missing", f"{order.code} has no label yet. Ship it first.", {"code": order.code}
        )
    return Said(f"Nhãn của {order.code}", [card])


def _invoice(request: Request) -> Said:
    order = get_order(request.session, request.code())
    issue_invoice(request.session, actor=request.actor, order_id=order.id, now=request.now)
    fresh = get_order(request.session, order.id)
    return Said(f"{order.code}: đang phát hành hóa đơn.", [order_with_cards(request.session, fresh)])


def _stock(request: Request) -> Said:
    corrected = correction(request)
    if corrected is not None:
        return corrected
    if not request.argument:
        raise Invalid("argument_missing", "Which product?", {"example": "/stock áo thun đen"})
    rows = levels(request.session, skus=[request.argument.split()[0]])
    found = [] if rows else search_products(request.session, text=request.argument, limit=5)
    if found:
        rows = levels(request.session, skus=[v.sku for p in found for v in p.variants])
    if found and not rows:
        names = ", ".join(f"{product.name} ({product.sku})" for product in found)
        return Said(f"{names}: chưa nhập vào kho nào.")
    if not rows:
        asked = request.argument[:40]
        raise NotFound("stock_not_found", f"No product matches '{asked}'.", {"asked": asked})
    table = [[r.sku, r.warehouse_code, str(r.on_hand), str(r.reserved), str(r.available)] for r in rows[:60]]
    return Said("", [table_card("Tồn kho", ["SKU", "Kho", "Tồn", "Giữ", "Còn bán"], table)])


def _purchase(request: Request) -> Said:
    return Said(
        *purchase_command(request.session, argument=request.argument, actor=request.actor, now=request.now)
    )


def _receive(request: Request) -> Said:
    return Said(
        *receive_command(request.session, argument=request.argument, actor=request.actor, now=request.now)
    )


def _take(request: Request) -> Said:
    conversation = take(request.session, conversation_id=request.code(), actor=request.actor, now=request.now)
    return Said(f"{request.actor.name} nhận cuộc trò chuyện {conversation.id}")


def _release(request: Request) -> Said:
    conversation = release(
        request.session, conversation_id=request.code(), actor=request.actor, now=request.now
    )
    return Said(f"Đã trả cuộc trò chuyện {conversation.id} cho trợ lý")


def _customer(request: Request) -> Said:
    orders = list_orders(request.session, filters=OrderFilter(text=request.argument), before=None, limit=10)
    if not orders or not request.argument:
        raise NotFound("customer_not_found", "No customer matches. Try a phone number or a name.", {})
    rows = [[o.code, o.buyer_name, local_phone(o.phone), format_dong(o.total), _where(o)] for o in orders]
    return Said("", [table_card("Khách hàng", ["Mã", "Khách", "Điện thoại", "Tổng", "Trạng thái"], rows)])


def _done(request: Request) -> Said:
    task = request.session.get(StaffTask, request.code())
    if task is None:
        raise NotFound("task_not_found", "There is no such task.", {})
    close_task(request.session, task_id=task.id, actor=request.actor, now=request.now)
    return Said(f"Xong: {task_words(request.session, task)[0]}")


def _tickets(request: Request) -> Said:
    """All open ones, or those of one kind or order."""
    word = request.argument.split()[0] if request.argument else ""
    kind = word if word in KINDS else None
    order_id = get_order(request.session, word).id if word and kind is None else None
    waiting = list_tickets(request.session, before=None, limit=20, state="open", kind=kind, order_id=order_id)
    if not waiting:
        return Said("Không có phiếu nào đang chờ.")
    return Said(f"{len(waiting)} phiếu đang chờ", [ticket_card(ticket) for ticket in waiting])


def _close(request: Request) -> Said:
    ticket = close_ticket(request.session, code=request.code(), actor=request.actor, now=request.now)
    return Said(f"Xong: {ticket.code} · {TICKET_TITLES.get(ticket.kind, ticket.kind)}")


def _questions(request: Request) -> Said:
    return Said(*questions.open_questions(request.session))


def _answer(request: Request) -> Said:
    return Said(
        questions.answer(request.session, argument=request.argument, actor=request.actor, now=request.now)
    )


def _help(request: Request) -> Said:
    rows = [[c["usage"], c["help"]] for c in commands_for(request.actor)]
    return Said("", [table_card("Lệnh", ["Lệnh", "Dùng để"], rows)])


_TABLE: tuple[Command, ...] = (
    Command("/todo", "/todo", "Việc đang chờ", ALL, _todo),
    Command("/orders", "/orders [trạng thái | tìm]", "Danh sách đơn", ALL, _orders),
    Command("/order", "/order MÃ", "Xem một đơn và bước tiếp theo", ALL, _order),
    Command("/approve", "/approve MÃ [ghi chú]", "Duyệt", ("manager", "sales"), _approve),
    Command("/reject", "/reject MÃ [ghi chú]", "Từ chối", ("manager", "sales"), _reject),
    *order_commands.COMMANDS,
    *manual_orders.COMMANDS,
    *stock_commands.COMMANDS,
    *money_commands.COMMANDS,
    *reports.COMMANDS,
    Command("/ship", "/ship MÃ", "Tạo vận đơn GHN", ("manager", "sales", "warehouse"), _ship),
    Command("/label", "/label MÃ", "Nhãn PDF", ("manager", "sales", "warehouse"), _label),
    Command("/invoice", "/invoice MÃ", "Phát hành hóa đơn điện tử", ("manager", "accountant"), _invoice),
    Command("/stock", "/stock SKU | tên | SKU KHO -2 lý do", "Tồn kho, chỉnh kho", ALL, _stock),
    Command(
        "/po",
        "/po [thiếu | mới NCC SKU=số… | MÃ [xác nhận ngày | hẹn ngày | hủy]]",
        "Đơn mua hàng",
        ("manager", "sales", "warehouse"),
        _purchase,
    ),
    Command(
        "/receive",
        "/receive MÃ [SKU=số…] [phiếu SỐ] [dư] [hết]",
        "Nhập kho theo đơn mua",
        ("manager", "warehouse"),
        _receive,
    ),
    Command("/customer", "/customer tên | điện thoại", "Đơn của một khách", ALL, _customer),
    Command("/take", "/take MÃ", "Nhận cuộc trò chuyện", ("manager", "sales"), _take),
    Command("/release", "/release MÃ", "Trả cuộc trò chuyện cho trợ lý", ("manager", "sales"), _release),
    Command("/tickets", "/tickets [loại | mã đơn]", "Phiếu chờ người xử lý", ALL, _tickets),
    Command("/questions", "/questions", "Câu hỏi trợ lý chưa trả lời được", ALL, _questions),
    Command(
        "/answer", "/answer MÃ lời đáp", "Trả lời một lần, trợ lý nhớ luôn", ("manager", "sales"), _answer
    ),
    Command("/close", "/close MÃ", "Đóng một phiếu", ("manager", "sales"), _close),
    Command("/done", "/done MÃ", "Đóng một việc", ALL, _done),
    Command("/help", "/help", "Các lệnh của bạn", ALL, _help),
)
COMMANDS: dict[str, Command] = {command.name: command for command in _TABLE}
