"""The yes: from a quote that was shown to an order."""

import base64
from typing import Any

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.cards import order_card
from bot.replies.texts import say
from bot.tools.ordering.cart import update_order
from bot.tools.ordering.changes import OrderChanges
from bot.tools.ordering.items import short_text
from core.errors import InsufficientStock, Invalid, QuoteExpired
from core.money import format_dong
from core.orders.models import Order
from core.orders.placement import place_order as place
from core.payments.vietqr import qr_svg, vietqr_payload
from core.shop import ShopProfile, shop_profile


def place_order(turn: Turn, *, quote_id: str) -> ToolOutcome:
    """Only the quote that an earlier reply showed, and only when this very message says yes to it."""
    language = turn.language
    if not turn.parse.yes or turn.parse.no:
        said = say(language, "need_yes")
        return turn.note(ToolOutcome("place_order", False, said, awaiting=("confirm",)))
    if not quote_id or quote_id != turn.quote_shown_before:
        return _requote(turn)
    try:
        with turn.lock, turn.services.db.transaction() as session:
            order = place(session, actor=turn.actor, quote_id=quote_id, now=turn.services.clock())
            profile = shop_profile(session)
    except QuoteExpired:
        return _requote(turn)
    except InsufficientStock as error:
        return _short_at_placing(turn, error)
    turn.state.pop("quote_id", None)
    turn.state.pop("draft", None)
    turn.state["order_code"] = order.code
    return turn.note(_placed(order, profile, language))


def _placed(order: Order, profile: ShopProfile, language: str) -> ToolOutcome:
    total = format_dong(order.total)
    cards: list[dict[str, Any]] = [order_card(order, language)]
    said = [say(language, "placed", code=order.code, total=total)]
    if order.payment_method == "bank_transfer":
        said.append(say(language, "placed_transfer", code=order.code, total=total))
        if profile.bank is not None:
            cards.append(qr_card(order, profile))
    else:
        said.append(say(language, "placed_cod", total=total))
    data = {"code": order.code, "total": order.total, "order_id": order.id}
    return ToolOutcome("place_order", True, " ".join(said), data, tuple(cards), (), (), order.id)


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
    shown = update_order(turn, OrderChanges())
    turn.outcomes.remove(shown)
    said = f"{say(turn.language, 'quote_expired')}\n{shown.say}" if turn.state.get("quote_id") else shown.say
    return turn.note(
        ToolOutcome("place_order", False, said, shown.data, shown.cards, shown.quick_replies, shown.awaiting)
    )


def _short_at_placing(turn: Turn, error: InsufficientStock) -> ToolOutcome:
    with turn.services.db.read_transaction() as session:
        said = short_text(session, error.data["lines"], turn.language)
    turn.state.pop("quote_id", None)
    return turn.note(
        ToolOutcome("place_order", False, said, {"lines": error.data["lines"]}, awaiting=("item",))
    )
