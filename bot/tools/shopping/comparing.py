"""Two or more products, or variants of one, side by side: price, what is left, and what tells them apart."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.cards import product_name, variant_name
from bot.replies.texts import say
from bot.tools.shopping.finding import named_values, nothing_found
from bot.tools.shopping.memory import closing_an_order
from bot.tools.shopping.quoting import describe
from bot.tools.shopping.telling import (
    cards_of,
    fitting,
    has_stock,
    left_text,
    on_sale,
    price_text,
    stock_of,
    values_of,
)
from core.catalogue.finding import Wish, find_by_wish
from core.catalogue.folding import fold
from core.catalogue.models import Product, Variant
from core.catalogue.queries import get_product
from core.catalogue.wording import topic_label
from core.errors import NotFound

MOST = 4


def compare_products(turn: Turn, *, skus: Sequence[str], said: str = "") -> ToolOutcome:
    language = turn.language
    sides: list[tuple[Product, list[Variant]]] = []
    with turn.services.db.read_transaction() as session:
        for sku in list(dict.fromkeys(skus))[:MOST]:
            try:
                product = get_product(session, sku)
            except NotFound:
                continue
            sides.append((product, fitting(product, sku, {})))
        if len(sides) < 2 and said and not _lines_of_one(session, turn, sides, said):
            sides = _alike(session, sides, said)
        if not sides:
            return nothing_found(session, turn, "compare_products", said or ", ".join(skus))
        products = list({product.id: product for product, _ in sides}.values())
        available = stock_of(session, products)
    lines = (
        [_line(product, variants, products, available, language) for product, variants in sides]
        if len(sides) > 1
        else _lines_by_value(sides[0][0], available, said, language)
    )
    if len(lines) < 2:
        return turn.note(
            ToolOutcome("compare_products", False, "", ask=say(language, "ask_compare"), awaiting=("item",))
        )
    turn.state["shown"] = [product.sku for product in products]
    data = {
        "sides": [
            {
                "sku": variants[0].sku if len(variants) == 1 else product.sku,
                "version": product.version,
                "prices": sorted({v.price for v in variants}),
            }
            for product, variants in sides
        ]
    }
    text = say(language, "compare_opening") + "\n" + "\n".join(lines)
    ask = "" if closing_an_order(turn) else say(language, "ask_which_one")
    cards = cards_of(products, available, language)
    return turn.note(ToolOutcome("compare_products", True, text, data, cards, ask=ask))


def _alike(
    session: Session, sides: list[tuple[Product, list[Variant]]], said: str
) -> list[tuple[Product, list[Variant]]]:
    alike = [p for p in find_by_wish(session, Wish(said)) if on_sale(p)]
    if len(alike) < 2 and sides:
        alike = _namesakes(session, sides[0][0])
    return [(p, on_sale(p)) for p in alike[:MOST]] if len(alike) > 1 else sides


def _namesakes(session: Session, product: Product) -> list[Product]:
    """`Sạc 10000 mAh` and `Sạc 20000 mAh`: what has the same name but for its figures."""
    name = _without_figures(product.name)
    alike = find_by_wish(session, Wish(category=product.category)) if product.category else []
    return [
        product,
        *(p for p in alike if p.id != product.id and _without_figures(p.name) == name and on_sale(p)),
    ]


def _without_figures(name: str) -> str:
    return " ".join(word for word in fold(name).split() if not any(c.isdigit() for c in word))


def _lines_of_one(
    session: Session, turn: Turn, sides: Sequence[tuple[Product, list[Variant]]], said: str
) -> list[str]:
    if not sides:
        return []
    return _lines_by_value(sides[0][0], stock_of(session, [sides[0][0]]), said, turn.language)


def _line(
    product: Product,
    variants: list[Variant],
    products: Sequence[Product],
    available: dict[str, int],
    language: str,
) -> str:
    alone = len(variants) == 1 and len(on_sale(product)) > 1
    name = variant_name(product, variants[0], language) if alone else product_name(product, language)
    parts = [price_text(product, variants, language)]
    if not any(available.get(v.id, 0) > 0 for v in variants) or not has_stock(product, available):
        parts.append(say(language, "sold_out_mark"))
    elif not alone:
        left = left_text(product, variants, available, language)
        parts += [say(language, "left_mark", values=left)] if left else []
    if len(products) > 1:
        parts += _own_traits(product, products, language)
    return f"• {name}: {'; '.join(part.rstrip('.') for part in parts)}."


def _lines_by_value(product: Product, available: dict[str, int], said: str, language: str) -> list[str]:
    """One product by the values of one option, with what its description says of them."""
    option, values = _compared(product, said)
    lines, names = [], []
    for value in values[:MOST]:
        own = [v for v in on_sale(product) if v.option_values[option] == value]
        left = left_text(product, own, available, language)
        mark = say(language, "left_mark", values=left) if left else say(language, "sold_out_mark")
        names.append(values_of(own[0], language)[option])
        lines.append(f"• {names[-1]}: {price_text(product, own, language)}; {mark}.")
    return [*lines, *_told_of(product, names, language)] if len(lines) > 1 else lines


def _compared(product: Product, said: str) -> tuple[str, list[str]]:
    """The values that were named; all of the option of which one was, else of the one that decides the price."""
    by_price = []
    for option in product.options:
        named = named_values(option, said)
        prices: dict[str, int] = {v.option_values[option["name"]]: v.price for v in on_sale(product)}
        if named:
            sold = [value for value in named if value in prices]
            return option["name"], sold if len(sold) > 1 else list(prices)
        if len(set(prices.values())) > 1:
            by_price.append((option["name"], list(prices)))
    return by_price[0] if by_price else ("", [])


def _told_of(product: Product, names: Sequence[str], language: str) -> list[str]:
    """`Loại thấp 8 cm hợp người nằm ngửa, …`: sentences of the description that name the values."""
    named = [fold(name) for name in names]
    return [text for text in describe(product, language) if any(name in fold(text) for name in named)][:2]


def _own_traits(product: Product, products: Sequence[Product], language: str) -> list[str]:
    """Specifications in which it differs from the others, else the beginning of its description."""
    others = [
        {spec["name"]: spec["value"] for spec in p.specifications} for p in products if p is not product
    ]
    traits = [
        f"{topic_label(spec['name'], language)}: {spec['value']}"
        for spec in product.specifications
        if any(other.get(spec["name"]) != spec["value"] for other in others)
    ][:3]
    return traits if traits and language == "vi" else describe(product, language)[:1] or traits
