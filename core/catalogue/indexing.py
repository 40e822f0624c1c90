"""What products are found by: one row each, written in the transaction of the product's own write.

SQLite keeps an FTS5 table over these rows by triggers, PostgreSQL GIN indexes: see migration 0010. Both hold the same
words, cut and folded here, so that both find the same.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from core.catalogue.folding import fold
from core.catalogue.models import Product, ProductSearch, SearchSlip
from core.catalogue.wording import Text, tokens
from core.db import insert_rows

MAX_WORD = 60
"""Longer ones are no words; PostgreSQL could not keep them."""
_HANGUL = re.compile("[\uac00-\ud7a3]+")
_CORRECTABLE = re.compile(r"[^\W\d_]{3,24}")
_CHUNK = 400


def index_new(session: Session, products: Iterable[tuple[Mapping[str, Any], Collection[str]]]) -> None:
    """Rows of products that were never indexed, each with the SKUs of its variants."""
    rows = [index_row(product, skus) for product, skus in products]
    insert_rows(session, ProductSearch, rows)
    _add_slips(session, {word for row in rows for word in row["named_plain"].split()})


def index_again(session: Session, products: Sequence[Product]) -> None:
    """After a change; `variants` must be loaded."""
    session.flush()
    kept: dict[str, int] = {}
    for start in range(0, len(products), _CHUNK):
        ids = [product.id for product in products[start : start + _CHUNK]]
        gone = session.execute(
            delete(ProductSearch)
            .where(ProductSearch.product_id.in_(ids))
            .returning(ProductSearch.product_id, ProductSearch.number)
            .execution_options(synchronize_session=False)
        )
        kept |= dict(gone.all())
    columns = Product.__table__.columns.keys()
    rows = []
    for product in products:
        values = {name: getattr(product, name) for name in columns}
        rows.append(index_row(values, [v.sku for v in product.variants]))
        if product.id in kept:
            rows[-1]["number"] = kept[product.id]
    for has_number in (True, False):
        insert_rows(session, ProductSearch, [row for row in rows if ("number" in row) is has_number])
    _add_slips(session, {word for row in rows for word in row["named_plain"].split()})


def index_row(product: Mapping[str, Any], skus: Iterable[str]) -> dict[str, Any]:
    options = product["options"]
    values = [value for o in options for value in (*o["values"], *(o.get("values_en") or ()))]
    named = Text.of(
        product["name"], product["name_en"], product["category"], product["category_en"], product["brand"],
        *product["aliases"], *values,
    )  # fmt: skip
    told = Text.of(
        product["description"], product["description_en"],
        *(f"{spec['name']}: {spec['value']}" for spec in product["specifications"]),
    )  # fmt: skip
    more = [name for o in options for name in (o["name"], o.get("name_en") or "")]
    return {
        "product_id": product["id"],
        "on_sale": product["status"] == "active",
        "named": named.marked,
        "named_plain": named.plain,
        "told": told.marked,
        "told_plain": told.plain,
        "name_words": " ".join(
            dict.fromkeys([*index_words(named.plain, " ".join(more)), *_codes(product["sku"], *skus)])
        ),
        "told_words": " ".join(dict.fromkeys(index_words(told.plain))),
    }


def index_words(*texts: str) -> list[str]:
    """The words of texts as they stand in the index and in what is looked for there."""
    words = [plain_word(word) for text in texts for word in tokens(text)]
    for text in texts:
        for run in _HANGUL.findall(text.replace(" ", "")) if _HANGUL.search(text) else ():
            words += [*run, *syllable_pairs(run)]
    return [word for word in words if word]


def plain_word(word: str) -> str:
    """Folded, without the apostrophe at which the databases' own cutters differ."""
    return fold(word).replace("'", "").replace("’", "")[:MAX_WORD]


def syllable_pairs(text: str) -> list[str]:
    """Korean is written together as one likes: it is found by its pairs of syllables."""
    return [text[i : i + 2] for i in range(len(text) - 1)] or [text]


def slips_of(word: str, missing: int = 1) -> set[str]:
    """The word, and what is left of it when up to so many letters are missing: two words that share one are close."""
    found, newest = {word}, {word}
    for _ in range(missing):
        newest = {w[:i] + w[i + 1 :] for w in newest for i in range(len(w))}
        found |= newest
    return found


def _codes(*skus: str) -> list[str]:
    """By their parts, and written together: `AT-01` is found as `at 01` and `at01`."""
    found = []
    for sku in skus:
        parts = [plain_word(part) for part in tokens(fold(sku))]
        found += [*parts, "".join(parts)[:MAX_WORD]]
    return [code for code in found if code]


def _add_slips(session: Session, words: Iterable[str]) -> None:
    """Words stay when their last product goes: whoever mends a slip looks whether the word is sold."""
    wanted = sorted(word for word in words if _CORRECTABLE.fullmatch(word))
    insert_for = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgres_insert
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        known = set(
            session.scalars(
                select(SearchSlip.word).where(SearchSlip.slip == SearchSlip.word, SearchSlip.slip.in_(chunk))
            )
        )
        rows = [
            {"slip": slip, "word": word}
            for word in chunk
            if word not in known
            for slip in sorted(slips_of(word))
        ]
        if rows:
            session.execute(insert_for(SearchSlip).on_conflict_do_nothing(), rows)
