"""All passages at one moment, ready to be searched. Never changed: a sync builds the next one.

Scores of the two lists (vectors, words) are standardised within a language and added, then a subject's wordings
in all languages are put together. Fusing by reciprocal rank was tried and was worse by 2 to 6 points of recall@1:
a rank forgets how far ahead the first one is.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.lexical import Query, WordIndex, read_foreign_query, read_query
from knowledge.passages import Passage
from knowledge.scoring import Calibration, Evidence, words_only
from knowledge.wording import Language, Restorer

Vectors = NDArray[np.float32]

# How much of a language's mean vector is taken off. Taking all of it off lost recall within one language.
_CENTRING = 0.5
_FEW = 10.0
_ELSEWHERE = 0.7


@dataclass(frozen=True)
class Match:
    passage: Passage
    probability: float
    is_sure: bool
    evidence: Evidence


@dataclass(frozen=True)
class _Scored:
    passage: Passage
    row: int
    total: float
    similarity: float
    shares_words: bool


@dataclass(frozen=True)
class _Group:
    """One subject in all its wordings, the one that would be told first."""

    wordings: tuple[_Scored, ...]
    total: float


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
        self.words = words or WordIndex([p.title for p in passages], [p.text for p in passages], language)
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

    def score(self, query: Vectors | None, words: Query, chosen: Collection[str] | None) -> Iterable[_Scored]:
        """`chosen` (ids) limits who may be returned beside those that share a word."""
        similarity, dense = self._dense(query)
        found = self.words.ranks(words)
        ranks = np.array([found.get(row, 0.0) for row in range(len(self.passages))])
        totals = dense + self._word_weight * _standardised(ranks)
        for row, passage in enumerate(self.passages):
            if chosen is None or passage.id in chosen or row in found:
                yield _Scored(passage, row, float(totals[row]), float(similarity[row]), row in found)

    def closeness(self, similarity: float) -> float:
        return (similarity - self._usual) / self._spread

    def _dense(self, query: Vectors | None) -> tuple[Vectors, Vectors]:
        """Similarity, and where it stands among all passages for this question."""
        similarity = np.full(len(self.passages), self._usual, dtype=np.float32)
        ranking = np.zeros(len(self.passages), dtype=np.float32)
        if query is not None and self._rows:
            similar = self._unit @ _unit(self.centred(query))
            similarity[self._rows] = similar
            ranking[self._rows] = (similar - similar.mean()) / max(float(similar.std()), self._spread / 2)
        return similarity, ranking


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
        own, foreign = read_query(words, language), read_foreign_query(words, language)
        scored: dict[str, dict[Language, _Scored]] = {}
        for other, section in self.sections.items():
            for one in section.score(query, own if other == language else foreign, chosen):
                known = scored.setdefault(one.passage.group, {})
                if other not in known or one.total > known[other].total:
                    known[other] = one
        groups = [_gathered(wordings, language) for wordings in scored.values()]
        ranked = sorted(groups, key=lambda group: (-group.total, group.wordings[0].passage.id))
        found = [g for g in ranked if query is not None or any(one.shares_words for one in g.wordings)]
        calibration = self._calibration if query is not None else words_only()
        matches = []
        for group in found[:count]:
            rival = next((other for other in found if other is not group), None)
            evidence = self._evidence(group, rival, own, foreign, language)
            is_sure = group is found[0] and calibration.is_sure(evidence)
            told = group.wordings[0].passage
            matches.append(Match(told, calibration.probability(evidence), is_sure, evidence))
        return matches

    def _evidence(
        self, group: _Group, rival: _Group | None, own: Query, foreign: Query, language: Language
    ) -> Evidence:
        told = group.wordings[0]
        section = self.sections[told.passage.language]
        is_foreign = told.passage.language != language
        cover = section.words.cover(foreign if is_foreign else own, told.row)
        elsewhere = [
            self.sections[one.passage.language].words.cover(foreign, one.row)
            for one in group.wordings
            if one.passage.language != language
        ]
        return Evidence(
            similarity=told.similarity,
            closeness=section.closeness(told.similarity),
            coverage=0.0 if is_foreign else cover.share,
            gap=cover.gap,
            title_coverage=section.words.title_coverage(foreign if is_foreign else own, told.row),
            coverage_elsewhere=max((other.share for other in elsewhere), default=0.0),
            margin=group.total - rival.total if rival else 1.0,
            is_foreign=is_foreign,
            touches=any(one.touches for one in (cover, *elsewhere)),
        )


def _gathered(wordings: Mapping[Language, _Scored], language: Language) -> _Group:
    """The question is compared with each wording of a subject: what one language misses another may show."""
    elsewhere = sorted(
        (one for other, one in wordings.items() if other != language), key=lambda one: one.total, reverse=True
    )
    told = wordings.get(language) or elsewhere[0]
    rest = [one for one in elsewhere if one is not told]
    others = elsewhere or [told]
    total = told.total + _ELSEWHERE * sum(one.total for one in others) / len(others)
    return _Group((told, *rest), total)


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Vectors = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return unit


def _standardised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = float(values.std()) if len(values) else 0.0
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros_like(values)
