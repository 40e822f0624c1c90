"""How goods are put into words: prices, what is left, lists. Facts from the core's rows only."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.agent.turn import Turn
from bot.replies.cards import product_card, product_name, variant_name
from bot.replies.days import day_text
from bot.replies.texts import say
from core.catalogue.models import Product, Variant
from core.money import format_dong
from core.purchasing.incoming import expected_again
from core.stock.queries import available_by_variant

FEW_LEFT = 5
"""From here down the exact number is told."""
MAX_CARDS = 6
MAX_VALUES = 12


def product_skus(turn: Turn, skus: Sequence[str]) -> tuple[str, ...]:
    """The products of variants; a product's own SKU stays."""
    lexicon = turn.services.lexicon()
    return tuple(dict.fromkeys(lexicon.product_of(sku) or sku for sku in skus))


def stock_of(session: Session, products: Sequence[Product]) -> dict[str, int]:
    return available_by_variant(session, [v.id for p in products for v in p.variants])


def on_sale(product: Product) -> list[Variant]:
    return [variant for variant in product.variants if variant.active]


def cards_of(
    products: Sequence[Product], available: dict[str, int], language: str
) -> tuple[dict[str, object], ...]:
    return tuple(product_card(product, available, language) for product in products[:MAX_CARDS])


def fitting(product: Product, sku: str, options: Mapping[str, str]) -> list[Variant]:
    """The variants on sale that an SKU and some option values leave."""
    exact = [v for v in on_sale(product) if v.sku == sku]
    if exact:
        return exact
    names = {option["name"] for option in product.options}
    wanted = {name: value for name, value in options.items() if name in names}
    return [v for v in on_sale(product) if all(v.option_values.get(n) == x for n, x in wanted.items())]


def values_of(variant: Variant, language: str) -> dict[str, str]:
    """Option name (as the shop names it) → value in the customer's language."""
    english = list(variant.option_values_en.values()) if language != "vi" else []
    if len(english) != len(variant.option_values):
        return dict(variant.option_values)
    return dict(zip(variant.option_values, english, strict=True))


def option_names(product: Product, language: str) -> dict[str, str]:
    return {
        option["name"]: (option.get("name_en") or option["name"]) if language != "vi" else option["name"]
        for option in product.options
    }


def price_text(product: Product, variants: Sequence[Variant], language: str) -> str:
    """One price, one for each value of the option that decides it, or the range."""
    prices = sorted({variant.price for variant in variants})
    if len(prices) <= 1:
        return format_dong(prices[0]) if prices else ""
    for option in product.options:
        by_value: dict[str, set[int]] = {}
        for variant in variants:
            by_value.setdefault(values_of(variant, language)[option["name"]], set()).add(variant.price)
        if all(len(own) == 1 for own in by_value.values()) and len(by_value) <= MAX_VALUES:
            return ", ".join(f"{value} {format_dong(min(own))}" for value, own in by_value.items())
    return f"{format_dong(prices[0])} – {format_dong(prices[-1])}"


def left_text(
    product: Product, variants: Sequence[Variant], available: Mapping[str, int], language: str
) -> str:
    """What can be had among these, grouped by the first option that is still open; few pieces are counted."""
    having = [v for v in variants if available.get(v.id, 0) > 0 and v.option_values]
    if not having:
        return ""
    open_names = [
        option["name"]
        for option in product.options
        if len({v.option_values[option["name"]] for v in variants}) > 1
    ]
    if len(open_names) <= 1:
        name = open_names[0] if open_names else product.options[0]["name"]
        return ", ".join(_counted(v, name, available, language) for v in having[:MAX_VALUES])
    groups: dict[str, list[str]] = {}
    for variant in having:
        values = values_of(variant, language)
        rest = " / ".join(values[name] for name in open_names[1:])
        groups.setdefault(values[open_names[0]], []).append(rest)
    if len({tuple(rest) for rest in groups.values()}) == 1:
        return f"{'/'.join(groups)}, {'/'.join(next(iter(groups.values())))}"
    return "; ".join(f"{value}: {'/'.join(rest)}" for value, rest in list(groups.items())[:MAX_VALUES])


def other_variants(product: Product, available: dict[str, int], language: str) -> str:
    """What can be had of this product, in words; empty when nothing or when there is no choice."""
    values = left_text(product, on_sale(product), available, language)
    return say(language, "others_in_stock", values=values) if values else ""


def variant_line(product: Product, variant: Variant, language: str, quantity: int) -> str:
    return f"{quantity} × {variant_name(product, variant, language)}"


def expected_text(session: Session, variants: Sequence[Variant], language: str, now: datetime) -> str:
    """On which day the first of these comes in again; empty when no supplier has promised one."""
    expected = expected_again(session, [variant.id for variant in variants], now=now)
    if not expected:
        return ""
    return say(language, "expected_again", day=day_text(language, min(e.on for e in expected.values())))


def has_stock(product: Product, available: Mapping[str, int]) -> bool:
    return any(available.get(v.id, 0) > 0 for v in on_sale(product))


def list_text(
    products: Sequence[Product], available: Mapping[str, int], language: str, *, stock: bool = False
) -> str:
    lines = []
    for product in products[:MAX_CARDS]:
        price = format_dong_range(product)
        line = f"• {product_name(product, language)}: {price}"
        if not has_stock(product, available):
            line += f" ({say(language, 'sold_out_mark')})"
        elif stock:
            left = left_text(product, on_sale(product), available, language)
            line += f" ({say(language, 'left_mark', values=left)})" if left else ""
        lines.append(line)
    return "\n".join(lines)


def format_dong_range(product: Product) -> str:
    prices = sorted({variant.price for variant in on_sale(product)})
    return " – ".join(dict.fromkeys(format_dong(price) for price in (*prices[:1], *prices[-1:])))


def _counted(variant: Variant, name: str, available: Mapping[str, int], language: str) -> str:
    value = values_of(variant, language)[name]
    left = available[variant.id]
    return f"{value} ({say(language, 'count_left', available=left)})" if left <= FEW_LEFT else value
