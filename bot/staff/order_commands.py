"""Steps on one order or many, as staff type them: `/pack 1021-1040`."""

import re

from bot.staff.cards import table_card
from bot.staff.command import Command, Request, Said, read_pairs
from bot.staff.order_cards import order_with_cards
from core.errors import Invalid
from core.money import format_dong
from core.orders.bulk import Action, in_bulk, read_codes
from core.orders.cancellation import cancel_order
from core.orders.fulfilment import complete_if_done, pack_order
from core.orders.queries import get_order
from core.orders.risk import confirm_by_phone, deposit_due, override_risk
from core.orders.tags import set_note, set_tags
from core.payments.recording import confirm_bank_transfer, outstanding, received
from core.payments.regrouping import merge_with_payments, split_with_payments

_OUTCOMES = {"done": "xong", "already": "đã làm rồi", "waiting": "chờ duyệt", "refused": "không được"}
_DONE = {"pack": "đóng gói", "cancel": "hủy", "complete": "hoàn tất"}
_MANY = re.compile(r"[A-Za-z]*\d+\s*(?:-|–|\.\.)\s*[A-Za-z]*\d+")


def _pack(request: Request) -> Said:
    codes = read_codes(request.argument) if request.argument else [request.code()]
    if len(codes) > 1:
        return _bulk(request, "pack", codes, "")
    order = get_order(request.session, codes[0])
    packed = pack_order(request.session, order_id=order.id, actor=request.actor, now=request.now)
    return Said(f"{packed.code} đã đóng gói → gửi đi?", [order_with_cards(request.session, packed)])


def _cancel(request: Request) -> Said:
    """A range, or one code with the reason behind it."""
    many = _MANY.match(request.argument)
    if many is not None:
        reason = request.argument[many.end() :].strip()
        return _bulk(request, "cancel", read_codes(many.group()), reason)
    order = get_order(request.session, request.code())
    outcome = cancel_order(
        request.session, order_id=order.id, reason=request.behind(), actor=request.actor, now=request.now
    )
    if outcome.waiting_for:
        return Said(f"{order.code} đã đóng gói: chờ duyệt {outcome.waiting_for}.")
    return Said(f"{order.code} đã hủy.", [order_with_cards(request.session, outcome.order)])


def _complete(request: Request) -> Said:
    return _bulk(request, "complete", read_codes(request.argument), "")


def _bulk(request: Request, action: Action, codes: list[str], reason: str) -> Said:
    results = in_bulk(
        request.session, action=action, codes=codes, reason=reason, actor=request.actor, now=request.now
    )
    rows = [[row.code, _OUTCOMES[row.outcome], row.message] for row in results]
    done = sum(row.outcome == "done" for row in results)
    text = f"{_DONE[action].capitalize()}: {done}/{len(results)} đơn"
    return Said(text, [table_card(text, ["Mã", "Kết quả", "Lý do"], rows)])


def _paid(request: Request) -> Said:
    """All that is due, or the deposit that the order waits for, or the amount behind the code."""
    order = get_order(request.session, request.code())
    due = outstanding(request.session, order)
    so_far = received(request.session, order.id)
    if order.risk_state == "open" and order.risk_level == "deposit":
        due = max(deposit_due(order) - so_far, 0)
    amount = _dong(request.behind()) if request.behind() else due
    reference = f"desk:{order.code}" if not so_far else f"desk:{order.code}:{so_far}"
    confirm_bank_transfer(
        request.session, actor=request.actor, order_id=order.id, amount=amount, reference=reference,
        now=request.now,
    )  # fmt: skip
    complete_if_done(request.session, order_id=order.id, now=request.now)
    fresh = get_order(request.session, order.id)
    return Said(f"{order.code}: đã nhận {format_dong(amount)}", [order_with_cards(request.session, fresh)])


