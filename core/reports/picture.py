"""A report as a picture: its totals and one chart, drawn with Pillow, which is imported with the first picture."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from core.reports.tables import Column, Language, Table
from core.reports.writing import period_text, told

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

WIDTH, HEIGHT = 1200, 720
_FINER = 2
"""Drawn twice as large and made smaller: Pillow's lines have no soft edges of their own."""
LEFT, RIGHT, TOP, BOTTOM = 130, WIDTH - 60, 220, HEIGHT - 84
MAX_BARS = 10
INK, GREY, FAINT, PAPER, ACCENT, WASH = "#1f2933", "#697586", "#e4e7eb", "#ffffff", "#0b7a75", "#d5ecea"
_SCALES = {
    "vi": ((10**9, " tỷ"), (10**6, " tr"), (10**3, "k")),
    "en": ((10**9, "bn"), (10**6, "m"), (10**3, "k")),
}
_NOTHING = {"vi": "Chưa có số liệu", "en": "Nothing yet"}


ONE_BAR = 120
"""How wide a single day's bar is; several days are a line."""


@dataclass(frozen=True)
class Point:
    label: str
    value: int
    told: str


def as_png(table: Table, language: Language = "vi") -> bytes:
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH * _FINER, HEIGHT * _FINER), PAPER)
    canvas = _Canvas(ImageDraw.Draw(image), language)
    canvas.text(60, 34, table.report.title.of(language), 34, bold=True)
    canvas.text(60, 82, period_text(table, language), 19, GREY)
    _draw_totals(canvas, table)
    points = _points(table, language)
    if not any(point.value for point in points):
        canvas.text(WIDTH // 2, (TOP + BOTTOM) // 2, _NOTHING[language], 26, GREY, anchor="mm")
    elif _label(table).kind == "date":
        _draw_line(canvas, points)
    else:
        _draw_bars(canvas, points)
    output = io.BytesIO()
    image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(output, "PNG", optimize=True)
    return output.getvalue()


class _Canvas:
    """Pillow's pen in the picture's own measure."""

    def __init__(self, draw: "ImageDraw", language: Language) -> None:
        self._draw, self.language = draw, language

    def text(
        self, x: float, y: float, text: str, size: int, fill: str = INK, *, bold: bool = False, anchor: str = "la"
    ) -> None:  # fmt: skip
        self._draw.text((x * _FINER, y * _FINER), text, fill, _font(size * _FINER, bold), anchor=anchor)

    def wide(self, text: str, size: int, *, bold: bool = False) -> float:
        return _font(size * _FINER, bold).getlength(text) / _FINER

    def cut(self, text: str, size: int, width: float) -> str:
        """At most so wide; what is cut ends in dots."""
        if self.wide(text, size) <= width:
            return text
        while text and self.wide(text + "…", size) > width:
            text = text[:-1]
        return text.rstrip() + "…"

    def line(self, points: Sequence[tuple[float, float]], fill: str, width: float) -> None:
        self._draw.line(
            [(x * _FINER, y * _FINER) for x, y in points], fill, round(width * _FINER), joint="curve"
        )

    def area(self, points: Sequence[tuple[float, float]], fill: str) -> None:
        self._draw.polygon([(x * _FINER, y * _FINER) for x, y in points], fill)

    def box(self, x: float, y: float, right: float, bottom: float, fill: str, radius: float = 4) -> None:
        corners = (min(x, right) * _FINER, y * _FINER, max(x, right) * _FINER, bottom * _FINER)
        self._draw.rounded_rectangle(corners, radius * _FINER, fill)

    def short(self, value: float) -> str:
        """For an axis: `1,5 tr`."""
        for size, name in _SCALES[self.language]:
            if abs(value) >= size:
                text = f"{value / size:.1f}".removesuffix(".0")
                return (text.replace(".", ",") if self.language == "vi" else text) + name
        return f"{value:.0f}"


@lru_cache(maxsize=32)
def _font(size: int, bold: bool) -> "FreeTypeFont":
    from PIL import ImageFont

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    with (files("core.documents") / "fonts" / name).open("rb") as file:
        return ImageFont.truetype(io.BytesIO(file.read()), size)


def _label(table: Table) -> Column:
    return next(column for column in table.columns if column.key == table.report.chart.label)


def _value(table: Table) -> Column:
    """The chart's own column, or the first figure that this reader may see."""
    figures = [c for c in table.columns if c.kind in ("money", "count")]
    return next((c for c in figures if c.key == table.report.chart.value), figures[0])


def _points(table: Table, language: Language) -> list[Point]:
    """Rows of the same label are one point."""
    label, value = _label(table), _value(table)
    sums: dict[str, int] = {}
    for row in table.rows:
        name, figure = " ".join(told(label, row[label.key], language).split()), row[value.key]
        sums[name] = sums.get(name, 0) + (figure if isinstance(figure, int) else 0)
    return [Point(name, figure, told(value, figure, language)) for name, figure in sums.items()]


def _draw_totals(canvas: _Canvas, table: Table) -> None:
    shown = [c for c in table.columns if c.key in table.totals and c.kind != "percent"][:5]
    for column, place in zip(shown, range(60, WIDTH, 224), strict=False):
        is_chart = column.key == _value(table).key
        canvas.text(place, 126, canvas.cut(column.title.of(canvas.language), 16, 210), 16, GREY)
        figure = told(column, table.totals[column.key], canvas.language)
        canvas.text(place, 150, canvas.cut(figure, 23, 214), 23, ACCENT if is_chart else INK, bold=True)


def _draw_line(canvas: _Canvas, points: list[Point]) -> None:
    low, high, step = _scale([point.value for point in points])

    def height(value: float) -> float:
        return BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP)

    value = low
    while value <= high:
        canvas.line([(LEFT, height(value)), (RIGHT, height(value))], FAINT, 1.5 if value else 2.5)
        canvas.text(LEFT - 14, height(value), canvas.short(value), 16, GREY, anchor="rm")
        value += step
    apart = (RIGHT - LEFT) / max(len(points) - 1, 1)
    places = [
        (LEFT + n * apart if len(points) > 1 else (LEFT + RIGHT) / 2, height(p.value))
        for n, p in enumerate(points)
    ]
    if len(points) == 1:
        middle, top = places[0]
        canvas.box(
            middle - ONE_BAR / 2, min(top, height(0)), middle + ONE_BAR / 2, max(top, height(0)), ACCENT
        )
    canvas.area([(places[0][0], height(0)), *places, (places[-1][0], height(0))], WASH)
    canvas.line(places, ACCENT, 3)
    if 1 < len(points) <= 45:
        for x, y in places:
            canvas.box(x - 4, y - 4, x + 4, y + 4, ACCENT, 4)
    every = -(-len(points) // 10)
    for n in range(0, len(points), every):
        canvas.text(places[n][0], BOTTOM + 16, points[n].label[:5], 16, GREY, anchor="ma")


def _draw_bars(canvas: _Canvas, points: list[Point]) -> None:
    longest = sorted(points, key=lambda point: -abs(point.value))[:MAX_BARS]
    most = max(abs(point.value) for point in longest)
    names = max(canvas.wide(canvas.cut(p.label, 18, 330), 18) for p in longest)
    start = 60 + names + 18
    room = RIGHT - start - max(canvas.wide(p.told, 18, bold=True) for p in longest) - 12
    height = min((BOTTOM + 50 - TOP) / len(longest), 64)
    for n, point in enumerate(longest):
        y = TOP + n * height
        middle = y + height / 2
        end = start + max(abs(point.value) / most * room, 2)
        canvas.text(start - 14, middle, canvas.cut(point.label, 18, 330), 18, anchor="rm")
        canvas.box(start, y + height * 0.16, end, y + height * 0.84, ACCENT if point.value >= 0 else GREY)
        canvas.text(end + 12, middle, point.told, 18, bold=True, anchor="lm")
    left_off = len(points) - len(longest)
    if left_off > 0:
        more = f"+ {left_off} dòng khác" if canvas.language == "vi" else f"+ {left_off} more"
        canvas.text(RIGHT, HEIGHT - 16, more, 16, GREY, anchor="rm")


def _scale(values: Sequence[int]) -> tuple[int, int, int]:
    """(lowest line, highest line, step): round steps around all values, nought among them."""
    low, high = min(0, *values), max(0, *values)
    rough = max((high - low) / 5, 1)
    power = 10 ** (len(str(int(rough))) - 1)
    step = next(int(power * n) for n in (1, 2, 5, 10) if power * n >= rough)
    return low // step * step, -(-high // step) * step, step
