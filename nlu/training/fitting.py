"""Fits the intent classifier: rendered, noisy utterances in; one logistic regression an intent out, pruned to bytes."""

import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from nlu.classifier import softmax
from nlu.features import SIZE, features
from nlu.lexicon import Lexicon
from nlu.masking import Unit
from nlu.parse import Context, read
from nlu.training.noise import noisy
from nlu.training.rendering import Renderer
from nlu.training.shops import shops
from nlu.training.utterances import LANGUAGES, Side, Template, templates
from nlu.training.vocabulary import write_vocabulary

TARGET = Path(__file__).parent.parent / "data" / "intents.npz"
SEED = 20
VARIANTS = 3
"""Renderings of each line: a clean one, the others noisy."""
EPOCHS = 8
BATCH = 256
RATE = 0.1
COMPOSED = 0.2
"""So many messages of two joined ones, for each message."""
SCALE = np.float32(3)
PRUNED = 1
"""Steps of the quantised weights that are taken for nothing."""

Example = tuple[list[Unit], frozenset[str]]


def examples(sides: Sequence[Side], *, variants: int, noise: bool) -> list[Example]:
    found: list[Example] = []
    for side in sides:
        for language in LANGUAGES:
            for template in templates(side, language):
                found += _variants(template, side, variants, noise)
    return found


def _variants(template: Template, side: Side, variants: int, noise: bool) -> Iterable[Example]:
    for number in range(variants if not template.written_out else (variants + 1) // 2):
        rng = Random(template.key + SEED + number)  # noqa: S311 - data, no secret
        shop = rng.choice(shops())
        done = Renderer(template, shop, side, number).render()
        parts = (
            noisy(done.parts, template.language, template.intents, rng) if noise and number else done.parts
        )
        unknown = noise and rng.random() < 0.12
        lexicon = Lexicon() if unknown else shop.lexicon
        reading = read("".join(part.text for part in parts), Context(lexicon))
        yield reading.units, template.intents


def composed(found: Sequence[Example], allowed: set[frozenset[str]]) -> list[Example]:
    """Two messages of one language said in one breath, where people are known to say such two things together."""
    rng = Random(SEED)  # noqa: S311 - data, no secret
    by_intent: dict[tuple[bool, str], list[list[Unit]]] = defaultdict(list)
    for units, intents in found:
        if len(intents) == 1 and units:
            by_intent[_in_hangul(units), min(intents)].append(units)
    pairs = sorted(tuple(sorted(pair)) for pair in allowed if len(pair) == 2)
    made: list[Example] = []
    for _ in range(int(len(found) * COMPOSED)):
        first, second = rng.sample(rng.choice(pairs), 2)
        hangul = rng.random() < 0.3
        if by_intent[hangul, first] and by_intent[hangul, second]:
            joint = [Unit(rng.choice((",", ".", "\n")))] if rng.random() < 0.7 else []
            units = [*rng.choice(by_intent[hangul, first]), *joint, *rng.choice(by_intent[hangul, second])]
            made.append((units, frozenset({first, second})))
    return made


def _in_hangul(units: Sequence[Unit]) -> bool:
    return any(unit.word >= "\u3131" for unit in units)


def matrix(found: Sequence[Example]) -> csr_matrix:
    rows = [np.asarray(features(units), np.int32) for units, _ in found]
    sizes = np.array([len(places) for places in rows])
    indptr = np.concatenate([[0], np.cumsum(sizes)])
    indices = np.concatenate(rows)
    values = np.repeat(1 / np.sqrt(sizes), sizes).astype(np.float32)
    return csr_matrix((values, indices, indptr), shape=(len(found), SIZE))


def targets(found: Sequence[Example], labels: Sequence[str]) -> NDArray[np.float32]:
    return np.array([[label in intents for label in labels] for _, intents in found], np.float32)


def fit(found: Sequence[Example], labels: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """One softmax over all intents, by stochastic descent with a step of its own for each place.

    A message with two intents wants half of the probability for each.
    """
    rng = np.random.default_rng(SEED)
    data, wanted = matrix(found) * SCALE, targets(found, labels)
    wanted /= wanted.sum(axis=1, keepdims=True)
    table = np.zeros((SIZE, len(labels)), np.float32)
    bias = np.zeros(len(labels), np.float32)
    seen = np.full((SIZE, 1), 1e-8, np.float32)
    for epoch in range(EPOCHS):
        step = RATE * (1 - epoch / EPOCHS)
        order = rng.permutation(len(found))
        for start in range(0, len(found), BATCH):
            rows = order[start : start + BATCH]
            batch = data[rows]
            wrong = softmax(batch @ table + bias) - wanted[rows]
            places = np.unique(batch.indices)
            slope = batch[:, places].T @ wrong
            seen[places] += (slope**2).mean(axis=1, keepdims=True)
            table[places] -= step * slope / np.sqrt(seen[places])
            bias -= step * 0.05 * wrong.mean(axis=0)
    return table * SCALE, bias


def save(path: Path, labels: Sequence[str], table: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
    """Weights too small to matter are dropped, the others kept in steps of a byte."""
    scale = np.abs(table).max(axis=0) / 127
    steps = np.rint(table / scale).astype(np.int8)
    steps[np.abs(steps) <= PRUNED] = 0
    np.savez_compressed(path, labels=np.array(labels), table=steps, scale=scale.astype(np.float32), bias=bias)


def main(*, keep_dev_out: bool) -> None:
    """`keep_dev_out` to measure on the development lines; what is shipped has learned from them, too."""
    started = time.perf_counter()
    write_vocabulary()
    training = examples(("train",) if keep_dev_out else ("train", "dev"), variants=VARIANTS, noise=True)
    training += composed(training, {intents for _, intents in training if len(intents) == 2})
    labels = sorted({label for _, intents in training for label in intents})
    sys.stdout.write(f"{len(training)} examples, {time.perf_counter() - started:.0f} s\n")
    save(TARGET, labels, *fit(training, labels))
    size = TARGET.stat().st_size / 1e6
    sys.stdout.write(f"{TARGET.name}: {size:.2f} MB, {time.perf_counter() - started:.0f} s\n")
