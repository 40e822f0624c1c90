"""Which goods a message wishes for, as `update_order` takes them."""

import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

from bot.agent.agreement import says
from bot.agent.policy.details import BUYS, writes_a_card
from bot.agent.policy.steps import intents_of
from nlu import ItemMention, Parse, fold
from nlu.wordlists import words

_WISHING = frozenset({"order", "add_item", "change_item", "remove_item"})
_ASKING = frozenset(
    {
        "ask_price", "ask_stock", "ask_product", "ask_size", "compare", "recommend", "search_product",
        "browse_catalogue", "notify_restock", "haggle", "ask_promotion", "wholesale", "order_status",
        "cancel_order", "return_request", "exchange_request", "complaint", "ask_policy",
    }
)  # fmt: skip
MAX_CANDIDATES = 4
NEAR = 16
_REFUSES = re.compile(
    r"\b(khong|ko|k|khoi|dung|chua) (lay|mua|dat|chot|can|order)\b|do ?n.?t (want|need|take)"
)
_CLAUSE = re.compile(
    r"(?:(?!\b(?:now|this time|giờ|gio|bây giờ|lần này|lan nay|so|nên|nen)\b|이번)[^,;.!?\n\U0001F300-\U0001FAFF])+"
    r"|\b(?:now|this time|giờ|gio|bây giờ|lần này|lan nay|so|nên|nen)\b[^,;.!?\n\U0001F300-\U0001FAFF]*"
    r"|이번[^,;.!?\n]*",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(was|were|wore|loved|loves|arrived|came|last time|last week|last month|bought|ordered before)\b"
    r"|\b(hom|lan|bua|tuan|thang|dot) (truoc|roi|qua|no)\b|\b(da|moi) (nhan|mua|dung|xai|mac|an|uong)\b"
    r"|\b(dep|ngon|thich|ung|tot|xinh|em|thom|xin|ok) (lam|qua|ghe|cuc|that|xiu)\b"
    r"|저번|지난|잘 (썼|받았|쓰고|입고|먹었)|좋았|예뻤|이뻤|맛있었|마음에 들"
)
_WISHES = re.compile(
    r"\b(doi|lay|cho|thay|chuyen|them|bot|bo|sua|chot|mua|dat|nham|lon|sang|qua|order|muon|can|giam|tang|khong phai)\b"
)
_EACH = re.compile(r"\b(?:moi|tung|each|every)\s+([a-z]+)\b|(색상|색깔|사이즈|종류)별")


_SO_MANY = re.compile(
    r"^\W*(?:and |oh |i |we |i'll |ill |i'd |actually )*(?:need|want|take|get|like|give me|gimme|make it|make that)"
    r" (?:\d{1,2}|two|three|four|five|six)(?: (?:of (?:them|those|these)|in total|pcs|pieces))?"
    r"(?: please| pls| then)?\W*$"
)


def wants_so_many(text: str) -> bool:
    """`need 3`, `actually make it 2 please`: a number of what was named last."""
    return bool(_SO_MANY.search(fold(text)))


def wished_items(parse: Parse, context: dict[str, Any]) -> list[dict[str, Any]]:
    mentions = [] if writes_a_card(parse) else _wished(parse, context)
    items = [item for mention in mentions if (item := _item(mention)) is not None]
    if len(items) == 1 and items[0]["sku"] and (each := _each(parse.text)):
        items = [{**items[0], "each": each}]
    if items and parse.only:
        items += _others_out(items, context)
    return _offered_first(parse, context, items) or _by_number(parse, context) or _shown(parse, context)


def _others_out(items: list[dict[str, Any]], context: dict[str, Any]) -> list[dict[str, Any]]:
    """Only what is named stays, where all of it lies in the cart already."""
    lines = context["cart"]["lines"] if context["cart"] else []
    kept = {item["sku"] for item in items}
    held = [line for line in lines if line["sku"] in kept or line["product"] in kept]
    if any(item["action"] != "set" for item in items) or len(held) < len(items):
        return []
    return [_plain(line["sku"], None, "remove") for line in lines if line not in held]


def buys_a_count(parse: Parse) -> int | None:
    """`bán mình 1 hũ …`: a count is bought, whatever else the message asks."""
    found = BUYS.search(fold(parse.text))
    if found is None:
        return None
    said = found.group(1)
    return int(said) if said.isdigit() else words().numbers.get(said, 1)


