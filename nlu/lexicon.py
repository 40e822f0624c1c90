"""The catalogue's own words, indexed: what a product, an option or a value may be called.

All that a message needs is look-ups and set operations, so a catalogue of ten thousand products is read as fast as one
of forty.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from nlu.hangul import index_by_sound
from nlu.likeness import NameIndex, alike_names
from nlu.measures import Measure, Sides
from nlu.models import OptionWords, ProductWords
from nlu.normalise import fold
from nlu.slips import Slips
from nlu.tokens import marked_key
from nlu.values import OptionIndex, Phrase, ValueKey, ValueMatch, index_option, split
from nlu.wordlists import common_words, words

MAX_PHRASE = 8
LEAST_PLURAL = 4
"""`papers` of `filter papers` are heard where goods are counted, though `paper` is an everyday word."""
_SYLLABLE = re.compile(
    "(?:b|ch?|d|g[hi]?|h|kh?|l|m|n(?:gh?|h)?|p(?:h)?|qu|r|s|t[hr]?|v|x)?[aeiouy]{1,3}(?:ch?|n[gh]?|m|p|t)?"
)
"""What may be a Vietnamese syllable, without its marks."""
K = TypeVar("K")
Skus = frozenset[str]
NONE: Skus = frozenset()


@dataclass(frozen=True)
class Hits:
    """Products that a phrase names in full, in part, or by their category."""

    full: Skus = NONE
    part: Skus = NONE
    category: Skus = NONE

    @property
    def all(self) -> Skus:
        return self.full | self.part | self.category


@dataclass(eq=False)
class Lexicon:
    products: dict[str, ProductWords] = field(default_factory=dict)
    phrases: dict[Phrase, Hits] = field(default_factory=dict)
    codes: dict[Phrase, Skus] = field(default_factory=dict)
    """SKUs: `DEN1` written in one is the lamp of that code, `đen 1` is one in black."""
    joined: dict[str, Phrase] = field(default_factory=dict)
    """Names written without their spaces."""
    having_word: dict[str, Skus] = field(default_factory=dict)
    names: NameIndex = field(default_factory=NameIndex)
    values: dict[Phrase, frozenset[ValueKey]] = field(default_factory=dict)
    value_parts: dict[str, frozenset[ValueKey]] = field(default_factory=dict)
    """Words that stand in a value's name: heard only of products that have it."""
    everyday_parts: dict[str, frozenset[ValueKey]] = field(default_factory=dict)
    """Those that are common words: heard only right behind the product, or led by `loại` and the like."""
    measures: dict[Measure, frozenset[ValueKey]] = field(default_factory=dict)
    sides: dict[Sides, frozenset[ValueKey]] = field(default_factory=dict)
    """Heard only of products that come so: `1m6` is a person's height as well."""
    having_value: dict[ValueKey, Skus] = field(default_factory=dict)
    values_of: dict[str, dict[ValueKey, ValueMatch]] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    by_sound: Mapping[str, str] = field(default_factory=dict)
    """Latin words by their consonants, for Koreans who write them in Hangul."""
    foreign: frozenset[str] = frozenset()
    """Words of the English names that no Vietnamese name has and no Vietnamese would write."""
    marked: dict[str, frozenset[str]] = field(default_factory=dict)
    """How a folded word is written with its diacritics, where the catalogue says so."""
    _variant_product: dict[str, str] = field(default_factory=dict)
    _slips: Slips = field(default_factory=lambda: Slips(()))

    @classmethod
    def build(cls, products: Iterable[ProductWords]) -> "Lexicon":
        lexicon = cls()
        listed = list(products)
        lexicon.products = {product.sku: product for product in listed}
        lexicon._variant_product = {v.sku: p.sku for p in listed for v in p.variants}
        lexicon._index_names(listed)
        lexicon._index_values(listed)
        lexicon._index_words(listed)
        return lexicon

    def product_of(self, variant_sku: str) -> str | None:
        return self._variant_product.get(variant_sku)

    def mend(self, word: str) -> str | None:
        """A word of the catalogue one slip away (`khaoc` → `khoac`, telex `aos` → `ao`), or its singular."""
        if word in self.known or not word.isalpha() or len(word) < 3 or word in common_words():
            return None
        return self.singular(word) or self._slips.mend(word)

    def singular(self, word: str) -> str | None:
        """`mugs` → `mug`, `dresses` → `dress`: no slip, but the same word."""
        return next((one for one in _singulars(word) if one in self.known), None)

    def match(self, sku: str, keys: Iterable[ValueKey]) -> tuple[ValueMatch, ...]:
        own = self.values_of.get(sku, {})
        return tuple(dict.fromkeys(own[key] for key in keys if key in own))

    def having_any(self, keys: Iterable[ValueKey]) -> Skus:
        return frozenset(sku for key in keys for sku in self.having_value.get(key, NONE))

    def _index_names(self, products: list[ProductWords]) -> None:
        full: dict[Phrase, set[str]] = defaultdict(set)
        part: dict[Phrase, set[str]] = defaultdict(set)
        category: dict[Phrase, set[str]] = defaultdict(set)
        having: dict[str, set[str]] = defaultdict(set)
        codes: dict[Phrase, set[str]] = defaultdict(set)
        named: list[tuple[str, Phrase]] = []
        for product in products:
            sku = product.sku
            own = [phrase[:MAX_PHRASE] for phrase in map(split, product.names) if phrase]
            others = [other[:MAX_PHRASE] for one in own for other in alike_names(one)]
            for phrase in own:
                full[phrase].add(sku)
            for phrase in others:
                part[phrase].add(sku)
            for phrase in (*own, *others):
                named.append((sku, phrase))
                for piece in _parts(phrase):
                    part[piece].add(sku)
                for word in phrase:
                    having[word].add(sku)
            codes[split(sku) or (sku.lower(),)].add(sku)
            for name in map(split, product.category):
                if name:
                    category[name[:MAX_PHRASE]].add(sku)
        for listed in (full, part, category):
            _add_plurals(listed, {word for phrase in category for word in phrase} | having.keys())
        self.phrases = {
            phrase: Hits(*(frozenset(found.get(phrase, ())) for found in (full, part, category)))
            for phrase in {*full, *part, *category}
        }
        self.codes = {code: frozenset(skus) for code, skus in codes.items()}
        self.having_word = {word: frozenset(skus) for word, skus in having.items()}
        self.names = NameIndex.build(named, self.having_word)
        self.joined = {"".join(phrase): phrase for phrase in (*category, *full) if len("".join(phrase)) > 3}

    def _index_values(self, products: list[ProductWords]) -> None:
        having: dict[ValueKey, set[str]] = defaultdict(set)
        seen: dict[OptionWords, OptionIndex] = {}
        for product in products:
            own: dict[ValueKey, ValueMatch] = {}
            for option in product.options:
                if option not in seen:
                    seen[option] = index_option(option)
                own |= seen[option].own
            self.values_of[product.sku] = own
            for key in own:
                having[key].add(product.sku)
        self.values = _merged(index.phrases for index in seen.values())
        self.value_parts = _merged(index.parts for index in seen.values())
        self.everyday_parts = _merged(index.everyday for index in seen.values())
        self.measures = _merged(index.measures for index in seen.values())
        self.sides = _merged(index.sides for index in seen.values())
        self.having_value = {key: frozenset(skus) for key, skus in having.items()}

    def _index_words(self, products: list[ProductWords]) -> None:
        listed = {word for phrase in (*self.phrases, *self.codes, *self.values) for word in phrase}
        self.known = frozenset(listed | {name for name in self.joined if not name.isascii()})
        self._slips = Slips(word for word in self.known if word.isalpha())
        self.by_sound = index_by_sound(word for word in listed if word not in common_words())
        self.foreign = _foreign_words(products)
        marked: dict[str, set[str]] = defaultdict(set)
        names = {name for product in products for name in (*product.names, *product.category)}
        names |= {name for p in products for o in p.options for v in o.values for name in (v.value, *v.names)}
        for name in names | words().marked_values:
            if _has_diacritics(name):
                for word in _WORDS(name):
                    marked[fold(word)].add(marked_key(word))
        self.marked = {word: frozenset(forms) for word, forms in marked.items()}


