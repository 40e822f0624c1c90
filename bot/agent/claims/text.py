"""A reply as it reads to a person: markup, look-alikes and hidden signs undone, cut into sentences."""

import html
import re
import unicodedata
from functools import lru_cache

_TAG = re.compile(r"<!--.*?-->|</?[a-zA-Z][^<>]{0,200}>", re.DOTALL)
_EMPHASIS = re.compile(r"[*`]{1,3}|~~|__")
_LOOK_ALIKE = re.compile(
    r"(?<![^\W\d_])(?:[\dOoIlSB|]{1,3}(?:[.,][\dOo]{3})+|[\dOoIlSB|]+(?=\s?(?:đ|₫|k|%|vnd|vnđ|đồng|nghìn|ngàn)))"
    r"(?=\s?(?:đ|₫|k|%|vnd|vnđ|đồng|nghìn|ngàn)?(?![^\W\d_]))"
)
_DIGIT_OF = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1", "|": "1", "S": "5", "B": "8"})
_SPREAD = re.compile(r"(?<![\d.,])\d(?:[  ·~|-]{1,3}\d(?![\d])){3,}")
_GROUPED = re.compile(
    r"(?<![\d.,])\d{1,3}(?:[   ']\d{3})+(?=\s*(?:đ|₫|vnd|vnđ|đồng|dong|동)(?![^\W\d_]))", re.I
)
_END = re.compile(r"((?<=[.!?…。])[\"”’)]*\s+|\s*\n+\s*)")
_LIST_NUMBER = re.compile(r"^\s*\d{1,2}[.)]\s+")
_ZONES = ("LATIN", "HANGUL", "CJK", "DIGIT", "FULLWIDTH", "MICRO", "OHM", "KELVIN", "FEMININE", "MASCULINE")


def plain(text: str) -> str:
    """What a reader sees: no tags, no emphasis, no zero-width signs, one form of each letter and digit."""
    shown = unicodedata.normalize("NFKC", html.unescape(text))
    shown = _TAG.sub("", shown)
    shown = "".join(c for c in shown if unicodedata.category(c) not in ("Cf", "Mn", "Me", "Co", "Cn"))
    shown = _EMPHASIS.sub("", shown)
    shown = _LOOK_ALIKE.sub(lambda m: m.group().translate(_DIGIT_OF), shown)
    shown = _SPREAD.sub(lambda m: re.sub(r"\D", "", m.group()), shown)
    shown = _GROUPED.sub(lambda m: re.sub(r"\D", "", m.group()), shown)
    return _LIST_NUMBER.sub("", shown).replace("’", "'")


def foreign_letters(text: str) -> str:
    """Letters and digits of scripts that no reply is written in; look-alikes hide there."""
    return "".join(
        c for c in text if ord(c) > 127 and (c.isalpha() or c.isdecimal()) and not _is_ours(c)
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _is_ours(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(_ZONES)


def sentences(text: str) -> list[tuple[str, str]]:
    """(sentence, what stands after it), so that what is kept can be put together as it was."""
    parts = _END.split(text)
    pairs = zip(parts[::2], [*parts[1::2], ""], strict=False)
    return [(sentence, gap) for sentence, gap in pairs if sentence.strip()]


def clauses(sentence: str) -> list[str]:
    return [
        part
        for part in re.split(r"[;:,–—()]\s+|\s+[-–—]\s+|(?<=요)\s|(?<=다)[.,]?\s", sentence)
        if part.strip()
    ]


def loose(pattern: str) -> re.Pattern[str]:
    """A pattern for text with its Vietnamese accents, or some of them, left out: `đã` also reads `da`, not `dạ`."""
    return re.compile("".join(_optional_accents(c) for c in pattern), re.IGNORECASE)


def _optional_accents(letter: str) -> str:
    if letter.isascii() or "가" <= letter <= "힣":
        return letter
    forms = {letter}
    stripped = unicodedata.normalize("NFD", letter)
    for end in range(len(stripped), 0, -1):
        forms.add(unicodedata.normalize("NFC", stripped[:end]))
    if letter == "đ":
        forms.add("d")
    return "[" + "".join(sorted(forms)) + "]" if len(forms) > 1 else re.escape(letter)
