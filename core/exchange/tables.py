"""Rows of a CSV or XLSX file, one after the other: whatever its encoding and delimiter, and never more than fits."""

import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import PurePath
from typing import Any, BinaryIO

from core.errors import Invalid

MAX_COLUMNS = 100
MAX_UNPACKED_BYTES = 300 * 1024 * 1024
MAX_PACKING = 150
"""An XLSX part that unpacks to more than so many times its size is a bomb."""
FORMULA = "\x00formula"
"""Stands for a cell of an XLSX file that holds a formula; no typed text can be it."""
_VIETNAMESE = frozenset("ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹàáãèéìíòóõùúýĩũ")
Row = tuple[int, list[str]]


def rows_of(stream: BinaryIO, filename: str) -> Iterator[Row]:
    """(row number as a spreadsheet shows it, cells as text); empty rows are left out."""
    stream.seek(0)
    start = stream.read(4)
    stream.seek(0)
    if start.startswith(b"PK\x03\x04"):
        yield from _xlsx_rows(stream)
    elif start.startswith(b"\xd0\xcf\x11\xe0"):
        raise Invalid("table_old_excel", "This is an old Excel file (.xls). Save it as .xlsx or CSV.", {})
    elif PurePath(filename).suffix.lower() == ".xlsx":
        raise Invalid(
            "table_unreadable", "This is no XLSX file, whatever its name. Save it anew from Excel.", {}
        )
    else:
        yield from _csv_rows(stream)


def _csv_rows(stream: BinaryIO) -> Iterator[Row]:
    encoding = _encoding(stream)
    text = io.TextIOWrapper(io.BufferedReader(_Unclosed(stream)), encoding=encoding, newline="")
    sample = text.read(20_000)
    text.seek(0)
    head = sample.splitlines()[0] if sample.strip() else ""
    skipped = head.lower().startswith("sep=") and len(head) == 5
    if skipped:
        text.readline()
    delimiter = head[4] if skipped else _delimiter(head)
    reader = csv.reader(text, delimiter=delimiter)
    number = 1 if skipped else 0
    try:
        for cells in reader:
            number += 1
            if len(cells) > MAX_COLUMNS:
                raise _too_wide(number)
            if any(cell.strip() for cell in cells):
                yield number, [unicodedata.normalize("NFC", cell).strip() for cell in cells]
    except csv.Error as error:
        raise Invalid(
            "table_unreadable",
            f"Row {number + 1} cannot be read ({error}). Is a quotation mark left open?",
            {},
        ) from None


def _encoding(stream: BinaryIO) -> str:
    """UTF-8 and UTF-16 by their marks, UTF-8 and Windows-1258 by whether they make sense."""
    start = stream.read(4)
    stream.seek(0)
    if start.startswith(b"\xef\xbb\xbf"):
        named = "utf-8-sig"
    elif start.startswith((b"\xff\xfe", b"\xfe\xff")):
        named = "utf-16"
    else:
        named = "utf-8"
    if b"\x00" in start and named != "utf-16":
        raise _unknown_encoding("It holds NUL characters")
    for encoding in (named,) if named != "utf-8" else ("utf-8", "cp1258"):
        if _is_all(stream, encoding):
            return encoding
    raise _unknown_encoding("It is neither UTF-8 nor Windows-1258")


def _is_all(stream: BinaryIO, encoding: str) -> bool:
    """Looks at the whole file, piece by piece. Windows-1258 fits nearly anything: there Vietnamese must come out."""
    text = io.TextIOWrapper(io.BufferedReader(_Unclosed(stream)), encoding=encoding, newline="")
    foreign = vietnamese = 0
    try:
        while piece := text.read(1 << 16):
            if "\x00" in piece:
                return False
            if encoding == "cp1258":
                letters = [
                    c for c in unicodedata.normalize("NFC", piece.lower()) if not c.isascii() and c.isalpha()
                ]
                vietnamese += sum(c in _VIETNAMESE for c in letters)
                foreign += sum(c not in _VIETNAMESE for c in letters)
    except UnicodeError:
        return False
    finally:
        text.detach()
        stream.seek(0)
    return encoding != "cp1258" or vietnamese > 10 * foreign


def _delimiter(head: str) -> str:
    return max(",;\t", key=lambda mark: len(next(csv.reader([head], delimiter=mark), [])))


def _xlsx_rows(stream: BinaryIO) -> Iterator[Row]:
    import openpyxl  # which start-up need not wait for

    _refuse_bomb(stream)
    try:
        book = openpyxl.load_workbook(stream, read_only=True, data_only=False)
    except Exception:
        # A broken workbook makes its reader raise almost anything.
        raise _broken_book() from None
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for number, cells in enumerate(_read_cells(sheet), start=1):
            texts = [_cell_text(cell) for cell in cells]
            if any(texts):
                yield number, texts
    finally:
        book.close()


def _read_cells(sheet: Any) -> Iterator[Sequence[Any]]:
    rows = sheet.iter_rows(max_col=MAX_COLUMNS + 1)
    number = 0
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except Exception:
            raise _broken_book() from None
        if len(cells) > MAX_COLUMNS and cells[MAX_COLUMNS].value is not None:
            raise _too_wide(number)
        yield cells[:MAX_COLUMNS]


def _cell_text(cell: Any) -> str:
    if cell.data_type == "f":
        return FORMULA
    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return unicodedata.normalize("NFC", str(value)).strip()


def _refuse_bomb(stream: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(stream) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, EOFError):
        raise _broken_book() from None
    stream.seek(0)
    unpacked = sum(part.file_size for part in parts)
    worst = max(
        (part.file_size / max(part.compress_size, 1) for part in parts if part.file_size > 1 << 20), default=0
    )
    if unpacked > MAX_UNPACKED_BYTES or worst > MAX_PACKING or len(parts) > 1_000:
        raise Invalid(
            "table_too_large",
            "This XLSX file unpacks to far more than a table of goods holds. Save the sheet alone, as CSV.",
            {"unpacked": unpacked},
        )


def _broken_book() -> Invalid:
    return Invalid(
        "table_unreadable", "This XLSX file is broken. Open it, save it anew, and send it again.", {}
    )


def _too_wide(number: int) -> Invalid:
    return Invalid("table_too_wide", f"Row {number} has more than {MAX_COLUMNS} columns.", {"row": number})


def _unknown_encoding(why: str) -> Invalid:
    return Invalid(
        "table_encoding",
        f"The file's letters cannot be read. {why}. Save it as “CSV UTF-8” or as XLSX.",
        {},
    )


class _Unclosed(io.RawIOBase):
    """A reader that leaves the stream open for the next look at it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        stream.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def readinto(self, buffer: Any) -> int:
        piece = self._stream.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)
