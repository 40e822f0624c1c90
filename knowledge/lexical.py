"""The word list beside the vectors: BM25 over folded words, word pairs and concepts."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from knowledge.concepts import Mention, mentions
from knowledge.stemming import stem
from knowledge.wording import Language, expand, fold, has_marks, vocabulary, words_of

_K1 = 1.2
_B = 0.6
_MARKED = 0.4
_CONCEPT = 1.0
_RELATED = 0.8


Ways = dict[str, float]
"""The terms that stand for one word, and how well: itself wholly, a concept it speaks of a little less."""


@dataclass(frozen=True)
class Query:
    """`weights` of the terms that are looked for; `words` are the telling ones, `matter` those that do not only ask."""

    weights: dict[str, float]
    words: list[Ways]
    matter: list[Ways]

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(term for ways in self.words for term in ways)


@dataclass(frozen=True)
class Cover:
    """`share` (0..1) of the question's weight that was found; `gap` is the weight of its rarest word that was not:
    what the question may be about while the passage is silent on it. `touches` the matter: a word is found that
    does not only ask."""

    share: float
    gap: float
    touches: bool


class WordIndex:
    """BM25 over the passages of one language. Read-only once built, so threads may share it."""

    def __init__(self, titles: Sequence[str], texts: Sequence[str], language: Language) -> None:
        self._postings: dict[str, dict[int, int]] = defaultdict(dict)
        self._titles = [telling_words(title, language) for title in titles]
        lengths: list[int] = []
        for position, (title, text) in enumerate(zip(titles, texts, strict=True)):
            # The title says what a piece is about, so its words count twice.
            terms = Counter(index_terms(f"{title}\n{title}\n{text}", language))
            lengths.append(sum(terms.values()))
            for term, count in terms.items():
                self._postings[term][position] = count
        mean = sum(lengths) / len(lengths) if lengths else 1.0
        self._norms = [_K1 * (1 - _B + _B * length / (mean or 1.0)) for length in lengths]

    def ranks(self, query: Query) -> dict[int, float]:
        """Passages (by position) that share a term with the question; more is better."""
        ranks: dict[int, float] = defaultdict(float)
        for term, weight in query.weights.items():
            value = weight * self._idf(term)
            for position, count in self._postings.get(term, {}).items():
                ranks[position] += value * count * (_K1 + 1) / (count + self._norms[position])
        return ranks

    def cover(self, query: Query, position: int) -> Cover:
        """How much of the question this passage has."""
        found = total = gap = 0.0
        for ways in query.words:
            weight = max(self._idf(term) for term in ways)
            shares = (share for term, share in ways.items() if position in self._postings.get(term, {}))
            share = max(shares, default=0.0)
            total += weight
            found += weight * share
            if not share:
                gap = max(gap, weight)
        touches = not query.matter or any(
            position in self._postings.get(term, {}) for ways in query.matter for term in ways
        )
        return Cover(found / total if total else 0.0, gap, touches)

    def title_coverage(self, query: Query, position: int) -> float:
        """Share (0..1) of the title's telling words that the question has: "do you sell sofas" has few of "do
        you sell spare lids"."""
        title = self._titles[position]
        found = sum(
            max((s for term, s in ways.items() if term in query.terms), default=0.0) for ways in title
        )
        return found / len(title) if title else 0.0

    def _idf(self, term: str) -> float:
        seen = len(self._postings.get(term, ()))
        return math.log(1 + (len(self._norms) - seen + 0.5) / (seen + 0.5))


def index_terms(text: str, language: Language) -> list[str]:
    """Terms a passage is found by. Marked words stand beside the folded ones, so that `bán` beats `bạn`."""
    terms = _spread(words_of(fold(text)), language)
    if language == "vi":
        terms += ["=" + word for word in words_of(text) if has_marks(word)]
    return terms + ["#" + mention.concept for mention in mentions(text, language)]


def read_query(question: str, language: Language) -> Query:
    """The question's words, for passages in its own language."""
    written = expand(question) if language == "vi" else question
    words = words_of(fold(written))
    stop = vocabulary(language).stop_words
    told = mentions(written, language)
    weights = dict.fromkeys(_spread(words, language, stop), 1.0)
    if language == "vi":
        weights |= {"=" + w: _MARKED for w in words_of(written) if has_marks(w) and fold(w) not in stop}
    weights |= {"#" + mention.concept: _CONCEPT for mention in told}
    telling = telling_words(written, language)
    return Query(weights, telling, _matter(telling, language))


def read_foreign_query(question: str, language: Language) -> Query:
    """What of the question can be compared with passages in other languages: concepts, figures, brands."""
    stop = vocabulary(language).stop_words
    told = mentions(question, language)
    ways: list[Ways] = []
    for number, word in enumerate(words_of(fold(question))):
        concepts = _concepts_at(number, told)
        if concepts or word not in stop:
            ways.append({word: 1.0} | concepts)
    return Query(
        dict.fromkeys((term for way in ways for term in way), _CONCEPT), ways, _matter(ways, language)
    )


def _matter(telling: Sequence[Ways], language: Language) -> list[Ways]:
    asking = vocabulary(language).question_words
    return [ways for ways in telling if not asking & ways.keys()]


def telling_words(text: str, language: Language) -> list[Ways]:
    stop = vocabulary(language).stop_words
    told = mentions(text, language)
    return [
        dict.fromkeys(_own_terms(word, language), 1.0) | _concepts_at(number, told)
        for number, word in enumerate(words_of(fold(text)))
        if word not in stop
    ]


def _own_terms(word: str, language: Language) -> list[str]:
    if language == "ko":
        return _syllable_pairs(word)
    return [stem(word) if language == "en" else word]


def _concepts_at(number: int, told: Sequence[Mention]) -> Ways:
    return {"#" + m.concept: _RELATED for m in told if m.start <= number < m.end}


def _spread(words: Sequence[str], language: Language, stop: Iterable[str] = ()) -> list[str]:
    """Single terms and pairs; a single term that is a stop word, or a pair of two, is left out."""
    if language == "ko":
        return [piece for word in words if word not in set(stop) for piece in _syllable_pairs(word)]
    blocked = set(stop)
    stems = [stem(word) if language == "en" else word for word in words]
    free = [word not in blocked for word in words]
    singles = [term for term, is_free in zip(stems, free, strict=True) if is_free]
    pairs = [f"{stems[i]} {stems[i + 1]}" for i in range(len(stems) - 1) if free[i] or free[i + 1]]
    return singles + pairs


def _syllable_pairs(word: str) -> list[str]:
    """Korean glues particles to words, so words are compared by overlapping pairs of syllables."""
    return [word] if len(word) < 3 else [word[i : i + 2] for i in range(len(word) - 1)]
