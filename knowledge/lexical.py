"""The word list beside the vectors: BM25 over folded words and word pairs."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.wording import Language, expand, fold, has_marks, vocabulary, words_of

_K1 = 1.2
_B = 0.6
_MARKED = 0.4
_SYNONYM = 0.6


@dataclass(frozen=True)
class WordMatch:
    """`rank_score` orders passages; `coverage` (0..1) is the share of the question's weight found in one."""

    rank_score: float
    coverage: float


class WordIndex:
    """BM25 over the passages of one language. Read-only once built, so threads may share it."""

    def __init__(self, texts: Sequence[str], language: Language) -> None:
        self._language = language
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        lengths: list[int] = []
        for position, text in enumerate(texts):
            terms = Counter(index_terms(text, language))
            lengths.append(sum(terms.values()))
            for term, count in terms.items():
                self._postings[term].append((position, count))
        mean = sum(lengths) / len(lengths) if lengths else 1.0
        self._norms = [_K1 * (1 - _B + _B * length / (mean or 1.0)) for length in lengths]

    def match(self, question: str) -> dict[int, WordMatch]:
        """Passages (by position) that share a term with the question."""
        own, related = query_terms(question, self._language)
        total = sum(weight * self._idf(term) for term, weight in own.items()) or 1.0
        ranks: dict[int, float] = defaultdict(float)
        found: dict[int, float] = defaultdict(float)
        for term, weight in (*own.items(), *related.items()):
            value = weight * self._idf(term)
            for position, count in self._postings.get(term, ()):
                ranks[position] += value * count * (_K1 + 1) / (count + self._norms[position])
                found[position] += value
        return {at: WordMatch(score, min(1.0, found[at] / total)) for at, score in ranks.items()}

    def _idf(self, term: str) -> float:
        seen = len(self._postings.get(term, ()))
        return math.log(1 + (len(self._norms) - seen + 0.5) / (seen + 0.5))


def index_terms(text: str, language: Language) -> list[str]:
    """Terms a passage is found by. Marked words stand beside the folded ones, so that `bán` beats `bạn`."""
    terms = _spread(words_of(fold(text)), language)
    if language == "vi":
        terms += ["=" + word for word in words_of(text) if has_marks(word)]
    return terms


def query_terms(question: str, language: Language) -> tuple[dict[str, float], dict[str, float]]:
    """Weighted terms of the question's own words, and those of their synonyms."""
    written = expand(question) if language == "vi" else question
    words = words_of(fold(written))
    stop = vocabulary(language).stop_words
    own = dict.fromkeys(_spread(words, language, stop), 1.0)
    if language == "vi":
        own |= {"=" + w: _MARKED for w in words_of(written) if has_marks(w) and fold(w) not in stop}
    related: dict[str, float] = {}
    for synonym in _synonyms(words, language):
        for term in _spread(synonym, language, stop):
            related.setdefault(term, _SYNONYM)
    return own, {term: weight for term, weight in related.items() if term not in own}


def _spread(words: Sequence[str], language: Language, stop: Iterable[str] = ()) -> list[str]:
    """Single terms and pairs; a single term that is a stop word, or a pair of two, is left out."""
    if language == "ko":
        return [piece for word in words if word not in set(stop) for piece in _syllable_pairs(word)]
    blocked = set(stop)
    stems = [_stem(word) if language == "en" else word for word in words]
    free = [word not in blocked for word in words]
    singles = [stem for stem, is_free in zip(stems, free, strict=True) if is_free]
    pairs = [f"{stems[i]} {stems[i + 1]}" for i in range(len(stems) - 1) if free[i] or free[i + 1]]
    return singles + pairs


def _syllable_pairs(word: str) -> list[str]:
    """Korean glues particles to words, so words are compared by overlapping pairs of syllables."""
    return [word] if len(word) < 3 else [word[i : i + 2] for i in range(len(word) - 1)]


def _stem(word: str) -> str:
    for ending in ("ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def _synonyms(words: Sequence[str], language: Language) -> list[tuple[str, ...]]:
    text = f" {' '.join(words)} "
    found: list[tuple[str, ...]] = []
    for group in vocabulary(language).synonyms:
        present = [term for term in group if f" {' '.join(term)} " in text]
        if present:
            found += [term for term in group if term not in present]
    return found
