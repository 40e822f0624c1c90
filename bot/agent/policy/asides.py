"""Questions that stand beside the main one: each is looked up by its own words, and told only when it is sure."""

from collections.abc import Sequence
from typing import Any

from bot.agent.agreement import says
from bot.agent.policy.named_goods import TOPICS
from bot.agent.policy.questions import focus_of
from bot.agent.policy.steps import ABOUT_THE_SHOP, SURE, Call, Step

_OF_ONE_PRODUCT = frozenset({"check_product", "product_details", "find_products", "compare_products"})
_SERVED_BY_GOODS = frozenset({"ask_price", "ask_stock", "search_product", "browse_catalogue", "compare"})
_BY_OTHERS = frozenset({"recommend", "ask_size", "haggle", "notify_restock", "order_status", "wholesale"})


def further_questions(context: dict[str, Any], done: Sequence[Step]) -> list[Step]:
    """What the message asks in clauses of their own and `done` does not look up."""
    asked = context.get("asked", ())
    if len(asked) + bool(done) < 2:
        return []
    calls = [step for step in done if isinstance(step, Call)]
    told = {str(call.arguments.get("question", "")) for call in calls}
    by_goods = any(call.tool in _OF_ONE_PRODUCT for call in calls)
    watched = any(call.tool == "notify_restock" for call in calls)
    steps: list[Step] = []
    for text, intent, sure in asked:
        if watched and says(text, "restock"):
            continue
        if text in told or intent in _BY_OTHERS or (by_goods and intent in _SERVED_BY_GOODS):
            continue
        topic = TOPICS.get(intent, "") if sure >= SURE and intent in ABOUT_THE_SHOP else ""
        arguments = {"question": text, "topic": topic, "only_sure": True, "sku": _talked_of(context, calls)}
        steps.append(Call("answer_question", arguments))
    return steps


def _talked_of(context: dict[str, Any], calls: Sequence[Call]) -> str:
    """The one product that this message names, else the one that is talked of."""
    named = {
        str(sku)
        for call in calls
        for sku in (call.arguments.get("sku"), *call.arguments.get("skus", ()))
        if sku
    }
    skus = sorted(named) or focus_of(context)
    return skus[0] if len(skus) == 1 else ""
