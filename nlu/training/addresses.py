"""Typed addresses with what they mean; the test side has other patterns of typing than the training side."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from nlu.training.utterances import Side

FILE = Path(__file__).parent / "addresses.jsonl"


@dataclass(frozen=True)
class TypedAddress:
    text: str
    street: str
    era: str
    ward: str
    district: str | None
    province: str
    side: str
    languages: tuple[str, ...]


@lru_cache
def typed_addresses(side: Side, language: str = "") -> tuple[TypedAddress, ...]:
    """Of one language, or of all."""
    wanted = "test" if side == "test" else "train"
    return tuple(
        address
        for address in _all()
        if address.side == wanted and (not language or language in address.languages)
    )


@lru_cache
def _all() -> tuple[TypedAddress, ...]:
    lines = FILE.read_text("utf-8").splitlines()
    return tuple(
        TypedAddress(**{**entry, "languages": tuple(entry["languages"])}) for entry in map(json.loads, lines)
    )
