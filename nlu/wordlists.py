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
    dozens: dict[str, int]
    size_words: frozenset[str]
    value_words: frozenset[str]
    """Words that lead to an option's value: `màu`, `size`, `loại`."""
    separators: frozenset[str]
    synonyms: dict[str, tuple[str, ...]]
    marked_values: frozenset[str]
    doubtful_values: frozenset[str]
    """Values that are also common words when typed without marks: `den` is đen and đến."""
    heads: frozenset[str]
    size_values: frozenset[str]
    takers: tuple[str, ...]
    """What stands before a number of goods: `lấy hai`, `make it two`."""
    brands: dict[str, str]
    """Foreign names as Koreans write them, by no rule of sound."""
    of_them: frozenset[str]
    either: frozenset[str]
    idle: frozenset[str]
    """Words that tell nothing by themselves: a message of these and goods does nothing to the cart."""
    measures: frozenset[str]
    """Units behind a number that make it no quantity."""
    units: dict[str, tuple[str, float]]
    """What a unit measures, and how many of the smallest it is."""
    largest: tuple[str, ...]
    smallest: tuple[str, ...]
    alike: tuple[tuple[str, ...], ...]
    """Everyday words for one kind of thing: `áo phông` is `áo thun` in every shop."""
    taking: frozenset[str]
    """Words behind which a bare number counts goods."""
    please: frozenset[str]
    removals: tuple[str, ...]
    adding: tuple[str, ...]
    keeping: tuple[str, ...]
    before_be: frozenset[str]
    """Behind one of these, `be` is the English verb and no beige."""
    each: tuple[str, ...]
    negators: tuple[str, ...]
    negators_after: tuple[str, ...]
    corrections: tuple[str, ...]
    these: tuple[str, ...]
    both: tuple[str, ...]
    ordinals: dict[str, int]
    particles: frozenset[str]
    drawn_out: frozenset[str]
    """Small words that people write with their last letter twice."""
    yes: tuple[str, ...]
    no: tuple[str, ...]
    not_yet: tuple[str, ...]
    question: tuple[str, ...]
    payments: dict[str, tuple[str, ...]]
    vi_words: frozenset[str]
    en_words: frozenset[str]
    not_names: frozenset[str]
    accented: dict[str, frozenset[str]]
    """How a short word is written when it is the one that rules mean: `bỏ`, not `bơ`."""


@lru_cache
def words() -> Words:
    data = _read("words.json")
    synonyms = {name: tuple(group) for group in data["synonyms"] for name in group}
    plain: dict[str, Any] = {
        name: frozenset(data[name])
        for name in (
            "counters", "size_words", "value_words", "separators", "marked_values", "doubtful_values", "heads",
            "size_values", "of_them", "either", "idle", "measures", "before_be", "taking", "please", "particles",
            "drawn_out", "vi_words", "en_words", "not_names",
        )
    }  # fmt: skip
    phrases: dict[str, Any] = {
        name: tuple(data[name])
        for name in ("largest", "smallest", "removals", "adding", "keeping", "each", "takers", "negators",
                     "negators_after", "corrections", "these", "both", "yes", "no", "not_yet", "question")
    }  # fmt: skip
    return Words(
        shorthand=data["shorthand"],
        numbers=data["numbers"],
        dozens=data["dozens"],
        synonyms=synonyms,
        units={unit: (kind, float(size)) for unit, (kind, size) in data["units"].items()},
        alike=tuple(map(tuple, data["alike"])),
        ordinals=data["ordinals"],
        brands=data["brands"],
        payments={"cod": tuple(data["cod"]), "bank_transfer": tuple(data["bank_transfer"])},
        accented={word: frozenset(forms) for word, forms in data["accented"].items()},
        **plain,
        **phrases,
    )


@lru_cache
def common_words() -> frozenset[str]:
    """Words of everyday talk, folded: never taken for a misspelt product."""
    return frozenset(files("nlu").joinpath("data", "common_words.txt").read_text("utf-8").split())


def _read(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(files("nlu").joinpath("data", name).read_text("utf-8"))
    return data
