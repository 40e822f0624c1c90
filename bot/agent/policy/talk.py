"""People, courtesy, and what is neither order nor question."""

from typing import Any

from bot.agent.policy.steps import Call, Step, Words, intents_of
from nlu import Parse


def hand_over(parse: Parse, context: dict[str, Any]) -> list[Step]:
    asked = intents_of(parse) & {
        "handoff",
        "complaint",
        "abuse",
        "wholesale",
        "return_request",
        "exchange_request",
    }
    if asked and not parse.items:
        return [Call("hand_off", {"reason": sorted(asked)[0]})]
    return []


def small_talk(parse: Parse, context: dict[str, Any]) -> list[Step]:
    intents = intents_of(parse)
    for name in ("greeting", "thanks", "goodbye"):
        if name in intents:
            return [Words(name)]
    return []
