"""From a turn's context to what `nlu` needs to understand the message."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from bot.agent.agreement import says_swap
from bot.agent.guesses import without_guesses
from bot.agent.policy.after_sales import DELIVERED
from bot.agent.policy.told import names_placed_order
from nlu import CartItem, Context, Lexicon, Parse, Talked, parse

SURE_NAME = 0.9
"""A name behind a label, a product called by its whole name."""

CHANGING = frozenset({"add_item", "change_item", "remove_item", "exchange_request", "return_request"})
_INTO = re.compile(r"\b(?:sang|qua|thành|thanh|into|to|for)\b|→|->|(?:으로|로)\s", re.IGNORECASE)
_IF_NOT = re.compile(
    r"^\s*(?:(?:nếu|neu|mà|ma|thế|the|vậy|vay|ok|ừ|uh?)\s+)*(?:(?:không|khong|ko|k|hk|hong|hông)\s+(?:có|co|còn|con)|hết|het)"
    r"\b[^,.;\n]{0,30}?\s(?:thì|thi)\s+|^[^,.;\n]{0,20}?\bif\b[^,.;\n]{0,40}?(?:,|\bthen\b)\s*|^[^,.;\n]{0,20}?없으(?:면|시면)\s*",
    re.IGNORECASE,
)
# What `nlu` knows by another name.
_AWAITED = {"exchange": "variant"}


def understand(text: str, context: dict[str, Any], lexicon: Lexicon) -> Parse:
    """Pure. A message is read when it comes in and again by the built-in brain, but worked out once."""
    return _understood(text, json.dumps(context, sort_keys=True), lexicon)


@lru_cache(maxsize=32)
def _understood(text: str, told: str, lexicon: Lexicon) -> Parse:
    """`không có đen thì lấy xanh`: where the whole names nothing, what follows the condition is the wish."""
    context = json.loads(told)
    understood = without_guesses(_understand(text, context, lexicon), context)
    condition = _IF_NOT.match(text) if not understood.items else None
    if condition is None:
        return understood
    wish = without_guesses(_understand(text[condition.end() :], context, lexicon), context)
    if not wish.items:
        return understood
    return replace(
        understood, items=wish.items, intents=wish.intents, yes=False, no=wish.no, quantity=wish.quantity
    )


def _understand(text: str, context: dict[str, Any], lexicon: Lexicon) -> Parse:
    """ "Size M" and "bỏ áo" are about the cart, or about a placed order when that is what is talked of."""
    cart = (context.get("cart") or {"lines": []})["lines"]
    flow = context.get("flow")
    if flow is not None and flow["name"] in ("change", "return"):
        lines, shown = _talked_of(flow, context)
        return _read_of_order(text, context, lexicon, lines, shown)
    understood = _with_known_name(_read_of_cart(text, context, lexicon, cart), context)
    named = names_placed_order(understood)
    changing = (
        named
        or {intent.name for intent in understood.intents} & CHANGING
        or (not cart and _swaps_what_arrived(text, context))
    )
    placed = _placed_lines(understood, context) if changing and (named or not cart) else []
    if not placed:
        return understood
    return _read_of_order(text, context, lexicon, placed, context.get("shown", ()))


def _swaps_what_arrived(text: str, context: dict[str, Any]) -> bool:
    """`đổi sang màu xám`, once every order is with the customer: of its goods, whatever else is called alike."""
    statuses = {order["status"] for order in context.get("orders", ())}
    return bool(statuses) and statuses <= set(DELIVERED) and says_swap(text)


def _with_known_name(understood: Parse, context: dict[str, Any]) -> Parse:
    """A name that was told is not replaced by words beside an address that merely look like one."""
    awaiting, name = context.get("awaiting") or [], understood.name
    known = awaiting[:1] in (["address"], ["ward"]) and "name" not in awaiting
    doubtful = name is not None and name.confidence < SURE_NAME and not understood.phones
    return replace(understood, name=None) if known and doubtful and understood.address_span else understood


def _read_of_order(
    text: str,
    context: dict[str, Any],
    lexicon: Lexicon,
    lines: list[dict[str, Any]],
    shown: Sequence[str],
) -> Parse:
    """Of goods that are on the order, what is said of them is read among those goods first."""
    understood = _read(text, context, lexicon, lines, shown)
    ordered = {line["product"] for line in lines if line["product"] in lexicon.products}
    leading = understood.intents[0].name if understood.intents else ""
    # "The shirt is too wide": of goods that come back, a word in common names no other product.
    coming_back = leading in ("exchange_request", "return_request") or _swaps_what_arrived(text, context)
    least = SURE_NAME if coming_back else 0.0
    others = [
        m for m in understood.items
        if m.product_sku is not None and m.product_sku not in ordered and m.confidence >= least
    ]  # fmt: skip
    if not ordered or others:
        return understood
    own = Lexicon.build(lexicon.products[sku] for sku in sorted(ordered))
    if any(mention.product_sku not in ordered for mention in understood.items):
        # `the shirt` may be ten products of the shop and one of the order: then it is that one.
        understood = _with_items(understood, _read(text, context, own, lines, shown))
    into = _INTO.search(text)
    if into is not None and len(understood.items) == 1 and understood.items[0].variant_sku is None:
        # `size L sang size M` names both: what comes behind is what is wished for.
        understood = _with_items(understood, _read(text[into.end() :], context, own, lines, shown))
    return understood


def _with_items(understood: Parse, narrowed: Parse) -> Parse:
    return replace(understood, items=narrowed.items) if narrowed.items else understood


def _talked_of(flow: dict[str, Any], context: dict[str, Any]) -> tuple[list[dict[str, Any]], Sequence[str]]:
    """(lines, shown): the goods that are coming back, the order that is changed, or what a size is asked of."""
    data = flow["data"]
    if data.get("draft"):
        return [], (data["draft"]["sku"],)
    lines: list[dict[str, Any]] = next(
        (o["lines"] for o in context["orders"] if o["code"] == data.get("code")), []
    )
    chosen = data.get("items") if flow["name"] == "return" else None
    if chosen:
        lines = [line for line in lines if line["sku"] in chosen]
    return lines, context.get("shown", ())


def _placed_lines(understood: Parse, context: dict[str, Any]) -> list[dict[str, Any]]:
    """Of the order that is named, else of the latest."""
    orders = context.get("orders", [])
    named = [order for order in orders if order["code"] in understood.order_codes]
    lines: list[dict[str, Any]] = (named or orders)[0]["lines"] if orders else []
    return lines


def _read_of_cart(text: str, context: dict[str, Any], lexicon: Lexicon, lines: list[dict[str, Any]]) -> Parse:
    shown = context.get("shown", ())
    awaiting = (context.get("awaiting") or [None])[0]
    understood = _read(text, context, lexicon, lines, shown)
    if not (understood.items or shown or lines) and (just := _just_ordered(context)):
        # `1 đơn nữa, ly đó màu hồng`: of what was ordered a moment ago.
        again = _read(text, context, lexicon, lines, just)
        understood = again if any(item.options for item in again.items) else understood
    if understood.name is None and "name" in context.get("awaiting", ()) and _is_only_a_name(understood):
        as_name = _read(text, {**context, "awaiting": ["name"]}, lexicon, lines, shown)
        understood = as_name if as_name.name is not None else understood
    answering = awaiting in ("variant", "item") and bool(context.get("drafts")) and bool(understood.items)
    if answering and all(item.refers == "cart" and item.change != "remove" for item in understood.items):
        # "L" answers the open question; it is no wish to change what lies in the cart already.
        return _read(text, context, lexicon, [], shown)
    return understood


def _just_ordered(context: dict[str, Any]) -> list[str]:
    code = (context.get("placed") or {}).get("code")
    return [
        line["product"]
        for order in context.get("orders", ())
        if code and order["code"] == code
        for line in order["lines"]
    ]


def _is_only_a_name(understood: Parse) -> bool:
    """`Sofia Martins`, told while something else is asked for."""
    said = understood.text.strip(" .,!").split()
    goods = understood.items or understood.mentions or understood.question or understood.yes or understood.no
    return not goods and 2 <= len(said) <= 5 and all(word.isalpha() and word.istitle() for word in said)


def _read(
    text: str,
    context: dict[str, Any],
    lexicon: Lexicon,
    lines: list[dict[str, Any]],
    shown: Sequence[str],
) -> Parse:
    awaiting = (context.get("awaiting") or [None])[0]
    return parse(
        text,
        Context(
            lexicon=lexicon,
            awaiting="invoice"
            if "invoice" in context.get("awaiting", ())
            else _AWAITED.get(awaiting, awaiting)
            if awaiting
            else None,
            shown=tuple(shown),
            cart=tuple(
                CartItem(
                    product_sku=lexicon.product_of(line["sku"]) or line["sku"],
                    variant_sku=line["sku"],
                    quantity=line["quantity"],
                )
                for line in lines
            ),
            order_codes=tuple(order["code"] for order in context.get("orders", ())),
            # A wish that waits for an option knows the others itself.
            talked=Talked(**context["talked"]) if context.get("talked") and awaiting != "variant" else None,
        ),
    )


def talked_of(understood: Parse, before: dict[str, Any] | None) -> dict[str, Any] | None:
    """The one product that a message speaks of, with all that was said of it so far."""
    named = {item.product_sku for item in understood.items}
    sku = named.pop() if len(named) == 1 else None
    if sku is None:
        return before
    item = understood.items[-1]
    earlier = before if before and before["product_sku"] == sku else {"options": {}, "quantity": None}
    return {
        "product_sku": sku,
        "options": {**earlier["options"], **item.options},
        "quantity": item.quantity or earlier["quantity"],
    }
