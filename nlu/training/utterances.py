"""The utterances as they stand in their files: templates under the intents that they carry."""

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).parent / "utterances"
LANGUAGES = ("vi", "en", "ko")
Side = Literal["train", "dev", "test"]
DEV_SHARE = 6
"""One in so many training lines is kept for development."""


@dataclass(frozen=True)
class Template:
    language: str
    intents: frozenset[str]
    text: str

    @property
    def key(self) -> int:
        """The same in every run and on every machine."""
        return int.from_bytes(blake2b(f"{self.language}:{self.text}".encode(), digest_size=8).digest(), "big")


def templates(side: Side, language: str) -> list[Template]:
    """`dev` is a part of the training file that `train` leaves out."""
    found = _read(FOLDER / f"{language}.{'test' if side == 'test' else 'train'}.txt", language)
    if side == "test":
        return found
    return [template for template in found if (template.key % DEV_SHARE == 0) == (side == "dev")]


def _read(path: Path, language: str) -> list[Template]:
    found: dict[str, Template] = {}
    intents: frozenset[str] = frozenset()
    for line in path.read_text("utf-8").splitlines():
        text = line.strip()
        if text.startswith("## "):
            intents = frozenset(name.strip() for name in text[3:].split("+"))
        elif text and not text.startswith("#"):
            found.setdefault(text, Template(language, intents, text))
    return list(found.values())
