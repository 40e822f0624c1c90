"""Products for a wish: by name, use, feature or words, within a price, best first; never more than was found."""

import difflib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, selectinload

from core.catalogue.folding import fold
from core.catalogue.models import Product, Variant
from core.catalogue.wording import Text, Unit, plain_words, seems_to_tell, tells, tokens, units

_HELD = re.compile(r"([a-z])\1+$")
ENOUGH = 0.52
"""The part of a wish that a product has to meet."""
ENOUGH_PLAIN = 0.7
"""Without diacritics a word is many words: more of them have to be met."""
NEARLY_BEST = 0.7
PREFERENCE = 0.2
"""What a preference (for whom, a filling word that may be more) adds at most."""
MAX_CANDIDATES = 200
MAX_READY = 20_000


@dataclass(frozen=True)
class Wish:
    text: str = ""
    lowest: int | None = None
    highest: int | None = None
    category: str | None = None
    skus: tuple[str, ...] = ()
    """Only among these, when given."""

    @property
    def has_price(self) -> bool:
        return self.lowest is not None or self.highest is not None


def find_by_wish(session: Session, wish: Wish, *, limit: int = 60) -> list[Product]:
    """Best first. Without words: whatever fits the price and category. Nothing close enough: an empty list."""
    asked = units(wish.text)
    conditions = _conditions(wish)
    if not asked:
        if not (wish.has_price or wish.category or wish.skus):
            return []
        wanted = select(Product.id).where(*conditions).order_by(Product.id).limit(limit)
        return _with_variants(session, session.scalars(wanted).all())
    mended = _mended(session, asked)
    return _with_variants(session, _ranked(session, mended, conditions)[:limit])


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
    said = units(text)
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


def _ranked(session: Session, asked: Sequence[Unit], conditions: list[ColumnElement[bool]]) -> list[str]:
    candidates = _candidates(session, asked, conditions)
    if not candidates:
        return []
    total = session.scalar(select(func.count()).select_from(Product).where(Product.status == "active")) or 1
    met = _how_far_met(candidates, asked)
    weights = _weights(met, asked, total)
    hard = [not unit.soft for unit in asked]
    if not any(hard):
        hard = [True] * len(asked)
    enough = ENOUGH if any(not unit.plain for unit in asked) else ENOUGH_PLAIN
    scored = []
    for position, (product, row) in enumerate(zip(candidates, met, strict=True)):
        score = _share(row, weights, hard)
        if score >= enough:
            preferred = _share(row, weights, [not flag for flag in hard])
            scored.append((-score - PREFERENCE * preferred, position, product))
    scored.sort(key=lambda item: item[:2])
    return [product.id for score, _, product in scored if -score >= -scored[0][0] * NEARLY_BEST]


def _share(row: Sequence[float], weights: Sequence[float], counted: Sequence[bool]) -> float:
    """How much of what is counted is met, from 0 to 1."""
    whole = sum(weight for weight, flag in zip(weights, counted, strict=True) if flag)
    met = sum(part * weight for part, weight, flag in zip(row, weights, counted, strict=True) if flag)
    return met / whole if whole else 0.0


def _how_far_met(candidates: Sequence[Product], asked: Sequence[Unit]) -> list[list[float]]:
    """For each product and thing asked for: 1 when its name tells it, less when only its description does."""
    texts = [_texts(p) for p in candidates]
    named = [[_met(name, unit) for unit in asked] for name, _ in texts]
    kinds = [any(row[i] for row in named) for i in range(len(asked))]
    result = []
    for own, (_, detail) in zip(named, texts, strict=True):
        row = []
        for i, unit in enumerate(asked):
            # What some goods are called is a kind of goods: a mention in another's description says little.
            exact = tells(detail, unit, as_answer=True)
            part = 0.7 if exact and not kinds[i] else 0.25 if exact or seems_to_tell(detail, unit) else 0.0
            row.append(own[i] or part)
        result.append(row)
    return result


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


def _candidates(
    session: Session, asked: Sequence[Unit], conditions: list[ColumnElement[bool]]
) -> Sequence[Product]:
    """Those with any of it, most of it first; a wide net, weighed afterwards."""
    everything = Product.search_text + " " + Product.detail_text
    having = [
        or_(
            *(
                and_(*(everything.contains(_stem(word), autoescape=True) for word in phrase))
                for phrase in plain_words(unit)
            )
        )
        for unit in asked
    ]
    rank = sum((case((hit, 1), else_=0) for hit in having[1:]), case((having[0], 1), else_=0))
    return session.scalars(
        select(Product)
        .where(*conditions, or_(*having))
        .order_by(rank.desc(), Product.id)
        .limit(MAX_CANDIDATES)
    ).all()


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


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
    lone = [_lone_word(unit) for unit in asked]
    if not any(word and not _is_known(session, word) for word in lone):
        return list(asked)
    known = {
        word
        for text in session.scalars(select(Product.search_text).where(Product.status == "active"))
        for word in text.split()
        if len(word) > 2
    }
    mended = []
    for unit, word in zip(asked, lone, strict=True):
        near = _near(word, known) if word and word not in known else None
        mended.append(Unit(frozenset({near}), plain=True) if near else unit)
    return mended


def _near(word: str, known: set[str]) -> str | None:
    """A letter held too long, else the closest word; short words have to be closer, they are so many."""
    held = _HELD.sub(r"\1", word)
    if held in known:
        return held
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.75 if len(word) > 5 else 0.87)
    return close[0] if close else None


def _lone_word(unit: Unit) -> str:
    """The folded word of a unit that is one word of no group, long enough to be a slip of another."""
    word = fold(next(iter(unit.phrases)))
    return word if len(unit.phrases) == 1 and " " not in word and len(word) > 3 and not unit.soft else ""


def _is_known(session: Session, word: str) -> bool:
    everything = Product.search_text + " " + Product.detail_text
    return bool(session.scalar(select(Product.id).where(everything.contains(word, autoescape=True)).limit(1)))


def _texts(product: Product) -> tuple[Text, Text]:
    """Its names and its description, ready for look-ups; made once for each version of a product."""
    key = (product.id, product.version, product.updated_at)
    if key not in _READY:
        if len(_READY) >= MAX_READY:
            _READY.clear()
        _READY[key] = (_name_text(product), _detail_text(product))
    return _READY[key]


_READY: dict[tuple[str, int, datetime], tuple[Text, Text]] = {}


def _name_text(product: Product) -> Text:
    values = [
        value for option in product.options for value in (*option["values"], *(option.get("values_en") or ()))
    ]
    return Text.of(
        product.name, product.name_en, product.category, product.category_en, product.brand,
        *product.aliases, *values,
    )  # fmt: skip


def _detail_text(product: Product) -> Text:
    return Text.of(
        product.description,
        product.description_en,
        *(f"{spec['name']}: {spec['value']}" for spec in product.specifications),
    )
