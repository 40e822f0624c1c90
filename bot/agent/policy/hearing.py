"""What a message plainly says by its turns of phrase, where its intents alone are a guess."""

import re
from dataclasses import replace
from typing import Any

from bot.agent.agreement import says
from bot.agent.policy.details import awaited_payment, other_house
from bot.agent.policy.wishes import wants_so_many
from nlu import Intent, ItemMention, Mention, Parse, fold

CERTAIN = 0.9
A_NAME = 3
_AT_THE_PRICE = re.compile(
    r"\b(normal|regular|full|usual|original|listed?|standard|that|this|your|same) price\b"
    r"|\bgia (goc|niem yet|binh thuong|thuong|do|nay|cu)\b|정가|원래 가격|그 가격"
)
_CONTENT = re.compile(
    r"\b(ok|okay|oke|okie|fine|alright|all right|deal|agreed|then|take|buy|order|pay|cung duoc|lay|mua|chot|vay)\b"
    r"|그럼|그냥|살게|주세요|주문|할게"
)
_TAKES = re.compile(
    r"(?<![a-z])(?:i|we)(?: will|'ll|ll| would|'d|d)?(?: like to| want to| wanna)? ?(?:take|buy|order|get|have|like)"
    r" (?:just |only )?(?:the |a |an |it |this |that |one |two |three |\d+ )*$"
    r"|(?<![a-z])(?:give|send|get) me (?:just |only )?(?:the |a |an |it |this |that |one |two |three |\d+ )*$"
)
_EACH_KIND = re.compile(r"\bmoi (loai|thu|mau|mui|vi|size|mon|kieu|cai) (\d+|mot|hai|ba|bon|nam)\b")
_NEEDS = re.compile(
    r"(?:^|[,.!;\n]|\bhi|\bhello|\bhey|\bi|\bwe|\bi am|\bi'm|\balso|\band) ?"
    r"(?:need|want|wanna (?:buy|order|get)|(?:want|need|like|would like|'d like) to (?:buy|order|get)"
    r"|looking to (?:buy|order)|would like|would love|'d like|'d love)"
    r" (?:just |only |also |some )?(?:the |a |an |your |one |two |three |\d+ )*$"
)
_OTHER_BUSINESS = frozenset(
    {
        "return_request",
        "exchange_request",
        "complaint",
        "cancel_order",
        "notify_restock",
        "remove_item",
        "change_item",
    }
)
_SENT = frozenset({"packed", "shipped", "delivered", "completed"})
_SUPPOSED = re.compile(
    r"\b(if|in case|what happens|suppose)\b|(으면|하면|되면|지면|나면)|\b(neu|lo ma|nho|truong hop)\b"
)
LIKELY = 0.6
DOUBT = 0.45
BEFORE = 40


def heard(parse: Parse, context: dict[str, Any]) -> Parse:
    """A word or two in answer to "who?" or "where?" are a name or a place, however they sound; "when is it back?" and
    "tell me then" are one wish.
    """
    if other_house(parse, context):
        # `54 Phan Châu Trinh chứ không phải 45` counts no goods.
        named = tuple(i for i in parse.items if i.refers != "cart" and i.product_sku)
        parse = replace(parse, items=named, quantity=None)
    if _only_tells_how_it_is_paid(parse, context):
        return replace(parse, intents=(Intent("choose_payment", CERTAIN),), items=(), question=False)
    if says(parse.text, "restock") and not parse.phones:
        return replace(parse, intents=(Intent("notify_restock", CERTAIN),), mentions=_without_place(parse))
    parse = _without_a_late_hello(_as_a_complaint(parse, context), context)
    if parse.quantity and wants_so_many(parse.text):
        # `need 3`, in the middle of an order: of what was named last.
        wish = "change_item" if context["cart"] else "order"
        return replace(parse, intents=(Intent(wish, CERTAIN),), question=False)
    if _orders_once_more(parse) or _takes_goods(parse):
        return _ordering(parse, "order_status", "ask_stock", "ask_size")
    if _chooses_as_asked(parse, context) or _takes_each(parse):
        return _ordering(parse, "ask_stock", "ask_price", "ask_product", "search_product", "browse_catalogue")
    if _agrees_to_the_price(parse, context):
        return replace(
            _ordering(parse, "haggle", "ask_price", "wholesale", "deny", "postpone"), yes=True, no=False
        )
    if context["awaiting"][:1] not in (["name"], ["address"], ["ward"]) or len(parse.text.split()) > A_NAME:
        return parse
    kept = tuple(i for i in parse.intents if i.name != "abuse" or i.confidence >= CERTAIN)
    return replace(parse, intents=kept or (Intent("unknown", 0.3),))


