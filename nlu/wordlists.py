"""The word lists that understanding works with: data, read once."""

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Words:
    shorthand: dict[str, str]
    numbers: dict[str, int]
    counters: frozenset[str]
    dozens: frozenset[str]
    size_words: frozenset[str]
    separators: frozenset[str]
    synonyms: dict[str, tuple[str, ...]]
    size_values: frozenset[str]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    question: tuple[str, ...]
    payments: dict[str, tuple[str, ...]]
    vi_words: frozenset[str]
    en_words: frozenset[str]
    not_names: frozenset[str]
    accented: dict[str, frozenset[str]]
    """How a short word is written when it is the one that cues mean: `bỏ`, not `bơ`."""


@lru_cache
def words() -> Words:
    data = _read("words.json")
    synonyms = {name: tuple(group) for group in data["synonyms"] for name in group}
    return Words(
        shorthand=data["shorthand"],
        numbers=data["numbers"],
        counters=frozenset(data["counters"]),
        dozens=frozenset(data["dozens"]),
        size_words=frozenset(data["size_words"]),
        separators=frozenset(data["separators"]),
        synonyms=synonyms,
        size_values=frozenset(data["size_values"]),
        yes=tuple(data["yes"]),
        no=tuple(data["no"]),
        question=tuple(data["question"]),
        payments={"cod": tuple(data["cod"]), "bank_transfer": tuple(data["bank_transfer"])},
        vi_words=frozenset(data["vi_words"]),
        en_words=frozenset(data["en_words"]),
        not_names=frozenset(data["not_names"]),
        accented={word: frozenset(forms) for word, forms in data["accented"].items()},
    )


@lru_cache
def cues() -> dict[str, tuple[str, ...]]:
    """Intent → folded phrases that speak for it."""
    return {name: tuple(phrases) for name, phrases in _read("cues.json").items()}


def _read(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(files("nlu").joinpath("data", name).read_text("utf-8"))
    return data
