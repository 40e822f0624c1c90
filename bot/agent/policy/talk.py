"""People, courtesy, and what is neither order nor question."""

from typing import Any

from bot.agent.policy.steps import Call, Step, Words, intents_of
from nlu import Parse

_TALK = ("thanks", "goodbye", "ask_bot", "out_of_scope", "greeting", "chitchat")
"""What is answered where a message holds several: the first of these."""


def hand_over(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """What takes the whole message: a person is wanted, somebody is angry, somebody buys in bulk."""
    intents = intents_of(parse)
    if "handoff" in intents:
        return [Call("hand_off", {"reason": "handoff"})]
    if "abuse" in intents:
        return [Call("stay_calm")]
    limit = context["shop"].get("wholesale_from")
    bulk = limit is not None and any((item.quantity or 0) >= limit for item in parse.items)
    if "wholesale" in intents or (bulk and intents & {"ask_price", "haggle", "ask_promotion"}):
        skus = [item.variant_sku or item.product_sku for item in parse.items]
        quantity = next((item.quantity for item in parse.items if item.quantity), parse.quantity)
        return [Call("ask_wholesale", {"quantity": quantity, "skus": [sku for sku in skus if sku]})]
    if "switch_language" in intents:
        return [Call("switch_language")]
    return []


def courtesy(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """A few words before the rest, when a greeting or thanks stand beside something to be done."""
    intents = intents_of(parse)
    if "greeting" in intents:
        return [Words("hello_named" if context.get("customer") else "hello")]
    return [Words("welcome")] if "thanks" in intents else []


def small_talk(parse: Parse, context: dict[str, Any]) -> list[Step]:
    intents = intents_of(parse)
    if "postpone" in intents:
        return [Call("wait_for_customer")]
    name = next((own for own in _TALK if own in intents), None)
    if name == "greeting" and context.get("customer"):
        name = "greeting_named"
    if name is not None:
        return [Words(name)]
    if "deny" in intents or (parse.no and not parse.question):
        return [Words("all_right")]
    return []