def _foreign_words(products: Iterable[ProductWords]) -> frozenset[str]:
    own: set[str] = set()
    english: set[str] = set()
    for product in products:
        own.update(word for name in product.names[:1] for word in split(name))
        english.update(word for name in product.names[1:2] for word in split(name))
        for option in product.options:
            for value in option.values:
                own.update(split(value.value))
                english.update(word for name in value.names for word in split(name))
    return frozenset(w for w in english - own if w.isascii() and w.isalpha() and not _SYLLABLE.fullmatch(w))


def _singulars(word: str) -> Iterable[str]:
    if word.endswith("s"):
        yield word[:-1]
    if word.endswith("es"):
        yield word[:-2]
    if word.endswith("ies"):
        yield f"{word[:-3]}y"
    if word.endswith("ves"):
        yield from (f"{word[:-3]}f", f"{word[:-3]}fe")
    if word == "mice":
        yield "mouse"


def _add_plurals(listed: dict[Phrase, set[str]], known: Iterable[str]) -> None:
    """`tote bags` where the shop has a shelf of `bags`: a word that is known as it is gets no mending."""
    ending: dict[str, list[Phrase]] = defaultdict(list)
    for phrase in listed:
        if len(phrase) > 1:
            ending[phrase[-1]].append(phrase)
    for many in known:
        if many.isascii() and many.isalpha():
            for phrase in [phrase for one in _singulars(many) for phrase in ending[one]]:
                listed[(*phrase[:-1], many)] |= listed[phrase]


