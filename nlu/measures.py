"""Weights, volumes and lengths, however they are written: `500 g`, `500gr`, `nửa cân`, `0.5 kg` are one."""

from collections.abc import Sequence

from nlu.wordlists import words

Measure = tuple[str, float]
"""What is measured, and how much of its smallest unit."""

_GLUED = frozenset({"m", "l"})
"""Sizes as well: a unit only where it touches its number."""


def measure_of(phrase: Sequence[str]) -> Measure | None:
    """Of a value's words that are nothing but a number and its unit."""
    read = measure_at(phrase, 0)
    return read[0] if read is not None and read[1] == len(phrase) else None


def measure_at(keys: Sequence[str], i: int) -> tuple[Measure, int] | None:
    """The measure that begins at `i`, with the place where it ends."""
    number = _amount_at(keys, i)
    if number is None:
        return None
    amount, end = number
    unit = words().units.get(keys[end]) if end < len(keys) else None
    if unit is None:
        return None
    end += 1
    if end < len(keys) and keys[end] in ("ruoi", "반"):
        amount, end = amount + 0.5, end + 1
    kind, size = unit
    return (kind, round(amount * size, 3)), end


def is_glued_unit(unit: str) -> bool:
    return unit in _GLUED


def _amount_at(keys: Sequence[str], i: int) -> tuple[float, int] | None:
    key = keys[i]
    if key in ("nua", "half", "반"):
        return 0.5, i + (2 if keys[i + 1 : i + 2] in (["a"], ("a",)) else 1)
    if key[0].isdigit():
        parts = key.replace(",", ".").split(".")
        if len(parts) > 2 or len(key) > 8 or (len(parts) == 2 and len(parts[1]) == 3):
            return None
        return float(".".join(parts)), i + 1
    number = words().numbers.get(key)
    return (float(number), i + 1) if number is not None else None
