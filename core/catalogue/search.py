"""Looking words up in the index of products, the same on both databases, and the search of the desk and the API."""

import difflib
import re
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, bindparam, literal_column, select, text
from sqlalchemy.orm import Session, selectinload

from core.catalogue.indexing import index_words, plain_word, slips_of, syllable_pairs
from core.catalogue.models import Product, ProductSearch, SearchSlip
from core.catalogue.wording import alike, tokens

MAX_WORDS = 10
_HELD = re.compile(r"([a-z])\1+$")
_HANGUL = re.compile("[\uac00-\ud7a3]")


def any_of(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def all_of(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({' AND '.join(parts)})"


def word(value: str, *, begins: bool = False) -> str:
    """`begins`: any word that begins so. A word has no mark in it that either database would read as its own."""
    return f'"{value}"*' if begins else f'"{value}"'


def phrase(said: str) -> str:
    """All words of a phrase, wherever they stand; empty when it has none."""
    if _HANGUL.match(said):
        return all_of([word(pair) for pair in syllable_pairs(said.replace(" ", ""))])
    parts = [any_of([word(form) for form in _forms(w)]) for w in index_words(said)]
    return all_of(parts)


def holds(session: Session, looked_for: str, *, names_only: bool = False) -> ColumnElement[bool]:
    """The condition on `ProductSearch` that a product is on sale and its index holds this."""
    if session.get_bind().dialect.name == "sqlite":
        scoped = f"name_words : ({looked_for})" if names_only else looked_for
        return ProductSearch.number.in_(
            select(literal_column("rowid"))
            .select_from(text("product_search_fts"))
            .where(
                text("product_search_fts MATCH :looked_for").bindparams(
                    bindparam("looked_for", scoped, unique=True)
                )
            )
        )
    query = looked_for.replace("'", "").replace('"*', "':*").replace('"', "'")
    query = query.replace(" OR ", " | ").replace(" AND ", " & ")
    column = "name_vector" if names_only else "word_vector"
    condition = text(f"product_search.on_sale AND product_search.{column} @@ CAST(:looked_for AS tsquery)")
    return condition.bindparams(bindparam("looked_for", query, unique=True))  # type: ignore[return-value]


def nearest_word(session: Session, slip: str) -> str | None:
    """The catalogue's own word that a slip of the pen meant; None when none on sale is close.

    A letter held too long or two in the wrong order, else the closest word; short words have to be closer, they are
    so many.
    """
    held = _HELD.sub(r"\1", slip)
    forms = slips_of(slip, 2 if 6 < len(slip) <= 16 else 1) | {held}
    near = set(session.scalars(select(SearchSlip.word).distinct().where(SearchSlip.slip.in_(forms)))) - {slip}
    ranked = difflib.get_close_matches(slip, sorted(near), n=4, cutoff=0.75 if len(slip) > 5 else 0.87)
    swapped = [candidate for candidate in sorted(near) if _is_swapped(slip, candidate)]
    for candidate in ([held] if held in near else []) + swapped + ranked:
        if is_sold(session, candidate, names_only=True):
            return candidate
    return None


def is_sold(session: Session, single: str, *, names_only: bool = False) -> bool:
    """Some product on sale has this word."""
    looked_for = any_of([word(form) for form in _forms(plain_word(single))])
    hit = select(ProductSearch.number).where(holds(session, looked_for, names_only=names_only))
    return session.scalar(hit.limit(1)) is not None


def search_products(
    session: Session,
    *,
    text: str,
    limit: int = 20,
    after: str | None = None,
    category: str | None = None,
    brand: str | None = None,
    status: str = "active",
) -> list[Product]:
    """Products that have every word of `text` in their names, options or SKUs, in any order and language: begun words
    too, slips put right when nothing is found as typed. Oldest first, `after` the id already seen."""
    said = [w for w in tokens(text[:200]) if plain_word(w)][:MAX_WORDS]
    if not said:
        return []
    conditions = [Product.category == category] if category is not None else []
    conditions += [Product.brand == brand] if brand is not None else []
    if status == "archived":
        conditions += [
            *(ProductSearch.name_words.contains(plain_word(w), autoescape=True) for w in said),
            ProductSearch.on_sale.is_(False),
        ]
        return _found(session, conditions, after, limit)
    looked_for = _every_word(said)
    if not _any_product(session, looked_for, conditions):
        mended = [_mended(session, w) for w in said]
        if mended == said:
            return []
        looked_for = _every_word(mended)
    return _found(session, [holds(session, looked_for, names_only=True), *conditions], after, limit)


def _found(
    session: Session, conditions: Sequence[ColumnElement[bool]], after: str | None, limit: int
) -> list[Product]:
    statement = (
        select(Product)
        .join(ProductSearch, ProductSearch.product_id == Product.id)
        .where(*conditions)
        .options(selectinload(Product.variants))
    )
    if after is not None:
        statement = statement.where(ProductSearch.product_id > after)
    return list(session.scalars(statement.order_by(ProductSearch.product_id).limit(limit)))


def _every_word(said: Collection[str]) -> str:
    """Each word as typed or begun, or as another language or shop says it; a single letter is a size, no beginning."""
    plain = all(w.isascii() or _HANGUL.match(w) for w in said)
    parts = []
    for w in said:
        own = phrase(w) if _HANGUL.match(w) else word(plain_word(w), begins=len(w) > 1)
        same = [phrase(other) for unit in alike(w, plain=plain) for other in sorted(unit.phrases)]
        parts.append(any_of([own, *filter(None, same)]))
    return all_of(parts)


def _any_product(session: Session, looked_for: str, conditions: Sequence[ColumnElement[bool]]) -> bool:
    statement = select(ProductSearch.number).join(Product, Product.id == ProductSearch.product_id)
    return (
        session.scalar(statement.where(holds(session, looked_for, names_only=True), *conditions).limit(1))
        is not None
    )


def _mended(session: Session, said: str) -> str:
    plain = plain_word(said)
    if len(plain) < 4 or not plain.isalpha() or is_sold(session, plain, names_only=True):
        return said
    return nearest_word(session, plain) or said


def _is_swapped(slip: str, meant: str) -> bool:
    apart = [i for i, (a, b) in enumerate(zip(slip, meant, strict=False)) if a != b]
    return (
        len(slip) == len(meant)
        and len(apart) == 2
        and slip[apart[0]] == meant[apart[1]]
        and (slip[apart[1]] == meant[apart[0]] and apart[1] == apart[0] + 1)
    )


def _forms(single: str) -> list[str]:
    """One and many, as `wording` takes them for the same."""
    if not single.isascii() or len(single) < 3 or single.isdigit():
        return [single]
    return [single, single[:-1] if single.endswith("s") else f"{single}s"]
