"""The utterances as they stand in their files: templates under the intents that they carry."""

import re
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from random import Random
from typing import Literal

from nlu.normalise import fold

FOLDER = Path(__file__).parent / "utterances"
LANGUAGES = ("vi", "en", "ko")
Side = Literal["train", "dev", "test"]
DEV_SHARE = 6
"""One in so many training lines is kept for development."""
WAYS = 14
"""Wordings taken of each line with alternatives."""
_CHOICE = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True)
class Template:
    language: str
    intents: frozenset[str]
    text: str
    written_out: bool = False
    """One of several wordings of a line with alternatives."""

    @property
    def key(self) -> int:
        """The same in every run and on every machine."""
        return int.from_bytes(blake2b(f"{self.language}:{self.text}".encode(), digest_size=8).digest(), "big")


def templates(side: Side, language: str) -> list[Template]:
    """`dev` is a part of the training files that `train` leaves out; neither has a phrasing that is tested."""
    tested = _read(FOLDER / f"{language}.test.txt", language)
    if side == "test":
        return tested
    held_out = {_bare(template.text) for template in tested}
    files = sorted(FOLDER.glob(f"{language}.train*.txt"))
    lines = {template.text: template for path in files for template in _read(path, language)}
    found = [template for template in lines.values() if _bare(template.text) not in held_out]
    kept = [template for template in found if (template.key % DEV_SHARE == 0) == (side == "dev")]
    more = _written_out(FOLDER / f"{language}.more.txt", language) if side == "train" else []
    return [*kept, *(template for template in more if _bare(template.text) not in held_out)]


def _written_out(path: Path, language: str) -> list[Template]:
    """Lines with alternatives (`[a|b]`), each as a number of different ways to say it."""
    found: dict[str, Template] = {}
    for pattern in _read(path, language):
        rng = Random(pattern.key)  # noqa: S311 - data, no secret
        for _ in range(WAYS):
            chosen = _CHOICE.sub(lambda m: rng.choice(m.group(1).split("|")), pattern.text)  # noqa: B023
            text = " ".join(chosen.split()).replace(" ,", ",")
            found.setdefault(text, Template(language, pattern.intents, text, True))
    return list(found.values())


def _bare(text: str) -> str:
    return "".join(re.findall(r"\w+", fold(text)))


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
