"""Size advice from what the shop wrote as a product's size chart. Pure.

A chart is text, one size a line: `M: cao 158–166 cm, nặng 51–58 kg`. Other lines are the shop's remarks.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.catalogue.folding import fold

Measure = Literal["height", "weight", "chest", "waist", "hips", "foot", "age"]
Range = tuple[float, float]

_NAMES: tuple[tuple[Measure, tuple[str, ...]], ...] = (
    ("height", ("cao", "chieu cao", "height", "tall", "키", "신장")),
    ("weight", ("nang", "can nang", "weight", "weigh", "몸무게", "체중")),
    ("chest", ("vong nguc", "nguc", "chest", "bust", "가슴")),
    ("waist", ("vong bung", "vong eo", "bung", "eo", "waist", "허리")),
    ("hips", ("vong mong", "vong hong", "mong", "hong", "hips", "hip", "엉덩이")),
    ("foot", ("ban chan", "dai chan", "chan", "foot", "발")),
    ("age", ("tuoi", "age", "years", "year old", "살", "세")),
)
_LINE = re.compile(r"^\s*(?P<label>[^:\n]{1,40}):\s*(?P<rest>.*\d.*)$")
_RANGE = re.compile(
    r"(?P<name>[^\d,;]*?)\s*(?P<low>\d+(?:[.,]\d+)?)\s*(?:[-–—~]|đến|den|to)\s*(?P<high>\d+(?:[.,]\d+)?)"
    r"\s*(?P<unit>cm|mm|m|kg|kí|ký|tuổi|years?|살|세)?"
)
_AGE_LABEL = re.compile(r"(\d{1,2})\s*(?:tuổi|tuoi|years?|살|세)")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Chart:
    sizes: dict[str, dict[Measure, Range]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What the chart goes by, in the order of the chart."""
        return tuple(dict.fromkeys(m for ranges in self.sizes.values() for m in ranges))


@dataclass(frozen=True)
class Advice:
    """`sizes`: one that fits, two to choose from, none when nothing does. `by_measure` says why they differ."""

    sizes: tuple[str, ...]
    by_measure: dict[Measure, tuple[str, ...]]
    used: tuple[Measure, ...]


def read_chart(text: str) -> Chart:
    sizes: dict[str, dict[Measure, Range]] = {}
    remarks = []
    for line in unicodedata.normalize("NFC", text).splitlines():
        found = _LINE.match(line)
        ranges = _ranges(found.group("rest")) if found else {}
        if found and ranges:
            label = found.group("label").strip()
            age = _AGE_LABEL.match(label)
            sizes[label] = {**ranges, "age": (float(age.group(1)),) * 2} if age else ranges
        elif line.strip():
            remarks.append(line.strip())
    return Chart(sizes, tuple(remarks))


def advise(chart: Chart, body: Mapping[Measure, float]) -> Advice:
    """By all measures that chart and body share. A body between two ranges, or in two, gives both sizes."""
    used = tuple(m for m in chart.measures if m in body)
    by_measure = {m: _fitting(chart, m, body[m]) for m in used}
    if not used or any(not sizes for sizes in by_measure.values()):
        return Advice((), by_measure, used)
    order = list(chart.sizes)
    shared = [size for size in order if all(size in sizes for sizes in by_measure.values())]
    if shared:
        inside = [s for s in shared if all(_inside(chart.sizes[s].get(m), body[m]) for m in used)]
        return Advice(tuple(inside or shared), by_measure, used)
    positions = [[order.index(size) for size in sizes] for sizes in by_measure.values()]
    low, high = min(map(max, positions)), max(map(min, positions))
    return Advice((order[min(low, high)], order[max(low, high)]), by_measure, used)


def _fitting(chart: Chart, measure: Measure, value: float) -> tuple[str, ...]:
    """Sizes whose range holds the value; in a gap between two ranges, both neighbours; outside all, none."""
    ranges = {size: r[measure] for size, r in chart.sizes.items() if measure in r}
    inside = tuple(size for size, own in ranges.items() if _inside(own, value))
    if inside:
        return inside
    below = [(high, size) for size, (_, high) in ranges.items() if high < value]
    above = [(low, size) for size, (low, _) in ranges.items() if low > value]
    return (max(below)[1], min(above)[1]) if below and above else ()


def _inside(own: Range | None, value: float) -> bool:
    return own is not None and own[0] <= value <= own[1]


def _ranges(text: str) -> dict[Measure, Range]:
    ranges: dict[Measure, Range] = {}
    for match in _RANGE.finditer(text):
        measure = _measure(match.group("name"), match.group("unit") or "")
        if measure is not None and measure not in ranges:
            low, high = (float(match.group(part).replace(",", ".")) for part in ("low", "high"))
            factor = (
                {"mm": 0.1, "m": 100.0}.get(match.group("unit") or "", 1.0) if measure != "weight" else 1.0
            )
            ranges[measure] = (low * factor, high * factor)
    return ranges


def _measure(name: str, unit: str) -> Measure | None:
    words = " " + " ".join(_WORD.findall(fold(name))) + " "
    for measure, names in _NAMES:
        if any(f" {own} " in words or (not own.isascii() and own in words) for own in names):
            return measure
    if unit in ("kg", "kí", "ký"):
        return "weight"
    return "age" if unit in ("tuổi", "year", "years", "살", "세") else None
