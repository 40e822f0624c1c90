"""The catalogue's own words, indexed: what a product, an option or a value may be called."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from nlu.models import ProductWords
from nlu.normalise import fold
from nlu.tokens import TOKEN
from nlu.wordlists import words

MAX_PHRASE = 8
Phrase = tuple[str, ...]


@dataclass(frozen=True)
class ValueMatch:
    """An option value in some product: its own name for the value."""

    option: str
    value: str


@dataclass
class Lexicon:
    """`phrases` leads from folded words to products with a weight; `values` to options by product."""

    products: dict[str, ProductWords] = field(default_factory=dict)
    phrases: dict[Phrase, dict[str, float]] = field(default_factory=dict)
    values: dict[Phrase, dict[str, tuple[ValueMatch, ...]]] = field(default_factory=dict)
    option_names: frozenset[Phrase] = frozenset()
    vocabulary: frozenset[str] = frozenset()
    by_length: dict[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)
    _variant_product: dict[str, str] = field(default_factory=dict)

    @classmethod
    def build(cls, products: Iterable[ProductWords]) -> "Lexicon":
        lexicon = cls()
        phrases: dict[Phrase, dict[str, float]] = defaultdict(dict)
        values: dict[Phrase, dict[str, tuple[ValueMatch, ...]]] = defaultdict(dict)
        option_names: set[Phrase] = set()
        for product in products:
            lexicon.products[product.sku] = product
            for phrase, weight in _product_phrases(product):
                phrases[phrase][product.sku] = max(weight, phrases[phrase].get(product.sku, 0.0))
            for phrase, match in _value_phrases(product):
                known = values[phrase].get(product.sku, ())
                if match not in known:
                    values[phrase][product.sku] = (*known, match)
            option_names |= {
                split(name) for option in product.options for name in (option.name, *option.names)
            }
            for variant in product.variants:
                lexicon._variant_product[variant.sku] = product.sku
        lexicon.phrases, lexicon.values = dict(phrases), dict(values)
        lexicon.option_names = frozenset(option_names)
        lexicon._index_vocabulary()
        return lexicon

    def product_of(self, variant_sku: str) -> str | None:
        return self._variant_product.get(variant_sku)

    def correct(self, word: str) -> str:
        """A known word one slip away (`khaoc` → `khoac`, telex `aos` → `ao`); the word itself when none is."""
        if word in self.vocabulary or not word.isalpha() or len(word) < 3:
            return word
        if word.endswith("s") and word[:-1] in self.vocabulary:
            return word[:-1]
        telex = _untelex(word)
        if telex != word and telex in self.vocabulary:
            return telex
        if len(word) < 4:
            return word
        near = {
            known
            for length in (len(word) - 1, len(word), len(word) + 1)
            for known in self.by_length.get((word[0], length), ())
            if _one_slip(word, known)
        }
        return near.pop() if len(near) == 1 else word

    def _index_vocabulary(self) -> None:
        self.vocabulary = frozenset(
            word for phrase in (*self.phrases, *self.values) for word in phrase if word.isalpha()
        )
        lengths: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in self.vocabulary:
            if len(word) >= 4 and word.isascii():
                lengths[word[0], len(word)].append(word)
        self.by_length = {key: tuple(found) for key, found in lengths.items()}


def split(text: str) -> Phrase:
    return tuple(token for token in TOKEN.findall(fold(text)) if token[0].isalnum())


def _product_phrases(product: ProductWords) -> Iterable[tuple[Phrase, float]]:
    for name in product.names:
        phrase = split(name)
        if not phrase:
            continue
        yield phrase[:MAX_PHRASE], 1.0
        for length in range(2, min(len(phrase), MAX_PHRASE)):
            yield phrase[:length], 0.8
    for name in product.category:
        phrase = split(name)
        if phrase:
            yield phrase[:MAX_PHRASE], 0.5
    yield split(product.sku) or (product.sku.lower(),), 1.0


def _value_phrases(product: ProductWords) -> Iterable[tuple[Phrase, ValueMatch]]:
    synonyms = words().synonyms
    for option in product.options:
        for value in option.values:
            match = ValueMatch(option.name, value.value)
            for name in (value.value, *value.names):
                phrase = split(name)
                if not phrase:
                    continue
                yield phrase, match
                for synonym in synonyms.get(" ".join(phrase), ()):
                    yield tuple(synonym.split()), match
                for size_word in words().size_words:
                    if len(phrase) == 1 and (phrase[0] in words().size_values or phrase[0].isdigit()):
                        yield (size_word, phrase[0]), match


def _untelex(word: str) -> str:
    """What a telex keyboard leaves when it was off: doubled vowels, `dd`, `w`, a tone letter at the end."""
    plain = word[:-1] if word[-1] in "sfrxj" else word
    for double, single in (("dd", "d"), ("aa", "a"), ("ee", "e"), ("oo", "o"), ("w", "")):
        plain = plain.replace(double, single)
    return plain


def _one_slip(a: str, b: str) -> bool:
    """One letter wrong, missing, too many, or two neighbours swapped."""
    if a == b or abs(len(a) - len(b)) > 1:
        return a == b
    if len(a) == len(b):
        wrong = [i for i in range(len(a)) if a[i] != b[i]]
        swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1 and a[wrong[0]] == b[wrong[1]]
        return len(wrong) == 1 or (swapped and a[wrong[1]] == b[wrong[0]])
    short, long = sorted((a, b), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
