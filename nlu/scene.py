"""What a message's words are read against: the catalogue, what was shown, the cart."""

from collections.abc import Sequence
from dataclasses import dataclass

from nlu.lexicon import Lexicon
from nlu.models import CartItem, ProductWords
from nlu.normalise import fold
from nlu.phrases import Mark
from nlu.wordlists import words


@dataclass(frozen=True)
class Talked:
    """What was asked about last: the product with what was said of it."""

    product_sku: str
    options: dict[str, str]
    quantity: int | None = None


@dataclass(frozen=True)
class Scene:
    """What the words are read against."""

    lexicon: Lexicon
    shown: Sequence[str]
    cart: Sequence[CartItem]
    change: str | None
    swaps: bool = False
    """One value is named to be given up for another: the last one counts."""
    awaiting: str | None = None
    talked: Talked | None = None
    parted: bool = False
    """`chả lấy 2 thôi, thêm 1 nem`: of one thing another number, and something beside it."""
    same: bool = False
    """`size đó`, `cùng màu`: the rest as it is in the cart."""
    several: bool = False
    """More than one thing is named."""
    mixed: bool = False
    """One thing goes and another comes in the same message."""


def variant_options(product: ProductWords, variant_sku: str) -> dict[str, str]:
    return next((dict(v.options) for v in product.variants if v.sku == variant_sku), {})


def variant_with(product: ProductWords, options: dict[str, str]) -> str | None:
    fitting = [
        v.sku
        for v in product.variants
        if all(v.options.get(name) == value for name, value in options.items())
    ]
    return fitting[0] if len(fitting) == 1 else None


def counted_line(product: ProductWords, scene: Scene) -> str | None:
    """The one line of the cart that has this product."""
    lines = [item.variant_sku for item in scene.cart if item.product_sku == product.sku]
    return lines[0] if len(lines) == 1 else None


def as_in_the_cart(product: ProductWords, chosen: dict[str, str], scene: Scene) -> dict[str, str]:
    """The rest of the options as the one line of the cart has them."""
    line = counted_line(product, scene)
    if line is None or not chosen:
        return chosen
    both = {**variant_options(product, line), **chosen}
    return both if variant_with(product, both) else chosen


def missing_values(product: ProductWords, options: Sequence[Mark], lexicon: Lexicon) -> dict[str, str]:
    """`one blue`, of mats that come in purple and green: a value of the same option that only other goods have."""
    names = {fold(option.name): option.name for option in product.options}
    missing = {}
    for mark in options:
        keys = mark.keys | mark.near
        lacking = sorted((names[name], value) for name, value in keys if name in names)
        if mark.negated or not lacking or lexicon.match(product.sku, keys) or mark.text[0].isdigit():
            continue
        if mark.text not in words().doubtful_values and len({name for name, _ in lacking}) == 1:
            missing[lacking[0][0]] = _as_said(mark, lexicon)
    return missing


def _as_said(mark: Mark, lexicon: Lexicon) -> str:
    """In the catalogue's spelling where it was said in its words."""
    keys = sorted(mark.keys | mark.near)
    names = (lexicon.values_of[sku][key].value for key in keys for sku in lexicon.having_value.get(key, ()))
    return next((name for name in names if fold(name) == mark.text), mark.text)
