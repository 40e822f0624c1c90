"""What the classifier sees of a masked message: places in a table, one for each n-gram of words and of letters."""

from collections.abc import Iterable, Sequence
from zlib import crc32

from nlu.masking import Unit

BITS = 16
SIZE = 1 << BITS
MAX_UNITS = 120
"""Of a very long message the beginning and the end are read."""


def features(units: Sequence[Unit]) -> list[int]:
    """Sorted and without repeats."""
    if len(units) > MAX_UNITS:
        units = [*units[: MAX_UNITS // 2], *units[-MAX_UNITS // 2 :]]
    return sorted({crc32(name.encode()) & (SIZE - 1) for name in _names(units)})


def _names(units: Sequence[Unit]) -> Iterable[str]:
    words = ["^", *(unit.word for unit in units), "$"]
    yield from _word_grams(words)
    marked = ["^", *(unit.marked or unit.word for unit in units), "$"]
    if any(unit.marked for unit in units):
        yield from (f"m{word}" for word in marked)
        yield from (f"m{a} {b}" for a, b in zip(marked, marked[1:], strict=False))
    for unit in units:
        if unit.word.isupper():
            continue
        if unit.typed and unit.typed != unit.word:
            yield f"t{unit.typed}"
        if not _is_hangul(unit.word):
            yield from _letters(unit.word)
    yield from _hangul_grams("".join(unit.word if _is_hangul(unit.word) else " " for unit in units))
    yield f"l{min(len(units) // 3, 5)}"
    if any(unit.word == "?" for unit in units):
        yield "?"


def _word_grams(words: Sequence[str]) -> Iterable[str]:
    yield from (f"w{word}" for word in words)
    talk = [word for word in words if word.isalnum() or word in "^$?"]
    for a, b in zip(talk, talk[1:], strict=False):
        yield f"b{a} {b}"
    for a, b, c in zip(talk, talk[1:], talk[2:], strict=False):
        yield f"c{a} {b} {c}"
        yield f"s{a} {c}"
    for a, b in zip(talk, talk[3:], strict=False):
        yield f"s{a} {b}"


def _letters(word: str) -> Iterable[str]:
    framed = f"<{word}>"
    for size in (3, 4, 5):
        for start in range(len(framed) - size + 1):
            yield f"g{framed[start : start + size]}"


def _hangul_grams(line: str) -> Iterable[str]:
    for part in line.split():
        framed = f"<{part}>"
        for size in (1, 2, 3, 4):
            for start in range(len(framed) - size + 1):
                yield f"h{framed[start : start + size]}"


def _is_hangul(word: str) -> bool:
    return word[:1] >= "\u3131" and word[:1] <= "\ud7a3"
