"""Weights, volumes and lengths, however they are written: `500 g`, `500gr`, `nửa cân`, `0.5 kg` are one."""

from collections.abc import Sequence

from nlu.wordlists import words

Measure = tuple[str, float]
"""What is measured, and how much of its smallest unit."""

Sides = tuple[Measure, ...]
_GLUED = frozenset({"m", "l"})
"""Sizes as well: a unit only where it touches its number."""
_WITH_A_TAIL = frozenset({"m", "met", "thuoc", "l", "lit", "kg", "ky", "ki"})
"""Units behind which the tenths are said: `1m6`, `2 ký 5`."""
_ONE_AND = frozenset({"met", "thuoc"})
"""`mét tám` is 1.8 m."""
_TIMES = frozenset({"x", "nhan", "by"})
LONG_SIDE = 10
"""Without a unit, from here on a side is told in centimetres, below it in metres."""


def measure_of(phrase: Sequence[str]) -> Measure | None:
    """Of a value's words that are nothing but a number and its unit."""
    read = measure_at(phrase, 0)
    return read[0] if read is not None and read[1] == len(phrase) else None


def measure_at(keys: Sequence[str], i: int) -> tuple[Measure, int] | None:
    """The measure that begins at `i`, with the place where it ends."""
    number = _amount_at(keys, i)
    end = number[1] if number is not None else i
    unit = words().units.get(keys[end]) if end < len(keys) else None
    if unit is None or (number is None and keys[end] not in _ONE_AND):
        return None
    amount = number[0] if number is not None else 1.0
    tail = _tail_at(keys, end + 1, tenths=keys[end] in _WITH_A_TAIL and amount == int(amount))
    if tail is not None and number is not None and _counts(keys, end + 1):
        tail = None
    if number is None and tail is None:
        return None
    end += 1
    if tail is not None:
        amount, end = amount + tail, end + 1
    kind, size = unit
    return (kind, round(amount * size, 3)), end


def _tail_at(keys: Sequence[str], i: int, *, tenths: bool) -> float | None:
    """The 6 of `1m6`, the half of `2 lít rưỡi`; a number that counts what follows is none."""
    key = keys[i] if i < len(keys) else ""
    if key in ("ruoi", "반"):
        return 0.5
    if not tenths:
        return None
    if key.isdigit() and len(key) <= 2:
        return float(f"0.{key}")
    number = words().numbers.get(key, 0)
    return number / 10 if 0 < number < LONG_SIDE and key not in ("a", "an") else None


def _counts(keys: Sequence[str], i: int) -> bool:
    """`1 kg 2 gói`: the number behind the unit is one of pieces, or of another unit."""
    after = keys[i + 1] if i + 1 < len(keys) else ""
    return keys[i] not in ("ruoi", "반") and (after in words().counters or after in words().units)


def sides_at(keys: Sequence[str], i: int) -> tuple[Sides, int] | None:
    """Two or more measures multiplied, `1m6 x 2m`, `60x120 cm`, `160 x 200`: a unit counts for those before it."""
    read: list[tuple[float, str]] = []
    at = i
    while at < len(keys):
        measured, number = measure_at(keys, at), _amount_at(keys, at)
        if measured is not None and measured[0][0] == "length":
            read.append((measured[0][1], "cm"))
            at = measured[1]
        elif number is not None and keys[at][0].isdigit():
            read.append((number[0], ""))
            at = number[1]
        else:
            break
        if at >= len(keys) or keys[at] not in _TIMES:
            return (_with_units(read, keys[at - 1]), at) if len(read) > 1 else None
        at += 1
    return None


def _with_units(read: Sequence[tuple[float, str]], last: str) -> Sides:
    unit = words().units.get(last)
    size = unit[1] if unit is not None else 1 if all(amount >= LONG_SIDE for amount, _ in read) else 100
    return tuple(("length", round(amount if told else amount * size, 3)) for amount, told in read)


def sides_of(phrase: Sequence[str]) -> Sides | None:
    """Of a value's words that are nothing but sides."""
    read = sides_at(phrase, 0)
    return read[0] if read is not None and read[1] == len(phrase) else None


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
    two = words().numbers.get(" ".join(keys[i : i + 2]))
    if two is not None:
        return float(two), i + 2
    number = words().numbers.get(key)
    return (float(number), i + 1) if number is not None else None
