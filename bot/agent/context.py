"""What a brain is told each turn besides the words: compact, complete, and the same for every brain."""

from typing import Any

from sqlalchemy.orm import Session

from bot.agent.claims.evidence import Standing
from bot.agent.turn import Turn
from bot.replies.cards import order_status_key
from bot.tools.ordering.summary import cart_view
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
        "drafts": turn.state.get("drafts", []),
        "last_item": turn.state.get("last_item", ""),
        "placed": turn.state.get("placed"),
        "undo": bool(turn.state.get("undo")),
        "question": turn.state.get("question", ""),
        "quote_id": turn.quote_shown_before or None,
        "pending": turn.state.get("pending"),
        "invoice": turn.state.get("invoice"),
        "unsure": turn.state.get("unsure", 0),
        "orders": [
            {"code": order.code, "status": order_status_key(order), "total": order.total}
            for order in customer_orders(session, customer_id=turn.actor.id, limit=5)
        ],
    }


def standing(turn: Turn, context: dict[str, Any]) -> Standing:
    """What the guard may know beside the tools' answers."""
    cart = context.get("cart") or {}
    pending = context.get("pending") or {}
    own = [str(cart.get(part) or "") for part in ("name", "phone", "address")]
    return Standing(
        customer_text=turn.text,
        own_texts=tuple(text for text in dict.fromkeys([*own, *turn.own_texts]) if text),
        codes=tuple(code for code in (*_codes(context), str(pending.get("code") or "")) if code),
        known_words=(context["shop"]["name"], *(line["name"] for line in cart.get("lines", ()))),
        catalogue=_catalogue_names(turn),
        handed_off=bool(turn.state.get("handoff")),
    )


def _codes(context: dict[str, Any]) -> list[str]:
    return [str(order["code"]) for order in context["orders"]]


def _catalogue_names(turn: Turn) -> tuple[str, ...]:
    products = turn.services.lexicon().products.values()
    return tuple(name for product in products for name in product.names[:2])
