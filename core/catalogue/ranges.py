"""Which values of an option fit what a customer measured, as the product's description tells it. Pure.

`Theo vòng cổ: XS 16–22 cm, S 23–32 cm`, `S: dưới 7 kg; M: 7–15 kg; L: trên 15 kg`. Ends of a range belong to it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

_UNITS = {
    "mm": ("length", 0.1), "cm": ("length", 1.0), "phân": ("length", 1.0), "센티": ("length", 1.0),
    "m": ("length", 100.0), "mét": ("length", 100.0), "inch": ("length", 2.54), "inches": ("length", 2.54),
    "g": ("weight", 0.001), "gram": ("weight", 0.001), "kg": ("weight", 1.0), "ký": ("weight", 1.0),
    "kí": ("weight", 1.0), "ky": ("weight", 1.0), "ki": ("weight", 1.0), "kilo": ("weight", 1.0),
    "킬로": ("weight", 1.0), "키로": ("weight", 1.0),
    "ml": ("volume", 0.001), "l": ("volume", 1.0), "lít": ("volume", 1.0), "lit": ("volume", 1.0),
    "litre": ("volume", 1.0), "litres": ("volume", 1.0), "리터": ("volume", 1.0),
    "tháng": ("age", 1.0), "thang": ("age", 1.0), "month": ("age", 1.0), "months": ("age", 1.0), "개월": ("age", 1.0),
    "tuổi": ("age", 12.0), "tuoi": ("age", 12.0), "year": ("age", 12.0), "years": ("age", 12.0), "살": ("age", 12.0),
    "người": ("people", 1.0), "nguoi": ("people", 1.0), "people": ("people", 1.0), "persons": ("people", 1.0),
    "인": ("people", 1.0), "명": ("people", 1.0),
}  # fmt: skip
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_NUMBER = r"\d+(?:[.,]\d+)?"
_RANGE = re.compile(
    rf"(?P<low>{_NUMBER})\s*(?:(?:{_UNIT})\s*)?(?:[-–—~]|đến|tới|to|và|and)\s*(?P<high>{_NUMBER})\s*(?P<unit>{_UNIT})"
    rf"(?![^\W\d_])|(?P<below>dưới|đến|tới|tối đa|không quá|under|below|up to|at most|max\.?|less than)\s+"
    rf"(?P<most>{_NUMBER})\s*(?P<most_unit>{_UNIT})(?![^\W\d_])"
    rf"|(?P<above>trên|từ|hơn|ít nhất|over|above|from|at least|more than)\s+"
    rf"(?P<least>{_NUMBER})\s*(?P<least_unit>{_UNIT})(?![^\W\d_])",
    re.IGNORECASE,
)
_TOLD = re.compile(rf"(?<![\d.,–-])(?P<number>{_NUMBER})\s*(?P<unit>{_UNIT})(?![^\W\d_])", re.IGNORECASE)
_END = re.compile(r"[;\n]|\.(?=\s|$)")


@dataclass(frozen=True)
class Fitting:
    """`told`: the customer's measures that the description goes by, in their words."""

    values: tuple[str, ...]
    told: tuple[str, ...]


def fitting_values(text: str, values: Sequence[str], question: str) -> Fitting:
    """Those of an option's values that every measure in the question fits; nothing where the text has no ranges."""
    ranges = {value: _ranges_of(text, value, values) for value in values}
    fitting, told = set(values), []
    for match in _TOLD.finditer(question):
        kind, size = _measured(match.group("number"), match.group("unit"))
        having = {value for value, own in ranges.items() if any(one[0] == kind for one in own)}
        if len(having) < 2:
            continue
        told.append(match.group())
        fitting &= {v for v in having if any(k == kind and low <= size <= high for k, low, high in ranges[v])}
    return Fitting(tuple(v for v in values if v in fitting), tuple(told)) if told else Fitting((), ())


def suits(text: str, question: str) -> bool:
    """False only where the text tells ranges of what the customer measured, and the measure is in none of them."""
    told = [_measured(match.group("number"), match.group("unit")) for match in _TOLD.finditer(question)]
    ranges = [_range(match) for match in _RANGE.finditer(text)]
    for kind, size in told:
        own = [(low, high) for known, low, high in ranges if known == kind]
        if own and not any(low <= size <= high for low, high in own):
            return False
    return True


def _ranges_of(text: str, value: str, values: Sequence[str]) -> list[tuple[str, float, float]]:
    """Between this value's name and the next one's, or the end of the sentence."""
    found: list[tuple[str, float, float]] = []
    others = [re.escape(other) for other in values if other != value]
    stop = re.compile(rf"(?<!\w)(?:{'|'.join(others)})(?!\w)") if others else None
    for named in re.finditer(rf"(?<!\w){re.escape(value)}(?!\w)", text):
        rest = text[named.end() :]
        ends = [m.start() for m in (_END.search(rest), stop.search(rest) if stop else None) if m is not None]
        found += [_range(match) for match in _RANGE.finditer(rest[: min(ends, default=len(rest))])]
    return found


def _range(match: re.Match[str]) -> tuple[str, float, float]:
    if match.group("unit"):
        kind, high = _measured(match.group("high"), match.group("unit"))
        return kind, _measured(match.group("low"), match.group("unit"))[1], high
    if match.group("most"):
        kind, high = _measured(match.group("most"), match.group("most_unit"))
        return kind, 0.0, high
    kind, low = _measured(match.group("least"), match.group("least_unit"))
    return kind, low, inf


def _measured(number: str, unit: str) -> tuple[str, float]:
    kind, factor = _UNITS[unit.lower()]
    return kind, float(number.replace(",", ".")) * factor
