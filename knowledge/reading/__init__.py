"""Files that a shop has (Markdown, text, HTML, DOCX, PDF) to plain text with `#` headings and `a | b` table lines.

A file is a stranger's: what needs a parser is read in a process of its own, with limits on time and memory, so
that a bomb or a crash costs one refusal. Nothing in a file is run, followed or fetched.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from knowledge.reading.errors import Unreadable
from knowledge.reading.plain import read_markdown, read_text

MAX_BYTES = 20 * 1024 * 1024
MAX_CHARS = 500_000
READ_SECONDS = 20.0
_MEMORY_BYTES = 1024 * 1024 * 1024
_KINDS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".html": "html",
    ".htm": "html",
    ".docx": "docx",
    ".pdf": "pdf",
}
_MENDS = {
    ".doc": "Open it and save it as .docx.",
    ".xls": "Save the sheet as .pdf or paste its table into a .docx.",
    ".xlsx": "Save the sheet as .pdf or paste its table into a .docx.",
    ".pptx": "Save the slides as .pdf.",
    ".odt": "Save it as .docx.",
    ".rtf": "Save it as .docx.",
}
__all__ = ["MAX_BYTES", "MAX_CHARS", "ReadText", "Unreadable", "can_read", "read_file"]


@dataclass(frozen=True)
class ReadText:
    """`title` is what the file calls itself, else its name without the ending."""

    title: str
    text: str


def can_read(filename: str) -> bool:
    return PurePath(filename).suffix.lower() in _KINDS


def read_file(filename: str, content: bytes, *, seconds: float = READ_SECONDS) -> ReadText:
    """Raises `Unreadable`, whose text names the file and the mend."""
    name = PurePath(filename.replace("\\", "/")).name[:200] or "file"
    try:
        kind = _kind(name, content)
        if kind in ("markdown", "text"):
            read = read_markdown if kind == "markdown" else read_text
            title, text = read(content)
        else:
            title, text = _read_apart(kind, content, seconds)
        if not text.strip():
            raise Unreadable("holds no text. Write something into it, or leave it out.")
        if len(text) > MAX_CHARS:
            raise Unreadable(f"holds more than {MAX_CHARS} characters. Split it into several files.")
    except Unreadable as error:
        raise Unreadable(f"{name}: {error}") from None
    return ReadText(" ".join(title.split())[:200] or PurePath(name).stem, text)


def _kind(name: str, content: bytes) -> str:
    ending = PurePath(name).suffix.lower()
    if ending not in _KINDS:
        mend = _MENDS.get(ending, f"Use one of {', '.join(sorted(_KINDS))}.")
        raise Unreadable(f"is of a kind that cannot be read ({ending or 'no ending'}). {mend}")
    if len(content) > MAX_BYTES:
        raise Unreadable(f"has more than {MAX_BYTES // 1024 // 1024} MB. Leave pictures out or split it.")
    kind = _KINDS[ending]
    if kind == "pdf" and b"%PDF-" not in content[:1024]:
        raise Unreadable("is no PDF, although its name says so. Save it as PDF again.")
    if kind == "docx" and not content.startswith(b"PK"):
        raise Unreadable("is no Word file, although its name says so. Save it as .docx again.")
    return kind


def _read_apart(kind: str, content: bytes, seconds: float) -> tuple[str, str]:
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-m", "knowledge.reading.child", kind, str(_MEMORY_BYTES)]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, the file comes by stdin
            command, input=content, capture_output=True, timeout=seconds, env=_environment(root), cwd=root
        )
    except subprocess.TimeoutExpired:
        raise Unreadable(
            f"takes more than {seconds:.0f} seconds to read. Split it into smaller files."
        ) from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = {"error": "is damaged or built to do harm. Open it, save it afresh, and try again."}
    if "error" in answer:
        raise Unreadable(str(answer["error"]))
    return str(answer["title"]), str(answer["text"])


def _environment(root: str) -> Mapping[str, str]:
    """No key or setting of the shop is known to the reading process."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "PATH") if name in os.environ}
    return {**kept, "PYTHONPATH": root, "PYTHONUTF8": "1"}
