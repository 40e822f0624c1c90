"""The yes: from a quote that was shown to an order."""

import base64
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.agent.agreement import agrees
from bot.agent.turn import ToolOutcome, Turn
from bot.replies.cards import order_card, variant_name
from bot.replies.texts import say
from bot.tools.ordering import drafts
from bot.tools.ordering.addresses import forget_begun
from bot.tools.ordering.cart import update_order
from bot.tools.ordering.changes import OrderChanges
from core.approvals.models import Approval
from core.catalogue.queries import get_product
from core.errors import InsufficientStock, Invalid, QuoteExpired
from core.money import format_dong
from core.orders.models import Order, Quote
from core.orders.placement import place_order as place
from core.orders.queries import get_order
from core.orders.quoting import price_changes
from core.orders.risk import deposit_due
from core.payments.vietqr import qr_svg, vietqr_payload
from core.shop import ShopProfile, shop_profile


def place_order(turn: Turn, *, quote_id: str) -> ToolOutcome:
    """Only the quote that an earlier reply showed, and only when this very message says yes to it."""
    placed = turn.state.get("placed") or {}
    if quote_id and quote_id == placed.get("quote_id"):
        return _already_placed(turn, placed["code"])
    if not agrees(turn.parse, turn.state.get("awaiting", []), turn.context.get("cart")):
        said = say(turn.language, "need_yes")
        return turn.note(ToolOutcome("place_order", False, said, awaiting=("confirm",)))
    if not quote_id or quote_id != turn.quote_shown_before:
        return _requote(turn)
    try:
        with turn.lock, turn.services.db.transaction() as session:
            order = place(session, actor=turn.actor, quote_id=quote_id, now=turn.services.clock())
            profile = shop_profile(session)
            waits = _waits_for_the_shop(session, order)
    except (QuoteExpired, InsufficientStock):
        return _requote(turn)
    _close(turn, order)
    return turn.note(_placed(order, profile, turn.language, waits=waits))


def _close(turn: Turn, order: Order) -> None:
    for key in ("quote_id", "undo", "misses", "question", "known_offered"):
        turn.state.pop(key, None)
    drafts.clear(turn)
    forget_begun(turn)
    turn.state["order_code"] = order.code
    turn.state["placed"] = {"code": order.code, "quote_id": order.quote_id}


def _placed(order: Order, profile: ShopProfile, language: str, *, waits: bool) -> ToolOutcome:
    total = format_dong(order.total)
    cards: list[dict[str, Any]] = [order_card(order, language)]
    said = [say(language, "placed", code=order.code, total=total)]
    if waits:
        said.append(say(language, "placed_waits", code=order.code))
    if order.payment_method == "bank_transfer":
        said.append(say(language, "placed_transfer", code=order.code, total=total))
        if profile.bank is not None:
            cards.append(qr_card(order, profile))
    elif order.risk_state == "open" and order.risk_level == "deposit" and profile.bank is not None:
        deposit = deposit_due(order)
        rest = format_dong(order.total - deposit)
        said.append(say(language, "placed_deposit", code=order.code, deposit=format_dong(deposit), rest=rest))
        cards.append(qr_card(order, profile, amount=deposit))
    else:
        said.append(say(language, "placed_cod", total=total))
    if order.risk_state == "open" and order.risk_level == "confirm":
        said.append(say(language, "placed_confirm"))
    data = {"code": order.code, "total": order.total, "order_id": order.id, "waits_for_approval": waits}
    return ToolOutcome("place_order", True, " ".join(said), data, tuple(cards), (), (), order.id)


def _already_placed(turn: Turn, code: str) -> ToolOutcome:
    """A second yes is no second order."""
    with turn.services.db.read_transaction() as session:
        order = get_order(session, code)
        card = order_card(order, turn.language)
    said = say(turn.language, "already_placed", code=code, total=format_dong(order.total))
    data = {"code": code, "total": order.total, "order_id": order.id}
    return turn.note(ToolOutcome("place_order", True, said, data, (card,), (), (), order.id))


def _waits_for_the_shop(session: Session, order: Order) -> bool:
    return (
        session.scalar(
            select(Approval.id).where(
                Approval.subject_kind == "order", Approval.subject_id == order.id, Approval.state == "pending"
            )
        )
        is not None
    )


def qr_card(order: Order, profile: ShopProfile, *, amount: int | None = None) -> dict[str, Any]:
    """The VietQR of what is to be paid, of the whole order unless `amount` is given; needs the shop's account."""
    bank = profile.bank
    due = order.total if amount is None else amount
    if bank is None:
        raise Invalid("bank_missing", "The shop has no bank account set.", {})
    svg = qr_svg(vietqr_payload(bank=bank.bank, account=bank.account, amount=due, memo=order.code))
    return {
        "type": "qr",
        "image": "data:image/svg+xml;base64," + base64.b64encode(svg).decode(),
        "amount": due,
        "amount_text": format_dong(due),
        "bank": bank.bank,
        "account": bank.account,
        "holder": bank.holder,
        "memo": order.code,
    }


def _requote(turn: Turn) -> ToolOutcome:
    """The yes was to a summary that no longer holds: what has changed is said, and the new one shown."""
    before = turn.quote_shown_before
    shown = update_order(turn, OrderChanges())
    turn.outcomes.remove(shown)
    said = "\n".join([*_what_changed(turn, before), shown.say])
    return turn.note(
        ToolOutcome("place_order", False, said, shown.data, shown.cards, shown.quick_replies, shown.awaiting)
    )


def _what_changed(turn: Turn, before: str) -> list[str]:
    after = turn.state.get("quote_id")
    if not before or not after:
        return []
    with turn.services.db.read_transaction() as session:
        old, new = session.get(Quote, before), session.get(Quote, after)
        if old is None or new is None:
            return []
        said = []
        for change in price_changes(old.content, new.content):
            product = get_product(session, change.sku)
            variant = next(v for v in product.variants if v.sku == change.sku)
            said.append(
                say(
                    turn.language,
                    "price_changed",
                    name=variant_name(product, variant, turn.language),
                    before=format_dong(change.before),
                    after=format_dong(change.after),
                )
            )
        return said or [say(turn.language, "quote_expired")]
