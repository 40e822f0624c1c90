"""While nobody of the staff has come yet: what is sure is still answered, and once that somebody will come."""

from bot.agent.policy.named_goods import TOPICS
from bot.agent.turn import Turn
from bot.replies.texts import say
from bot.tools.shopping.answering import answer_question, ask_shop
from bot.tools.shopping.showing import check_product

SURE = 0.5
_OF_GOODS = ("ask_price", "ask_stock")


def answer_meanwhile(turn: Turn) -> str:
    """Reads only: nothing is ordered, changed or promised. Empty when there is nothing to say."""
    parse = turn.parse
    intents = [intent.name for intent in parse.intents if intent.confidence >= SURE]
    about = [name.removeprefix("ask_") for name in _OF_GOODS if name in intents]
    sku = next((item.variant_sku or item.product_sku for item in parse.items if item.refers is None), None)
    if about and sku:
        return check_product(turn, sku=sku, options=dict(parse.items[0].options), about=about).say
    if "ask_shop" in intents:
        return ask_shop(turn, question=turn.text).say
    topic = next((TOPICS[name] for name in intents if name in TOPICS), "")
    if parse.question or topic:
        answer = answer_question(turn, question=turn.text, topic=topic, only_sure=True)
        if answer.say:
            return answer.say
    if turn.state.get("waiting_told"):
        return ""
    turn.state["waiting_told"] = True
    return say(turn.language, "staff_will_come")
