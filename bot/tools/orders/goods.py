"""Which of an order's lines, or which goods instead, a customer means."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from bot.replies.cards import line_text, variant_name
from core.catalogue.models import Product, Variant
from core.catalogue.queries import get_product
from core.errors import NotFound
from core.orders.models import OrderLine
from core.stock.queries import available_by_variant


@dataclass(frozen=True)
class Meant:
    """`sku` of a variant or of a product; `options` (name → value) narrow a product down.

    `action` is set, add or remove; `replaces` is the SKU on the order whose place this one takes.
    """

    sku: str
    quantity: int | None = None
    action: str = "set"
    options: dict[str, str] = field(default_factory=dict)
    replaces: str = ""


def lines_meant(session: Session, lines: Sequence[OrderLine], meant: Meant) -> list[OrderLine]:
    """Of the order's lines those that fit: the variant itself, else variants of that product with these options."""
    exact = [line for line in lines if line.sku == meant.sku]
    if exact:
        return exact
    product = product_of(session, meant.sku)
    if product is None:
        return []
    fitting = {
        v.sku
        for v in product.variants
        if all(v.option_values.get(name) == value for name, value in meant.options.items())
    }
    return [line for line in lines if line.sku in fitting]


def variants_meant(session: Session, meant: Meant) -> tuple[Product | None, list[Variant]]:
    """The product and its variants on sale that fit what was said; one is a choice, several are a question."""
    product = product_of(session, meant.sku)
    if product is None or product.status != "active":
        return None, []
    exact = [v for v in product.variants if v.sku == meant.sku and v.active]
    if exact:
        return product, exact
    return product, [
        v
        for v in product.variants
        if v.active and all(v.option_values.get(name) == value for name, value in meant.options.items())
    ]


def product_of(session: Session, sku: str) -> Product | None:
    try:
        return get_product(session, sku)
    except NotFound:
        return None


def others_of(session: Session, product: Product, *, but: str) -> list[str]:
    """SKUs of the same product that can be had now."""
    available = available_by_variant(session, [v.id for v in product.variants])
    return [v.sku for v in product.variants if v.active and v.sku != but and available[v.id] > 0]


def name_of(session: Session, sku: str, language: str) -> str:
    product = product_of(session, sku)
    variant = next((v for v in product.variants if v.sku == sku), None) if product else None
    return variant_name(product, variant, language) if product and variant else sku


def line_name(line: OrderLine, language: str, quantity: int | None = None) -> str:
    """`2 × Áo thun (Đen, L)` as it stands on the order, whatever became of the catalogue."""
    row = {
        "quantity": line.quantity if quantity is None else quantity, "name": line.name, "name_en": line.name_en,
        "option_text": line.option_text, "option_text_en": line.option_text_en or line.option_text,
    }  # fmt: skip
    return line_text(row, language)
