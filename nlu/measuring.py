"""Measures in a message that goods are sold by: `500gr`, `nửa cân`, `1m6x2m`."""

from collections.abc import Sequence

from nlu.lexicon import MAX_PHRASE
from nlu.measures import Sides, is_glued_unit, measure_at, sides_at
from nlu.phrases import Mark, Phrases
from nlu.pieces import Piece
from nlu.values import ValueKey
from nlu.wordlists import words

MANY = 300
"""Above so many products a phrase is too broad to be looked at one by one."""
_MILLI = frozenset({"미리", "밀리"})
"""Of litres, else of metres."""
NO_KEYS: frozenset[ValueKey] = frozenset()


class Measuring(Phrases):
    def _measured(self, i: int) -> Mark | None:
        """`500gr`, `nửa cân`, `2 lít` where something is sold so; `1m6x2m` where such goods are talked of."""
        if self._pieces[i].masked:
            return None
        read = self._measure_at(i) or self._for_so_many(i)
        if read is None:
            return None
        own = self._lexicon.sides.get(read[0], NO_KEYS) & self._talked_of()
        if len(read[0]) == 1:
            own |= self._lexicon.measures.get(read[0][0], NO_KEYS)
        if not own and self._keys[read[1] - 1] in _MILLI:
            own = self._lexicon.measures.get(("length", round(read[0][0][1] / 10, 3)), NO_KEYS)
        part = self._pieces[i : read[1]]
        if not own or any(piece.masked for piece in part):
            return None
        unit = next((piece for piece in reversed(part) if piece.key in words().units), part[0])
        if (
            len(read[0]) == 1
            and self._is_no_unit(part, unit, own)
            and not self._is_of_goods_behind(read[1], own)
        ):
            return None
        return Mark("option", i, read[1], keys=own, text=" ".join(self._keys[i : read[1]]))

    def _is_no_unit(self, part: Sequence[Piece], unit: Piece, own: frozenset[ValueKey]) -> bool:
        """`2 m` are two of size M; `2 lạng` and the like count pieces where nothing such is talked of."""
        apart = unit is not part[0] and part[part.index(unit) - 1].end != unit.start
        counts = unit is part[-1] and unit.key in words().counters and unit.marked != "cân"
        return (is_glued_unit(unit.key) and apart) or (counts and not own & self._talked_of())

    def _is_of_goods_behind(self, i: int, own: frozenset[ValueKey]) -> bool:
        """`nua can hat dieu`: what follows is sold so."""
        for length in range(MAX_PHRASE, 0, -1):
            phrase = self._phrase(i, length)
            hits = self._lexicon.phrases.get(phrase) if phrase else None
            if hits is not None:
                return any(self._lexicon.match(sku, own) for sku in list(hits.all)[:MANY])
        return False

    def _measure_at(self, i: int) -> tuple[Sides, int] | None:
        """One measure, or several that are multiplied."""
        several = sides_at(self._keys, i)
        if several is not None:
            return several
        joined = len(self._keys) > i + 2 and self._adjacent(i) and self._adjacent(i + 1)
        # `1m6 màu kem` counts no colours.
        one = measure_at(self._keys[: i + 3] if joined else self._keys, i)
        return ((one[0],), one[1]) if one is not None else None

    def _measure_keys(self, i: int) -> frozenset[ValueKey]:
        """The values that a measure at this place may mean, whatever is talked of."""
        read = self._measure_at(i) if i < len(self._keys) else None
        if read is None:
            return NO_KEYS
        alone = self._lexicon.measures.get(read[0][0], NO_KEYS) if len(read[0]) == 1 else NO_KEYS
        return alone | self._lexicon.sides.get(read[0], NO_KEYS)

    def _for_so_many(self, i: int) -> tuple[Sides, int] | None:
        """`a tent for four`, where goods that are talked of come for so many people."""
        number = self._number_at(i) if i and self._keys[i - 1] == "for" else None
        people = ("people", float(number[0])) if number is not None else None
        keys = self._lexicon.measures.get(people, NO_KEYS) if people else NO_KEYS
        return ((people,), number[1]) if number and people and keys & self._talked_of() else None

    def _talked_of(self) -> frozenset[ValueKey]:
        """The values of the product named last in this message, else of those talked of before."""
        for mark in reversed(self.marks):
            if mark.kind == "product" and len(mark.hits.all) <= MANY:
                return frozenset(key for sku in mark.hits.all for key in self._lexicon.values_of.get(sku, {}))
        return self._focus
