"""A reply from tool results alone: what the built-in brain says, and what stands in when a model's text falls."""

from collections.abc import Sequence
from typing import Any

from bot.replies.texts import say


def compose(results: Sequence[dict[str, Any]], context: dict[str, Any]) -> str:
    """Each result's ready words; then, after an answer in the middle of something, the open question again."""
    said = [str(result["say"]) for result in results if result.get("say")]
    settled = any(result.get("awaiting") is not None for result in results)
    awaiting = context.get("awaiting") or []
    if not settled and context.get("flow"):
        said.append(open_question(context))
    elif not settled and context.get("cart") and awaiting and awaiting[0] in _ASKABLE:
        said.append(say(context["language"], f"ask_{awaiting[0]}"))
    return "\n".join(said) or say(context["language"], "unsure")


def open_question(context: dict[str, Any]) -> str:
    """What was asked last about a placed order, in the words of its tool; empty when nothing is."""
    flow = context.get("flow")
    if not flow:
        return ""
    key, facts = flow["question"]
    return say(context["language"], key, **facts)


_ASKABLE = frozenset({"name", "phone", "address", "payment", "confirm"})
