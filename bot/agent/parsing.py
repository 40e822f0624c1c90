"""From a turn's context to what `nlu` needs to understand the message."""

from typing import Any

from nlu import CartItem, Context, Lexicon, Parse, parse


def understand(text: str, context: dict[str, Any], lexicon: Lexicon) -> Parse:
    cart = context.get("cart") or {"lines": []}
    awaiting = context.get("awaiting") or [None]
    return parse(
        text,
        Context(
            lexicon=lexicon,
            awaiting=awaiting[0],
            shown=tuple(context.get("shown", ())),
            cart=tuple(
                CartItem(
                    product_sku=lexicon.product_of(line["sku"]) or line["sku"],
                    variant_sku=line["sku"],
                    quantity=line["quantity"],
                )
                for line in cart["lines"]
            ),
            order_codes=tuple(order["code"] for order in context.get("orders", ())),
        ),
    )
