"""Words to find a product by, without diacritics, and a first lookup for the desk and API."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from core.catalogue.folding import fold
from core.catalogue.models import Product


def search_text(texts: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(" ".join(fold(text) for text in texts).split()))


def detail_text(texts: Iterable[str]) -> str:
    """What the shop wrote about a product, folded; see `Product.detail_text`."""
    return " ".join(" ".join(fold(text) for text in texts).split())


def search_products(
    session: Session, *, text: str, limit: int = 20, after: str | None = None, category: str | None = None
) -> list[Product]:
    """Products that hold every word of `text`, in any order; oldest first, `after` the id already seen."""
    words = fold(text[:200]).split()[:10]
    statement = select(Product).where(Product.status == "active").options(selectinload(Product.variants))
    for word in words:
        statement = statement.where(Product.search_text.contains(word, autoescape=True))
    if category is not None:
        statement = statement.where(Product.category == category)
    if after is not None:
        statement = statement.where(Product.id > after)
    return list(session.scalars(statement.order_by(Product.id).limit(limit)))
