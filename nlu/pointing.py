"""What a message points at: `cái này`, `the second one`, `두번째`, `2 cái đầu`, and each of several."""

from nlu.counting import Counting
from nlu.phrases import Mark
from nlu.wordlists import words

_ENGLISH_ORDINALS = frozenset(
    ["first", "second", "third", "fourth", "fifth", "last", "1st", "2nd", "3rd", "1", "2", "3", "4", "5"]
)
"""Behind `the`, which is also Vietnamese: `thế một xanh` is no first one."""


class Pointing(Counting):
    def _each(self, i: int) -> Mark | None:
        return self._listed(i, "each")

    def _pointer(self, i: int) -> Mark | None:
        this = self._listed(i, "pointer") or self._ordinal(i)
        if this is None or self._starts_full_name(i) or self._starts_long_name(this.end - 1):
            return None  # `chai dầu gội` is no first bottle.
        value = self._option_at(i + 1) if i + 1 < len(self._keys) else None
        if value is None or value.end < this.end:
            return this
        # `mau do` of what comes in red: without marks it is no `màu đó`.
        same = value.end == this.end and not any(piece.marked for piece in self._pieces[i : this.end])
        own = (value.keys | value.near) & self._talked_of()
        return None if value.end > this.end or (same and own) else this

    def _ordinal(self, i: int) -> Mark | None:
        """`cái thứ hai`, `the second one`, `두번째`; never a bare `thứ hai`, which is a day."""
        first_few = self._first_few(i)
        if first_few is not None:
            return first_few
        ordinals = words().ordinals
        at = i
        if self._keys[i] in words().counters or self._keys[i] in ("mau", "loai", "san", "so", "the"):
            at = i + 2 if self._keys[i : i + 2] == ["san", "pham"] else i + 1
            if self._keys[i] == "the" and at < len(self._keys) and self._begins_value(at):
                return None
            if at < len(self._keys) and self._keys[at] in ("thu", "so"):
                at += 1
            elif self._keys[i] != "the" and not self._is_end_word(at):
                return None
        elif self._keys[i].isascii() and self._keys[i] not in ("first", "second", "third", "last", "fourth"):
            return None
        for length in (2, 1):
            text = " ".join(self._keys[at : at + length])
            if (
                at + length <= len(self._keys)
                and text in ordinals
                and (self._keys[i] != "the" or text in _ENGLISH_ORDINALS)
                and not self._is_part_of_a_measure(at + length)
                and not (self._keys[i] == "the" and self._counts_behind_the(at, at + length))
                and not any(p.masked for p in self._pieces[i : at + length])
            ):
                return Mark("pointer", i, at + length, index=ordinals[text], text=text)
        joined = "".join(self._keys[i : i + 2])
        if i + 2 <= len(self._keys) and not joined.isascii() and joined in ordinals:
            return Mark("pointer", i, i + 2, index=ordinals[joined], text=joined)
        return None

    def _counts_behind_the(self, at: int, end: int) -> bool:
        """`just the 2`, `the last two`: a number of pieces and no place in a row."""
        if self._keys[at].isdigit():
            return self._awaiting != "item" and self._keys[end : end + 1] != ["one"]
        return self._keys[at] == "last" and self._number_at(end) is not None

    def _is_part_of_a_measure(self, end: int) -> bool:
        """`the 2m ones` are no second ones."""
        return self._keys[end - 1].isdigit() and self._keys[end : end + 1] != [] and self._adjacent(end - 1)

    def _begins_value(self, i: int) -> bool:
        """`the 2 metre one` is no second one."""
        mark = self._option_at(i)
        return mark is not None and mark.end > i + 1

    def _first_few(self, i: int) -> Mark | None:
        """`2 cái đầu`, `the first two`."""
        before = self.marks[-1] if self.marks else None
        if self._keys[i] == "dau" and before is not None and before.kind == "quantity" and before.end == i:
            end = i + 2 if self._keys[i + 1 : i + 2] == ["tien"] else i + 1
            return Mark("pointer", i, end, index=1, quantity=before.quantity)
        number = self._number_at(i + 1) if self._keys[i] == "first" else None
        if number is not None and number[0] > 1 and not self._is_counter(number[1]):
            return Mark("pointer", i, number[1], index=1, quantity=number[0])
        return None

    def _is_end_word(self, i: int) -> bool:
        return i < len(self._keys) and self._keys[i] in ("dau", "cuoi")
