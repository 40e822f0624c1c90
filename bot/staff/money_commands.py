"""`/return`, `/refund` and `/bank`: what staff type about goods and money that come and go."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.staff.command import Command, Request, Said
from bot.staff.money_cards import refund_card, return_card, transfer_card
from bot.staff.words import in_words
from core.actor import Actor
from core.errors import Invalid
from core.money import format_dong
from core.orders.queries import get_order
from core.payments.bank_matching import (
    Part,
    assign_transfer,
    dismiss_transfer,
    get_transfer,
    list_transfers,
    used_for,
)
from core.payments.models import Refund
from core.payments.refunds import get_refund, list_refunds, pay_refund, request_refund
from core.payments.taking_back import take_transfer_back
from core.returns.decisions import approve_return, cancel_return, reject_return
from core.returns.inspection import Condition, Finding, inspect_return, receive_return
from core.returns.models import Return
from core.returns.queries import get_return, list_returns
from core.returns.requests import Wish, request_return
from core.returns.settlement import settle_return
from core.returns.undelivered import take_undelivered
from core.stock.models import Warehouse

OPEN_RETURNS = ("requested", "approved", "received", "inspected")
Answer = tuple[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Typed:
    """The words behind a command, with who typed them."""

    session: Session
    actor: Actor
    now: datetime
    words: list[str]

    @property
    def rest(self) -> str:
        """Behind the code and the step."""
        return " ".join(self.words[2:])


def open_cards(session: Session) -> list[dict[str, Any]]:
    """For /todo: what waits for a decision, an inspection or a transfer."""
    cards = [
        return_card(session, r) for r in list_returns(session, before=None, limit=20, states=OPEN_RETURNS)
    ]
    cards += [refund_card(session, r) for r in list_refunds(session, before=None, limit=20, state="approved")]
    return cards + [
        transfer_card(t) for t in list_transfers(session, before=None, limit=20, state="doubtful")
    ]


def about_returns(typed: Typed) -> Answer:
    """Nothing: the open ones. An order's code: a new one. A return's code with a step: that step."""
    if not typed.words:
        rows = list_returns(typed.session, before=None, limit=20, states=OPEN_RETURNS)
        return _listed([return_card(typed.session, r) for r in rows], "yêu cầu đổi trả")
    code = typed.words[0]
    if not re.fullmatch(r"(?i)r\d+", code):
        return _returned(typed, _new_return(typed))
    step = typed.words[1].casefold() if len(typed.words) > 1 else ""
    if not step:
        return _returned(typed, get_return(typed.session, code))
    if step not in RETURN_STEPS:
        raise Invalid(
            "step_unknown", "A return has the steps approve, reject, receive, inspect, settle, cancel.", {}
        )
    return _returned(typed, RETURN_STEPS[step](typed, code))


def about_refunds(typed: Typed) -> Answer:
    """Nothing: the open ones. An order's code with an amount: a new one. A refund's code with a number: it was sent."""
    session, words = typed.session, typed.words
    if not words:
        rows: list[Refund] = [
            *list_refunds(session, before=None, limit=10, state="requested"),
            *list_refunds(session, before=None, limit=10, state="approved"),
        ]
        return _listed([refund_card(session, r) for r in rows], "khoản hoàn")
    if re.fullmatch(r"(?i)rf\d+", words[0]):
        refund = get_refund(session, words[0])
        if len(words) > 1:
            cash = words[1].casefold() in ("tiền", "mặt", "cash")
            refund = pay_refund(
                session, code=refund.code, method="cash" if cash else "bank_transfer", reference=" ".join(words[1:]),
                actor=typed.actor, now=typed.now,
            )  # fmt: skip
        return f"{refund.code}: {in_words('refund_state', refund.state)}", [refund_card(session, refund)]
    order = get_order(session, words[0])
    if len(words) == 1:
        rows = list_refunds(session, before=None, limit=10, order_id=order.id)
        return f"Còn hoàn được {format_dong(order.money.refundable)}", [refund_card(session, r) for r in rows]
    made = request_refund(
        session,
        order_id=order.id,
        amount=_amount(words[1]),
        reason=typed.rest,
        actor=typed.actor,
        now=typed.now,
    )
    return f"{made.code}: {in_words('refund_state', made.state)}", [refund_card(session, made)]


def about_transfers(typed: Typed) -> Answer:
    """Nothing: the doubtful ones. A code with orders: whose it is; `hoàn` or `bỏ`: nobody's; `lấy lại`: not theirs."""
    session, words = typed.session, typed.words
    if not words:
        rows = list_transfers(session, before=None, limit=20, state="doubtful")
        return _listed([transfer_card(t) for t in rows], "khoản chuyển")
    transfer = get_transfer(session, words[0])
    if len(words) > 1 and words[1].casefold() in ("hoàn", "bỏ", "đã"):
        why = {"hoàn": "refund_due", "bỏ": "not_ours", "đã": "recorded"}[words[1].casefold()]
        transfer = dismiss_transfer(
            session, code=transfer.code, why=why, note=typed.rest, actor=typed.actor, now=typed.now  # type: ignore[arg-type]
        )  # fmt: skip
    elif len(words) > 1 and words[1].casefold() == "lấy":
        reason = " ".join(words[3:] if words[2:3] == ["lại"] else words[2:])
        transfer = take_transfer_back(
            session, code=transfer.code, reason=reason, actor=typed.actor, now=typed.now
        )
    elif len(words) > 1:
        parts = [_part(word) for word in words[1:]]
        transfer = assign_transfer(session, code=transfer.code, parts=parts, actor=typed.actor, now=typed.now)
    return f"{transfer.code}: {in_words('transfer_state', transfer.state)}", [
        transfer_card(transfer, used_for(session, [transfer])[transfer.id])
    ]


