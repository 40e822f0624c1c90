"""What the order desk asks of retrieval. Implemented over `knowledge` by the composition root."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Piece:
    """A part of a document that can be found and quoted; `heading` says what it is about."""

    heading: str
    text: str
    language: str


@dataclass(frozen=True)
class ReadDocument:
    """`text` is the whole; `pieces` are what is searched."""

    title: str
    text: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Finding:
    """`sure`: it may be told as the answer. `language` may be another than the question's."""

    passage_id: str
    version: str
    kind: str
    title: str
    text: str
    source: str
    language: str
    score: float
    sure: bool


class DocumentReader(Protocol):
    def read_document(
        self, *, filename: str, content: bytes, title: str = "", language: str = ""
    ) -> ReadDocument:
        """Without a title the file's own; without a language each piece's is guessed. Raises `Invalid`, naming
        the file and the mend. A PDF may take seconds: never inside a transaction."""
        ...


class KnowledgeDesk(DocumentReader, Protocol):
    def find(self, question: str, *, language: str, limit: int) -> list[Finding]: ...

    def essence(self, question: str, *, language: str) -> str:
        """The telling words alone, so that alike questions look alike."""
        ...
