"""PDF: the text of its pages. What is larger than the running text is taken for a heading."""

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, ByteStringObject

from knowledge.reading.errors import Unreadable

_MOST_PAGES = 500
_INVISIBLE = 3
_LARGER = 1.18
_SHOWING = (b"Tj", b"TJ", b"'", b'"')


@dataclass(frozen=True)
class _Line:
    text: str
    size: float


def read_pdf(content: bytes) -> tuple[str, str]:
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("is locked with a password. Save it without one.")
        if len(reader.pages) > _MOST_PAGES:
            raise Unreadable(f"has more than {_MOST_PAGES} pages. Split it into smaller files.")
        pages = [_page_lines(page) for page in reader.pages]
        title = str(reader.metadata.title or "") if reader.metadata else ""
    except (PyPdfError, KeyError, ValueError, TypeError, AttributeError, RecursionError):
        raise Unreadable("is damaged. Open it, save or print it as PDF again, and try again.") from None
    if not any(line.text for lines in pages for line in lines):
        raise Unreadable(
            "holds only pictures: no text to read. Save it as a PDF with text (text recognition, OCR), "
            "or type the text into a .docx or .txt."
        )
    return title, "\n".join(_marked(_without_running_titles(pages)))


def _page_lines(page: PageObject) -> list[_Line]:
    """Text drawn invisibly is left out, unless a page has no other: then it is a scan's recognised text."""
    return _lines_of(page, _Pen()) or _lines_of(page, None)


class _Pen:
    """Follows the drawing and empties what is shown with the invisible pen, before it is read."""

    def __init__(self) -> None:
        self._mode = 0
        self._saved: list[int] = []

    def __call__(self, operator: bytes, operands: Any, _cm: Any, _tm: Any) -> None:
        if operator == b"q":
            self._saved.append(self._mode)
        elif operator == b"Q":
            self._mode = self._saved.pop() if self._saved else 0
        elif operator == b"Tr" and operands:
            self._mode = int(operands[0])
        elif operator in _SHOWING and self._mode == _INVISIBLE and operands:
            operands[-1] = ArrayObject() if operator == b"TJ" else ByteStringObject(b"")


def _lines_of(page: PageObject, pen: _Pen | None) -> list[_Line]:
    lines: list[_Line] = []
    words: list[str] = []
    sizes: Counter[float] = Counter()

    def gather(text: str, _cm: Any, matrix: Any, _font: Any, size: Any) -> None:
        height = round(abs(float(size or 0) * float(matrix[3] or matrix[1] or 1)), 1)
        for number, part in enumerate(text.split("\n")):
            if number:
                end()
            words.append(part)
            sizes[height] += len(part.strip())

    def end() -> None:
        line = " ".join("".join(words).split())
        if line:
            lines.append(_Line(line, sizes.most_common(1)[0][0]))
        words.clear()
        sizes.clear()

    page.extract_text(visitor_text=gather, visitor_operand_before=pen)
    end()
    return lines


def _without_running_titles(pages: list[list[_Line]]) -> list[_Line]:
    """Page numbers, and what stands at the top or bottom of most pages, tell nothing."""
    edges: Counter[str] = Counter()
    for lines in pages:
        edges.update({_shape(line.text) for line in (*lines[:1], *lines[-1:])})
    often = {text for text, count in edges.items() if len(pages) >= 3 and count > len(pages) / 2}
    return [
        line
        for lines in pages
        for number, line in enumerate(lines)
        if not (number in (0, len(lines) - 1) and (_shape(line.text) in often or line.text.isdigit()))
    ]


def _shape(text: str) -> str:
    return re.sub(r"\d+", "0", text)


def _marked(lines: list[_Line]) -> Iterator[str]:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    usual = sizes.most_common(1)[0][0] if sizes else 0.0
    for line in lines:
        is_heading = usual > 0 and line.size >= usual * _LARGER and len(line.text) <= 120
        yield f"## {line.text}" if is_heading else line.text
