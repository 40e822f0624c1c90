"""What a transfer's memo says, and whether that is sure enough to act on. Pure.

Banks put words before and after a memo, cut it and change its signs; people write it as they like. An order counts
as named when its code stands there once case, marks and gaps are taken away. That alone closes nothing: the amount
has to be exact too.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from core.catalogue.folding import fold

MAX_MEMO = 500
_MAX_PREFIX, _MAX_DIGITS = 6, 12
_GAPS = " .-_:#/"

Verdict = Literal[
    "exact", "under", "over", "late", "already_paid", "cod_on_the_way", "several_orders", "unsure_code",
    "wrong_memo", "no_order",
]  # fmt: skip


@dataclass(frozen=True)
class Named:
    """An order that a memo names. `plainly`: as a word of its own, not put together from pieces."""

    code: str
    outstanding: int
    called_off: bool
    collected_at_the_door: bool
    """Paid to the carrier, whose parcel is on its way."""
    plainly: bool


def codes_in(memo: str) -> dict[str, bool]:
    """Every code that the memo may mean → whether it stands there plainly. Most are no order's."""
    text = fold(memo[:MAX_MEMO]).upper()
    found: dict[str, bool] = {}
    for run in re.finditer(r"[0-9]+(?:[ .\-][0-9]+)*", text):
        letters, touching = _letters_before(text, run.start())
        groups = re.findall(r"[0-9]+", run.group())
        number = ""
        for place, group in enumerate(groups):
            number += group
            if len(number) > _MAX_DIGITS:
                break
            for size in range(1, len(letters) + 1):
                code = letters[-size:] + number
                plainly = place == 0 and letters[-size:] == touching
                found[code] = found.get(code, False) or plainly
    return found


def numbers_in(memo: str) -> set[str]:
    """For codes whose letters are missing."""
    return {number for number in re.findall(r"[0-9]+", memo[:MAX_MEMO]) if len(number) <= _MAX_DIGITS}


def judge(amount: int, named: Sequence[Named]) -> Verdict:
    plain = [order for order in named if order.plainly]
    if len(plain) == 1 and len(named) > 1 and plain[0].outstanding == amount:
        named = plain
    if not named:
        return "no_order"
    if len(named) > 1:
        return "several_orders"
    (order,) = named
    if order.called_off:
        return "late"
    if order.outstanding == 0:
        return "already_paid"
    if order.collected_at_the_door:
        return "cod_on_the_way"
    if amount == order.outstanding:
        return "exact"
    if amount > order.outstanding:
        return "over"
    return "under" if order.plainly else "unsure_code"


def _letters_before(text: str, start: int) -> tuple[str, str]:
    """The last letters before a number, gaps left out; and those that make one word right before it."""
    letters = "".join(reversed(list(_walk_back(text, start))))[-_MAX_PREFIX:]
    word = re.search(r"(?:^|[^A-Z0-9])([A-Z]+)[ .\-_:#/]?$", text[max(start - _MAX_PREFIX - 2, 0) : start])
    return letters, word.group(1) if word else ""


def _walk_back(text: str, start: int) -> Iterator[str]:
    gap = 0
    for sign in reversed(text[max(start - 4 * _MAX_PREFIX, 0) : start]):
        if "A" <= sign <= "Z":
            gap = 0
            yield sign
        elif sign in _GAPS and gap < 3:
            gap += 1
        else:
            return
