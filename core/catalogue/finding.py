"""Products for a wish: by name, use, feature or words, within a price, best first; never more than was found."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, literal, select, union_all
from sqlalchemy.orm import Session, selectinload

from core.catalogue.folding import fold
from core.catalogue.models import Product, ProductSearch, Variant
from core.catalogue.search import any_of, holds, is_sold, nearest_word, phrase
from core.catalogue.wording import Text, Unit, seems_to_tell, tells, tokens, units

ENOUGH = 0.52
"""The part of a wish that a product has to meet."""
ENOUGH_PLAIN = 0.7
"""Without diacritics a word is many words: more of them have to be met."""
NEARLY_BEST = 0.7
PREFERENCE = 0.2
"""What a preference (for whom, a filling word that may be more) adds at most."""
MAX_CANDIDATES = 200
MAX_UNITS = 30


@dataclass(frozen=True)
class Wish:
    text: str = ""
    lowest: int | None = None
    highest: int | None = None
    category: str | None = None
    skus: tuple[str, ...] = ()
    """Only among these, when given."""
    told_at_length: bool = False
    """Much of the text is a story: what no product has a word of does not count against any."""

    @property
    def has_price(self) -> bool:
        return self.lowest is not None or self.highest is not None

    @property
    def narrows(self) -> bool:
        return bool(self.has_price or self.category is not None or self.skus)


def find_by_wish(session: Session, wish: Wish, *, limit: int = 60) -> list[Product]:
    """Best first. Without words: whatever fits the price and category. Nothing close enough: an empty list."""
    asked = units(wish.text)[:MAX_UNITS]
    if not asked:
        if not wish.narrows:
            return []
        wanted = select(Product.id).where(*_conditions(wish)).order_by(Product.id).limit(limit)
        return _with_variants(session, session.scalars(wanted).all())
    return _with_variants(session, _ranked(session, _mended(session, asked), wish)[:limit])


def categories(session: Session) -> list[tuple[str, str]]:
    """(name, English name) of the categories that hold something on sale, by name."""
    rows = session.execute(
        select(Product.category, func.max(Product.category_en))
        .where(Product.status == "active", Product.category != "")
        .group_by(Product.category)
    )
    return sorted((name, english or "") for name, english in rows)


def category_in(session: Session, text: str) -> str | None:
    """The category that a text names, in either language; the longest name where several fit."""
    said = [unit for unit in units(text) if unit.topic or not unit.soft]
    plain = fold(" ".join(tokens(text)))
    hits = []
    for name, english in categories(session):
        for own in filter(None, (name, english)):
            if f" {fold(' '.join(tokens(own)))} " in f" {plain} ":
                hits.append((2, len(own), name))
            elif any(tells(Text.of(own), unit) for unit in said):
                hits.append((1, len(own), name))
    return max(hits)[2] if hits else None


def _conditions(wish: Wish) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Product.status == "active"]
    if wish.category is not None:
        conditions.append(Product.category == wish.category)
    if wish.skus:
        conditions.append(Product.sku.in_(wish.skus))
    if wish.has_price:
        prices = [Variant.product_id == Product.id, Variant.active]
        prices += [Variant.price >= wish.lowest] if wish.lowest is not None else []
        prices += [Variant.price <= wish.highest] if wish.highest is not None else []
        conditions.append(select(Variant.id).where(*prices).exists())
    return conditions


@dataclass(frozen=True)
class _Candidate:
    product_id: str
    named: Text
    told: Text
    bits: int
    """Of which things asked for its index has the words."""

    def may_tell(self, position: int, unit: Unit) -> bool:
        """Also by a word that only answers, which was not looked for."""
        return bool(self.bits >> position & 1 or unit.told)


def _ranked(session: Session, asked: Sequence[Unit], wish: Wish) -> list[str]:
    candidates = _candidates(session, asked, wish)
    if not candidates:
        return []
    total = session.scalar(select(func.count()).select_from(Product).where(Product.status == "active")) or 1
    met = _how_far_met(candidates, asked)
    weights = _weights(met, asked, total)
    if wish.told_at_length:
        weights = [weight if any(row[i] for row in met) else 0.0 for i, weight in enumerate(weights)]
    hard = [not unit.soft for unit in asked]
    if not any(hard):
        hard = [True] * len(asked)
    enough = ENOUGH if any(not unit.plain for unit in asked) else ENOUGH_PLAIN
    scored = []
    for position, (candidate, row) in enumerate(zip(candidates, met, strict=True)):
        score = _share(row, weights, hard)
        if score >= enough:
            preferred = _share(row, weights, [not flag for flag in hard])
            scored.append((-score - PREFERENCE * preferred, position, candidate.product_id))
    scored.sort(key=lambda item: item[:2])
    return [product_id for score, _, product_id in scored if -score >= -scored[0][0] * NEARLY_BEST]


def _share(row: Sequence[float], weights: Sequence[float], counted: Sequence[bool]) -> float:
    """How much of what is counted is met, from 0 to 1."""
    whole = sum(weight for weight, flag in zip(weights, counted, strict=True) if flag)
    met = sum(part * weight for part, weight, flag in zip(row, weights, counted, strict=True) if flag)
    return met / whole if whole else 0.0


def _how_far_met(candidates: Sequence[_Candidate], asked: Sequence[Unit]) -> list[list[float]]:
    """For each product and thing asked for: 1 when its name tells it, less when only its description does."""
    named = [
        [_met(c.named, unit) if c.bits >> i & 1 else 0.0 for i, unit in enumerate(asked)] for c in candidates
    ]
    kinds = [any(row[i] for row in named) for i in range(len(asked))]
    result = []
    for own, candidate in zip(named, candidates, strict=True):
        row = []
        for i, unit in enumerate(asked):
            # What some goods are called is a kind of goods: a mention in another's description says little.
            may = not own[i] and candidate.may_tell(i, unit)
            row.append(_told(candidate.told, unit, is_kind=kinds[i]) if may else own[i])
        result.append(row)
    return result


def _told(text: Text, unit: Unit, *, is_kind: bool) -> float:
    exact = tells(text, unit, as_answer=True)
    if exact and not is_kind:
        return 0.7
    return 0.25 if exact or seems_to_tell(text, unit) else 0.0


def _met(text: Text, unit: Unit) -> float:
    if tells(text, unit):
        return 1.0
    return 0.8 if seems_to_tell(text, unit) else 0.0


def _weights(met: list[list[float]], asked: Sequence[Unit], total: int) -> list[float]:
    """Rare words say more. A word that no text has weighs as much as the others do on average."""
    counts = [sum(1 for row in met if row[i]) for i in range(len(asked))]
    known = [math.log(1 + total / count) for count in counts if count]
    usual = sum(known) / len(known) if known else 1.0
    return [math.log(1 + total / count) if count else usual for count in counts]


def _candidates(session: Session, asked: Sequence[Unit], wish: Wish) -> list[_Candidate]:
    """Those with any of it, most of it first; a wide net, weighed afterwards."""
    looked_for = [(bit, any_of(parts)) for bit, unit in enumerate(asked) if (parts := _phrases(unit))]
    if not looked_for:
        return []
    hits = union_all(
        *(
            select(ProductSearch.number, literal(1 << bit).label("bit")).where(holds(session, part))
            for bit, part in looked_for
        )
    ).subquery()
    best = (
        select(hits.c.number, func.sum(hits.c.bit))
        .group_by(hits.c.number)
        .order_by(func.count().desc(), hits.c.number)
        .limit(MAX_CANDIDATES)
    )
    if wish.narrows:
        best = (
            best.join(ProductSearch, ProductSearch.number == hits.c.number)
            .join(Product, Product.id == ProductSearch.product_id)
            .where(*_conditions(wish))
        )
    bits = {number: int(total) for number, total in session.execute(best)}
    rows = {
        row.number: _Candidate(
            row.product_id, Text(row.named, row.named_plain), Text(row.told, row.told_plain), bits[row.number]
        )
        for row in session.execute(
            select(
                ProductSearch.number, ProductSearch.product_id, ProductSearch.named, ProductSearch.named_plain,
                ProductSearch.told, ProductSearch.told_plain,
            ).where(ProductSearch.number.in_(bits))
        )
    }  # fmt: skip
    return [rows[number] for number in bits]


def _phrases(unit: Unit) -> list[str]:
    return list(filter(None, (phrase(said) for said in sorted(unit.phrases))))


def _with_variants(session: Session, wanted: Sequence[str]) -> list[Product]:
    if not wanted:
        return []
    found = {
        product.id: product
        for product in session.scalars(
            select(Product)
            .where(Product.id.in_(wanted))
            .options(selectinload(Product.variants))
            .execution_options(populate_existing=True)
        )
    }
    return [found[product_id] for product_id in wanted]


def _mended(session: Session, asked: Sequence[Unit]) -> list[Unit]:
    """Words that no product has, put right by the catalogue's own words where one is close."""
    mended = []
    for unit in asked:
        lone = _lone_word(unit)
        near = nearest_word(session, lone) if lone and not is_sold(session, lone) else None
        mended.append(Unit(frozenset({near}), plain=True) if near else unit)
    return mended


def _lone_word(unit: Unit) -> str:
    """The folded word of a unit that is one word of no group, long enough to be a slip of another."""
    word = fold(next(iter(unit.phrases)))
    return word if len(unit.phrases) == 1 and " " not in word and len(word) > 3 and not unit.soft else ""
