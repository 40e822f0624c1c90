"""The catalogue's own words, indexed: what a product, an option or a value may be called.

All that a message needs is look-ups and set operations, so a catalogue of ten thousand products is read as fast as one
of forty.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from nlu.models import OptionWords, ProductWords
from nlu.normalise import fold
from nlu.slips import Slips
from nlu.tokens import TOKEN, marked_key
from nlu.wordlists import common_words, words

MAX_PHRASE = 8
LONG_WORD = 5
"""Shorter words are not abbreviated."""
Phrase = tuple[str, ...]
ValueKey = tuple[str, str]
"""An option's and a value's name, folded: the same for every product that has it."""
Skus = frozenset[str]
NONE: Skus = frozenset()


@dataclass(frozen=True)
class ValueMatch:
    """An option value in some product: its own name for the value."""

    option: str
    value: str


@dataclass(frozen=True)
class Hits:
    """Products that a phrase names in full, in part, or by their category."""

    full: Skus = NONE
    part: Skus = NONE
    category: Skus = NONE

    @property
    def all(self) -> Skus:
        return self.full | self.part | self.category


@dataclass
class Lexicon:
    products: dict[str, ProductWords] = field(default_factory=dict)
    phrases: dict[Phrase, Hits] = field(default_factory=dict)
    joined: dict[str, Phrase] = field(default_factory=dict)
    """Names written without their spaces."""
    having_word: dict[str, Skus] = field(default_factory=dict)
    shortest: dict[str, int] = field(default_factory=dict)
    """Words in a product's shortest name."""
    values: dict[Phrase, frozenset[ValueKey]] = field(default_factory=dict)
    having_value: dict[ValueKey, Skus] = field(default_factory=dict)
    values_of: dict[str, dict[ValueKey, ValueMatch]] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
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
        if word.endswith("s") and word[:-1] in self.known:
            return word[:-1]
        return self._slips.mend(word)

    def match(self, sku: str, keys: Iterable[ValueKey]) -> tuple[ValueMatch, ...]:
        own = self.values_of.get(sku, {})
        return tuple(dict.fromkeys(own[key] for key in keys if key in own))

    def _index_names(self, products: list[ProductWords]) -> None:
        full: dict[Phrase, set[str]] = defaultdict(set)
        part: dict[Phrase, set[str]] = defaultdict(set)
        category: dict[Phrase, set[str]] = defaultdict(set)
        having: dict[str, set[str]] = defaultdict(set)
        for product in products:
            sku = product.sku
            phrases = [phrase[:MAX_PHRASE] for phrase in map(split, product.names) if phrase]
            self.shortest[sku] = min(map(len, phrases), default=0)
            for phrase in phrases:
                full[phrase].add(sku)
                for piece in _parts(phrase):
                    part[piece].add(sku)
                for word in phrase:
                    having[word].add(sku)
            full[split(sku) or (sku.lower(),)].add(sku)
            for name in map(split, product.category):
                if name:
                    category[name[:MAX_PHRASE]].add(sku)
        self.phrases = {
            phrase: Hits(*(frozenset(found.get(phrase, ())) for found in (full, part, category)))
            for phrase in {*full, *part, *category}
        }
        self.having_word = {word: frozenset(skus) for word, skus in having.items()}
        self.joined = {"".join(phrase): phrase for phrase in (*category, *full) if len("".join(phrase)) > 3}

    def _index_values(self, products: list[ProductWords]) -> None:
        values: dict[Phrase, set[ValueKey]] = defaultdict(set)
        having: dict[ValueKey, set[str]] = defaultdict(set)
        seen: dict[OptionWords, dict[ValueKey, ValueMatch]] = {}
        for product in products:
            own: dict[ValueKey, ValueMatch] = {}
            for option in product.options:
                if option not in seen:
                    seen[option] = _option_values(option, values)
                own |= seen[option]
            self.values_of[product.sku] = own
            for key in own:
                having[key].add(product.sku)
        self.values = {phrase: frozenset(keys) for phrase, keys in values.items()}
        self.having_value = {key: frozenset(skus) for key, skus in having.items()}

    def _index_words(self, products: list[ProductWords]) -> None:
        listed = {word for phrase in (*self.phrases, *self.values) for word in phrase}
        self.known = frozenset(listed | {name for name in self.joined if not name.isascii()})
        self._slips = Slips(word for word in self.known if word.isalpha())
        marked: dict[str, set[str]] = defaultdict(set)
        names = {name for product in products for name in (*product.names, *product.category)}
        names |= {name for p in products for o in p.options for v in o.values for name in (v.value, *v.names)}
        for name in names | words().marked_values:
            if _has_diacritics(name):
                for word in _WORDS(name):
                    marked[fold(word)].add(marked_key(word))
        self.marked = {word: frozenset(forms) for word, forms in marked.items()}


def split(text: str) -> Phrase:
    return tuple(token for token in TOKEN.findall(fold(text)) if token[0].isalnum())


def _parts(phrase: Phrase) -> Iterable[Phrase]:
    """How people shorten a name: its beginning, its end, its first word where that is no common one."""
    for length in range(2, len(phrase)):
        yield phrase[:length]
    for start in range(1, len(phrase) - 1):
        yield phrase[start:]
    if len(phrase) > 1:
        for word in (phrase[0], phrase[-1]):
            if len(word) > 2 and word.isalpha() and word not in common_words():
                yield (word,)
        if phrase[0] in words().heads:
            yield (phrase[0],)


def _option_values(option: OptionWords, values: dict[Phrase, set[ValueKey]]) -> dict[ValueKey, ValueMatch]:
    own: dict[ValueKey, ValueMatch] = {}
    for value in option.values:
        key = (fold(option.name), fold(value.value))
        own[key] = ValueMatch(option.name, value.value)
        for phrase in _value_phrases((value.value, *value.names)):
            values[phrase].add(key)
    return own


def _value_phrases(names: Iterable[str]) -> Iterable[Phrase]:
    synonyms, sizes = words().synonyms, words().size_values
    for name in names:
        phrase = split(name)
        if not phrase:
            continue
        alike = [phrase, *(tuple(other.split()) for other in synonyms.get(" ".join(phrase), ()))]
        for one in (*alike, *_measured(phrase), *_cut_short(phrase)):
            yield one
            joined = "".join(one)
            if joined[0].isdigit() or joined in sizes:
                for word in words().size_words:
                    yield (word, *one)


def _measured(phrase: Phrase) -> Iterable[Phrase]:
    """`1 m` is said `1 mét`, `1 metre`, `1미터`."""
    for i in range(1, len(phrase)):
        if phrase[i - 1][0].isdigit():
            for unit in words().units.get(phrase[i], ()):
                yield (*phrase[:i], unit, *phrase[i + 1 :])


def _cut_short(phrase: Phrase) -> Iterable[Phrase]:
    """A model by its number and the beginning of its name: `ip 15`, `iph 15` for `iphone 15`."""
    head, rest = phrase[0], phrase[1:]
    if len(head) >= LONG_WORD and head.isalpha() and head.isascii() and any(w[0].isdigit() for w in rest):
        for length in range(2, len(head)):
            yield (head[:length], *rest)


def _has_diacritics(text: str) -> bool:
    return any(not c.isascii() and not "\uac00" <= c <= "\ud7a3" for c in text)


def _WORDS(text: str) -> list[str]:
    return [word for word in text.replace("/", " ").replace("-", " ").replace(",", " ").split() if word]
