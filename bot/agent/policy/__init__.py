"""The built-in brain's decisions: what to do with one understood message. Pure; follows prompts/policy.md."""

from typing import Any

from bot.agent.policy.after_sales import invoice, own_orders, requests
from bot.agent.policy.follow_up import follow_up
from bot.agent.policy.ordering import agree, order
from bot.agent.policy.questions import ask, open_question
from bot.agent.policy.steps import Call, Step, Words
from bot.agent.policy.talk import hand_over, small_talk
from nlu import Parse


def decide(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """What this message asks for, in the order in which it is to be done; `[Words("unsure")]` when unclear."""
    for rule in (follow_up, invoice, requests, hand_over, agree, order, own_orders, ask, small_talk):
        steps = rule(parse, context)
        if steps:
            return steps
    return open_question(parse, context)


__all__ = ["Call", "Step", "Words", "decide"]
