"""Giving a table out as CSV or XLSX, row by row; no cell of it can run as a formula."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from sqlalchemy.orm import Session

from core.exchange.kinds import KINDS, KindName
from core.exchange.sheets import neutral

Format = Literal["csv", "xlsx"]


def export_table(session: Session, *, kind: KindName, path: Path, as_format: Format) -> int:
    """Writes the file and returns how many rows it has. Its header is that of the import."""
    header = KINDS[kind].header(session)
    rows = ([neutral(row.get(key, "")) for key in header] for row in KINDS[kind].rows(session))
    return _write_csv(path, header, rows) if as_format == "csv" else _write_xlsx(path, header, rows, kind)


def _write_csv(path: Path, header: list[str], rows: Iterator[list[Any]]) -> int:
    """UTF-8 with its mark: without it spreadsheets take Vietnamese for something else."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def _write_xlsx(path: Path, header: list[str], rows: Iterator[list[Any]], title: str) -> int:
    import openpyxl  # which start-up need not wait for

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.append(header)
    count = 0
    for row in rows:
        sheet.append([_storable(cell) for cell in row])
        count += 1
    book.save(path)
    return count


def _storable(cell: Any) -> Any:
    """An XLSX file can hold no control characters."""
    if not isinstance(cell, str):
        return cell
    return "".join(c for c in cell if c >= " " or c in "\n\t")[:32_000]
