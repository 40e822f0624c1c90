"""What a conversation remembers about selling, between one message and the next."""

from typing import Any

from bot.agent.turn import Turn

CLOSING = frozenset({"name", "phone", "address", "ward", "payment", "confirm"})
"""While the assistant waits for one of these, an order is being closed: nothing else is offered then."""


def recall(turn: Turn, key: str, default: Any = None) -> Any:
    return turn.state.get("selling", {}).get(key, default)


def remember(turn: Turn, **values: Any) -> None:
    """None forgets."""
    kept = {**turn.state.get("selling", {}), **values}
    turn.state["selling"] = {key: value for key, value in kept.items() if value is not None}


def closing_an_order(turn: Turn) -> bool:
    awaiting = turn.state.get("awaiting") or []
    return bool(awaiting) and awaiting[0] in CLOSING


def offer(turn: Turn, kind: str, question: str, **details: Any) -> str:
    """The question, with what a plain yes to it means; empty while an order is being closed.

    Kinds: `staff`; `restock` (sku); `item` (sku, options, quantity).
    """
    if closing_an_order(turn):
        return ""
    turn.state["offer"] = {"kind": kind, **details}
    return question
