"""What an option's values may be called: in full, by synonyms, by a part, by their measure, by being the largest."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from nlu.measures import Measure, Sides, measure_at, measure_of, sides_of
from nlu.models import OptionWords
from nlu.normalise import fold
from nlu.tokens import TOKEN
from nlu.wordlists import common_words, words

Phrase = tuple[str, ...]
ValueKey = tuple[str, str]
"""An option's and a value's name, folded: the same for every product that has it."""
LARGEST: ValueKey = ("*", "largest")
K = TypeVar("K")
_COLOURS = frozenset({"xanh"})
"""Everyday words that stand in the names of many values, and alone for one of them."""
LONG_WORD = 5
"""Shorter words are not abbreviated."""
LEAST_PLURAL = 3
SMALLEST: ValueKey = ("*", "smallest")


@dataclass(frozen=True)
class ValueMatch:
    """An option value in some product: its own name for the value."""

    option: str
    value: str


@dataclass(frozen=True)
class OptionIndex:
    """One option: what each of its keys stands for, and the words that lead to them."""

    own: Mapping[ValueKey, ValueMatch]
    phrases: Mapping[Phrase, frozenset[ValueKey]]
    parts: Mapping[str, frozenset[ValueKey]]
    everyday: Mapping[str, frozenset[ValueKey]]
    """Parts that are common words as well: `thấp` of `thấp 8 cm`."""
    measures: Mapping[Measure, frozenset[ValueKey]]
    sides: Mapping[Sides, frozenset[ValueKey]]
    """`1,6 x 2 m`, by all of its sides, and by the first where that is no other value's."""


def split(text: str) -> Phrase:
    return tuple(token for token in TOKEN.findall(fold(text)) if token[0].isalnum())


def index_option(option: OptionWords) -> OptionIndex:
    own: dict[ValueKey, ValueMatch] = {}
    phrases: dict[Phrase, set[ValueKey]] = {}
    parts: dict[str, set[ValueKey]] = {}
    everyday: dict[str, set[ValueKey]] = {}
    measures: dict[Measure, set[ValueKey]] = {}
    sides: dict[Sides, set[ValueKey]] = {}
    sizes: list[tuple[Measure, ValueMatch]] = []
    for value in option.values:
        key = (fold(option.name), fold(value.value))
        own[key] = ValueMatch(option.name, value.value)
        for name in (value.value, *value.names):
            for phrase in _phrases(name):
                phrases.setdefault(phrase, set()).add(key)
            for word in _parts(split(name)):
                parts.setdefault(word, set()).add(key)
            for word in _everyday_parts(split(name)):
                everyday.setdefault(word, set()).add(key)
        multiplied = sides_of(split(value.value))
        measure = _first_measure(split(value.value))
        for own_sides in (multiplied, multiplied[:1]) if multiplied else ():
            sides.setdefault(own_sides, set()).add(key)
        counted = measure or _count(split(value.value))
        if counted is not None:
            sizes.append((counted, own[key]))
        if measure is not None and measure_of(split(value.value)) is not None:
            measures.setdefault(measure, set()).add(key)
    _add_extremes(sizes, option, own, phrases)
    alone = {told: keys for told, keys in sides.items() if len(keys) == 1}
    return OptionIndex(
        own, _frozen(phrases), _frozen(parts), _frozen(everyday), _frozen(measures), _frozen(alone)
    )


def _frozen(found: dict[K, set[ValueKey]]) -> dict[K, frozenset[ValueKey]]:
    return {name: frozenset(keys) for name, keys in found.items()}


def _phrases(name: str) -> Iterable[Phrase]:
    synonyms, sizes = words().synonyms, words().size_values
    phrase = split(name)
    if not phrase:
        return
    alike = (tuple(other.split()) for other in synonyms.get(" ".join(phrase), ()))
    for one in (phrase, *alike, *_cut_short(phrase), *_of_one(phrase)):
        yield one
        if len(one) == 2 and all(word.isalpha() and word.isascii() for word in one):
            yield one[::-1]
        if len(one) > 2:
            yield one[1:]
            yield one[:-1]
        joined = "".join(one)
        if joined[0].isdigit() or joined in sizes:
            for word in words().size_words:
                yield (word, *one)