def _approve(typed: Typed, code: str) -> Return:
    return approve_return(typed.session, code=code, note=typed.rest, actor=typed.actor, now=typed.now)


def _reject(typed: Typed, code: str) -> Return:
    """`từ chối` is two words."""
    reason = typed.rest.removeprefix("chối").strip()
    return reject_return(typed.session, code=code, reason=reason, actor=typed.actor, now=typed.now)


def _cancel(typed: Typed, code: str) -> Return:
    return cancel_return(typed.session, code=code, actor=typed.actor, now=typed.now)


def _receive(typed: Typed, code: str) -> Return:
    """Without a warehouse the shop's first one."""
    place = typed.rest or typed.session.scalars(
        select(Warehouse.code).where(Warehouse.active).order_by(Warehouse.priority, Warehouse.id).limit(1)
    ).one()  # fmt: skip
    return receive_return(typed.session, code=code, warehouse_code=place, actor=typed.actor, now=typed.now)


def _inspect(typed: Typed, code: str) -> Return:
    """`kiểm tốt`: all that is still open is good. Else `SKU 2 tốt; SKU 1 hỏng lý do`."""
    if typed.rest.casefold() == "tốt":
        findings = [
            Finding(line.sku, left, "good")
            for line in get_return(typed.session, code).lines
            if (left := line.quantity - line.back - line.missing)
        ]
    else:
        findings = [_finding(part) for part in typed.rest.split(";") if part.strip()]
    return inspect_return(typed.session, code=code, findings=findings, actor=typed.actor, now=typed.now)


def _settle(typed: Typed, code: str) -> Return:
    words = typed.words[2:]
    exchange = not (words and words[0].casefold() == "hoàn")
    amounts = [_amount(word) for word in words if word[0].isdigit()]
    return settle_return(
        typed.session, code=code, amount=amounts[0] if amounts else None, exchange=exchange, actor=typed.actor,
        now=typed.now,
    )  # fmt: skip


RETURN_STEPS: dict[str, Callable[[Typed, str], Return]] = {
    "duyệt": _approve, "từ": _reject, "hủy": _cancel, "nhận": _receive, "kiểm": _inspect, "xong": _settle,
}  # fmt: skip


def _new_return(typed: Typed) -> Return:
    """`DH1001` alone: its parcel came back. `DH1001 SKU 2 [lý do]`: the buyer gives goods back."""
    order = get_order(typed.session, typed.words[0])
    if len(typed.words) == 1:
        return take_undelivered(typed.session, order_id=order.id, actor=typed.actor, now=typed.now)
    if len(typed.words) < 3 or not typed.words[2].isdigit():
        raise Invalid("argument_missing", "Which goods?", {"example": f"/return {order.code} SKU 1 lý do"})
    return request_return(
        typed.session, order_id=order.id, kind="return", reason=" ".join(typed.words[3:]), actor=typed.actor,
        wishes=[Wish(typed.words[1], _count(typed.words[2]))], now=typed.now,
    )  # fmt: skip


def _finding(text: str) -> Finding:
    words = text.split()
    conditions: dict[str, Condition] = {"tốt": "good", "hỏng": "damaged", "thiếu": "missing"}
    condition = conditions.get(words[2].casefold()) if len(words) > 2 else None
    if condition is None or not words[1].isdigit():
        raise Invalid("finding_unclear", "Write SKU, pieces and condition, with ; between.", {})
    return Finding(words[0], _count(words[1]), condition, " ".join(words[3:]))


def _part(word: str) -> Part:
    code, _, amount = word.partition("=")
    return Part(code, _amount(amount) if amount else None)


def _amount(word: str) -> int:
    """`150000`, `150.000`, `150k`."""
    found = re.fullmatch(r"([0-9][0-9.,]{0,20})(k?)đ?", word.casefold())
    if found is None:
        raise Invalid("amount_unreadable", "Write an amount: 150000, 150.000 or 150k.", {"word": word[:20]})
    return int(re.sub(r"[.,]", "", found.group(1))) * (1000 if found.group(2) else 1)


def _count(word: str) -> int:
    return int(word[:6])


def _returned(typed: Typed, request: Return) -> Answer:
    fresh = get_return(typed.session, request.id)
    return f"{fresh.code}: {in_words('return_state', fresh.state)}", [return_card(typed.session, fresh)]


def _listed(cards: list[dict[str, Any]], what: str) -> Answer:
    return (f"{len(cards)} {what} đang chờ", cards) if cards else (f"Không có {what} nào đang chờ.", [])


def _handler(work: Callable[[Typed], Answer]) -> Callable[[Request], Said]:
    def handle(request: Request) -> Said:
        return Said(*work(Typed(request.session, request.actor, request.now, request.argument.split())))

    return handle


COMMANDS: tuple[Command, ...] = (
    Command(
        "/return", "/return [MÃ | MÃ bước | MÃ_ĐƠN [SKU SL]]", "Đổi trả: duyệt, từ chối, nhận, kiểm, xong",
        ("manager", "sales", "warehouse"), _handler(about_returns),
    ),
    Command(
        "/refund", "/refund [MÃ_ĐƠN TIỀN lý do | MÃ MÃ_GIAO_DỊCH]", "Hoàn tiền: đề nghị, ghi đã chuyển",
        ("manager", "sales", "accountant"), _handler(about_refunds),
    ),
    Command(
        "/bank", "/bank [MÃ MÃ_ĐƠN… | MÃ hoàn | MÃ bỏ | MÃ lấy lại LÝ DO]", "Tiền chuyển khoản chưa rõ của đơn nào",
        ("manager", "accountant"), _handler(about_transfers),
    ),
)  # fmt: skip
