"""What a message asks besides its main point: its clauses, each understood by itself."""

import re
from dataclasses import replace
from typing import Any

from bot.agent.agreement import says
from bot.agent.parsing import understand
from bot.agent.policy.steps import ABOUT_GOODS, ABOUT_THE_SHOP
from nlu import Intent, ItemMention, Lexicon, Parse, fold
from nlu.normalise import folded
from nlu.rules import is_question
from nlu.tokens import tokenise
from nlu.wordlists import words

MAX_CLAUSES = 4
MAX_CHARS = 300
_ORDERING = frozenset({"order", "add_item"})
_WISHING = _ORDERING | {"change_item"}
_CHOOSING = frozenset({"recommend", "compare"})
_SEEKING = frozenset({"search_product", "recommend"})
LIKELY = 0.5
"""Enough for an order that a number of goods speaks for."""
SURE = 0.65
"""A clause has little to go by: it has to be clearer than a whole message."""
CERTAIN = 0.85
"""Enough for an order that a word of taking speaks for."""
SURE_OF_TOPIC = 0.5
_BREAK = re.compile(r"[,;?!\n]+|\.\s|\s(?:và|với|còn|and|also|plus)\s|\s그리고\s|(?<=요)\s", re.IGNORECASE)
_POLITELY = re.compile(
    r"\b(could|can|may|might) (i|we|you)\b|\bpossible to\b|\bmind (sending|adding|getting)\b"
    r"|\bcho (minh|em|chi|anh) (xin|dat|mua|lay)\b"
)
_BESIDE = ABOUT_THE_SHOP | {"ask_price", "ask_stock", "ask_size", "haggle", "thanks", "greeting"}


def with_clauses(whole: Parse, context: dict[str, Any], lexicon: Lexicon) -> tuple[Parse, tuple[Parse, ...]]:
    """`whole` with the questions of its clauses added, and the clauses that ask about other goods than are ordered.

    What is ordered or told is left to the whole. `context["clauses"]`: by topic of the shop, the clause that asks
    for it; `context["parts"]`: how many clauses there are; `context["asked"]`: those that ask something.
    """
    if len(whole.text) > MAX_CHARS or whole.order_codes:
        return whole, ()
    clauses = [clause for clause in _split(whole) if len(clause.split()) > 1][:MAX_CLAUSES]
    if len(clauses) < 2:
        return whole, ()
    known = {intent.name: intent for intent in whole.intents}
    read = [understand(clause, context, lexicon) for clause in clauses]
    _note_topics(context, read)
    choosing = any(intent.name in _CHOOSING for part in read for intent in part.intents[:1])
    for part in read:
        for intent in part.intents[:1]:
            name = _wish(intent.name, context)
            before = known.get(name, Intent(name, 0.0))
            ordered = not choosing and name in _WISHING and _orders(part, whole)
            if intent.confidence >= (LIKELY if ordered else SURE) and (ordered or name in _BESIDE):
                said = f"{before.said} {part.text}".strip()
                known[name] = Intent(name, max(before.confidence, intent.confidence), said)
    merged = replace(whole, intents=tuple(sorted(known.values(), key=lambda i: -i.confidence)))
    asking = [part for part in read if _asks_about_goods(part) and not _ends_a_request(part, whole)]
    return _aside(merged, asking)


def _note_topics(context: dict[str, Any], read: list[Parse]) -> None:
    topics: dict[str, str] = {}
    for part in read:
        for intent in part.intents[:1]:
            if intent.name in ABOUT_THE_SHOP and intent.confidence >= SURE_OF_TOPIC:
                topics.setdefault(intent.name, part.text)
    context["clauses"], context["parts"] = topics, len(read)
    context["asked"] = [
        (part.text, part.intents[0].name, part.intents[0].confidence) for part in read if _asks(part)
    ]


def _asks(part: Parse) -> bool:
    """A question by its form, or by what it is about: `phí nhiêu`."""
    leading = part.intents[0]
    about = leading.name in ABOUT_THE_SHOP and leading.confidence >= SURE
    return (part.question or about) and not part.yes and leading.name not in _WISHING


def _wish(name: str, context: dict[str, Any]) -> str:
    """Where nothing is in the cart yet, a change of it is an order."""
    return "order" if name in _WISHING and not context.get("cart") else name


def _orders(part: Parse, whole: Parse) -> bool:
    """`giá sao, cho mình 2 cái`: what is wanted stands in a part of its own."""
    if part.question:
        return False
    named = any(item.refers is None or item.options for item in part.items)
    if named and part.intents[0].confidence >= CERTAIN and says(part.text, "taking"):
        return True
    counted = any(item.quantity for item in part.items) or part.quantity is not None
    start = whole.text.find(part.text)
    end = start + len(part.text)
    return counted or any(item.quantity and start < item.span[1] <= end for item in whole.items)


def _aside(whole: Parse, asking: list[Parse]) -> tuple[Parse, tuple[Parse, ...]]:
    """ "I'll take the charger. What cable goes with it?": the cable is asked about, not taken."""
    ordering = any(i.name in _ORDERING and i.confidence >= SURE for i in whole.intents)
    if not asking or not ordering:
        return whole, ()
    kept = tuple(item for item in whole.items if item.quantity or not _stands_in(item, whole, asking))
    if not kept or (len(kept) == len(whole.items) and all(part.items for part in asking)):
        return whole, ()
    theirs = {part.text for part in asking}
    intents = tuple(i for i in whole.intents if i.name not in ABOUT_GOODS or i.said not in theirs)
    return replace(whole, intents=intents, items=kept), tuple(asking)


def _stands_in(item: ItemMention, whole: Parse, parts: list[Parse]) -> bool:
    places = [(at, at + len(part.text)) for part in parts if (at := whole.text.find(part.text)) >= 0]
    return any(start <= item.span[0] and item.span[1] <= end for start, end in places)


def _asks_about_goods(part: Parse) -> bool:
    leading = {intent.name for intent in part.intents[:1] if intent.confidence >= SURE}
    if leading & _WISHING or any(item.quantity or item.refers for item in part.items):
        return False
    if not part.question and _is_only_named(part):
        return False
    return bool(leading & ABOUT_GOODS or part.question) if part.items else bool(leading & _SEEKING)


def _ends_a_request(part: Parse, whole: Parse) -> bool:
    """`could I get the coffee, plus a pack of filters?`: the mark belongs to the request that began before."""
    before = whole.text[: max(whole.text.find(part.text), 0)]
    plain = part.text.rstrip(" ?？!.")
    asks = is_question(plain, tokenise(folded(plain))) or "?" in before
    sure = part.intents[0].name not in _WISHING and part.intents[0].confidence >= CERTAIN
    return bool(part.items) and not asks and not sure and bool(_POLITELY.search(fold(before)))


def _is_only_named(part: Parse) -> bool:
    """`serum với`: one more of a list."""
    places = [item.span for item in part.items]
    rest = "".join(" " if any(a <= i < b for a, b in places) else c for i, c in enumerate(part.text))
    said = {word.strip(".,;:!") for word in fold(rest).split()}
    return bool(places) and said <= words().separators | {""}


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