def _of_one(phrase: Phrase) -> Iterable[Phrase]:
    """`24 colours` of paints that are bought as the `24 color set`."""
    american = tuple(word.replace("colour", "color") for word in phrase)
    for one in {phrase, american} if len(phrase) > 1 else ():
        if one != phrase:
            yield one
        if len(one[-1]) > LEAST_PLURAL and one[-1].endswith("s") and one[-1].isascii():
            yield (*one[:-1], one[-1][:-1])


def _cut_short(phrase: Phrase) -> Iterable[Phrase]:
    """A model by its number and the beginning of its name: `ip 15`, `iph 15` for `iphone 15`."""
    head, rest = phrase[0], phrase[1:]
    if len(head) >= LONG_WORD and head.isalpha() and head.isascii() and any(w[0].isdigit() for w in rest):
        for length in range(2, len(head)):
            yield (head[:length], *rest)


def _parts(phrase: Phrase) -> Iterable[str]:
    """`750` of `750 ml`, `trắng` of `trắng sọc xanh`: heard where a product that has it is talked of."""
    if len(phrase) < 2:
        return
    for word in phrase:
        if word.isdigit():
            yield word
        elif len(word) > 1 and not (
            word in common_words() and word not in _COLOURS | words().synonyms.keys()
        ):
            yield word
            yield from (other for other in words().synonyms.get(word, ()) if " " not in other)


def _everyday_parts(phrase: Phrase) -> Iterable[str]:
    data = words()
    idle = data.vi_words | data.units.keys() | data.numbers.keys()
    for word in phrase if len(phrase) > 1 else ():
        if len(word) > 1 and word.isalpha() and word in common_words() and word not in idle | _COLOURS:
            yield word


def _measure_in(phrase: Phrase) -> Measure | None:
    found = [read[0] for i in range(len(phrase)) if (read := measure_at(phrase, i)) is not None]
    return found[0] if len(found) == 1 else None


def _add_extremes(
    sizes: Sequence[tuple[Measure, ValueMatch]],
    option: OptionWords,
    own: dict[ValueKey, ValueMatch],
    phrases: dict[Phrase, set[ValueKey]],
) -> None:
    """`the big one` of two volumes."""
    ranked = sorted(sizes, key=lambda size: size[0])
    same = len({measure[0] for measure, _ in ranked}) == 1
    if len(ranked) < 2 or len(ranked) != len(option.values) or not same:
        return
    if any(a[0] == b[0] for a, b in pairwise(ranked)):
        return
    for key, match, names in (
        (LARGEST, ranked[-1][1], words().largest),
        (SMALLEST, ranked[0][1], words().smallest),
    ):
        own[key] = match
        for name in names:
            phrases.setdefault(tuple(name.split()), set()).add(key)


def values_measured(values: Sequence[str], text: str) -> list[str]:
    """Those whose measure or first side the text tells in its own way: `8 phân` is `Thấp 8 cm`."""
    said = split(text)
    told = {read[0] for i in range(len(said)) if (read := measure_at(said, i)) is not None}
    own = {value: split(value) for value in values}
    return [value for value in values if _first_measure(own[value]) in told]


def _count(phrase: Phrase) -> Measure | None:
    """`500 mảnh`, `24 màu`: so many of something."""
    if len(phrase) != 2 or not phrase[0].isdigit() or phrase[1].isdigit():
        return None
    return phrase[1], float(phrase[0])


def _first_measure(phrase: Phrase) -> Measure | None:
    multiplied = sides_of(phrase)
    return multiplied[0] if multiplied else _measure_in(phrase)
