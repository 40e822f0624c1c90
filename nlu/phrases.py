"""Marks, and the phrases of a message that they are read from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from nlu.lexicon import Hits, Lexicon
from nlu.pieces import Piece
from nlu.values import ValueKey
from nlu.wordlists import words

Kind = Literal[
    "quantity", "product", "option", "separator", "pointer", "each", "correction", "removal", "adding", "keeping"
]  # fmt: skip
SMALL: tuple[Kind, ...] = ("correction", "removal", "adding", "keeping")
"""Kinds of small words that say what becomes of the goods beside them."""
VESSELS = frozenset(
    {"cap", "caps", "bag", "bags", "bottle", "bottles", "cup", "cups", "jar", "jars", "box", "glass"}
)
"""English words that count goods and are goods: `one cap black` where caps are sold."""
MAX_MARKS = 200
_LEFT = (["k"], ["ko"], ["khong"], ["hang"], ["hok"], ["hem"], ["hong"], ["hk"], ["chua"], ["het"])
ALL = 99
"""The index of a pointer at everything that was shown."""


@dataclass(frozen=True)
class Mark:
    """Positions are of pieces. `index` -1 is the last, 0 is "this"."""

    kind: Kind
    start: int
    end: int
    quantity: int = 0
    hits: Hits = Hits()
    keys: frozenset[ValueKey] = frozenset()
    near: frozenset[ValueKey] = frozenset()
    """Values of which only a part was said: they count for a product that has none of `keys`."""
    index: int = 0
    """Of a pointer, counted from 1; with `quantity`, so many from the first on."""
    counted: bool = False
    """Of a quantity: it stands with a word for pieces."""
    some: bool = False
    """Of a quantity: so many of those that are there, `하나는`, `one of the bags`."""
    negated: bool = False
    mended: bool = False
    text: str = ""

    @property
    def option_names(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.keys | self.near)


class Phrases:
    """A message's pieces with the look-ups that every kind of mark needs."""

    def __init__(
        self,
        pieces: Sequence[Piece],
        lexicon: Lexicon,
        *,
        awaiting: str | None,
        focus: Sequence[str] = (),
        text: str = "",
    ) -> None:
        """`focus` are the products talked of: a bare `M` or `39` that one of them has is an option."""
        self._pieces = pieces
        self._lexicon = lexicon
        self._awaiting = awaiting
        self._focus = frozenset(key for sku in focus for key in lexicon.values_of.get(sku, {}))
        self._in_hand = frozenset(focus)
        self._keys = [piece.key for piece in pieces]
        self._text = text
        self.marks: list[Mark] = []

    def _phrase(self, i: int, length: int) -> tuple[str, ...] | None:
        """None where a place is covered, or where diacritics say that another word is meant."""
        part = self._pieces[i : i + length]
        if len(part) < length or any(piece.masked for piece in part):
            return None
        odd = sum(piece.odd for piece in part)
        if odd > (1 if length >= 3 else 0):
            return None
        return tuple(self._keys[i : i + length])

    def _hits(self, phrase: tuple[str, ...], i: int) -> Hits | None:
        coded = self._lexicon.codes.get(phrase)
        last = self._pieces[i + len(phrase) - 1]
        if coded and " " not in self._text[self._pieces[i].start : last.end]:
            return Hits(full=coded)
        return self._lexicon.phrases.get(phrase)

    def _adjacent(self, i: int) -> bool:
        return self._pieces[i].end == self._pieces[i + 1].start

    def _number_at(self, i: int) -> tuple[int, int] | None:
        if i >= len(self._pieces) or self._pieces[i].masked:
            return None
        key, word = self._keys[i], self._pieces[i].word
        if key.isdigit():
            value = int(key[:7])
            return (value, i + 1) if 0 < value <= 100_000 else None
        if word.endswith("*"):
            return None
        two = " ".join(self._keys[i : i + 2])
        if " " in two and two in words().numbers:
            return words().numbers[two], i + 2
        number = words().numbers.get(key)
        if number is None or (key in ("a", "an") and not self._starts_name(i + 1) and not self._dozen(i + 1)):
            return None
        return number, i + 1

    def _dozen(self, i: int) -> bool:
        """`tạ` and `tả` are no `tá`."""
        return (
            i < len(self._keys) and self._keys[i] in words().dozens and not self._pieces[i].word.endswith("*")
        )

    def _is_counter(self, i: int) -> bool:
        if i >= len(self._keys) or self._pieces[i].masked or self._keys[i] not in words().counters:
            return False
        if self._is_goods_itself(i) or self._asks_what_is_left(i):
            return False
        return not any(self._phrase(i, length) in self._lexicon.phrases for length in (2, 3, 4))

    def _asks_what_is_left(self, i: int) -> bool:
        """`size 42 con k`: the `còn` of a question and no word for animals."""
        return self._keys[i] == "con" and self._keys[i + 1 : i + 2] in _LEFT

    def _is_goods_itself(self, i: int) -> bool:
        """`3 ly` in a shop that sells a thing called `Ly`, with nothing behind that could be counted by it."""
        phrase = self._phrase(i, 1)
        hits = self._lexicon.phrases.get(phrase) if phrase else None
        if not hits or self._starts_name(i + 1):
            return False
        if self._keys[i] in VESSELS and not self._pieces[i].marked and self._keys[i + 1 : i + 2] != ["of"]:
            return True
        return bool(hits.full) and not self._starts_value(i + 1)

    def _starts_name(self, i: int) -> bool:
        return any(
            phrase in self._lexicon.phrases
            for length in range(1, 5)
            if (phrase := self._phrase(i, length)) is not None and (length > 1 or len(phrase[0]) > 2)
        )

    def _starts_value(self, i: int) -> bool:
        if i < len(self._keys) and self._keys[i] in words().value_words:
            i += 1
        return any(self._phrase(i, length) in self._lexicon.values for length in (1, 2, 3))

    def _starts_full_name(self, i: int) -> bool:
        return any(
            (hits := self._lexicon.phrases.get(phrase)) is not None and hits.full
            for length in range(2, 6)
            if (phrase := self._phrase(i, length)) is not None
        )

    def _listed(self, i: int, kind: Kind) -> Mark | None:
        for length in (4, 3, 2, 1):
            part = self._keys[i : i + length]
            if len(part) < length:
                continue
            found = _listed_phrases().get(tuple(part))
            if found is None and length == 2 and not part[0].isascii():
                found = _listed_phrases().get(("".join(part),))
            if found is None or found[0] != kind:
                continue
            pieces = self._pieces[i : i + length]
            if not any(piece.masked or _is_another_word(piece) for piece in pieces):
                return Mark(kind, i, i + length, index=found[1], text=" ".join(part))
        return None

    def _negated(self, start: int, end: int) -> bool:
        """`không lấy màu đen`, `not the black one`, `검정 말고`; the no of `oh no, the black one` is none."""
        corrected = max((mark.end for mark in self.marks if mark.kind == "correction"), default=0)
        named = {i for m in self.marks if m.kind in ("option", "product") for i in range(m.start, m.end)}
        # The `than` of a `tím than` says no to nothing.
        near = [at for at in range(max(corrected, start - 4), start) if at not in named]
        line = " ".join(self._pieces[at].word for at in near)
        before = f" {line} "
        if before.endswith((" the non ", " a non ")):
            return True
        for phrase in words().negators:
            place = before.rfind(f" {phrase} ")
            if place >= 0 and not any(c in before[place:] for c in ",;.\n?"):
                return True
        return any(key in words().negators_after for key in self._keys[end : end + 2])


def _is_another_word(piece: Piece) -> bool:
    """By the diacritics it was typed with; what small words look like is known whatever the catalogue sells."""
    return piece.word.endswith("*") or (piece.odd and piece.word not in words().accented)


@lru_cache
def _listed_phrases() -> dict[tuple[str, ...], tuple[Kind, int]]:
    """Small phrases with their kind; "both" points at all that was shown."""
    data = words()
    kinds: tuple[tuple[tuple[str, ...], Kind, int], ...] = (
        (data.each, "each", 0), (data.these, "pointer", 0), (data.both, "pointer", ALL), (data.corrections,
            "correction", 0),
        (data.removals, "removal", 0), (data.adding, "adding", 0), (data.keeping, "keeping", 0),
    )  # fmt: skip
    return {tuple(phrase.split()): (kind, index) for phrases, kind, index in kinds for phrase in phrases}
