"""From a turn's context to what `nlu` needs to understand the message."""

from typing import Any

from nlu import CartItem, Context, Lexicon, Parse, parse


def understand(text: str, context: dict[str, Any], lexicon: Lexicon) -> Parse:
    awaiting = (context.get("awaiting") or [None])[0]
    cart = context.get("cart") or {"lines": []}
    understood = _parse(text, context, lexicon, awaiting, cart["lines"])
    answering = awaiting in ("variant", "item") and bool(context.get("drafts")) and bool(understood.items)
    if answering and all(item.refers == "cart" and item.change != "remove" for item in understood.items):
        # "L" answers the open question; it is no wish to change what lies in the cart already.
        return _parse(text, context, lexicon, awaiting, [])
    return understood


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
