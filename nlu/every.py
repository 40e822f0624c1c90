"""`mỗi màu 1 cây`, said of a product whose colours are not named: one of each."""

from collections.abc import Sequence

from nlu.lexicon import Lexicon
from nlu.phrases import Mark
from nlu.wishes import Wish

A_FEW = 6
"""More of a kind than this nobody orders unnamed."""
_WORDS = frozenset({"mau", "size", "vi", "mui", "kieu", "huong"})
"""What values are called; `mỗi cái` and `mỗi món` count products."""


def every_value(
    wish: Wish, options: Sequence[Mark], ranked: Sequence[tuple[str, float]], lexicon: Lexicon
) -> list[Mark]:
    """One mark for each value that the one product has."""
    each = next((mark for mark in wish.marks if mark.kind == "each"), None)
    named = each.text.split()[-1] if each is not None else ""
    if each is None or named not in _WORDS or len(ranked) != 1 or not wish.quantity:
        return []
    own = {key: match for key, match in lexicon.values_of[ranked[0][0]].items() if key[0] != "*"}
    taken = {key[0] for mark in options for key in mark.keys | mark.near if key in own}
    names = {key[0] for key in own}
    meant = {name for name in names if named in name.split()} or names
    keys = [key for key in own if key[0] in meant]
    if len(meant) != 1 or taken & meant or not 1 < len(keys) <= A_FEW:
        return []
    return [Mark("option", each.start, each.end, keys=frozenset({key})) for key in keys]
