"""All passages at one moment, ready to be searched. Never changed: a sync builds the next one.

Scores of the two lists (vectors, words) are standardised within a language and added. Fusing by reciprocal
rank was tried and was worse by 2 to 6 points of recall@1: a rank forgets how far ahead the first one is.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.lexical import WordIndex
from knowledge.passages import Passage
from knowledge.scoring import Calibration, Evidence, words_only
from knowledge.wording import Language, Restorer

Vectors = NDArray[np.float32]

# How much of a language's mean vector is taken off. Taking all of it off lost recall within one language.
_CENTRING = 0.5
_FEW = 10.0


@dataclass(frozen=True)
class Match:
    passage: Passage
    probability: float
    is_sure: bool
    evidence: Evidence


@dataclass(frozen=True)
class _Scored:
    passage: Passage
    total: float
    closeness: float
    coverage: float


class Section:
    """The passages of one language."""

    def __init__(
        self,
        passages: Sequence[Passage],
        vectors: Mapping[str, Vectors],
        language: Language,
        calibration: Calibration,
        words: WordIndex | None = None,
    ) -> None:
        self.passages = passages
        self._word_weight = calibration.words
        # The title says what a piece is about, so its words count twice.
        self.words = words or WordIndex([f"{p.title}\n{p.title}\n{p.text}" for p in passages], language)
        self._rows = [row for row, passage in enumerate(passages) if passage.id in vectors]
        raw = np.array([vectors[passages[row].id] for row in self._rows], dtype=np.float32)
        self.mean: Vectors | None = raw.mean(axis=0) if self._rows else None
        self._unit = _unit(raw - _CENTRING * self.mean) if self.mean is not None else raw
        self._usual, self._spread = self._background(calibration)

    def _background(self, calibration: Calibration) -> tuple[float, float]:
        """Mean and deviation of the similarity between passages, leaning on the prior while they are few."""
        pairs = np.zeros(0, dtype=np.float32)
        if len(self._rows) > 1:
            sample = self._unit[:: max(1, len(self._rows) // 500)]
            pairs = (sample @ sample.T)[np.triu_indices(len(sample), 1)]
        weight = _FEW + len(pairs)
        mean = (_FEW * calibration.prior_mean + float(pairs.sum())) / weight
        variance = (_FEW * calibration.prior_std**2 + float(((pairs - mean) ** 2).sum())) / weight
        return mean, max(variance**0.5, 1e-3)

    def centred(self, query: Vectors) -> Vectors:
        return query if self.mean is None else query - np.float32(_CENTRING) * self.mean

    def score(self, query: Vectors | None, words: str, chosen: Collection[str] | None) -> Iterable[_Scored]:
        """`words` is empty for a question in another language; `chosen` (ids) limits who may be returned."""
        closeness, dense = self._dense(query)
        matches = self.words.match(words) if words else {}
        ranks = np.array([matches[i].rank_score if i in matches else 0.0 for i in range(len(self.passages))])
        totals = dense + self._word_weight * _standardised(ranks)
        for row, passage in enumerate(self.passages):
            if chosen is None or passage.id in chosen or row in matches:
                coverage = matches[row].coverage if row in matches else 0.0
                yield _Scored(passage, float(totals[row]), float(closeness[row]), coverage)

    def _dense(self, query: Vectors | None) -> tuple[Vectors, Vectors]:
        """Similarity above the usual (for confidence) and within this question (for ranking), per passage."""
        closeness = np.zeros(len(self.passages), dtype=np.float32)
        ranking = np.zeros(len(self.passages), dtype=np.float32)
        if query is not None and self._rows:
            similar = self._unit @ _unit(self.centred(query))
            closeness[self._rows] = (similar - self._usual) / self._spread
            ranking[self._rows] = (similar - similar.mean()) / max(float(similar.std()), self._spread / 2)
        return closeness, ranking


class Shelf:
    def __init__(
        self,
        passages: Iterable[Passage],
        vectors: Mapping[str, Vectors],
        calibration: Calibration,
        *,
        before: "Shelf | None" = None,
    ) -> None:
        """What is already worked out in `before` for the same passages is taken from there."""
        ordered = sorted(passages, key=lambda passage: passage.id)
        self.passages: dict[str, Passage] = {passage.id: passage for passage in ordered}
        self.vectors = vectors
        self._calibration = calibration
        self.sections: dict[Language, Section] = {}
        for language in sorted({passage.language for passage in ordered}):
            own = [passage for passage in ordered if passage.language == language]
            known = before.sections.get(language) if before else None
            words = known.words if known and known.passages == own else None
            self.sections[language] = Section(own, vectors, language, calibration, words)
        self.restorer = self._restorer(before)

    def _restorer(self, before: "Shelf | None") -> Restorer:
        written = self.sections["vi"].passages if "vi" in self.sections else []
        known = before.sections["vi"].passages if before and "vi" in before.sections else []
        if before and known == written:
            return before.restorer
        return Restorer(f"{p.title}\n{p.text}" for p in written)

    def languages_to_search(self, language: Language) -> list[Language]:
        """The question's own, then those which hold something that is not written in it."""
        home = {p.group for p in self.passages.values() if p.language == language}
        return [
            other
            for other, section in self.sections.items()
            if other == language or any(p.group not in home for p in section.passages)
        ]

    def match(
        self,
        words: str,
        query: Vectors | None,
        *,
        language: Language,
        chosen: Collection[str] | None,
        count: int,
    ) -> list[Match]:
        """Best passages first, one per group, in the question's language wherever there is one."""
        best: dict[str, _Scored] = {}
        for other in self.languages_to_search(language):
            section = self.sections[other]
            # Words are compared within the question's language only: across languages they mislead.
            for scored in section.score(query, words if other == language else "", chosen):
                rival = best.get(scored.passage.group)
                if rival is None or self._prefers(scored, rival, language):
                    best[scored.passage.group] = scored
        ranked = sorted(best.values(), key=lambda scored: (-scored.total, scored.passage.id))
        found = [scored for scored in ranked if query is not None or scored.coverage > 0]
        calibration = self._calibration if query is not None else words_only()
        return [self._judged(scored, found, calibration) for scored in found[:count]]

    @staticmethod
    def _prefers(scored: _Scored, rival: _Scored, language: Language) -> bool:
        if (scored.passage.language == language) != (rival.passage.language == language):
            return scored.passage.language == language
        return scored.total > rival.total

    @staticmethod
    def _judged(scored: _Scored, ranked: Sequence[_Scored], calibration: Calibration) -> Match:
        other = next((rival for rival in ranked if rival is not scored), None)
        margin = scored.total - other.total if other else 1.0
        evidence = Evidence(scored.closeness, scored.coverage, margin)
        is_sure = scored is ranked[0] and calibration.is_sure(evidence)
        return Match(scored.passage, calibration.probability(evidence), is_sure, evidence)


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Vectors = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return unit


def _standardised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = float(values.std()) if len(values) else 0.0
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros_like(values)
