"""Goods that a story brings in passing, beside those that are counted and wished for."""

from collections.abc import Sequence

from nlu.phrases import Mark
from nlu.pieces import Piece
from nlu.wish import Wish
from nlu.wordlists import words

_ENDS = frozenset({",", ".", ";", "\n", "!", "?", ":"})
_WISHING = frozenset(
    ["lay", "mua", "cho", "ban", "dat", "them", "gui", "ship", "can", "muon", "chot", "give",
     "send", "tra", "doi", "huy", "hoan", "return", "cancel", "exchange", "swap", "keep", "bo"]
)  # fmt: skip
LONG = 4
"""So many words beside the goods make a sentence of their own."""


def without_stories(wishes: list[Wish], marks: Sequence[Mark], pieces: Sequence[Piece]) -> list[Wish]:
    """`bà định trồng mớ rau trên sân thượng, bán cho bà hai bao đất`: the vegetables are no wish."""
    counted = [wish for wish in wishes if wish.product is not None and wish.quantity and not wish.removed]
    if not counted:
        return wishes
    return [wish for wish in wishes if not _is_in_passing(wish, marks, pieces)]


def _is_in_passing(wish: Wish, marks: Sequence[Mark], pieces: Sequence[Piece]) -> bool:
    told = wish.quantity or wish.options or wish.pointer or wish.each
    led = wish.removed or wish.kept or wish.further or wish.swapped
    if wish.product is None or not wish.own_product or told or led:
        return False
    start, end = _part_around(wish.product, pieces)
    beside = [mark for mark in marks if start <= mark.start < end and mark is not wish.product]
    if any(
        mark.kind in ("quantity", "adding", "removal", "keeping", "product", "pointer") for mark in beside
    ):
        return False
    own = range(wish.product.start, wish.product.end)
    others = [pieces[at] for at in range(start, end) if at not in own]
    if any(piece.key in _WISHING | words().taking for piece in others) or _asks(start, end, pieces):
        return False
    return sum(piece.key.isalpha() for piece in others) >= LONG


def _asks(start: int, end: int, pieces: Sequence[Piece]) -> bool:
    """`mà túi tote giá bao nhiêu`: what is asked about beside an order is no story."""
    line = f" {' '.join(piece.word for piece in pieces[start:end])} "
    marked = end < len(pieces) and pieces[end].key == "?"
    return marked or any(f" {phrase} " in line for phrase in (*words().question, "gia", "price"))


def _part_around(mark: Mark, pieces: Sequence[Piece]) -> tuple[int, int]:
    start = max((at + 1 for at in range(mark.start) if pieces[at].key in _ENDS), default=0)
    ends = (at for at in range(mark.end, len(pieces)) if pieces[at].key in _ENDS)
    return start, next(ends, len(pieces))
