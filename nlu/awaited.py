"""What was asked for decides what a short answer is."""

import re

from nlu.models import Intent, Parse
from nlu.name_words import is_full_name, is_listed
from nlu.normalise import fold

_ADDRESSING = frozenset(
    ["a", "anh", "bac", "ban", "chi", "chu", "co", "con", "cau", "di", "em", "la", "me", "minh", "mr", "ms", "mrs",
     "nha", "nhe", "nghe", "ong", "shop", "ten", "thim", "toi", "tui", "da", "it's", "i'm", "name", "my", "is"]
)  # fmt: skip
SURE_OF_WISH = 0.8
A_NAME = 2
_HOUSE = re.compile(r"\s*\d+[\w/.-]*(\s+[^\W\d]+){1,4}\s*$")
_WISHES = frozenset(
    {
        "add_item", "change_item", "remove_item", "restart", "postpone", "deny", "affirm", "cancel_order", "handoff",
    }
)  # fmt: skip


def is_house(understood: Parse) -> bool:
    """`25 Nguyễn Văn Cừ`, `3 Đội Cấn`."""
    return bool(_HOUSE.match(understood.text)) and not understood.question


def is_nothing_but_a_name(asked: Parse, unasked: Parse) -> bool:
    """`Phạm Đức Huy`, `Kỳ Duyên`: two words or more, each with its capital, whatever they mean in small; or one
    that is spelt as a name and not as the talk it sounds like, `Khôi`.
    """
    text = asked.text.strip(" .,!\n")
    if is_full_name(text) or _is_name_twice(asked):
        return True
    parts = text.split()
    capitals = len(parts) > 1 and all(part[0].isupper() and part[1:].islower() for part in parts)
    whole = asked.name is not None and asked.name.value == text
    spelt_so = len(parts) == 1 and text[0].isupper() and not text.isascii() and is_listed(text)
    return (capitals or spelt_so) and whole and not (unasked.items or unasked.yes or unasked.no)


def _is_name_twice(asked: Parse) -> bool:
    """`Tuấn, Đỗ Anh Tuấn`, `anh Tuấn, Đỗ Anh Tuấn ạ`: beside the name nothing but words of it and of address."""
    if asked.name is None or not is_full_name(asked.name.value):
        return False
    start, end = asked.name.span
    rest = fold(f"{asked.text[:start]} {asked.text[end:]}").replace(",", " ").replace(".", " ").split()
    return set(rest) <= set(fold(asked.name.value).split()) | _ADDRESSING


def says_more_than_a_name(unasked: Parse) -> bool:
    """Read as if no name had been asked for, it names goods, wishes something or says a name by itself."""
    return _names_goods(unasked) or unasked.name is not None or any(map(_is_a_wish, unasked.intents))


def _names_goods(unasked: Parse) -> bool:
    """A word or two that happen to stand in a product's name are a person's name when a name was asked for."""
    return bool(unasked.items) and (
        len(unasked.text.split()) > A_NAME or any(item.quantity for item in unasked.items)
    )


def _is_a_wish(intent: Intent) -> bool:
    return intent.name in _WISHES and intent.confidence >= SURE_OF_WISH
