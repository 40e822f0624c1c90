"""What the built-in brain can do about a message."""

import re
from dataclasses import dataclass, field
from typing import Any

from nlu import Parse

SURE = 0.5
BESIDE = 0.35
"""Enough for a further want where a message has several clauses: an answer too many does no harm, one too few does."""
BEHIND_A_GREETING = 0.3
A_GREETING = 4
_COURTESY = frozenset({"greeting", "thanks", "chitchat"})
ABOUT_GOODS = frozenset(
    {
        "search_product", "ask_product", "ask_price", "ask_stock", "ask_size", "compare", "recommend",
        "notify_restock",
    }
)  # fmt: skip
ABOUT_THE_SHOP = frozenset(
    {"ask_policy", "ask_shop", "ask_payment", "ask_promotion", "ask_shipping_fee", "ask_delivery_time"}
)
_HARMLESS = ABOUT_THE_SHOP | {"ask_price", "ask_stock", "greeting", "thanks", "order_status"}
_CLAUSES = re.compile(r"\S[,.;?!\n]+\s*\S|\s(?:và|va|với|voi|còn|and|그리고)\s", re.IGNORECASE)


@dataclass(frozen=True)
class Call:
    tool: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Words:
    """Said without a tool: a key of the reply texts."""

    key: str


Step = Call | Words


def intents_of(parse: Parse) -> set[str]:
    several = bool(_CLAUSES.search(parse.text))
    found = {
        intent.name
        for intent in parse.intents
        if intent.confidence >= (BESIDE if several and intent.name in _HARMLESS else SURE)
    }
    return found | (_behind_courtesy(parse) if found and found <= _COURTESY else set())


def _behind_courtesy(parse: Parse) -> set[str]:
    """`shop ơi tư vấn quà cho mẹ với`: a longer message is more than the greeting that it opens with."""
    rest = next((intent for intent in parse.intents if intent.name not in _COURTESY), None)
    longer = len(parse.text.split()) > A_GREETING
    return {rest.name} if rest is not None and longer and rest.confidence >= BEHIND_A_GREETING else set()
