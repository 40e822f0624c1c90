"""Price and stock of one product, of some of its variants, or of one."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.cards import product_name, variant_name
from bot.replies.texts import say
from bot.tools.shopping.alternatives import alternatives
from bot.tools.shopping.finding import nothing_found
from bot.tools.shopping.memory import closing_an_order, offer
from bot.tools.shopping.telling import (
    FEW_LEFT,
    cards_of,
    expected_text,
    fitting,
    left_text,
    on_sale,
    other_variants,
    price_text,
    stock_of,
    values_of,
    variant_line,
)
from core.catalogue.models import Product, Variant
from core.catalogue.queries import get_product
from core.errors import NotFound

__all__ = ["check_product", "other_variants", "variant_line"]


def check_product(
    turn: Turn,
    *,
    sku: str,
    options: Mapping[str, str] | None = None,
    about: Sequence[str] = (),
    quantity: int = 1,
) -> ToolOutcome:
    """`options` narrow the product down; `about` says what was asked: price, stock or both."""
    language = turn.language
    with turn.services.db.read_transaction() as session:
        try:
            product = get_product(session, sku)
        except NotFound:
            return nothing_found(session, turn, "check_product", sku)
        available = stock_of(session, [product])
        variants = fitting(product, sku, options or {})
        in_stock = [v for v in variants if available[v.id] > 0]
        if in_stock:
            said, ask = _available_text(turn, product, variants, available, about, quantity)
            others: tuple[Product, ...] = ()
        else:
            said, ask, others = _sold_out(session, turn, product, variants, options or {}, available)
        levels = {**available, **stock_of(session, others)}
        cards = cards_of([product, *others], levels, language)
    turn.state["shown"] = [product.sku, *(other.sku for other in others)]
    data = {
        "sku": sku,
        "variants": [
            {"sku": v.sku, "price": v.price, "available": available[v.id]} for v in on_sale(product)
        ],
        "version": product.version,
    }
    return turn.note(ToolOutcome("check_product", True, said, data, cards, ask=ask))


def _available_text(
    turn: Turn,
    product: Product,
    variants: list[Variant],
    available: dict[str, int],
    about: Sequence[str],
    quantity: int,
) -> tuple[str, str]:
    language = turn.language
    if len(variants) == 1:
        variant = variants[0]
        name, price = variant_name(product, variant, language), price_text(product, variants, language)
        left = available[variant.id]
        if left <= FEW_LEFT:
            said = say(language, "few_left", name=name, available=left, price=price)
        else:
            key = "price_is" if list(about) == ["price"] else "in_stock"
            said = say(language, key, name=name, price=price)
        take = say(language, "ask_take")
        count = max(quantity, 1)
        return said, offer(
            turn, "item", take, sku=variant.sku, product=product.sku, options={}, quantity=count
        )
    name = _name_so_far(product, variants, language)
    price = price_text(product, variants, language)
    left_values = left_text(product, variants, available, language)
    if list(about) == ["price"]:
        said = say(language, "price_is", name=name, price=price)
    elif len(variants) < len(on_sale(product)):
        said = say(language, "option_left", name=name, values=left_values, price=price)
    else:
        said = say(language, "in_stock", name=name, price=price)
        said += " " + say(language, "others_in_stock", values=left_values)
    ask = (
        ""
        if closing_an_order(turn)
        else say(language, "ask_which_kind", options=_open(product, variants, language))
    )
    return said, ask


def _sold_out(
    session: Session,
    turn: Turn,
    product: Product,
    variants: list[Variant],
    options: Mapping[str, str],
    available: dict[str, int],
) -> tuple[str, str, tuple[Product, ...]]:
    """Says so; other colours and sizes first, else goods alike; and offers to tell when it is back."""
    language = turn.language
    if not variants:
        asked = ", ".join(options.values())
        said = say(language, "no_such_option", name=product_name(product, language), asked=asked)
        return f"{said} {other_variants(product, available, language)}".strip(), "", ()
    name = _name_so_far(product, variants, language)
    again = expected_text(session, variants, language, turn.services.clock())
    said = f"{say(language, 'out_of_stock', name=name)} {again}".strip()
    others: tuple[Product, ...] = ()
    left = other_variants(product, available, language)
    if left:
        said = f"{said} {left}"
    else:
        others = tuple(alternatives(session, product))
        names = ", ".join(
            f"{product_name(p, language)} ({price_text(p, on_sale(p), language)})" for p in others
        )
        said = f"{said} {say(language, 'alike', names=names)}" if others else said
    sku = variants[0].sku if len(variants) == 1 else product.sku
    ask = offer(turn, "restock", say(language, "ask_restock"), sku=sku, options=dict(options))
    return said, ask, others


def _name_so_far(product: Product, variants: Sequence[Variant], language: str) -> str:
    """The product's name with the option values that all these variants share."""
    name = product_name(product, language)
    if len(variants) == len(on_sale(product)) > 1:
        return name
    told = [values_of(variant, language) for variant in variants]
    shared = [value for key, value in told[0].items() if all(own[key] == value for own in told)]
    return f"{name} ({', '.join(shared)})" if shared else name


def _open(product: Product, variants: Sequence[Variant], language: str) -> str:
    names = [
        (option.get("name_en") or option["name"]) if language != "vi" else option["name"]
        for option in product.options
        if len({v.option_values[option["name"]] for v in variants}) > 1
    ]
    return " & ".join(name.lower() for name in names)
