"""A table with known columns: its header, its cells by name, its numbers as people here write them, its problems."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from core.catalogue.folding import fold
from core.errors import Invalid
from core.exchange.tables import FORMULA, rows_of

MAX_KEPT_PROBLEMS = 1_000
MAX_CELL = 20_000
MAX_AMOUNT = 10**12
Progress = Callable[[int, int], None]
_FORMULA = re.compile(r"[=@\t\r]|[+-].*[(!|]")
_NEUTRALISED = re.compile(r"'(?=[=+\-@\t\r])")
_PLAIN = re.compile(r"\d+")
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+|\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+")
_ZERO_FRACTION = re.compile(r"[.,]0{1,2}$")
_SHORTENED = re.compile(r"[\d.,]+ ?(k|tr|trieu|nghin|ngan|cu|m)", re.IGNORECASE)
_YES = frozenset({"1", "true", "yes", "x", "co", "dang ban", "active"})
_NO = frozenset({"0", "false", "no", "khong", "ngung ban", "archived"})


@dataclass(frozen=True)
class Column:
    """`names`: what the header may call it besides `key`, in any spelling with or without diacritics."""

    key: str
    names: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True)
class Problem:
    row: int
    column: str
    problem: str

    def as_dict(self) -> dict[str, str | int]:
        return {"row": self.row, "column": self.column, "problem": self.problem}


@dataclass
class Problems:
    """All are counted, the first are kept."""

    count: int = 0
    kept: list[Problem] = field(default_factory=list)

    def add(self, row: int, column: str, problem: str) -> None:
        self.count += 1
        if len(self.kept) < MAX_KEPT_PROBLEMS:
            self.kept.append(Problem(row, column, problem))

    def refuse_any(self, effects: Sequence[Mapping[str, Any]] = ()) -> None:
        """`effects`: what the right rows would have done."""
        if self.count:
            first = "; ".join(f"row {p.row}, {p.column}: {p.problem}" for p in self.kept[:3])
            raise ImportRefused(self, f"Nothing was imported. {self.count} problem(s): {first}", effects)


class ImportRefused(Invalid):
    def __init__(self, problems: Problems, message: str, effects: Sequence[Mapping[str, Any]] = ()) -> None:
        listed = [
            {"place": f"row {p.row}, {p.column}", "problem": p.problem, "row": p.row, "column": p.column}
            for p in problems.kept
        ]
        super().__init__("import_refused", message, {"count": problems.count, "problems": listed})
        self.problems = problems
        self.effects = [dict(effect) for effect in effects]


@dataclass(frozen=True)
class Line:
    """One row by column key; a cell that is missing or empty is ''. Reading a wrong cell notes the problem."""

    number: int
    cells: Mapping[str, str]
    problems: Problems

    def text(self, key: str, *, longest: int = 300) -> str:
        value = self.cells.get(key, "")
        if len(value) > longest:
            self.wrong(key, f"has {len(value)} characters; at most {longest} are taken")
            return ""
        return value

    def amount(self, key: str, *, most: int = MAX_AMOUNT, what: str = "an amount in đồng") -> int | None:
        """None when empty or wrong."""
        value = self.cells.get(key, "")
        if not value:
            return None
        number = read_amount(value)
        if isinstance(number, str):
            self.wrong(key, f"{value[:40]!r} is not {what}: {number}")
            return None
        if number > most:
            self.wrong(key, f"{value[:40]} is too much: at most {most:,} is taken".replace(",", "."))
            return None
        return number

    def flag(self, key: str, *, default: bool) -> bool:
        value = fold(self.cells.get(key, ""))
        if value and value not in _YES | _NO:
            self.wrong(key, f"{value[:40]!r} is neither yes nor no: write 1 or 0")
        return value in _YES if value else default

    def parts(self, key: str) -> list[str]:
        return [part.strip() for part in self.text(key, longest=MAX_CELL).split("|") if part.strip()]

    def wrong(self, key: str, problem: str) -> None:
        self.problems.add(self.number, key, problem)


def read_amount(text: str) -> int | str:
    """`1.200.000`, `1,200,000`, `1200000đ`, `1 200 000` → the number; else what is wrong with it."""
    plain = re.sub(r"(đ|₫|vnđ|vnd|dong|đồng)$", "", text.strip().lower()).replace("\u00a0", " ").strip()
    if plain.startswith("-"):
        return "it may not be below 0"
    if _SHORTENED.fullmatch(fold(plain)):
        return "write it in full, for instance 149000 for 149k"
    if len(plain) > 40:
        return "it is too long for a number"
    whole = _ZERO_FRACTION.sub("", plain) if _ZERO_FRACTION.search(plain) else plain
    if _PLAIN.fullmatch(whole) and whole.isascii():
        return int(whole)
    if _GROUPED.fullmatch(whole) and whole.isascii():
        return int(re.sub(r"[ .,]", "", whole))
    if re.fullmatch(r"[\d.,]+", plain):
        return "its points and commas can be read in two ways; write it without them, for instance 1200000"
    return "write digits only, for instance 1200000"


def read_lines(
    stream: BinaryIO,
    filename: str,
    columns: Sequence[Column],
    *,
    most_rows: int,
    problems: Problems,
    prefixes: Sequence[str] = (),
    progress: Progress | None = None,
) -> list[Line]:
    """All lines under the header. Refuses the file for its header, or for more than `most_rows` before it keeps any.

    `prefixes`: beginnings of further columns that each shop has its own of, for instance `stock:`.
    """
    total = _count(stream, filename, most_rows)
    rows = rows_of(stream, filename)
    keys = _header(next(rows)[1], columns, prefixes)
    lines = []
    for done, (number, cells) in enumerate(rows, start=1):
        named = {}
        if len(cells) > len(keys) and any(cells[len(keys) :]):
            problems.add(
                number, f"column {len(keys) + 1}", "there are more cells than the header has columns"
            )
        for key, cell in zip(keys, cells, strict=False):
            named[key] = _clean(cell, number, key, problems)
        lines.append(Line(number, named, problems))
        if progress is not None and done % 500 == 0:
            progress(done, total)
    return lines


def neutral(value: object) -> object:
    """A cell as it may be opened in a spreadsheet: a text that would be run as a formula is quoted."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value


