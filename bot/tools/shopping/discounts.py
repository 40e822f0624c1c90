"""Haggling: only what the shop's rule gives, by the core's hand; else a kind no with what is truly on offer."""

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.joining import continued, joined
from bot.replies.texts import say
from bot.tools.ordering.cart import update_order
from bot.tools.ordering.changes import OrderChanges
from bot.tools.shopping.answering import best_passage, opened, real_offers
from bot.tools.shopping.memory import recall, remember
from core.errors import Conflict
from core.money import format_dong
from core.orders.discounts import Granted, cart_subtotal, grant_discount
from core.orders.queries import open_cart
from core.shop import ShopProfile, shop_profile


def ask_discount(turn: Turn, *, percent: int | None = None, amount: int | None = None) -> ToolOutcome:
    """The customer may name a wish; the shop's rule decides. A new summary follows by `update_order`."""
    language = turn.language
    with turn.lock, turn.services.db.transaction() as session:
        profile = shop_profile(session)
        if profile.haggling is None:
            return turn.note(_kind_no(turn, profile))
        cart = open_cart(session, customer_id=turn.actor.id)
        if cart is None or not cart.lines:
            said = say(language, "discount_needs_cart")
            return turn.note(ToolOutcome("ask_discount", False, said, awaiting=("item",)))
        try:
            granted = grant_discount(
                session, cart_id=cart.id, asked_percent=percent,
                asked_amount=_less(amount, cart_subtotal(session, cart.id)), actor=turn.actor,
                now=turn.services.clock(),
            )  # fmt: skip
        except Conflict as refusal:
            return turn.note(_refused(turn, refusal, profile))
    return turn.note(_with_new_summary(turn, granted))


def _with_new_summary(turn: Turn, granted: Granted) -> ToolOutcome:
    shown = update_order(turn, OrderChanges())
    turn.outcomes.remove(shown)
    said = f"{say(turn.language, 'discount_given', percent=granted.percent)}\n{continued(shown.say)}"
    return ToolOutcome(
        "ask_discount", True, said, {**shown.data, "percent": granted.percent}, shown.cards,
        shown.quick_replies, shown.awaiting, granted.cart_id, shown.ask,
    )  # fmt: skip


def _less(amount: int | None, subtotal: int) -> int | None:
    """`bớt 20k` takes off; `200k bán không` names what is to be paid."""
    if amount is None or amount * 2 <= subtotal:
        return amount
    return max(subtotal - amount, 0)


def _kind_no(turn: Turn, profile: ShopProfile) -> ToolOutcome:
    """The first time with what is truly on offer; then shorter, and never the same paragraph again."""
    times = recall(turn, "haggled", 0)
    remember(turn, haggled=times + 1)
    if times:
        key = "no_discount_again" if times == 1 else "no_discount_still"
        return ToolOutcome("ask_discount", False, say(turn.language, key), {"offers": []})
    offers = real_offers(profile, turn.language)
    said = joined(say(turn.language, "no_discount"), *offers)
    return ToolOutcome("ask_discount", False, said, {"offers": offers})


def _refused(turn: Turn, refusal: Conflict, profile: ShopProfile) -> ToolOutcome:
    if refusal.code == "haggling_subtotal":
        said = say(turn.language, "discount_from", amount=format_dong(refusal.data["from_subtotal"]))
        return ToolOutcome("ask_discount", False, said, dict(refusal.data))
    if refusal.code == "haggling_done":
        percent = refusal.data.get("percent", 0)
        said = say(turn.language, "discount_done", percent=percent)
        return ToolOutcome("ask_discount", False, said, {"percent": percent})
    return _kind_no(turn, profile)


def ask_wholesale(turn: Turn, *, quantity: int | None = None, skus: tuple[str, ...] = ()) -> ToolOutcome:
    """What the shop wrote about it, if anything; the price is made by a person."""
    hit = best_passage(turn, say(turn.language, "topic_wholesale"))
    turn.state["handoff"] = "wholesale"
    with turn.services.db.read_transaction() as session:
        profile = shop_profile(session)
    least = profile.wholesale_from_qty
    rule = say(turn.language, "wholesale_from", quantity=least) if least and hit is None else ""
    said = joined(
        opened(turn.language, hit.text) if hit is not None else rule, say(turn.language, "wholesale_passed")
    )
    data = {"reason": "wholesale", "quantity": quantity, "skus": list(skus)}
    cards = ({"type": "source", "title": hit.source},) if hit is not None else ()
    if hit is not None:
        data |= {"passage_id": hit.passage_id, "source": hit.source}
    return turn.note(ToolOutcome("ask_wholesale", True, said, data, cards, awaiting=()))
