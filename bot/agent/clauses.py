"""What a message asks besides its main point: its clauses, each understood by itself."""

import re
from dataclasses import replace
from typing import Any

from bot.agent.parsing import understand
from bot.agent.policy.steps import ABOUT_THE_SHOP
from nlu import Intent, Lexicon, Parse

MAX_CLAUSES = 4
MAX_CHARS = 300
SURE = 0.65
"""A clause has little to go by: it has to be clearer than a whole message."""
SURE_OF_TOPIC = 0.5
_BREAK = re.compile(r"[,;?!\n]+|\.\s|\s(?:và|với|còn|and|also|plus)\s|\s그리고\s|(?<=요)\s", re.IGNORECASE)
_BESIDE = ABOUT_THE_SHOP | {"ask_price", "ask_stock", "ask_size", "haggle", "thanks", "greeting"}


def with_clauses(whole: Parse, context: dict[str, Any], lexicon: Lexicon) -> Parse:
    """`whole` with the questions of its clauses added; what is ordered or told is left to the whole.

    `context["clauses"]`: by topic of the shop, the clause that asks for it; `context["parts"]`: how many there are.
    """
    if len(whole.text) > MAX_CHARS or whole.order_codes:
        return whole
    clauses = [clause for clause in _split(whole) if len(clause.split()) > 1][:MAX_CLAUSES]
    if len(clauses) < 2:
        return whole
    known = {intent.name: intent for intent in whole.intents}
    for clause in clauses:
        understood = understand(clause, context, lexicon)
        for intent in understood.intents[:1]:
            before = known.get(intent.name, Intent(intent.name, 0.0)).confidence
            ordering = intent.name == "order" and not whole.question and _names_a_count(understood)
            beside = intent.name in _BESIDE or ordering
            if beside and intent.confidence >= max(SURE, before):
                known[intent.name] = intent
            if intent.name in ABOUT_THE_SHOP and intent.confidence >= SURE_OF_TOPIC:
                context.setdefault("clauses", {}).setdefault(intent.name, clause)
    context["parts"] = len(clauses)
    return replace(whole, intents=tuple(sorted(known.values(), key=lambda i: -i.confidence)))


def _names_a_count(understood: Parse) -> bool:
    return any(item.product_sku and item.quantity and item.refers is None for item in understood.items)


def _split(whole: Parse) -> list[str]:
    """Without what is an address, a name or a phone: such parts ask nothing."""
    spans = [span for span in (whole.address_span, whole.name.span if whole.name else None) if span]
    spans += [phone.span for phone in whole.phones]
    clauses, start = [], 0
    for match in [*_BREAK.finditer(whole.text), None]:
        end = match.start() if match else len(whole.text)
        if not any(first < end and start < last for first, last in spans):
            clauses.append(whole.text[start : match.end() if match else end].strip())
        start = match.end() if match else end
    return clauses
