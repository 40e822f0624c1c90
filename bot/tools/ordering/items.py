"""Goods into the cart and out of it; what is short is said with what can be had instead."""

from typing import Any

from sqlalchemy.orm import Session

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.asking import ask_for
from bot.replies.cards import variant_name
from bot.replies.texts import say
from bot.tools.ordering.changes import ItemChange, OrderChanges, Result
from bot.tools.shopping.showing import other_variants, variant_line
from core.catalogue.models import Product, Variant
from core.catalogue.queries import get_product
from core.errors import NotFound
from core.orders.carts import set_lines
from core.orders.models import Cart
from core.shop import ShopProfile
from core.stock.queries import available_by_variant


def wholesale_limit(profile: ShopProfile, changes: OrderChanges) -> int | None:
    limit = profile.wholesale_from_qty
    most = max((item.quantity or 0 for item in changes.items), default=0)
    return limit if limit is not None and most >= limit else None


def wholesale_outcome(turn: Turn, limit: int) -> ToolOutcome:
    turn.state["handoff"] = "wholesale"
    said = say(turn.language, "wholesale", quantity=limit)
    return turn.note(ToolOutcome("update_order", True, said, {"wholesale_from": limit}, awaiting=()))


def apply_items(
    session: Session, turn: Turn, cart: Cart, items: tuple[ItemChange, ...], result: Result
) -> None:
    quantities = {line.variant_id: line.quantity for line in cart.lines}
    for item in items:
        try:
            product = get_product(session, item.sku)
        except NotFound:
            result.said.append(say(turn.language, "refused", reason=item.sku[:40]))
            continue
        variant = _choose_variant(product, item)
        if variant is None:
            _ask_variant(turn, product, item, result)
            continue
        turn.state.pop("draft", None)
        _apply_item(session, turn, cart, product, variant, item, quantities, result)


def _apply_item(
    session: Session,
    turn: Turn,
    cart: Cart,
    product: Product,
    variant: Variant,
    item: ItemChange,
    quantities: dict[str, int],
    result: Result,
) -> None:
    current = quantities.get(variant.id, 0)
    wanted = 0 if item.action == "remove" else (item.quantity or 1) + (current if item.action == "add" else 0)
    if wanted:
        available = available_by_variant(session, [v.id for v in product.variants])
        if available[variant.id] < wanted:
            short = [{"sku": variant.sku, "asked": wanted, "available": available[variant.id]}]
            text = short_text(session, short, turn.language)
            result.asks.append(("quantity" if available[variant.id] else "variant", text))
            turn.state["draft"] = {"sku": product.sku, "quantity": item.quantity, "options": {}}
            if available[variant.id]:
                turn.state["draft"] = {"sku": variant.sku, "quantity": None, "options": {}}
            return
    if wanted and not any(quantities.values()):
        result.first = product
    set_lines(session, cart_id=cart.id, quantities={variant.sku: wanted}, now=turn.services.clock())
    quantities[variant.id] = wanted
    text = variant_line(product, variant, turn.language, wanted or current)
    (result.added if wanted else result.removed).append(text)


def _choose_variant(product: Product, item: ItemChange) -> Variant | None:
    """The one variant that fits; None when the options still leave a choice."""
    exact = next((v for v in product.variants if v.sku == item.sku), None)
    if exact is not None:
        return exact
    fitting = [
        v
        for v in product.variants
        if v.active and all(v.option_values.get(name) == value for name, value in item.options.items())
    ]
    return fitting[0] if len(fitting) == 1 else None


def _ask_variant(turn: Turn, product: Product, item: ItemChange, result: Result) -> None:
    turn.state["draft"] = {"sku": product.sku, "quantity": item.quantity, "options": item.options}
    turn.state["shown"] = [product.sku]
    result.asks.append(("variant", ask_for(turn.language, "variant", product=product, known=item.options)))


def short_text(session: Session, lines: list[dict[str, Any]], language: str) -> str:
    texts = []
    for line in lines:
        product = get_product(session, line["sku"])
        variant = next(v for v in product.variants if v.sku == line["sku"])
        name = variant_name(product, variant, language)
        available = available_by_variant(session, [v.id for v in product.variants])
        if line["available"]:
            texts.append(say(language, "short", name=name, available=line["available"]))
        else:
            texts.append(say(language, "out_of_stock", name=name))
            texts.append(other_variants(product, available, language))
    return " ".join(text for text in texts if text)
