"""The sheet of a stock-take as CSV: given out to be filled in, and read back with every bad row named."""

import csv
import io
from collections.abc import Iterable, Iterator

from core.errors import Invalid
from core.stock.counts import MAX_COUNTED
from core.stock.models import StockCountLine

MAX_ROWS = 20_000
_SKU = ("sku", "mã", "ma", "mã sku", "mã hàng")
_COUNTED = ("counted", "đếm", "dem", "số đếm", "thực tế", "quantity", "số lượng")


def write_sheet(lines: Iterable[StockCountLine]) -> str:
    """With a byte order mark, so that Excel reads Vietnamese."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["sku", "expected", "counted"])
    for line in lines:
        counted = "" if line.counted is None else line.counted
        writer.writerow([_plain(line.sku), line.expected + line.moved, counted])
    return "\ufeff" + out.getvalue()


def read_sheet(text: str) -> dict[str, int]:
    """SKU → counted; rows without a figure are skipped. Raises `Invalid` with one problem a row."""
    rows = _rows(text)
    head = [cell.strip().lower() for cell in next(rows, [])]
    sku_at = next((i for i, cell in enumerate(head) if cell in _SKU), None)
    counted_at = next((i for i, cell in enumerate(head) if cell in _COUNTED), None)
    if sku_at is None or counted_at is None:
        raise Invalid("sheet_invalid", "The first row has to name the columns sku and counted.", {})
    counted: dict[str, int] = {}
    problems = []
    for number, row in enumerate(rows, start=2):
        if number > MAX_ROWS + 1:
            raise Invalid("sheet_too_long", f"A sheet has at most {MAX_ROWS:,} rows. Send it in parts.", {})
        sku = row[sku_at].strip().removeprefix("'") if len(row) > sku_at else ""
        figure = row[counted_at].strip() if len(row) > counted_at else ""
        if not any(cell.strip() for cell in row) or (sku and not figure):
            continue
        problem = _problem(sku, figure, counted)
        if problem:
            problems.append({"row": number, "sku": sku[:64], "problem": problem})
        else:
            counted[sku] = int(figure)
    if problems:
        first = "; ".join(f"row {p['row']}: {p['problem']}" for p in problems[:3])
        raise Invalid("sheet_invalid", f"Nothing was entered. {first}", {"rows": problems[:200]})
    if not counted:
        raise Invalid("sheet_empty", "No row has a figure in the column counted.", {})
    return counted


def _rows(text: str) -> Iterator[list[str]]:
    text = text.removeprefix("\ufeff")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text), delimiter=delimiter)
    except csv.Error as error:
        raise Invalid("sheet_invalid", f"This is not a CSV file: {error}.", {}) from None


def _problem(sku: str, figure: str, known: dict[str, int]) -> str:
    if not sku:
        return "the SKU is missing"
    if sku in known:
        return f"{sku[:64]} stands twice"
    if not (figure.isascii() and figure.isdigit() and len(figure) <= 9 and int(figure) <= MAX_COUNTED):
        return f"{figure[:20]!r} is no whole number from 0 to {MAX_COUNTED:,}"
    return ""


def _plain(text: str) -> str:
    """A spreadsheet must not take a SKU for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
