"""Text as it is compared: lower case, no diacritics, no invisible marks, with the way back to the raw text."""

import unicodedata
from dataclasses import dataclass

MAX_CHARS = 2_000
"""Only so much of a message is read: nobody orders in more, and time stays bounded."""


@dataclass(frozen=True)
class Folded:
    """`text[i]` came from `raw[offsets[i]]`."""

    raw: str
    text: str
    offsets: tuple[int, ...]

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        if start >= end or not self.offsets:
            return (0, 0)
        return self.offsets[start], min(self.offsets[end - 1] + 1, len(self.raw))


def folded(raw: str) -> Folded:
    characters: list[str] = []
    offsets: list[int] = []
    for index, character in enumerate(raw[:MAX_CHARS]):
        for base in _fold_character(character):
            characters.append(base)
            offsets.append(index)
    return Folded(raw, "".join(characters), tuple(offsets))


def fold(text: str) -> str:
    return "".join(base for character in text for base in _fold_character(character))


def _fold_character(character: str) -> str:
    if character.isascii():
        return character.lower() if character.isprintable() or character == "\n" else " "
    if "\uac00" <= character <= "\ud7a3" or "\u3131" <= character <= "\u318e":
        return character
    category = unicodedata.category(character)
    if category in ("Cf", "Cc", "Cs", "Mn", "Me"):
        return ""
    decomposed = unicodedata.normalize("NFKD", character.lower().replace("đ", "d"))
    return "".join(c for c in decomposed if not unicodedata.combining(c)) or " "
