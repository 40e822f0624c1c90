"""A number of goods that is shared out behind it: `3 jerseys: one S and two M`, `모자 두 개 (흰색 하나 검정 하나)`."""

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile

from nlu.phrases import Mark

_OF_THE_SHARES = frozenset({"option", "quantity", "separator"})


def shared_out(marks: Sequence[Mark]) -> list[Mark]:
    """The same marks, where such a number has given way to its shares."""
    kept = list(marks)
    for mark in marks:
        if mark.kind == "quantity" and mark.quantity > 1 and mark in kept:
            kept = _without_total(kept, kept.index(mark))
    return kept


def _without_total(marks: list[Mark], at: int) -> list[Mark]:
    begin = _behind_goods(marks, at)
    if begin is None:
        return marks
    shares = list(takewhile(lambda m: m.kind in _OF_THE_SHARES and not m.negated, marks[begin:]))
    after = marks[begin + len(shares) :][:1]
    if after and after[0].kind == "product":
        shares = _before_next_goods(shares)
        after = []
    if after and after[0].kind in ("each", "correction", "option"):
        return marks
    numbers = [m.quantity for m in shares if m.kind == "quantity"]
    options = [m for m in shares if m.kind == "option"]
    total = marks[at].quantity
    if len(numbers) > 1 and sum(numbers) == total and _shared_by(options, len(numbers)):
        return [*marks[:at], *marks[at + 1 :]]
    firsts = _firsts(options)
    if numbers or len(firsts) != total:
        return marks
    parted: list[Mark] = []
    for mark in shares:
        if mark in firsts:
            parted.append(Mark("quantity", mark.start, mark.start, quantity=1, counted=True))
        parted.append(mark)
    return [*marks[:at], *marks[at + 1 : begin], *parted, *marks[begin + len(shares) :]]


def _shared_by(options: Sequence[Mark], shares: int) -> bool:
    """Enough for each share, and no more: of `2 nến quế, 1 sả, 1 nhài` the two have a scent of their own."""
    named = Counter(name for mark in options for name in mark.option_names)
    return len(options) >= shares and max(named.values(), default=0) <= shares


def _before_next_goods(shares: list[Mark]) -> list[Mark]:
    """`2 jerseys, S and M, plus a ball`: what stands behind the last separator belongs to the other goods."""
    last = max((i for i, mark in enumerate(shares) if mark.kind == "separator"), default=0)
    return shares[:last]


def _behind_goods(marks: Sequence[Mark], at: int) -> int | None:
    """The place behind the number and the goods it counts, which stand side by side."""
    before = next((m for m in reversed(marks[:at]) if m.kind != "option"), None)
    if before is not None and before.kind == "product":
        return at + 1
    behind = next((m for m in marks[at + 1 :] if m.kind != "option"), None)
    return marks.index(behind) + 1 if behind is not None and behind.kind == "product" else None


def _firsts(options: Sequence[Mark]) -> list[Mark]:
    """Where each share begins: with an option that the share before has already."""
    firsts: list[Mark] = []
    seen: set[str] = set()
    for mark in options:
        if not firsts or seen & mark.option_names:
            firsts.append(mark)
            seen = set()
        seen |= mark.option_names
    return firsts
