"""Words of a folded message, with shorthand written out, and phrases looked up among them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from nlu.normalise import Folded
from nlu.wordlists import words

TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)*|\d+(?:[.,]\d+)*|[\uac00-\ud7a3\u3131-\u318e]+|[;,.\n+&:?!/]")


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is what was typed (folded), `word` the same with shorthand written out; positions are folded.

    `marked` is the raw word in lower case when it was typed with diacritics, else empty.
    """

    text: str
    word: str
    start: int
    end: int
    marked: str = ""
    upper: bool = False


def tokenise(folded: Folded) -> list[Token]:
    accented = words().accented
    shorthand = words().shorthand
    tokens = []
    for match in TOKEN.finditer(folded.text):
        text = unstretched(match.group())
        start, end = match.span()
        marked = _marked(folded, start, start + len(text))
        word = text if marked else shorthand.get(text, text)
        if marked and word in accented and marked not in accented[word]:
            word = f"{word}*"
        upper = folded.raw[folded.offsets[start]].isupper()
        tokens.append(Token(text, word, start, end, marked, upper))
    return tokens


_STRETCHED = re.compile(r"([a-z])\1{2,}")


def unstretched(word: str) -> str:
    """`yesss`, `hiii`, `okk`: letters drawn out for feeling, taken back; `tell` and `add` keep theirs."""
    if _STRETCHED.search(word):
        word = _STRETCHED.sub(r"\1", word)
    elif len(word) > 2 and word[-1] == word[-2] and word.isalpha() and word.isascii():
        short, known = word[:-1], words()
        if word not in known.en_words and (short in known.yes or short in known.drawn_out):
            return short
    return word


def _marked(folded: Folded, start: int, end: int) -> str:
    first, last = folded.raw_span(start, end)
    raw = folded.raw[first:last]
    if raw.isascii() or "\uac00" <= raw[0] <= "\ud7a3":
        return ""
    return marked_key(raw)


def marked_key(word: str) -> str:
    """A word with its diacritics in one spelling: composed, lower case, the tone on one place in `hoà`, `thuý`."""
    composed = unicodedata.normalize("NFC", word.lower())
    return _TONE_PLACE.sub(lambda m: _TONE_LAST[m.group()], composed)


_TONE_LAST = {
    first + second: plain + toned
    for plain, marks, second, tones in (
        ("o", "òóỏõọ", "a", "àáảãạ"), ("o", "òóỏõọ", "e", "èéẻẽẹ"), ("u", "ùúủũụ", "y", "ỳýỷỹỵ"),
    )
    for first, toned in zip(marks, tones, strict=True)
}  # fmt: skip
_TONE_PLACE = re.compile("(?:" + "|".join(_TONE_LAST) + ")(?![^\\W\\d_])")


def plain(tokens: Sequence[Token]) -> str:
    """The message as one line of written-out words, padded, for phrase look-ups by ` phrase `."""
    return " " + " ".join(token.word for token in tokens) + " "


def has_phrase(line: str, phrase: str) -> bool:
    """Whole words in Latin script; Korean endings stick to words, so there a part is enough."""
    if "\uac00" <= phrase[0] <= "\ud7a3":
        return phrase.replace(" ", "") in line.replace(" ", "")
    return f" {phrase} " in line