def _merged(indexes: Iterable[Mapping[K, frozenset[ValueKey]]]) -> dict[K, frozenset[ValueKey]]:
    found: dict[K, set[ValueKey]] = defaultdict(set)
    for index in indexes:
        for name, keys in index.items():
            found[name] |= keys
    return {name: frozenset(keys) for name, keys in found.items()}


def _parts(phrase: Phrase) -> Iterable[Phrase]:
    """How people shorten a name: its beginning, its end, its first word where that is no common one."""
    for length in range(2, len(phrase)):
        if _names_goods(phrase[:length]):
            yield phrase[:length]
    for start in range(1, len(phrase) - 1):
        if _names_goods(phrase[start:]):
            yield phrase[start:]
    if len(phrase) > 1:
        for word in (phrase[0], phrase[-1]):
            least = 2 if word.isascii() else 1
            many = word.endswith("s") and word.isascii() and len(word) > LEAST_PLURAL
            if len(word) > least and word.isalpha() and (many or word not in common_words()):
                yield (word,)
        if phrase[0].isalpha() and len(phrase[0]) > 1:
            yield (phrase[0],)
    if not phrase[-1].isascii():
        yield from _ends(phrase[-1])


def _names_goods(phrase: Phrase) -> bool:
    """`3 pairs` of `socks, pack of 3 pairs` only counts, `250 g` of `decaf coffee 250 g` only measures."""
    data = words()
    return not all(
        word.isdigit() or word == "of" or word in data.counters or word in data.numbers or word in data.units
        for word in phrase
    )


def _ends(word: str) -> Iterable[Phrase]:
    """What a Korean compound is stands at its end, `케이스` of `폰케이스`; a long beginning does as well."""
    for size in range(2, len(word)):
        yield (word[-size:],)
        if size > 2:
            yield (word[:size],)


def _has_diacritics(text: str) -> bool:
    return any(not c.isascii() and not "\uac00" <= c <= "\ud7a3" for c in text)


def _WORDS(text: str) -> list[str]:
    return [word for word in text.replace("/", " ").replace("-", " ").replace(",", " ").split() if word]