def _count(stream: BinaryIO, filename: str, most_rows: int) -> int:
    total = -1
    for _ in rows_of(stream, filename):
        total += 1
        if total > most_rows:
            raise Invalid(
                "table_too_many_rows",
                f"The file has more than {most_rows:,} rows. Cut it into several files, or raise "
                "CHOTDON_IMPORT_MAX_ROWS.".replace(",", ".", 1),
                {"most": most_rows},
            )
    if total < 1:
        raise Invalid(
            "table_empty", "The file has no rows under its header. The first row names the columns.", {}
        )
    return total


def _header(cells: Sequence[str], columns: Sequence[Column], prefixes: Sequence[str]) -> list[str]:
    known = {_plain(name): column.key for column in columns for name in (column.key, *column.names)}
    keys: list[str] = []
    for position, cell in enumerate(cells, start=1):
        own = known.get(_plain(cell)) or next((cell for p in prefixes if cell.lower().startswith(p)), None)
        if own is None and cell:
            raise Invalid(
                "column_unknown",
                f"Column {position} is called {cell[:40]!r}, which is none of: {', '.join(c.key for c in columns)}"
                + (f", {', '.join(f'{p}…' for p in prefixes)}" if prefixes else "") + ".",
                {"column": cell[:40]},
            )  # fmt: skip
        if own in keys:
            raise Invalid("column_twice", f"Column {own} stands twice.", {"column": own})
        keys.append(own or f"column {position}")
    missing = [column.key for column in columns if column.required and column.key not in keys]
    if missing:
        raise Invalid(
            "column_missing", f"These columns are missing: {', '.join(missing)}.", {"columns": missing}
        )
    return keys


def _clean(cell: str, number: int, key: str, problems: Problems) -> str:
    if cell == FORMULA or _FORMULA.match(cell):
        problems.add(number, key, "is a formula: put its value there")
        return ""
    if "\x00" in cell:
        problems.add(number, key, "holds a NUL character")
        return ""
    return _NEUTRALISED.sub("", cell, count=1)


def _plain(name: str) -> str:
    return re.sub(r"[\s_]+", " ", fold(name)).strip()


def batches(lines: Sequence[Line], progress: Progress | None) -> Iterator[Line]:
    """The lines one by one, telling every so often how far it is."""
    for done, line in enumerate(lines, start=1):
        yield line
        if progress is not None and (done % 500 == 0 or done == len(lines)):
            progress(done, len(lines))
