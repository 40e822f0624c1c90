"""The built-in brain's decisions: what to do with one understood message. Pure; follows prompts/policy.md.

One message may want several things. Some wants take the whole message (a person, an insult, the answer to what was
just asked); all others are served together: a courtesy, then the questions, then what is to be done, which ends with
the one thing that is still to be asked.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from bot.agent.agreement import says
from bot.agent.policy.after_sales import invoice, own_orders, requests
from bot.agent.policy.asides import further_questions
from bot.agent.policy.follow_up import follow_up
from bot.agent.policy.hearing import heard
from bot.agent.policy.offers import asked_before, take_offer, with_offered_size
from bot.agent.policy.ordering import agree, order, whole_cart
from bot.agent.policy.questions import ask, ask_aside, asked_beside, open_question
from bot.agent.policy.steps import ABOUT_GOODS, ABOUT_THE_SHOP, Call, Step, Words, intents_of
from bot.agent.policy.talk import (
    asks_behind_a_greeting,
    claimed_authority,
    courtesy,
    hand_over,
    small_talk,
    thinks_it_over,
)
from bot.agent.policy.wishes import buys_a_count, takes_the_picked
from nlu import Parse

MOST_PARTS = 3
_FIRST = (
    claimed_authority, whole_cart, follow_up, thinks_it_over, take_offer, asked_before, invoice, requests,
    hand_over,
)  # fmt: skip
"""What takes the whole message, if anything does; else its questions and deeds are served together."""


def decide(parse: Parse, context: dict[str, Any], asides: Sequence[Parse] = ()) -> list[Step]:
    """What this message asks for, in the order in which it is to be done; `[Words("unsure")]` when unclear.

    `asides` are parts of it that only ask, beside what is ordered.
    """
    parse = heard(parse, context)
    for rule in _FIRST:
        steps = rule(parse, context)
        if steps:
            return steps
    deeds = [] if _only_asks(parse, context) else _deeds(parse, context)
    asked = [*ask(parse, context, deeds), *ask_aside(asides, context)]
    answers = [with_offered_size(parse, context, step) for step in asked]
    answers = [*answers, *further_questions(context, [*answers, *deeds])][: MOST_PARTS - len(deeds)]
    if any(step.tool == "ask_discount" for step in answers if isinstance(step, Call)):
        # "50%" is no quantity of what is in the cart.
        named = any(item.refers != "cart" for item in parse.items)
        deeds = deeds if named else []
    if answers and all(isinstance(deed, Call) and deed.tool == "find_products" for deed in deeds):
        deeds = []
    if deeds and not answers and context.get("parts", 1) > 1 and (beside := asked_beside(parse)):
        answers = [Call("answer_question", {"question": beside, "only_sure": True})]
    if answers or deeds:
        return [*courtesy(parse, context), *answers, *deeds]
    if asks_behind_a_greeting(parse):
        return [*courtesy(parse, context), *open_question(parse, context)]
    return small_talk(parse, context) or open_question(parse, context)


def _only_asks(parse: Parse, context: dict[str, Any]) -> bool:
    """Numbers in such a message are a price, a body, a need: nothing is put into the cart by them."""
    intents = intents_of(parse)
    asking = {"browse_catalogue", "haggle", *ABOUT_GOODS}
    if any(item.quantity for item in parse.items):
        asking -= {"ask_price", "ask_stock", "ask_product"}
    if takes_the_picked(parse, context):
        return False
    wondering = parse.question and not _counted(parse) and not says(parse.text, "taking")
    if (
        intents & asking
        and wondering
        and intents <= asking | {"order", "greeting", "thanks", "chitchat", "affirm"}
    ):
        return True
    if "order" in intents or ((_counted(parse) or not parse.question) and buys_a_count(parse)):
        return False
    harmless = {*ABOUT_GOODS, *ABOUT_THE_SHOP, "greeting", "thanks", "chitchat", "unknown"}
    return bool(intents & asking) and not intents - asking - harmless


def _counted(parse: Parse) -> bool:
    return any(item.product_sku and item.quantity and item.refers is None for item in parse.items)


def _deeds(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """Yes and no come first and alone; an own order and a new one may stand in one message."""
    settled = agree(parse, context)
    if settled:
        return settled
    own = own_orders(parse, context)
    if own and not (parse.items and "order" in intents_of(parse)):
        return own
    # What is asked beside an order is answered by the questions' rules.
    ordering = [
        step for step in order(parse, context) if step != Call("answer_question", {"question": parse.text})
    ]
    return [*own, *map(partial(with_offered_size, parse, context), ordering)][:2]


__all__ = ["Call", "Step", "Words", "decide"]
