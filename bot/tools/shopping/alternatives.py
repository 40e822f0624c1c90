"""Goods alike: of the same category, near in price, alike in words, and in stock."""

from sqlalchemy.orm import Session

from bot.tools.shopping.telling import has_stock, on_sale, stock_of
from core.catalogue.finding import Wish, find_by_wish
from core.catalogue.models import Product
from core.catalogue.wording import tokens

MOST = 3


def alternatives(session: Session, product: Product) -> list[Product]:
    if not product.category:
        return []
    alike = [
        other
        for other in find_by_wish(session, Wish(category=product.category))
        if other.id != product.id and on_sale(other)
    ]
    available = stock_of(session, alike)
    alike = [other for other in alike if has_stock(other, available)]
    return sorted(alike, key=lambda other: _distance(product, other))[:MOST]


def _distance(product: Product, other: Product) -> float:
    own, theirs = _price(product), _price(other)
    shared = len(set(tokens(product.name)) & set(tokens(other.name)))
    return abs(own - theirs) / max(own, theirs, 1) - 0.3 * shared


def _price(product: Product) -> int:
    return min((variant.price for variant in on_sale(product)), default=0)