def _dong(text: str) -> int:
    """`150.000` or `150k`."""
    bare = re.sub(r"[.,\sđ₫]|vnd", "", text.lower())
    match = re.fullmatch(r"(\d{1,12})(k?)", bare)
    if match is None:
        raise Invalid("amount_invalid", f"{text[:20]} is no amount. Write 150000 or 150k.", {})
    return int(match[1]) * (1_000 if match[2] else 1)


def _confirm(request: Request) -> Said:
    order = confirm_by_phone(
        request.session, order_id=get_order(request.session, request.code()).id, note=request.behind(),
        actor=request.actor, now=request.now,
    )  # fmt: skip
    return Said(f"{order.code}: khách đã xác nhận.", [order_with_cards(request.session, order)])


def _override(request: Request) -> Said:
    order = override_risk(
        request.session, order_id=get_order(request.session, request.code()).id, reason=request.behind(),
        actor=request.actor, now=request.now,
    )  # fmt: skip
    return Said(f"{order.code}: bỏ qua quy tắc rủi ro.", [order_with_cards(request.session, order)])


def _merge(request: Request) -> Said:
    into, *others = [_code(word) for word in request.argument.split()] or [request.code()]
    merged = merge_with_payments(
        request.session, into=into, others=others, actor=request.actor, now=request.now
    )
    return Said(f"Đã gộp {', '.join(others)} vào {merged.code}.", [order_with_cards(request.session, merged)])


def _split(request: Request) -> Said:
    kept, new = split_with_payments(
        request.session, order_id=_code(request.code()), quantities=read_pairs(request.behind()),
        actor=request.actor, now=request.now,
    )  # fmt: skip
    cards = [order_with_cards(request.session, order) for order in (kept, new)]
    return Said(f"Đã tách {kept.code}: đơn mới {new.code}.", cards)


def _tag(request: Request) -> Said:
    tags = [tag for tag in request.behind().split(",") if tag.strip()]
    order = set_tags(
        request.session, order_id=_code(request.code()), tags=tags, actor=request.actor, now=request.now
    )
    return Said(f"{order.code}: {', '.join(order.tags) or 'không còn nhãn'}")


def _note(request: Request) -> Said:
    order = set_note(
        request.session, order_id=_code(request.code()), note=request.behind(), actor=request.actor,
        now=request.now,
    )  # fmt: skip
    return Said(f"{order.code}: đã ghi chú.")


def _code(word: str) -> str:
    return f"DH{word}" if word.isdigit() else word


COMMANDS: tuple[Command, ...] = (
    Command(
        "/pack", "/pack MÃ | 1021-1040", "Đóng gói một hay nhiều đơn", ("manager", "sales", "warehouse"), _pack
    ),
    Command("/paid", "/paid MÃ [số tiền]", "Xác nhận đã nhận chuyển khoản", ("manager", "accountant"), _paid),
    Command("/cancel", "/cancel MÃ [lý do] | 1021-1040 [lý do]", "Hủy đơn", ("manager", "sales"), _cancel),
    Command(
        "/complete", "/complete MÃ | 1021-1040", "Hoàn tất đơn đã giao và đã trả tiền",
        ("manager", "sales", "accountant"), _complete,
    ),
    Command("/confirm", "/confirm MÃ [ghi chú]", "Khách đã xác nhận qua điện thoại", ("manager", "sales"), _confirm),
    Command("/override", "/override MÃ lý do", "Bỏ qua quy tắc rủi ro", ("manager",), _override),
    Command("/merge", "/merge MÃ MÃ…", "Gộp đơn cùng khách", ("manager", "sales"), _merge),
    Command("/split", "/split MÃ SKU 2", "Tách hàng ra đơn mới", ("manager", "sales"), _split),
    Command("/tag", "/tag MÃ nhãn, nhãn", "Gắn nhãn", ("manager", "sales", "warehouse", "accountant"), _tag),
    Command("/note", "/note MÃ lời", "Ghi chú nội bộ", ("manager", "sales", "warehouse", "accountant"), _note),
)  # fmt: skip