def _only_tells_how_it_is_paid(parse: Parse, context: dict[str, Any]) -> bool:
    """`nhận chậu rồi chú trả tiền mặt`, once it was asked: it wishes for nothing and asks for no order."""
    told = any(item.quantity or item.options or item.change == "remove" for item in parse.items)
    method = awaited_payment(parse, context) if not told else ""
    return bool(method) and not (parse.phones or parse.address_span or parse.name or parse.order_codes)


def _without_a_late_hello(parse: Parse, context: dict[str, Any]) -> Parse:
    """In the middle of an order a doubtful greeting is an answer that was not understood."""
    kept = tuple(i for i in parse.intents if i.name != "greeting" or i.confidence >= CERTAIN)
    return replace(parse, intents=kept or (Intent("unknown", 0.3),)) if context["awaiting"] else parse


def _as_a_complaint(parse: Parse, context: dict[str, Any]) -> Parse:
    """`2 of 3 mugs are smashed`, said of what arrived, is one, however it goes on; `are they packed beside peanuts?`
    of goods that never were ordered is none, however worried it sounds."""
    sure = {intent.name: intent.confidence for intent in parse.intents}
    arrived = any(order["status"] in _SENT for order in context["orders"]) or says(parse.text, "arrived")
    asked = sure.get("return_request", 0.0) >= LIKELY or sure.get("exchange_request", 0.0) >= LIKELY
    supposed = _SUPPOSED.search(fold(parse.text)) or context.get("flow") or context["cart"] or asked
    if arrived and not supposed and says(parse.text, "damaged"):
        others = tuple(
            replace(intent, confidence=min(intent.confidence, DOUBT))
            for intent in parse.intents
            if intent.name != "complaint"
        )
        return replace(parse, intents=(Intent("complaint", CERTAIN), *others))
    doubtful = 0.0 < sure.get("complaint", 0.0) < CERTAIN and parse.question and bool(parse.items)
    if not doubtful or arrived or says(parse.text, "damaged", "angry"):
        return parse
    others = tuple(i for i in parse.intents if i.name not in ("complaint", "ask_product"))
    return replace(parse, intents=(Intent("ask_product", max(sure["complaint"], LIKELY)), *others))


def _chooses_as_asked(parse: Parse, context: dict[str, Any]) -> bool:
    """`màu hồng đi, màu nào cũng được`: asked which one, a value of those goods is the answer."""
    draft = next(iter(context.get("drafts") or []), None)
    if draft is None or context["awaiting"][:1] != ["variant"] or parse.question:
        return False
    return any(item.options and item.product_sku == draft["sku"] for item in parse.items)


def _takes_each(parse: Parse) -> bool:
    """`mè xửng mỗi loại 1 hộp`."""
    counted = any(item.quantity and item.product_sku and item.refers is None for item in parse.items)
    return counted and not parse.question and bool(_EACH_KIND.search(fold(parse.text)))


def _ordering(parse: Parse, *instead_of: str) -> Parse:
    left_out = {"order", *instead_of}
    others = tuple(intent for intent in parse.intents if intent.name not in left_out)
    return replace(parse, intents=(Intent("order", CERTAIN), *others))


def _orders_once_more(parse: Parse) -> bool:
    """`now a second order: the tea set for Linda, 0901 …`: asks after no order."""
    named = any(item.refers is None for item in parse.items)
    return named and bool(parse.phones or parse.address_span) and says(parse.text, "another_order")


def _takes_goods(parse: Parse) -> bool:
    """`come on, I take the black 41 right now and tell all my friends`."""
    sure = {intent.name: intent.confidence for intent in parse.intents}
    if parse.question or any(sure.get(name, 0.0) >= LIKELY for name in (*_OTHER_BUSINESS, "haggle", "order")):
        return False
    return any(
        item.refers != "cart"
        and _is_taken(item, fold(parse.text[max(0, item.span[0] - BEFORE) : item.span[0]]))
        for item in parse.items
    )


def _is_taken(item: ItemMention, before: str) -> bool:
    """What is needed may be named alone; of what is liked or got, something has to be said."""
    told = bool(item.options or item.quantity) and bool(_TAKES.search(before))
    return told or (item.product_sku is not None and bool(_NEEDS.search(before)))


def _agrees_to_the_price(parse: Parse, context: dict[str, Any]) -> bool:
    """`ok ok, normal price then`: said of what was shown, it takes it."""
    if parse.question or parse.amounts or context["awaiting"][:1] in (["confirm"], ["payment"]):
        return False
    line = fold(parse.text)
    talked = bool(context.get("offer")) or len(context["shown"]) == 1 or bool(context["cart"])
    return talked and bool(_AT_THE_PRICE.search(line)) and bool(_CONTENT.search(line))


def _without_place(parse: Parse) -> tuple[Mention, ...]:
    return tuple(mention for mention in parse.mentions if mention.kind != "address")
