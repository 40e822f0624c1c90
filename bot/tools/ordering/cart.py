"""The cart's changes, each in one transaction."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.cards import product_name
from bot.replies.texts import say
from bot.tools.ordering import drafts
from bot.tools.ordering.addresses import forget_begun
from bot.tools.ordering.changes import ItemChange, OrderChanges, Result
from bot.tools.ordering.details import apply_details
from bot.tools.ordering.items import Basket
from bot.tools.ordering.known import offer_known, use_as_before
from bot.tools.ordering.summary import conclude
from core.catalogue.queries import get_product
from core.errors import NotFound
from core.orders.carts import (
    cart_content,
    cart_of,
    clear_cart,
    decline_reminder,
    drop_unsellable,
    fill_from_order,
    restore_cart,
    set_payment_method,
)
from core.orders.models import Cart
from core.orders.queries import customer_orders, known_cart, open_cart
from core.shipping.rates import ask_fee, fee_question
from core.shop import shop_profile
from nlu import may_be_name, without_small_words


def update_order(turn: Turn, changes: OrderChanges) -> ToolOutcome:
    """Put what was said into the cart, in one transaction; then ask for one missing thing or show the summary."""
    result = Result()

    def work(session: Session) -> Cart:
        cart = _sellable_cart(session, turn, result)
        before = cart_content(session, cart)
        profile = shop_profile(session)
        told = _instead_of_which(session, turn, _with_answer(session, turn, cart, changes, result))
        basket = Basket(session, turn, cart, wholesale_from=profile.wholesale_from_qty, result=result)
        for item in told.items:
            basket.apply(item)
        result.goods_told = bool(told.items)
        apply_details(session, turn, cart, told, profile, result)
        if told.as_before:
            use_as_before(session, turn, cart, result)
        cart = known_cart(session, cart.id)
        if cart.lines or drafts.drafts_of(turn):
            offer_known(session, turn, cart, result)
        if not cart.payment_method:
            method = profile.payment_methods[0]
            set_payment_method(session, cart_id=cart.id, method=method, now=turn.services.clock())
        _say_new_order(turn, before, result)
        if result.changed:
            turn.state["undo"] = before
        return cart

    return _concluded(turn, result, work)


def show_cart(turn: Turn) -> ToolOutcome:
    """What is in the cart, and the summary again when it is complete."""
    return update_order(turn, OrderChanges())


def empty_cart(turn: Turn) -> ToolOutcome:
    """The goods go; name, phone and address that were told stay."""
    with turn.lock, turn.services.db.transaction() as session:
        now = turn.services.clock()
        cart = cart_of(session, customer_id=turn.actor.id, now=now)
        before = cart_content(session, cart)
        clear_cart(session, cart_id=cart.id, now=now)
    drafts.clear(turn)
    turn.state.pop("quote_id", None)
    if before["lines"]:
        turn.state["undo"] = before
    said = say(turn.language, "cart_cleared")
    return turn.note(ToolOutcome("empty_cart", True, said, awaiting=("item",), committed=cart.id))


def undo_change(turn: Turn) -> ToolOutcome:
    """As the cart was before the last change; once more brings the change back."""
    before = turn.state.get("undo")
    if not before:
        return update_order(turn, OrderChanges())
    result = Result(changed=True)

    def work(session: Session) -> Cart:
        cart = _sellable_cart(session, turn, result)
        turn.state["undo"] = cart_content(session, cart)
        restore_cart(session, cart_id=cart.id, content=before, now=turn.services.clock())
        drafts.clear(turn)
        forget_begun(turn)
        result.said.append(say(turn.language, "undone"))
        return cart

    return _concluded(turn, result, work)


def reorder(turn: Turn) -> ToolOutcome:
    """The goods of the customer's own last order once more, to where that one went."""
    result = Result(changed=True)

    def work(session: Session) -> Cart:
        orders = customer_orders(session, customer_id=turn.actor.id, limit=10)
        kept = [order for order in orders if order.status != "cancelled"] or orders
        if not kept:
            result.said.append(say(turn.language, "nothing_ordered"))
        cart = _sellable_cart(session, turn, result)
        before = cart_content(session, cart)
        if kept:
            now = turn.services.clock()
            gone = fill_from_order(session, cart_id=cart.id, order=kept[0], now=now)
            result.said.append(say(turn.language, "reordered", code=kept[0].code))
            result.said += [say(turn.language, "not_on_sale", name=name) for name in gone]
            turn.state.pop("placed", None)
            offer_known(session, turn, known_cart(session, cart.id), result)
            method = kept[0].payment_method
            if method in shop_profile(session).payment_methods:
                set_payment_method(session, cart_id=cart.id, method=method, now=now)
        turn.state["undo"] = before
        return cart

    return _concluded(turn, result, work)


def _concluded(turn: Turn, result: Result, work: Callable[[Session], Cart]) -> ToolOutcome:
    """`work` changes a cart and gives it. A carrier that is to be asked is asked between two transactions."""
    services = turn.services
    with turn.lock:
        with services.db.transaction() as session:
            cart = work(session)
            question = fee_question(session, cart_id=cart.id)
            if question is None:
                return conclude(session, turn, cart.id, result)
        fee = ask_fee(question, services.carriers)
        with services.db.transaction() as session:
            return conclude(session, turn, cart.id, result, fee)


