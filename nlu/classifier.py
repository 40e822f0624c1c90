"""What a message is about: a logistic regression over the masked message, trained by `nlu.training`."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from nlu.features import features
from nlu.masking import Unit

LOWEST = 0.1
"""What is less likely than this is not told."""
THRESHOLD = 0.35
"""From which probability a message is said to carry an intent; told as a confidence of 0.5."""


@dataclass(frozen=True)
class Weights:
    labels: tuple[str, ...]
    table: NDArray[np.int8]
    """A row for each place of `features`, a column for each label."""
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]

    def probabilities(self, places: Sequence[int]) -> NDArray[np.float32]:
        if not places:
            return np.zeros(len(self.labels), np.float32)
        total = self.table[np.asarray(places)].sum(axis=0, dtype=np.int32)
        scores = total * self.scale / np.sqrt(np.float32(len(places))) + self.bias
        return softmax(scores)


def softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


def classify(units: Sequence[Unit]) -> list[tuple[str, float]]:
    """Labels with their confidence, best first; 0.5 and above are those that the message carries."""
    weights = load_weights()
    found = weights.probabilities(features(units))
    sure = np.where(
        found < THRESHOLD, found / (2 * THRESHOLD), 0.5 + 0.5 * (found - THRESHOLD) / (1 - THRESHOLD)
    )
    ranked = sorted(zip(weights.labels, sure.tolist(), strict=True), key=lambda item: -item[1])
    return [(name, round(value, 3)) for name, value in ranked if value >= LOWEST]


@lru_cache
def load_weights() -> Weights:
    with files("nlu").joinpath("data", "intents.npz").open("rb") as file, np.load(file) as data:
        return Weights(tuple(data["labels"].tolist()), data["table"], data["scale"], data["bias"])
