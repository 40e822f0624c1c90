"""What the shop wrote, cut into pieces that can be found and quoted."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from knowledge.wording import Language, guess_language, surest_language

Kind = Literal["faq", "policy", "document", "product"]

_PIECE_CHARS = 320
_SAMPLE_CHARS = 5000
_HEADING = re.compile(r"#{1,6}\s+")


@dataclass(frozen=True)
class Passage:
    """One piece of the shop's own text.

    `title` is the question of an FAQ entry or the heading of any other piece. `source` is the name that a
    customer is told. `group` is shared by the same piece in other languages; `version` is a hash of the
    content: both are filled in when left empty.
    """

    id: str
    kind: Kind
    title: str
    text: str
    language: Language
    source: str
    version: str = ""
    group: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "group", self.group or self.id)
        object.__setattr__(self, "version", self.version or self._content_hash())

    def _content_hash(self) -> str:
        parts = (self.kind, self.title, self.text, self.language, self.source, self.group)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Hit:
    """`score` estimates (0..1) that the passage answers the question; `sure` that it may be told as the answer."""

    passage: Passage
    score: float
    sure: bool


def faq_passages(faq_id: str, entries: dict[Language, tuple[str, str]], *, source: str) -> list[Passage]:
    """One entry's question and answer in each language it is written in; empty ones are left out."""
    return [
        Passage(f"faq:{faq_id}:{language}", "faq", question, answer, language, source, group=f"faq:{faq_id}")
        for language, (question, answer) in entries.items()
        if question.strip() and answer.strip()
    ]


def document_passages(
    document_id: str,
    title: str,
    text: str,
    *,
    language: Language | None,
    source: str,
    kind: Literal["policy", "document"] = "document",
) -> list[Passage]:
    """A longer text cut at its paragraphs; a piece keeps the nearest heading (a line starting with # and a
    space). Without a language each piece is guessed, doubtful ones as the whole text."""
    usual = language or guess_language(text[:_SAMPLE_CHARS])
    return [
        Passage(
            f"{kind}:{document_id}:{number}",
            kind,
            heading,
            piece,
            language or surest_language(piece) or usual,
            source,
        )
        for number, (heading, piece) in enumerate(_pieces(title, text))
    ]


def _pieces(title: str, text: str) -> Iterable[tuple[str, str]]:
    heading, gathered = title, ""
    for paragraph in _paragraphs(text):
        mark = _HEADING.match(paragraph)
        if gathered and (mark or len(gathered) + len(paragraph) > _PIECE_CHARS):
            yield heading, gathered
            gathered = ""
        if mark:
            name = paragraph[mark.end() :].strip()
            heading = title if name == title else f"{title}: {name}"
        else:
            gathered = f"{gathered}\n{paragraph}".strip()
    if gathered:
        yield heading, gathered


def _paragraphs(text: str) -> Iterable[str]:
    """Lines; a line longer than a piece is cut at the ends of its sentences."""
    for line in text.splitlines():
        rest = line.strip()
        while len(rest) > _PIECE_CHARS:
            ends = [match.end() for match in re.finditer(r"[.!?;]\s+|\s", rest[:_PIECE_CHARS])]
            sentences = [m.end() for m in re.finditer(r"[.!?;]\s+", rest[:_PIECE_CHARS])]
            cut = (sentences or ends or [_PIECE_CHARS])[-1]
            yield rest[:cut].strip()
            rest = rest[cut:].strip()
        if rest:
            yield rest
