"""A message's tokens as the catalogue sees them: slips mended, Korean endings taken off, covered places marked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from nlu.hangul import latin_for
from nlu.lexicon import Lexicon
from nlu.tokens import Token
from nlu.wordlists import words

_CHINESE_NUMBERS = "일이삼사오육칠팔구십"
_CHINESE_NUMBER = re.compile(rf"([{_CHINESE_NUMBERS}])(?=인용|키로|킬로|리터|미터|기가|인치)")
"""Before a unit: `사인용`, `오키로`."""


ONE_WORD = 6
"""Korean words with their endings are seldom longer."""


@dataclass(frozen=True, slots=True)
class Piece:
    """`key` is compared with the catalogue; `odd` when its diacritics make it another word than the catalogue's."""

    key: str
    word: str
    start: int
    end: int
    marked: str
    odd: bool
    mended: bool
    masked: bool
    upper: bool = False
    """Typed as a capital letter."""

    def digits(self) -> bool:
        return self.key.isdigit()


def pieces_of(tokens: Sequence[Token], masked: frozenset[int], lexicon: Lexicon) -> list[Piece]:
    pieces: list[Piece] = []
    for index, token in enumerate(tokens):
        covered = index in masked
        if covered or not _is_hangul(token.text):
            pieces.append(_piece(token, covered, lexicon))
            continue
        start = token.start
        for part, key in _hangul_parts(token.text, lexicon):
            pieces.append(Piece(key, part, start, start + len(part), "", False, key != part, False))
            start += len(part)
    return pieces


def _hangul_parts(text: str, lexicon: Lexicon) -> list[tuple[str, str]]:
    """Each part with what it is compared by: a foreign word that the catalogue has in Latin letters, by that."""
    counted = _CHINESE_NUMBER.match(text)
    if counted is not None and text not in lexicon.known:
        number = counted.group(1)
        behind = _hangul_parts(text[len(number) :], lexicon)
        return [(number, str(_CHINESE_NUMBERS.index(number) + 1)), *behind]
    brand = next((name for name in words().brands if text.startswith(name)), None)
    if brand is not None and brand not in lexicon.known and words().brands[brand] in lexicon.known:
        behind = _hangul_parts(text[len(brand) :], lexicon) if text[len(brand) :] else []
        return [(brand, words().brands[brand]), *behind]
    parts = split_hangul(text, lexicon.known)
    if parts[0] not in lexicon.known and (foreign := latin_for(text, lexicon.by_sound)) is not None:
        word, end = foreign
        rest = split_hangul(text[end:], lexicon.known) if text[end:] else []
        return [(text[:end], word), *((part, part) for part in rest)]
    return [(part, part) for part in parts]


def _piece(token: Token, covered: bool, lexicon: Lexicon) -> Piece:
    mended = None if covered else lexicon.mend(token.text)
    key = mended or token.text
    forms = lexicon.marked.get(key)
    odd = bool(token.marked and forms and token.marked not in forms and mended is None)
    slip = mended is not None and not (len(mended) > 2 and mended == lexicon.singular(token.text))
    return Piece(key, token.word, token.start, token.end, token.marked, odd, slip, covered, token.upper)


def split_hangul(text: str, known: frozenset[str]) -> list[str]:
    """`검정색을` → `검정색`, `을`; a word that does not begin with a known one stays whole."""
    found: list[str] = []
    rest = text
    while rest:
        size = next((n for n in range(len(rest), 0, -1) if _fits(rest, n, known)), 0)
        if not size and found:
            size = _unknown(rest, known) if len(text) > ONE_WORD else 0
        if not size:
            break
        found.append(rest[:size])
        rest = rest[size:]
    if rest:
        found.append(rest)
    return found


def _unknown(text: str, known: frozenset[str]) -> int:
    """Written without spaces, a message goes on behind a word that is not known: up to the next one that is."""
    longest = min(len(text), ONE_WORD + 2)
    for at in range(1, len(text) - 1):
        if any(text[at : at + size] in known for size in range(2, longest + 1)):
            return at
    return 0


def _fits(text: str, size: int, known: frozenset[str]) -> bool:
    head, rest = text[:size], text[size:]
    if head not in known and head not in _own_words():
        return False
    if not rest or size > 1:
        return True
    return any(rest[:n] in known or rest[:n] in _own_words() for n in range(1, len(rest) + 1))


@lru_cache
def _own_words() -> frozenset[str]:
    data = words()
    listed = {
        *data.numbers, *data.counters, *data.dozens, *data.size_words, *data.value_words, *data.separators, *data.each,
        *data.units, *data.negators_after, *data.corrections, *data.these, *data.both, *data.ordinals, *data.particles,
    }  # fmt: skip
    return frozenset(word for word in listed if _is_hangul(word))


def _is_hangul(text: str) -> bool:
    return "\uac00" <= text[0] <= "\ud7a3"
