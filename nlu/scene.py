"""What a message's words are read against: the catalogue, what was shown, the cart."""

from collections.abc import Sequence
from dataclasses import dataclass

from nlu.lexicon import Lexicon
from nlu.models import CartItem, ProductWords


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
