"""What the built-in brain can do about a message."""

from dataclasses import dataclass, field
from typing import Any

from nlu import Parse

SURE = 0.5
ABOUT_GOODS = frozenset(
    {
        "search_product",
        "ask_product",
        "ask_price",
        "ask_stock",
        "ask_size",
        "compare",
        "recommend",
        "notify_restock",
    }
)
ABOUT_THE_SHOP = frozenset(
    {"ask_policy", "ask_shop", "ask_payment", "ask_promotion", "ask_shipping_fee", "ask_delivery_time"}
)


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
    return {intent.name for intent in parse.intents if intent.confidence >= SURE}
