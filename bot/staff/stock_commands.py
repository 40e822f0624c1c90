"""/transfer, /count, /hold and corrections of stock, as staff type them."""

import re
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from bot.staff.cards import button, table_card
from bot.staff.command import Command, Request, Said, read_pairs
from bot.staff.stock_cards import count_card, transfer_card
from core.catalogue.models import Variant
from core.clock import vietnam_time_text
from core.errors import Conflict, Invalid
from core.orders.short_counts import approve_count
from core.stock.count_sheets import read_sheet
from core.stock.counts import cancel_count, enter_counts, get_count, open_count
from core.stock.holds import place_hold, release_hold
from core.stock.levels import adjust
from core.stock.models import StockCount, StockHold, Transfer, Warehouse
from core.stock.queries import get_warehouse, stocked_variants
from core.stock.transfers import (
    cancel_transfer,
    close_transfer,
    draft_transfer,
    get_transfer,
    open_quantity,
    receive_transfer,
    send_transfer,
)

_HOLD_DAYS = 3
_ADJUSTMENT = re.compile(r"(\S+)\s+(\S+)\s+([+−-]\s?\d{1,7})\s+(\S.*)", re.DOTALL)


def transfer(request: Request) -> Said:
    """Alone: what is open. `A B SKU 5` drafts; send, receive, close and cancel go on with a code."""
    words = request.argument.split()
    if not words:
        return _open_transfers(request)
    step = _TRANSFER_STEPS.get(words[0].lower())
    if step is not None:
        if len(words) < 2:
            raise Invalid("argument_missing", "Which transfer?", {"example": f"/transfer {words[0]} CK1"})
        moved = step(request, words[1], request.behind(2))
    elif len(words) == 1:
        moved = get_transfer(request.session, words[0])
    else:
        moved = draft_transfer(
            request.session, source=get_warehouse(request.session, words[0]),
            destination=get_warehouse(request.session, words[1]), quantities=read_pairs(request.behind(2)),
            actor=request.actor, now=request.now,
        )  # fmt: skip
    return Said("", [transfer_card(request.session, moved)])


def _open_transfers(request: Request) -> Said:
    found = request.session.scalars(
        select(Transfer)
        .where(Transfer.state.in_(("draft", "sent")))
        .order_by(Transfer.id.desc())
        .limit(20)
        .options(selectinload(Transfer.lines))
    ).all()
    if not found:
        return Said("Không có phiếu chuyển kho nào đang mở. Tạo phiếu: /transfer KHO1 KHO2 SKU 5")
    return Said(f"{len(found)} phiếu chuyển kho", [transfer_card(request.session, row) for row in found])


def _send(request: Request, code: str, _rest: str) -> Transfer:
    return send_transfer(request.session, transfer_id=code, actor=request.actor, now=request.now)


def _receive(request: Request, code: str, rest: str) -> Transfer:
    """Without lines: all that is still on its way. Behind a dash: why more came."""
    lines, _, reason = rest.partition(" - ")
    if lines.strip():
        came = read_pairs(lines)
    else:
        found = get_transfer(request.session, code)
        came = {line.sku: left for line in found.lines if (left := open_quantity(line))}
        if not came:
            raise Conflict("nothing_open", f"Nothing of {found.code} is still on its way.", {})
    return receive_transfer(
        request.session, transfer_id=code, quantities=came, reason=reason.strip(), actor=request.actor,
        now=request.now,
    )  # fmt: skip


def _close(request: Request, code: str, reason: str) -> Transfer:
    return close_transfer(
        request.session, transfer_id=code, reason=reason, actor=request.actor, now=request.now
    )


def _cancel(request: Request, code: str, _rest: str) -> Transfer:
    return cancel_transfer(request.session, transfer_id=code, actor=request.actor, now=request.now)


_TRANSFER_STEPS = {"send": _send, "receive": _receive, "close": _close, "cancel": _cancel}


def count(request: Request) -> Said:
    """Alone: what is open. `A` opens a stock-take of warehouse A, `KK1 SKU 5` enters, approve and cancel end it."""
    words = request.argument.split()
    if not words:
        return _open_counts(request)
    head, rest = words[0], request.behind(1)
    if head.lower() in ("approve", "cancel"):
        if len(words) < 2:
            raise Invalid("argument_missing", "Which stock-take?", {"example": f"/count {head} KK1"})
        done = (_approve_count if head.lower() == "approve" else _cancel_count)(
            request, words[1], request.behind(2)
        )
    elif re.fullmatch(r"KK\d+", head.upper()):
        done = _enter(request, head, rest) if rest else get_count(request.session, head)
    else:
        done = open_count(
            request.session, warehouse=get_warehouse(request.session, head), skus=rest.split() or None,
            actor=request.actor, now=request.now,
        )  # fmt: skip
    return Said(_how_to_count(done), [count_card(request.session, done)])


