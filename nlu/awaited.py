"""What was asked for decides what a short answer is."""

import re

from nlu.models import Intent, Parse

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
