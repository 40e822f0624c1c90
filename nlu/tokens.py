"""Words of a folded message, with shorthand written out, and phrases looked up among them."""

import re
import unicodedata
from dataclasses import dataclass

from nlu.normalise import Folded
from nlu.wordlists import words

TOKEN = re.compile(r"[a-z']+|\d+(?:[.,]\d+)*|[\uac00-\ud7a3]+|[;,.\n+&:?!/]")


@dataclass(frozen=True)
class Token:
    """`text` is what was typed (folded), `word` the same with shorthand written out; positions are folded."""

    text: str
    word: str
    start: int
    end: int


def tokenise(folded: Folded) -> list[Token]:
    shorthand = words().shorthand
    tokens = []
    for match in TOKEN.finditer(folded.text):
        text = match.group()
        word = shorthand.get(text, text)
        if word in words().accented and _written_otherwise(folded, match.start(), match.end(), word):
            word = f"{word}*"
        tokens.append(Token(text, word, match.start(), match.end()))
    return tokens


def _written_otherwise(folded: Folded, start: int, end: int, word: str) -> bool:
    """Typed with marks that make it another word than the one that cues and numbers mean."""
    first, last = folded.raw_span(start, end)
    raw = unicodedata.normalize("NFC", folded.raw[first:last].lower())
    return not raw.isascii() and raw not in words().accented[word]


def plain(tokens: list[Token]) -> str:
    """The message as one line of written-out words, padded, for phrase look-ups by ` phrase `."""
    return " " + " ".join(token.word for token in tokens) + " "


def has_phrase(line: str, phrase: str) -> bool:
    """Whole words in Latin script; Korean endings stick to words, so there a part is enough."""
    if "\uac00" <= phrase[0] <= "\ud7a3":
        return phrase.replace(" ", "") in line.replace(" ", "")
    return f" {phrase} " in line
