"""Markdown and plain text: nothing to parse but lines."""

import re

from knowledge.reading.errors import Unreadable

_IMAGE = re.compile(r"!\[[^\]]{0,500}\]\([^)\s]{0,2000}(?:\s+\"[^\"]{0,500}\")?\)")
_LINK = re.compile(r"\[([^\]\[]{1,500})\]\([^)\s]{0,2000}(?:\s+\"[^\"]{0,500}\")?\)")
_EMPHASIS = re.compile(r"(\*\*|__|~~|`)(?=\S)(.{1,500}?)(?<=\S)\1")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HIDING = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,1000}>")
_RULE_OF_TABLE = re.compile(r"\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?")
_UNDERLINE = re.compile(r"(=+|-{3,})\s*")
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*")


def decoded(content: bytes) -> str:
    """UTF-8, or UTF-16 with its mark at the start."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable("is not written in UTF-8. Save it again with the encoding UTF-8.") from None
    return text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")


def read_text(content: bytes) -> tuple[str, str]:
    """A `#` that opens a line of plain text is a hash sign, unless a heading's space follows."""
    return "", decoded(content)


def read_markdown(content: bytes) -> tuple[str, str]:
    """The first top heading is the title."""
    text = _HIDING.sub("", _COMMENT.sub("", decoded(content)))
    lines: list[str] = []
    is_code = False
    for line in text.split("\n"):
        if line.lstrip().startswith(("```", "~~~")):
            is_code = not is_code
        elif is_code:
            lines.append(line)
        elif _UNDERLINE.fullmatch(line) and lines and lines[-1].strip() and not lines[-1].startswith("#"):
            lines[-1] = f"# {lines[-1]}"
        elif not _RULE_OF_TABLE.fullmatch(line.strip()) or "-" not in line:
            lines.append(_plain_line(line))
    title = next((m[2] for line in lines if (m := _HEADING.fullmatch(line)) and len(m[1]) == 1), "")
    return title, "\n".join(lines)


def _plain_line(line: str) -> str:
    line = _TAG.sub("", _LINK.sub(r"\1", _IMAGE.sub("", line)))
    line = _EMPHASIS.sub(r"\2", line)
    stripped = line.strip()
    if stripped.startswith("|"):
        return " | ".join(cell.strip() for cell in stripped.strip("|").split("|"))
    return stripped.removeprefix("> ")
