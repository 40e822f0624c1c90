"""A report's cells as people read them, and the whole of it as CSV."""

import csv
import io

from core.exchange.sheets import neutral
from core.money import format_dong
from core.reports.tables import Cell, Column, Language, Table

TOTAL = {"vi": "Tổng", "en": "Total"}


def told(column: Column, cell: Cell, language: Language) -> str:
    """`1.250.000đ`, `12,5 %`, `24/11/2026`, `1.204`."""
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return _words(column, cell, language)
    if column.kind == "money":
        return format_dong(cell)
    if column.kind == "percent":
        text = _decimal(cell)
        return (text.replace(".", ",") if language == "vi" else text) + " %"
    return f"{cell:,}".replace(",", "." if language == "vi" else ",")


def period_text(table: Table, language: Language) -> str:
    if table.period is None:
        return "Lúc này" if language == "vi" else "As of now"
    first, last = (f"{day:%d/%m/%Y}" for day in (table.period.first, table.period.last))
    return first if first == last else f"{first} – {last}"


def as_csv(table: Table, language: Language = "vi") -> bytes:
    """UTF-8 with its mark, so that spreadsheets read Vietnamese; figures plain, so that they can be reckoned with. No
    cell can run as a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.title.of(language) for column in table.columns])
    for row in table.rows:
        writer.writerow([_plain(column, row[column.key], language) for column in table.columns])
    if table.totals:
        writer.writerow(_total_row(table, language))
    return text.getvalue().encode("utf-8-sig")


def _total_row(table: Table, language: Language) -> list[object]:
    cells = [_plain(column, table.totals.get(column.key), language) for column in table.columns]
    return [TOTAL[language], *cells[1:]]


def _plain(column: Column, cell: Cell, language: Language) -> object:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell if column.kind == "date" else neutral(_words(column, cell, language))
    return _decimal(cell) if column.kind == "percent" else cell


def _words(column: Column, cell: str, language: Language) -> str:
    if column.kind == "date":
        year, month, day = cell.split("-")
        return f"{day}/{month}/{year}"
    return column.words[cell].of(language) if cell in column.words else cell


def _decimal(hundredths: int) -> str:
    """`1250` → `12.5`."""
    sign, left = ("-" if hundredths < 0 else ""), abs(hundredths)
    return f"{sign}{left // 100}.{left % 100:02d}".rstrip("0").rstrip(".")
