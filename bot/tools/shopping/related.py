"""One thing more that goes with what was just chosen: at most one in a conversation, never twice."""

from typing import Any

from sqlalchemy.orm import Session

from bot.agent.turn import Turn
from bot.replies.cards import product_card, product_name
from bot.replies.texts import say
from bot.tools.shopping.memory import recall, remember
from bot.tools.shopping.telling import format_dong_range, has_stock, on_sale, stock_of
from core.catalogue.models import Product, Variant
from core.catalogue.queries import get_product
from core.errors import NotFound
from core.orders.popularity import bought_together
from core.orders.queries import open_cart


def related_offer(session: Session, turn: Turn, product: Product) -> tuple[str, dict[str, Any]] | None:
    """A short sentence and a card; None when there is nothing in stock to offer, or was something before."""
    if recall(turn, "related_offered") or turn.parse.no:
        return None
    in_cart = _products_in_cart(session, turn)
    for sku in [*product.related, *bought_together(session, product.id)]:
        try:
            other = get_product(session, sku)
        except NotFound:
            continue
        available = stock_of(session, [other])
        if other.id in in_cart or other.status != "active" or not has_stock(other, available):
            continue
        if not on_sale(other):
            continue
        remember(turn, related_offered=other.sku)
        text = say(
            turn.language, "related_offer", name=product_name(other, turn.language),
            price=format_dong_range(other),
        )  # fmt: skip
        return text, product_card(other, available, turn.language)
    return None


def _products_in_cart(session: Session, turn: Turn) -> set[str]:
    cart = open_cart(session, customer_id=turn.actor.id)
    lines = cart.lines if cart is not None else []
    return {session.get_one(Variant, line.variant_id).product_id for line in lines}
