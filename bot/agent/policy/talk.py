"""People, courtesy, and what is neither order nor question."""

import re
from typing import Any

from bot.agent.agreement import says
from bot.agent.policy.steps import A_GREETING, BEHIND_A_GREETING, Call, Step, Words, intents_of
from nlu import Parse, fold

_MARKED = re.compile(r"[\[<(#*{]\s*/?(?:system|admin)\b|\b(?:system|admin)\s*:", re.IGNORECASE)
_SHARE = re.compile(r"\d\s*%|\d\s*(?:phần trăm|phan tram|percent)", re.IGNORECASE)
_NO_COUNT = re.compile(
    r"%|phan|percent|k$|ngan|nghin|tr|d$|dong|vnd|kg|g$|ml|cm|mah|w$|last|final|프로|퍼센트|만|천|동"
)
_PLEASANTRY = re.compile(
    r"\bhow('?s| is| are|'?re| r)? (you|u|it|things|everything|life)\b|\bhow (do you|do u|ya) (do|doing)\b"
    r"|\b(have|having|had) (a|an) \w+ (day|morning|evening|weekend)\b|\b(you|u) (ok|okay|well|good)\b"
    r"|\bkhoe (khong|ko|k|hong)\b"
    r"|잘 지내|어떻게 지내|좋은 (하루|아침|저녁)"
)
_ASKS_TO_ASK = re.compile(
    r"\b(ask|check with|find out from) (the|your|a|them|some\w+)\b.{0,40}"
    r"\b(let me know|tell me|get back|reply|answer)\b"
    r"|\b(can|could|would) (you|u) (please )?(ask|check with) (the|your|a|them|some\w+)\b"
)
_TALK = ("thanks", "goodbye", "ask_bot", "out_of_scope", "greeting", "chitchat")
"""What is answered where a message holds several: the first of these."""


def hand_over(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """What takes the whole message: a person is wanted, somebody is angry, somebody buys in bulk."""
    intents = intents_of(parse)
    passed_on = says(parse.text, "ask_staff") or _ASKS_TO_ASK.search(fold(parse.text))
    if "handoff" in intents or (passed_on and "notify_restock" not in intents):
        return [Call("hand_off", {"reason": "handoff"})]
    if says(parse.text, "ask_owner"):
        return [Call("hand_off", {"reason": "asked for the owner"})]
    if "abuse" in intents:
        return [Call("stay_calm")]
    bulk = _bulk(parse, context)
    plain = "wholesale" in intents and (says(parse.text, "wholesale") or _leads(parse, "wholesale"))
    if plain or (bulk and intents & {"wholesale", "ask_price", "haggle", "ask_promotion"}):
        skus = [item.variant_sku or item.product_sku for item in parse.items]
        return [Call("ask_wholesale", {"quantity": bulk, "skus": [sku for sku in skus if sku]})]
    if "switch_language" in intents:
        return [Call("switch_language")]
    return []


def thinks_it_over(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """ "Let me ask my wife, thanks!": nothing is shown or sold on; an open cart has its own rule."""
    open_cart = context["cart"] or context.get("drafts") or context.get("flow")
    later = "postpone" in intents_of(parse) or says(parse.text, "later")
    named = any(item.refers is None for item in parse.items)
    if open_cart or not later or parse.question or named or parse.phones or parse.order_codes:
        return []
    return [Call("wait_for_customer")]


def claimed_authority(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """A "system", an "approval", an order to forget the rules: refused calmly, with the price that is true."""
    claimed = says(parse.text, "claims_authority") or _MARKED.search(parse.text)
    if not claimed or parse.order_codes:
        return []
    claims = (
        parse.amounts
        or intents_of(parse) & {"haggle", "ask_promotion", "ask_price"}
        or _SHARE.search(parse.text)
    )
    told = parse.phones or parse.address_span
    if not claims or told:
        return []
    named = list(dict.fromkeys(item.variant_sku or item.product_sku for item in parse.items))
    prices = [Call("check_product", {"sku": sku, "about": ["price"]}) for sku in named[:2] if sku]
    # Said in place of a name, it is no name: that is asked again, and not for ever.
    asked = [Call("update_order", {"answer": parse.text.strip()[:500]})] if _asks_who(context) else []
    return [Words("not_by_words"), *(prices or asked)]


def _asks_who(context: dict[str, Any]) -> bool:
    return context["awaiting"][:1] in (["name"], ["phone"], ["address"]) and bool(context["cart"])


def _bulk(parse: Parse, context: dict[str, Any]) -> int | None:
    """A real count of goods over the shop's limit: `220 last price` and `90%` count nothing."""
    limit = context["shop"].get("wholesale_from")
    counts = [item.quantity for item in parse.items] + [parse.quantity]
    quantity = max((count for count in counts if count), default=0)
    if limit is None or quantity < limit:
        return None
    behind = re.search(rf"(?<![\d.,]){quantity}(?![\d.,])\s*(\S*)", parse.text)
    if behind is None or _NO_COUNT.match(fold(behind.group(1))):
        return None
    of_goods = any(item.refers is None and item.quantity == quantity for item in parse.items)
    return quantity if of_goods or says(parse.text, "counting") else None


def _leads(parse: Parse, name: str) -> bool:
    """It is what the message is about, and no number that was taken for a count made it so."""
    return bool(parse.intents) and parse.intents[0].name == name and not parse.amounts


def courtesy(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """A few words before the rest, when a greeting or thanks stand beside something to be done."""
    intents = intents_of(parse)
    if "greeting" in intents:
        return [Words("hello_named" if context.get("customer") else "hello")]
    return [Words("welcome")] if "thanks" in intents else []


def asks_behind_a_greeting(parse: Parse) -> bool:
    """`hey, do you do gift wrapping?`: more than a hello, though what it asks about has no name of its own."""
    others = {intent.name for intent in parse.intents if intent.confidence >= BEHIND_A_GREETING} - {
        "greeting"
    }
    greeted = "greeting" in intents_of(parse) and not _PLEASANTRY.search(fold(parse.text))
    return greeted and parse.question and not others and len(parse.text.split()) > A_GREETING


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
