"""Products by the words of their names in any order: what counts is how much of a name was said, rare words most."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log

from nlu.wordlists import words

Phrase = tuple[str, ...]
Skus = frozenset[str]
WINDOW = 8
"""Words of a message that are looked at from one place on."""
ENOUGH = 0.5
"""Of a name's weight."""
TOO_BROAD = 300
"""A word that more products have is no place to begin."""
BESIDE = 0.06
"""Names so close to the best are meant as well."""
MAX_FOUND = 20


@dataclass(frozen=True)
class Likeness:
    """The products that the words up to `end` are likest to; `whole` when every word of the name was said."""

    end: int
    skus: Skus
    whole: bool


@dataclass
class NameIndex:
    names: list[tuple[str, Phrase, float]] = field(default_factory=list)
    """Product, words, weight."""
    having: dict[str, list[int]] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)

    @classmethod
    def build(cls, names: Iterable[tuple[str, Phrase]], having_word: Mapping[str, Skus]) -> "NameIndex":
        index, having = cls(), defaultdict(list)
        count = max((len(skus) for skus in having_word.values()), default=1)
        index.weights = {word: log(2 + count / len(skus)) for word, skus in having_word.items()}
        for sku, phrase in dict.fromkeys(names):
            if len(phrase) < 2:
                continue
            for word in set(phrase):
                having[word].append(len(index.names))
            index.names.append((sku, phrase, sum(index.weights[word] for word in set(phrase))))
        index.having = dict(having)
        return index

    def likest(self, keys: Sequence[str | None], i: int) -> Likeness | None:
        """Two or more words from `i` on, at most one strange word between them, and none that takes another thing
        (`áo thun lấy áo khoác`); None keys are closed places."""
        said = self._said(keys, i)
        if len(said) < 2:
            return None
        rare = [word for word in said if len(self.having[word]) <= TOO_BROAD]
        scored: list[tuple[float, int]] = []
        for number in {number for word in rare for number in self.having[word]}:
            _, phrase, weight = self.names[number]
            found = [word for word in said if word in phrase]
            if len(found) >= 2 and said[found[0]] == i:
                scored.append((sum(self.weights[word] for word in found) / weight, number))
        best = max(scored, default=(0.0, 0))[0]
        if best < ENOUGH:
            return None
        near = [self.names[number] for score, number in scored if score >= best - BESIDE]
        used = {word for _, phrase, _ in near for word in phrase if word in said}
        end = max(said[word] for word in used) + 1
        skus = frozenset(sku for sku, _, _ in near)
        return Likeness(end, skus, best > 0.999) if len(skus) <= MAX_FOUND else None

    def _said(self, keys: Sequence[str | None], i: int) -> dict[str, int]:
        said: dict[str, int] = {}
        strange = 0
        for place in range(i, min(i + WINDOW, len(keys))):
            key = keys[place]
            if key is None:
                break
            if key in self.having:
                said.setdefault(key, place)
                strange = 0
            elif place == i or strange or key in words().adding:
                break
            else:
                strange = 1
        return said


def alike_names(phrase: Phrase) -> Iterable[Phrase]:
    """The name with everyday words for the same thing in place of its own."""
    for group in words().alike:
        for mine in group:
            part = tuple(mine.split())
            at = next((i for i in range(len(phrase)) if phrase[i : i + len(part)] == part), None)
            if at is None:
                continue
            for other in group:
                if other != mine:
                    yield (*phrase[:at], *other.split(), *phrase[at + len(part) :])
            break
