"""HTML: what a visitor would see, in reading order. Scripts, styles and hidden text are dropped."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from knowledge.reading.errors import Unreadable
from knowledge.reading.plain import decoded

_DROPPED = frozenset(
    ("script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas", "head", "nav", "form",
     "button", "select", "input", "textarea", "audio", "video", "map")
)  # fmt: skip
_BLOCKS = frozenset(
    ("address", "article", "aside", "blockquote", "body", "br", "dd", "details", "div", "dl", "dt", "fieldset",
     "figcaption", "figure", "footer", "header", "hr", "li", "main", "ol", "p", "pre", "section", "summary", "table",
     "tbody", "tfoot", "thead", "tr", "ul")
)  # fmt: skip
_HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
_UNSEEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|opacity\s*:\s*0*(\.0+)?\s*(;|$)|"
    r"font-size\s*:\s*0|(left|top|text-indent)\s*:\s*-\d{3,}",
    re.IGNORECASE,
)
_RULE = re.compile(r"([^{}@]{1,300})\{([^{}]{0,2000})\}")
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([a-zA-Z0-9_-]{1,40})", re.IGNORECASE)
_MOST_NODES = 300_000


def read_html(content: bytes) -> tuple[str, str]:
    tree = LexborHTMLParser(_text_of(content))
    title = tree.css_first("title")
    for selector in _hiding_selectors(tree):
        try:
            found = tree.css(selector)
        except Exception:  # noqa: S112 - a selector that the parser does not know hides nothing here
            continue
        for node in found:
            node.decompose()
    lines = _Lines()
    if tree.body is not None:
        _walk(tree.body, lines)
    return title.text(strip=True) if title is not None else "", lines.joined()


def _text_of(content: bytes) -> str:
    declared = _CHARSET.search(content[:4096])
    if declared is None or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return decoded(content)
    try:
        return content.decode(declared[1].decode()).replace("\x00", "")
    except (LookupError, UnicodeDecodeError):
        return decoded(content)


def _hiding_selectors(tree: LexborHTMLParser) -> list[str]:
    sheets = "\n".join(node.text() for node in tree.css("style"))[:200_000]
    rules = _RULE.findall(sheets)
    return [selector.strip() for selector, body in rules[:2000] if _UNSEEN.search(body)]


class _Lines:
    """Gathers words into lines; a heading or table row carries its mark."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._words: list[str] = []
        self.mark = ""

    def add(self, text: str) -> None:
        self._words.append(text)

    def cell(self) -> None:
        if any(word.strip() for word in self._words):
            self._words.append(" | ")

    def end(self) -> None:
        line = " ".join("".join(self._words).split()).removesuffix("|").strip()
        if line:
            self._lines.append(f"{self.mark} {line}" if self.mark else line)
        self._words, self.mark = [], ""

    def joined(self) -> str:
        self.end()
        return "\n".join(self._lines)


def _walk(body: LexborNode, lines: _Lines) -> None:
    """Without recursion: a file may nest as deep as it likes."""
    path: list[tuple[LexborNode, Iterator[LexborNode], bool]] = [(body, body.iter(include_text=True), False)]
    for _ in range(_MOST_NODES):
        if not path:
            return
        parent, children, in_row = path[-1]
        node = next(children, None)
        if node is None:
            path.pop()
            _leave(parent, lines, in_row)
        elif node.is_text_node:
            lines.add(node.text(deep=False) or "")
        elif node.is_element_node and not _is_hidden(node):
            _enter(node, lines, in_row)
            path.append((node, node.iter(include_text=True), in_row or node.tag == "tr"))
    raise Unreadable("is too large a page. Split it into smaller files.")


def _enter(node: LexborNode, lines: _Lines, in_row: bool) -> None:
    tag = node.tag or ""
    if tag in _HEADINGS and not in_row:
        lines.end()
        lines.mark = _HEADINGS[tag]
    elif tag in ("td", "th"):
        lines.cell()
    elif tag in _BLOCKS:
        lines.add(" ") if in_row else lines.end()
        lines.mark = "-" if tag == "li" and not in_row else lines.mark


def _leave(node: LexborNode, lines: _Lines, in_row: bool) -> None:
    tag = node.tag or ""
    if tag == "tr" or (not in_row and (tag in _BLOCKS or tag in _HEADINGS)):
        lines.end()


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    return (
        (node.tag or "") in _DROPPED
        or "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or _UNSEEN.search(attributes.get("style") or "") is not None
    )
