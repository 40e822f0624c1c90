"""Typed text as tokens that compare well: no marks, one spelling of i/y and of tone placement."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from nlu.addresses.hangul import CITIES, is_hangul
from nlu.addresses.words import ASIDE, KIND_WORDS, KOREAN_END

GLUED, SPACE, JOIN, DASH, BREAK = range(5)
"""How a token is parted from the one before it; from DASH on, a new segment begins."""

TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
INVISIBLE = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\ufe0f")

_TOKEN = re.compile(r"[\uac00-\ud7a3]+|[^\W\d_\uac00-\ud7a3]+|\d+")
_FINAL_Y = re.compile(r"^([bcdghklmnpqrstvx]*|qu)y$")
_FINAL_AK = re.compile(r"([aă])k$")
_PLACE = re.compile(rf"([가-힣]{{2,}}?)({KOREAN_END.pattern})")
_BREAKS = re.compile(r"[,;:|\n\r()\[\]{}!?•·→>\u3001\u2026\"“”]|\.{2,}")
_DASHES = re.compile(r"(?:^|\s)[-–—_/](?:\s|$)|[–—]|-{2,}")
_PHONE = re.compile(r"(?<![\w/])(?:\+?84|0)(?:[ .\-]?\d){8,10}(?![\w/])")


class Token(NamedTuple):
    text: str
    key: str
    toned: str
    start: int
    end: int
    gap: int
    is_number: bool
    is_marked: bool


@lru_cache(maxsize=16384)
def fold(word: str) -> str:
    """'Quý' → 'qui', 'Đắk' and 'Đắc' → 'dac', '014' → '14'."""
    if word.isdecimal():
        return str(int(word)) if len(word) < 20 else word
    parts = unicodedata.normalize("NFKD", word.lower().replace("đ", "d"))
    plain = "".join(char for char in parts if not unicodedata.combining(char)).replace("đ", "d")
    if "\u1100" <= plain[:1] <= "\u11ff":
        plain = unicodedata.normalize("NFC", plain)
        kind = KOREAN_END.fullmatch(plain)
        return kind.group(1) if kind else CITIES.get(plain, plain)
    return _one_spelling(plain)


@lru_cache(maxsize=16384)
def with_tone_last(word: str) -> str:
    """'hoà' and 'hòa' → 'hoa' and the grave: the spelling does not matter, the tone and the vowel do."""
    parts = unicodedata.normalize("NFD", word.lower())
    letters = "".join(char for char in parts if char not in TONES)
    return _one_spelling(unicodedata.normalize("NFC", letters)) + tone_of(word)


def _one_spelling(word: str) -> str:
    return _FINAL_AK.sub(r"\1c", _FINAL_Y.sub(r"\1i", word))


def tone_of(word: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", word) if char in TONES)


def clean(text: str) -> tuple[str, list[int] | None]:
    """NFC text without invisible characters, and where each character stood (None: all where they were)."""
    if text.isascii():
        return text, None
    if unicodedata.is_normalized("NFC", text) and INVISIBLE.isdisjoint(text):
        return text, None
    pieces: list[str] = []
    places: list[int] = []
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and (unicodedata.combining(text[end]) or text[end] in INVISIBLE):
            end += 1
        visible = "".join(char for char in text[start:end] if char not in INVISIBLE)
        composed = unicodedata.normalize("NFC", visible)
        pieces.append(composed)
        places.extend([start] * len(composed))
        start = end
    places.append(len(text))
    return "".join(pieces), places


def phones(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in _PHONE.finditer(text)]


def blank_out(text: str, spans: list[tuple[int, int]]) -> str:
    """The same length, with a break in place of each span."""
    for start, end in spans:
        text = text[:start] + "|" * (end - start) + text[end:]
    return text


def without_asides(text: str) -> str:
    """The same length, with spaces in place of words in brackets that name no place: `(hostel reception!!)`."""
    return ASIDE.sub(lambda m: m.group() if _names_a_unit(m.group()) else " " * len(m.group()), text)


def _names_a_unit(text: str) -> bool:
    return any((fold(word),) in KIND_WORDS for word in _TOKEN.findall(text))


def tokens(text: str) -> list[Token]:
    found: list[Token] = []
    end = 0
    for match in _TOKEN.finditer(text):
        at = match.start()
        for word in _name_and_kind(match[0]) if is_hangul(match[0]) else (match[0],):
            gap = _gap(text[end:at], found[-1] if found else None)
            key = fold(word)
            is_marked = not word.isascii() and key != word.lower() and not is_hangul(word)
            toned = with_tone_last(word) if is_marked else key
            found.append(Token(word, key, toned, at, at + len(word), gap, word.isdecimal(), is_marked))
            end = at = at + len(word)
    return found


def _name_and_kind(word: str) -> tuple[str, ...]:
    """`떤퐁동` → `떤퐁`, `동`."""
    parted = _PLACE.fullmatch(word)
    return (parted.group(1), parted.group(2)) if parted and word not in CITIES else (word,)


def _gap(between: str, before: Token | None) -> int:
    if before is None:
        return BREAK
    if between in ("", " "):
        return len(between)
    if _BREAKS.search(between) or any(unicodedata.category(char) == "So" for char in between):
        return BREAK
    if _DASHES.search(between):
        return DASH
    if between.startswith(".") and between != "." and (before.is_number or len(before.key) > 3):
        return BREAK
    return SPACE if between.isspace() else JOIN
