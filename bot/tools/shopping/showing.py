"""Products and what can be had of them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.cards import product_card, product_name, variant_name
from bot.replies.texts import say
from core.catalogue.models import Product, Variant
from core.catalogue.queries import get_product, list_products
from core.catalogue.search import search_products
from core.errors import NotFound
from core.money import format_dong
from core.stock.queries import available_by_variant

MAX_CARDS = 6


FEW_LEFT = 5


def find_products(turn: Turn, *, skus: list[str], query: str) -> ToolOutcome:
    """By SKU when known, else by words; at most six cards."""
    with turn.services.db.read_transaction() as session:
        products = _by_sku(session, skus) or (
            search_products(session, text=query, limit=MAX_CARDS) if query else []
        )
        if not products:
            names = ", ".join(categories(session, turn.language))
            return turn.note(
                ToolOutcome("find_products", False, say(turn.language, "not_found", categories=names))
            )
        cards = _cards(session, products[:MAX_CARDS], turn.language)
    turn.state["shown"] = [card["sku"] for card in cards]
    key = "found_one" if len(cards) == 1 else "found"
    lines = "\n".join(f"• {card['title']}: {card['price_text']}" for card in cards)
    return turn.note(
        ToolOutcome(
            "find_products",
            True,
            f"{say(turn.language, key)}\n{lines}",
            {"products": [{"sku": c["sku"], "title": c["title"], "price": c["price"]} for c in cards]},
            tuple(cards),
        )
    )


def browse_catalogue(turn: Turn, *, category: str) -> ToolOutcome:
    """The categories, or some products of one."""
    with turn.services.db.read_transaction() as session:
        if category:
            products = list_products(session, after=None, limit=MAX_CARDS, category=category)
            if products:
                cards = _cards(session, products, turn.language)
                turn.state["shown"] = [card["sku"] for card in cards]
                lines = "\n".join(f"• {card['title']}: {card['price_text']}" for card in cards)
                return turn.note(
                    ToolOutcome(
                        "browse_catalogue", True, f"{say(turn.language, 'found')}\n{lines}", {}, tuple(cards)
                    )
                )
        names = categories(session, turn.language)
    return turn.note(
        ToolOutcome(
            "browse_catalogue",
            True,
            say(turn.language, "catalogue", categories=", ".join(names)),
            {"categories": names},
            quick_replies=tuple(names[:6]),
        )
    )


def check_product(turn: Turn, *, sku: str) -> ToolOutcome:
    """Price and availability of one product (all its variants) or of one variant."""
    language = turn.language
    with turn.services.db.read_transaction() as session:
        try:
            product = get_product(session, sku)
        except NotFound:
            names = ", ".join(categories(session, language))
            return turn.note(
                ToolOutcome("check_product", False, say(language, "not_found", categories=names))
            )
        available = available_by_variant(session, [v.id for v in product.variants])
        variant = next((v for v in product.variants if v.sku == sku), None)
        if variant is None and len(product.variants) == 1:
            variant = product.variants[0]
        card = product_card(product, available, language)
        text = (
            _variant_text(product, variant, available, language)
            if variant is not None
            else _product_text(product, available, language)
        )
    turn.state["shown"] = [product.sku]
    data = {
        "sku": sku,
        "variants": [
            {"sku": v.sku, "price": v.price, "available": available[v.id]}
            for v in product.variants
            if v.active
        ],
        "version": product.version,
    }
    return turn.note(ToolOutcome("check_product", True, text, data, (card,)))


def categories(session: Session, language: str) -> list[str]:
    column = Product.category if language == "vi" else Product.category_en
    rows = session.scalars(select(column).distinct().where(Product.status == "active", column != ""))
    return sorted(rows)


def variant_line(product: Product, variant: Variant, language: str, quantity: int) -> str:
    return f"{quantity} × {variant_name(product, variant, language)}"


def _by_sku(session: Session, skus: list[str]) -> list[Product]:
    found: dict[str, Product] = {}
    for sku in skus[:MAX_CARDS]:
        try:
            product = get_product(session, sku)
        except NotFound:
            continue
        found.setdefault(product.sku, product)
    return list(found.values())


def _cards(session: Session, products: list[Product], language: str) -> list[dict[str, object]]:
    available = available_by_variant(session, [v.id for p in products for v in p.variants])
    return [product_card(product, available, language) for product in products]


def _variant_text(product: Product, variant: Variant, available: dict[str, int], language: str) -> str:
    name, price = variant_name(product, variant, language), format_dong(variant.price)
    left = available[variant.id]
    if left > FEW_LEFT:
        return say(language, "in_stock", name=name, price=price)
    if left > 0:
        return say(language, "few_left", name=name, available=left, price=price)
    return " ".join(
        [say(language, "out_of_stock", name=name), other_variants(product, available, language)]
    ).strip()


def _product_text(product: Product, available: dict[str, int], language: str) -> str:
    name = product_name(product, language)
    card = product_card(product, available, language)
    if not card["in_stock"]:
        return say(language, "out_of_stock", name=name)
    first = say(language, "in_stock", name=name, price=card["price_text"])
    return " ".join([first, other_variants(product, available, language)]).strip()


def other_variants(product: Product, available: dict[str, int], language: str) -> str:
    """What can be had of this product, in words; empty when nothing or when there is no choice."""
    values = [
        ", ".join((v.option_values if language == "vi" else v.option_values_en or v.option_values).values())
        for v in product.variants
        if v.active and available.get(v.id, 0) > 0 and v.option_values
    ]
    return say(language, "others_in_stock", values="; ".join(values[:12])) if values else ""