def _open_counts(request: Request) -> Said:
    found = request.session.scalars(
        select(StockCount).where(StockCount.state == "open").order_by(StockCount.id.desc()).limit(20)
    ).all()
    if not found:
        return Said("Không có phiếu kiểm kho nào đang mở. Mở phiếu: /count KHO")
    return Said(f"{len(found)} phiếu kiểm kho", [count_card(request.session, row) for row in found])


def _enter(request: Request, code: str, rest: str) -> StockCount:
    """Pairs, or a sheet pasted as it is."""
    first = rest.split("\n", 1)[0].lower()
    is_sheet = "\n" in rest and first.startswith(("sku", "mã", "ma"))
    counted = read_sheet(rest) if is_sheet else read_pairs(rest)
    return enter_counts(request.session, count_id=code, counted=counted, actor=request.actor, now=request.now)


def _approve_count(request: Request, code: str, rest: str) -> StockCount:
    """Codes behind it are the orders to cancel and the holds to release; `all` leaves the uncounted as they are."""
    codes = {word.upper() for word in rest.split()}
    return approve_count(
        request.session, count_id=code, leave_uncounted="ALL" in codes,
        release_holds={word for word in codes if word.startswith("GH")},
        cancel_orders={word for word in codes if not word.startswith("GH") and word != "ALL"},
        actor=request.actor, now=request.now,
    )  # fmt: skip


def _cancel_count(request: Request, code: str, _rest: str) -> StockCount:
    return cancel_count(request.session, count_id=code, actor=request.actor, now=request.now)


def _how_to_count(done: StockCount) -> str:
    return f"Nhập số đếm: /count {done.code} SKU 5, SKU 3" if done.state == "open" else ""


def hold(request: Request) -> Said:
    """Alone: what is kept aside. `SKU KHO 2 lý do` keeps; `release GH1` gives back."""
    words = request.argument.split(maxsplit=3)
    if not words:
        return _holds(request)
    if words[0].lower() == "release" and len(words) > 1:
        done = release_hold(request.session, hold_id=words[1], actor=request.actor, now=request.now)
        return Said(f"Đã trả {done.quantity} cái của {done.code} về bán.")
    if len(words) < 4 or not words[2].isdigit() or len(words[2]) > 7:
        raise Invalid("argument_missing", "Not understood.", {"example": "/hold HOA-1 A 2 khách hẹn lấy"})
    sku, place, figure, reason = words
    made = place_hold(
        request.session, variant_id=stocked_variants(request.session, [sku])[sku].id,
        warehouse_id=get_warehouse(request.session, place).id, quantity=int(figure), reason=reason,
        expires_at=request.now + timedelta(days=_HOLD_DAYS), actor=request.actor, now=request.now,
    )  # fmt: skip
    until = vietnam_time_text(made.expires_at)
    card = {
        "type": "task", "title": f"{made.code} · giữ {figure} × {sku}", "lines": [reason, f"Đến {until}"],
        "buttons": [button("Trả về bán", f"/hold release {made.code}")], "links": [],
    }  # fmt: skip
    return Said("", [card])


def _holds(request: Request) -> Said:
    rows = request.session.execute(
        select(StockHold, Variant.sku, Warehouse.code)
        .join(Variant, Variant.id == StockHold.variant_id)
        .join(Warehouse, Warehouse.id == StockHold.warehouse_id)
        .where(StockHold.state == "held")
        .order_by(StockHold.expires_at)
        .limit(60)
    ).all()
    if not rows:
        return Said("Không có hàng nào đang giữ riêng.")
    table = [
        [h.code, sku, place, str(h.quantity), h.owner_name, h.reason, vietnam_time_text(h.expires_at)]
        for h, sku, place in rows
    ]
    columns = ["Mã", "SKU", "Kho", "Số", "Ai giữ", "Lý do", "Đến"]
    return Said("", [table_card("Hàng giữ riêng", columns, table)])


def correction(request: Request) -> Said | None:
    """`SKU KHO -2 lý do` corrects the stock; None when the words are no such thing."""
    match = _ADJUSTMENT.fullmatch(request.argument)
    if match is None:
        return None
    sku, place, change, reason = match.groups()
    request.actor.require_role("manager", "warehouse", action="correct stock")
    adjust(
        request.session, variant_id=stocked_variants(request.session, [sku])[sku].id,
        warehouse_id=get_warehouse(request.session, place).id,
        change=int(change.replace("−", "-").replace(" ", "")), reason=reason, actor=request.actor,
        now=request.now,
    )  # fmt: skip
    return Said(f"Đã chỉnh {sku} ở kho {place}: {change}")


COMMANDS: tuple[Command, ...] = (
    Command(
        "/transfer", "/transfer KHO KHO SKU 5 | send · receive · close · cancel MÃ", "Chuyển kho",
        ("manager", "warehouse"), transfer,
    ),
    Command(
        "/count", "/count KHO | MÃ SKU 5 | approve · cancel MÃ", "Kiểm kho", ("manager", "warehouse"), count,
    ),
    Command(
        "/hold", "/hold SKU KHO 2 lý do | release MÃ", "Giữ hàng riêng", ("manager", "sales", "warehouse"), hold,
    ),
)  # fmt: skip
