"""DOCX: paragraphs, headings and tables of the main part. Macros, links and hidden text are never looked at."""

import io
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from knowledge.reading.errors import Unreadable

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT_W = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_DC_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_MOST_BYTES = 60 * 1024 * 1024
_BOMB = "unpacks to something far too large. Open it, save it afresh without pictures, and try again."


def read_docx(content: bytes) -> tuple[str, str]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        if "word/document.xml" not in archive.namelist():
            raise Unreadable("is no Word file inside. Save it as .docx again.")
        body = _part(archive, "word/document.xml")
        styles = _heading_styles(_part(archive, "word/styles.xml"))
        title = _part(archive, "docProps/core.xml").findtext(_DC_TITLE) or ""
    except zipfile.BadZipFile:
        raise Unreadable("is damaged. Open it in Word, save it afresh, and try again.") from None
    except RuntimeError:
        raise Unreadable("is locked with a password. Save it without one.") from None
    except (ParseError, DefusedXmlException, NotImplementedError):
        raise Unreadable("is damaged or built to do harm. Open it, save it afresh, and try again.") from None
    main = body.find(f"{_W}body")
    return title, "\n".join(_lines(main, styles)) if main is not None else ""


def _part(archive: zipfile.ZipFile, name: str) -> Element:
    """The part's XML, or an empty element when the file has no such part."""
    if name not in archive.namelist():
        return Element("none")
    with archive.open(name) as file:
        raw = file.read(_MOST_BYTES + 1)
    if len(raw) > _MOST_BYTES:
        raise Unreadable(_BOMB)
    root: Element = fromstring(raw.replace(_STRICT_W[1:-1].encode(), _W[1:-1].encode()), forbid_dtd=True)
    return root


def _heading_styles(styles: Element) -> dict[str, int]:
    """Style id → level. Ids are in the language of the writer's Word, names and outline levels are not."""
    found: dict[str, int] = {}
    for style in styles.iter(f"{_W}style"):
        identity = style.get(f"{_W}styleId", "")
        name = _value(style.find(f"{_W}name")).lower()
        outline = _value(style.find(f"{_W}pPr/{_W}outlineLvl"))
        if name == "title":
            found[identity] = 1
        elif name.startswith("heading ") and name[8:].isdigit():
            found[identity] = int(name[8:])
        elif outline.isdigit() and int(outline) < 9:
            found[identity] = int(outline) + 1
    return found


def _value(element: Element | None) -> str:
    return element.get(f"{_W}val", "") if element is not None else ""


def _lines(body: Element, styles: dict[str, int]) -> Iterator[str]:
    path = [iter(body)]
    while path:
        block = next(path[-1], None)
        if block is None:
            path.pop()
        elif block.tag == f"{_W}p":
            yield _paragraph(block, styles)
        elif block.tag == f"{_W}tbl":
            for row in block.iter(f"{_W}tr"):
                yield " | ".join(_cell(cell) for cell in row.findall(f"{_W}tc"))
        elif block.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}smartTag", f"{_W}customXml"):
            path.append(iter(block))


def _cell(cell: Element) -> str:
    return " ".join(_words(cell).split())


def _paragraph(paragraph: Element, styles: dict[str, int]) -> str:
    text = " ".join(_words(paragraph).split())
    properties = paragraph.find(f"{_W}pPr")
    if properties is None or not text:
        return text
    level = styles.get(_value(properties.find(f"{_W}pStyle")), 0)
    outline = _value(properties.find(f"{_W}outlineLvl"))
    if outline.isdigit() and int(outline) < 9:
        level = int(outline) + 1
    if level:
        return f"{'#' * min(level, 6)} {text}"
    return f"- {text}" if properties.find(f"{_W}numPr") is not None else text


def _words(element: Element) -> str:
    """Text of the runs that are shown: neither struck out by a revision nor hidden."""
    pieces: list[str] = []
    waiting = [element]
    while waiting:
        node = waiting.pop()
        if node.tag in (f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}delText") or _is_hidden(node):
            continue
        if node.tag == f"{_W}t":
            pieces.append(node.text or "")
        elif node.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr") or (node.tag == f"{_W}p" and pieces):
            pieces.append(" ")
        waiting += reversed(list(node))
    return "".join(pieces)


def _is_hidden(node: Element) -> bool:
    if node.tag != f"{_W}r":
        return False
    vanish = node.find(f"{_W}rPr/{_W}vanish")
    return vanish is not None and _value(vanish) not in ("0", "false")
