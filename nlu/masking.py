"""The message with its goods, numbers, people and places replaced by slots, so that what is left is talk alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from nlu.models import Span
from nlu.normalise import Folded
from nlu.phrases import Mark
from nlu.pieces import Piece

_SLOT_OF_MARK = {"option": "OPT", "quantity": "NUM"}


@dataclass(frozen=True, slots=True)
class Unit:
    """A word (`word` with shorthand written out, `typed` as it was,
    `marked` with diacritics) or a slot (upper case)."""

    word: str
    typed: str = ""
    marked: str = ""


def masked_units(
    line: Folded, pieces: Sequence[Piece], marks: Sequence[Mark], spans: Sequence[tuple[Span, str]]
) -> list[Unit]:
    """`spans` are raw places with the slot that stands for each."""
    slots = _slots(line, pieces, marks, spans)
    units: list[Unit] = []
    last = None
    for index, piece in enumerate(pieces):
        slot = slots.get(index)
        if slot is None:
            units.append(_unit(piece))
        elif slot != last:
            units.append(Unit(slot[0]))
        last = slot
    return units


def _slots(
    line: Folded, pieces: Sequence[Piece], marks: Sequence[Mark], spans: Sequence[tuple[Span, str]]
) -> dict[int, tuple[str, int]]:
    slots: dict[int, tuple[str, int]] = {}
    for mark in marks:
        name = _SLOT_OF_MARK.get(mark.kind) or (_product_slot(mark) if mark.kind == "product" else None)
        if name:
            slots.update(dict.fromkeys(range(mark.start, mark.end), (name, mark.start)))
    for number, ((start, end), name) in enumerate(spans):
        for index, piece in enumerate(pieces):
            if start <= line.offsets[piece.start] < end:
                slots[index] = (name, -number - 1)
    return slots


def _product_slot(mark: Mark) -> str:
    return "ITEM" if mark.hits.full or mark.hits.part else "KIND"


def _unit(piece: Piece) -> Unit:
    if piece.key[0].isdigit():
        return Unit("0", piece.key if len(piece.key) < 3 else "00")
    return Unit(piece.word.rstrip("*"), piece.key, piece.marked)
