"""The catalogue's words for `nlu`, built again only when the catalogue has changed."""

from threading import Lock

from sqlalchemy import func, select

from core.catalogue.models import Product, Variant
from core.catalogue.queries import active_products
from core.db import Database
from nlu import Lexicon, OptionWords, ProductWords, ValueWords, VariantWords

_MARK = select(
    select(func.count()).select_from(Product).scalar_subquery(),
    select(func.sum(Product.version)).scalar_subquery(),
    select(func.max(Product.id)).scalar_subquery(),
    select(func.count()).select_from(Variant).scalar_subquery(),
    select(func.sum(Variant.version)).scalar_subquery(),
)


class CatalogueWords:
    """Any process sees a change at its next message: the versions in the database say so."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._lock = Lock()
        self._mark: tuple[object, ...] = ()
        self._words: tuple[ProductWords, ...] = ()
        self._lexicon = Lexicon.build(())

    def lexicon(self) -> Lexicon:
        with self._db.read_transaction() as session:
            mark = tuple(session.execute(_MARK).one())
            if mark == self._mark:
                return self._lexicon
            with self._lock:
                if mark != self._mark:
                    self._read(tuple(product_words(p) for p in active_products(session)))
                    self._mark = mark
                return self._lexicon

    def known(self) -> Lexicon:
        """As it was asked for last: for whoever has only just asked."""
        return self._lexicon

    def _read(self, words: tuple[ProductWords, ...]) -> None:
        """A price or a cost also counts as a new version, and leaves every word as it was."""
        if words != self._words:
            self._lexicon = Lexicon.build(words)
            self._words = words


def product_words(product: Product) -> ProductWords:
    return ProductWords(
        sku=product.sku,
        names=tuple(name for name in (product.name, product.name_en, *product.aliases) if name),
        category=tuple(name for name in (product.category, product.category_en) if name),
        options=tuple(
            OptionWords(
                option["name"],
                (option.get("name_en") or "",),
                tuple(
                    ValueWords(value, tuple(option.get("values_en") or ())[index : index + 1])
                    for index, value in enumerate(option["values"])
                ),
            )
            for option in product.options
        ),
        variants=tuple(VariantWords(v.sku, dict(v.option_values)) for v in product.variants if v.active),
    )
