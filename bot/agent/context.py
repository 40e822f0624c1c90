"""What a brain is told each turn besides the words: compact, complete, and the same for every brain."""

from typing import Any

from sqlalchemy.orm import Session

from bot.agent.turn import Turn
from bot.replies.cards import order_status_key
from bot.tools.ordering.summary import cart_view
from bot.tools.orders.flows import gathered, open_flow
from core.catalogue.models import Variant
from core.orders.queries import customer_orders, open_cart
from core.shop import shop_profile


def turn_context(session: Session, turn: Turn) -> dict[str, Any]:
    profile = shop_profile(session)
    cart = open_cart(session, customer_id=turn.actor.id)
    view = cart_view(session, cart, turn.language) if cart is not None and cart.lines else None
    products = {}
    if cart is not None:
        for line in cart.lines:
            variant = session.get_one(Variant, line.variant_id)
            products[variant.sku] = variant.product_id
    return {
        "shop": {"name": profile.name, "payment_methods": profile.payment_methods},
        "language": turn.language,
        "cart": view,
        "awaiting": turn.state.get("awaiting", []),
        "shown": turn.state.get("shown", []),
        "draft": turn.state.get("draft"),
        "quote_id": turn.quote_shown_before or None,
        "flow": open_flow(turn.state),
        "invoice_wished": bool(gathered(turn, "invoice")),
        "unsure": turn.state.get("unsure", 0),
        "orders": [
            {
                "code": order.code,
                "status": order_status_key(order),
                "total": order.total,
                "lines": [{"sku": line.sku, "quantity": line.quantity} for line in order.lines],
            }
            for order in customer_orders(session, customer_id=turn.actor.id, limit=5)
        ],
    }