def hold_order(turn: Turn, *, later: bool) -> ToolOutcome:
    """No yes yet. The cart stays as it is, and whoever said "later" is not reminded."""
    with turn.lock, turn.services.db.transaction() as session:
        cart = open_cart(session, customer_id=turn.actor.id)
        if cart is not None and later:
            decline_reminder(session, cart_id=cart.id)
    said = say(turn.language, "hold_later" if later else "confirm_declined")
    awaiting = tuple(turn.state.get("awaiting", ())) if later else ("anything_else",)
    return turn.note(ToolOutcome("hold_order", True, said, awaiting=awaiting))


def _sellable_cart(session: Session, turn: Turn, result: Result) -> Cart:
    now = turn.services.clock()
    cart = cart_of(session, customer_id=turn.actor.id, now=now)
    gone = drop_unsellable(session, cart_id=cart.id, now=now)
    for variant in gone:
        name = product_name(variant.product, turn.language)
        result.said.append(say(turn.language, "not_on_sale", name=name))
    return known_cart(session, cart.id)


def _with_answer(
    session: Session, turn: Turn, cart: Cart, changes: OrderChanges, result: Result
) -> OrderChanges:
    """Words to the open question, read as what was asked for."""
    asked = next(iter(turn.state.get("awaiting", [])), "")
    if not changes.answer:
        return changes
    told = {**vars(changes), "answer": ""}
    if asked == "name" and not changes.name and may_be_name(changes.answer):
        told["name"] = without_small_words(changes.answer)
    elif asked == "phone" and not changes.phone:
        told["phone"] = changes.answer
    elif asked in ("address", "ward") and not changes.address:
        if turn.parse.no and cart.address:
            forget_begun(turn)
        else:
            told["address"] = changes.answer
    elif asked in ("variant", "quantity", "item") and drafts.drafts_of(turn):
        if asked == "variant" and not cart.buyer_name and _is_written_as_a_name(changes.answer):
            told["name"] = changes.answer
        else:
            told["items"] = (*changes.items, *_draft_answer(session, turn, cart, changes.answer, result))
    elif asked not in ("confirm", "anything_else"):
        result.misfit = asked
    return OrderChanges(**told)


def _instead_of_which(session: Session, turn: Turn, told: OrderChanges) -> OrderChanges:
    """Asked which of several, other goods are named: those were meant, and as many of them."""
    asked = list(turn.state.get("awaiting", []))[:1] == ["item"]
    waiting = next((draft for draft in drafts.drafts_of(turn) if draft.kind == "item"), None)
    only = told.items[0] if len(told.items) == 1 else None
    if not asked or waiting is None or only is None or not only.sku or only.action != "set":
        return told
    try:
        product = get_product(session, only.sku)
    except NotFound:
        return told
    if product.sku in waiting.candidates or only.replaces:
        return told
    drafts.drop(turn, waiting)
    return replace(told, items=(replace(only, quantity=only.quantity or waiting.quantity),))


def _is_written_as_a_name(text: str) -> bool:
    """`Sarah Lim`: some tell their name whatever is asked."""
    words = text.split()
    return 2 <= len(words) <= 5 and all(word.isalpha() and word.istitle() for word in words)


def _draft_answer(
    session: Session, turn: Turn, cart: Cart, answer: str, result: Result
) -> tuple[ItemChange, ...]:
    """Yes to what is left, no to the whole wish, or the number of a product in the list."""
    draft = drafts.drafts_of(turn)[0]
    if turn.parse.yes and draft.kind == "quantity":
        return (ItemChange(draft.variant, draft.left, draft.action),)
    if turn.parse.no:
        drafts.drop(turn, draft)
        return _dropped(session, turn, cart, draft, result)
    if turn.parse.yes:
        return ()
    number = re.search(r"\d+", answer)
    if draft.kind == "item" and number and 1 <= int(number.group()[:3]) <= len(draft.candidates):
        return (ItemChange(draft.candidates[int(number.group()[:3]) - 1], None, draft.action),)
    if draft.kind == "item":
        named = [
            sku for sku in draft.candidates if turn.parse.items and sku == turn.parse.items[0].product_sku
        ]
        if named:
            return (ItemChange(named[0], None, draft.action),)
    result.misfit = draft.kind
    return ()


def _dropped(
    session: Session, turn: Turn, cart: Cart, draft: drafts.Draft, result: Result
) -> tuple[ItemChange, ...]:
    result.changed = True
    if draft.kind == "item":
        result.said.append(say(turn.language, "wish_dropped"))
        return ()
    product = get_product(session, draft.sku)
    short = next((v for v in product.variants if v.sku == draft.variant), None)
    held = {line.variant_id for line in cart.lines}
    if draft.replaces == draft.variant and short is not None and short.id in held:
        return (ItemChange(draft.variant, None, "remove"),)
    result.said.append(say(turn.language, "draft_dropped", name=product_name(product, turn.language)))
    return ()


def _say_new_order(turn: Turn, before: dict[str, Any], result: Result) -> None:
    """Goods wished for right after an order go into an order of their own, and that is said."""
    placed = turn.state.get("placed")
    if placed and not before["lines"] and (result.added or drafts.drafts_of(turn)):
        result.said.insert(0, say(turn.language, "new_order", code=placed["code"]))
        turn.state.pop("placed")
