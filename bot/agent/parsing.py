"""From a turn's context to what `nlu` needs to understand the message."""

from typing import Any

from nlu import CartItem, Context, Intent, Lexicon, Parse, parse

SURE_OF_WISH = 0.8
_WISHES = frozenset(
    {
        "add_item",
        "change_item",
        "remove_item",
        "restart",
        "postpone",
        "deny",
        "affirm",
        "cancel_order",
        "handoff",
    }
)


def understand(text: str, context: dict[str, Any], lexicon: Lexicon) -> Parse:
    awaiting = (context.get("awaiting") or [None])[0]
    cart = context.get("cart") or {"lines": []}
    understood = _parse(text, context, lexicon, awaiting, cart["lines"])
    if awaiting == "name" and understood.name is not None:
        # Asked for a name, people still change their minds: read once more without the question.
        unasked = _parse(text, context, lexicon, None, cart["lines"])
        if unasked.items or unasked.name or any(_is_a_wish(intent) for intent in unasked.intents):
            return unasked
    answering = awaiting in ("variant", "item") and bool(context.get("drafts")) and bool(understood.items)
    if answering and all(item.refers == "cart" and item.change != "remove" for item in understood.items):
        # "L" answers the open question; it is no wish to change what lies in the cart already.
        return _parse(text, context, lexicon, awaiting, [])
    return understood


def _is_a_wish(intent: Intent) -> bool:
    return intent.name in _WISHES and intent.confidence >= SURE_OF_WISH


def _parse(
    text: str, context: dict[str, Any], lexicon: Lexicon, awaiting: str | None, lines: list[dict[str, Any]]
) -> Parse:
    return parse(
        text,
        Context(
            lexicon=lexicon,
            awaiting=awaiting,
            shown=tuple(context.get("shown", ())),
            cart=tuple(
                CartItem(
                    product_sku=lexicon.product_of(line["sku"]) or line["sku"],
                    variant_sku=line["sku"],
                    quantity=line["quantity"],
                )
                for line in lines
            ),
            order_codes=tuple(order["code"] for order in context.get("orders", ())),
        ),
    )