def _offered_first(
    parse: Parse, context: dict[str, Any], items: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """`lấy 2 cái, thêm 1 cái đen`: two of what was offered, and another besides."""
    offer = context.get("offer") or {}
    first = re.split(r"[,;.!\n]", parse.text, maxsplit=1)[0]
    count = buys_a_count(replace(parse, text=first))
    elsewhere = all(mention.span[1] > len(first) for mention in parse.items)
    added = items and all(item["action"] == "add" for item in items)
    if offer.get("kind") != "item" or not count or not added or not elsewhere or context["cart"]:
        return items
    return [{**_plain(offer["sku"], count, "set"), "options": offer["options"]}, *items]


def _wished(parse: Parse, context: dict[str, Any]) -> list[ItemMention]:
    """Items that are wished for, not only asked about."""
    intents = intents_of(parse)
    wishing = bool(intents & _WISHING) and not _only_wonders(parse, intents)
    answering = context["awaiting"][:1] in (["variant"], ["item"], ["quantity"]) and not parse.question
    buying = _bought(parse) if not wishing else []
    if buying:
        return buying
    if intents & _ASKING and not wishing and not answering:
        return []
    if parse.question and not wishing:
        return []
    wished = [
        m for m in parse.items
        if wishing or answering or m.quantity or _changes(m)
        or (m.refers is None and _goes_with_details(parse, context))
    ]  # fmt: skip
    wished = _without_past(parse, wished)
    sure = {m.product_sku for m in wished if m.product_sku}
    wished = [m for m in wished if m.product_sku or m.quantity or not sure & {sku for sku, _ in m.candidates}]
    if _counts(parse, context):
        return wished
    return [m for m in wished if m.refers is None or m.options or m.change == "remove"]


def _only_wonders(parse: Parse, intents: set[str]) -> bool:
    """`1 người dựng nổi không hay phải 2 người`: a question without a word of wishing changes nothing."""
    if parse.language != "vi" or not parse.question or not intents & _WISHING <= {"change_item"}:
        return False
    return not _WISHES.search(fold(parse.text)) and not says(parse.text, "taking")


def _without_past(parse: Parse, wished: list[ItemMention]) -> list[ItemMention]:
    """`the tea set was lovely, now two candles`: what was had before is only spoken of beside what is wished for."""
    kept = [m for m in wished if m.quantity or m.options or m.change or not _is_told_of(parse, m)]
    return kept or wished


def _is_told_of(parse: Parse, mention: ItemMention) -> bool:
    clauses = [(match.start(), match.end()) for match in _CLAUSE.finditer(parse.text)]
    own = next((span for span in clauses if span[0] <= mention.span[0] < span[1]), (0, len(parse.text)))
    return bool(_PAST.search(fold(parse.text[slice(*own)])))


def _bought(parse: Parse) -> list[ItemMention]:
    """What stands right behind "bán mình 1 …", in a message that also asks something."""
    found = BUYS.search(fold(parse.text))
    count = buys_a_count(parse)
    if found is None or not count or parse.question:
        return []
    named = [m for m in parse.items if m.product_sku and m.refers is None]
    if len({m.product_sku for m in named}) > 1:
        named = [m for m in named if m.span[0] < found.end() + NEAR]
    return [replace(m, quantity=m.quantity or count) for m in named[:1]]


def _changes(mention: ItemMention) -> bool:
    """`that one`, `it`, with nothing else said of it, changes nothing."""
    if mention.refers:
        return bool(mention.options) or mention.change in ("add", "remove", "replace")
    return bool(mention.change)


def _goes_with_details(parse: Parse, context: dict[str, Any]) -> bool:
    """Goods named in one breath with where they go, or with a way to pay, are ordered."""
    told = bool(parse.phones or parse.address_span) or "choose_payment" in intents_of(parse)
    return told and not context["cart"] and not context.get("drafts")


def _counts(parse: Parse, context: dict[str, Any]) -> bool:
    """Where a place or phone is told, a number counts goods only when it is said of goods: `12 Lê Lợi`, `3 Đội Cấn`."""
    asked = next(iter(context["awaiting"]), "")
    if asked not in ("name", "phone", "address", "ward"):
        return parse.address_span is None and not parse.phones
    if parse.address_span is not None:
        return False
    changing = bool(intents_of(parse) & {"add_item", "change_item", "remove_item"})
    spoken_of = says(parse.text, "counting") or _counts_pieces(parse.text) or wants_so_many(parse.text)
    return changing and spoken_of if asked in ("address", "ward") else changing or spoken_of


def _counts_pieces(text: str) -> bool:
    """`2 sets of those`, `두 병이요`: a number and a word for pieces behind it."""
    said = fold(text).replace(",", " ").split()
    numbers, counters = words().numbers, words().counters
    return any(_counts_in_one(word) for word in said) or any(
        (number.isdigit() or number in numbers)
        and (piece in counters or (not piece.isascii() and piece[:1] in counters))
        for number, piece in pairwise(said)
    )


def _counts_in_one(word: str) -> bool:
    """`2봉지요`, `두개로`: the number and the word for pieces written together."""
    number = re.match(r"\d{1,3}", word)
    told = number.group() if number else next((n for n in words().numbers if word.startswith(n)), "")
    rest = word[len(told) :] if told else ""
    return bool(rest) and not rest.isascii() and any(rest.startswith(c) for c in words().counters)


def _item(mention: ItemMention) -> dict[str, Any] | None:
    sku = (not mention.missing and mention.variant_sku) or mention.product_sku or ""
    limit = None if mention.change == "remove" else MAX_CANDIDATES
    candidates = [] if sku else [candidate for candidate, _ in mention.candidates[:limit]]
    if not sku and not candidates:
        return None
    action = mention.change if mention.change in ("remove", "add") else "set"
    return {
        "sku": sku,
        "quantity": mention.quantity,
        "action": action,
        "options": {**mention.options, **mention.missing},
        "candidates": candidates,
        "replaces": mention.replaces or "",
    }


def _each(text: str) -> str:
    """`mỗi màu 1 cái`: the option of which every value is wanted."""
    found = _EACH.search(fold(text))
    return next((word for word in found.groups() if word), "") if found else ""


def _by_number(parse: Parse, context: dict[str, Any]) -> list[dict[str, Any]]:
    """A number alone: of the wish that is asked about, else of what went into the cart last."""
    if parse.quantity is None or parse.question or parse.items:
        return []
    awaiting = context["awaiting"][0] if context["awaiting"] else ""
    draft = next(iter(context.get("drafts") or []), None)
    if draft is not None and awaiting in ("variant", "quantity"):
        return [_plain(draft["variant"] or draft["sku"], parse.quantity, draft["action"])]
    intents = intents_of(parse)
    last = _last_touched(context)
    if not _counts(parse, context):
        return []
    counted = len(parse.text.split()) > 1 or awaiting in ("quantity", "confirm", "anything_else")
    counted = counted or _counts_pieces(parse.text)
    if not last or awaiting in ("item", "ward") or not counted:
        return []
    action = "remove" if "remove_item" in intents else "add" if "add_item" in intents else "set"
    return [_plain(last, parse.quantity, action)]


def _last_touched(context: dict[str, Any]) -> str:
    """Of the cart; once that is ordered, of the order, for "one more of it"."""
    lines = [line["sku"] for line in (context["cart"] or {"lines": []})["lines"]]
    last = context.get("last_item") or ""
    if lines:
        return last if last in lines else lines[-1]
    return last if context.get("placed") else ""


def _shown(parse: Parse, context: dict[str, Any]) -> list[dict[str, Any]]:
    """“I'll take it” after something was shown: the only product, else which of them is asked."""
    pointed = all(m.refers and not m.options for m in parse.items)
    counted = parse.quantity or next((m.quantity for m in parse.items if m.quantity), None)
    taking = _takes_a_count(parse) and not context["orders"]
    pick = context.get("picked", "")
    wanted = intents_of(parse) & {"order", "add_item"} or taking
    if (parse.question and not (pick and taking)) or not pointed or not wanted:
        return []
    shown = [pick] if pick else context["shown"][:MAX_CANDIDATES]
    busy = context["cart"] or context["awaiting"][:1] not in ([], ["item"])
    if busy or not shown or (context.get("placed") and not taking):
        return []
    if len(shown) == 1:
        offer = context.get("offer") or {}
        if offer.get("kind") == "item":
            return [
                {**_plain(offer["sku"], counted or offer.get("quantity"), "set"), "options": offer["options"]}
            ]
        talked = as_talked_of(shown[0], context)
        return [
            {
                **_plain(shown[0], counted or talked.get("quantity"), "set"),
                "options": talked.get("options", {}),
            }
        ]
    return [{**_plain("", counted, "set"), "candidates": shown}]


def takes_the_picked(parse: Parse, context: dict[str, Any]) -> bool:
    """`chọn con 20000 đi, 1 cái, mà …?`: one of the goods that were shown is taken, whatever else is asked."""
    return bool(context.get("picked")) and _takes_a_count(parse)


def _takes_a_count(parse: Parse) -> bool:
    counted = parse.quantity or any(m.quantity for m in parse.items)
    refused = says(parse.text, "never") or _REFUSES.search(fold(parse.text))
    return bool(counted) and not refused and says(parse.text, "taking")


def as_talked_of(sku: str, context: dict[str, Any]) -> dict[str, Any]:
    """The colour, size and number that the product was asked about in."""
    talked = context.get("talked") or {}
    return talked if talked.get("product_sku") == sku else {}


def _plain(sku: str, quantity: int | None, action: str) -> dict[str, Any]:
    return {
        "sku": sku, "quantity": quantity, "action": action, "options": {}, "candidates": [], "replaces": ""
    }  # fmt: skip
