"""What a message tells about receiver, place, payment and delivery."""

import re
from typing import Any

from bot.agent.agreement import is_only_signs, says
from bot.agent.policy.steps import intents_of
from nlu import Parse, fold

_NOTE_LEAD = re.compile(r"^\s*(?:(?:add a |thêm )?(?:note|ghi chú|ghi chu)|메모)\s*[:\-]\s*", re.IGNORECASE)
_CARD = re.compile(
    r"\b(thiep|card|the|note|loi (nhan|chuc))\b.{0,20}?\b(ghi|viet|de|noi dung|write|writing|saying|says?|reads?)\b"
    r"|\b(ghi|viet|write)\b.{0,20}\b(thiep|card)\b|카드에.{0,30}(적|써)|(카드|메시지) ?(문구|내용)"
)
BUYS = re.compile(
    r"\b(?:lay|mua|ban|chot|order|buy|take|get)(?: (?:cho |giup )?(?:minh|em|chi|anh|toi|tui|e|m|me))?"
    r" (\d{1,3}|mot|hai|ba|bon|nam|one|two|three|a)\b(?! ?(?:%|(?:k|tr|trieu|nghin|ngan)\b))"
)
A_SHORT_ANSWER = 14
A_CORRECTION = 20
_HOUSE = re.compile(r"(?<![\w.])(?:số\s+|so\s+)?\d{1,4}[A-Za-z]?(?:/\d{1,4}[A-Za-z]?){0,3}\s+$")
_NUMBER_OF_HOUSE = re.compile(r"^\s*(?:số nhà|so nha|số|so)?\s*\d[\w/.-]*\s*", re.IGNORECASE)
_WRONG_HOUSE = re.compile(
    r"\b(?:so nha|nha so)\b[^\d]{0,24}(\d[\w/.-]*)"
    r"(?: (?:moi dung|co|a|nha|nhe|chu|ms|thoi|moi|nghe|em|shop|do|dung))*\W*$"
)
_TALK = frozenset(
    {"give_details", "unknown", "affirm", "deny", "chitchat", "change_details", "out_of_scope", "ask_shop"}
)
OTHER_TALK = frozenset(
    {
        "ask_price", "ask_stock", "ask_product", "ask_size", "ask_policy", "ask_payment", "ask_shipping_fee",
        "ask_delivery_time", "ask_promotion", "ask_bot", "compare", "recommend", "search_product",
        "browse_catalogue", "notify_restock", "haggle", "wholesale", "handoff", "complaint", "abuse", "greeting",
        "thanks", "switch_language", "paid_notice", "invoice_request", "order_status", "return_request",
        "exchange_request", "cancel_order", "show_cart",
    }
)  # fmt: skip
"""What is said in between, with the open question left open."""
_ASKS_ABOUT_DELIVERY = frozenset({"ask_shipping_fee", "ask_delivery_time", "ask_shop", "ask_policy"})


def details_of(parse: Parse, context: dict[str, Any]) -> dict[str, Any]:
    """Arguments of `update_order`."""
    if parse.question and intents_of(parse) & _ASKS_ABOUT_DELIVERY and not (parse.phones or parse.name):
        return {}
    details: dict[str, Any] = {}
    if parse.name is not None:
        details["name"] = parse.name.value
    if parse.phones:
        phone = next((p for p in parse.phones if p.valid), parse.phones[0])
        details["phone"] = phone.value if phone.valid else phone.raw
    if parse.address_span is not None and not _names_goods(parse, parse.address_span):
        details["address"] = _address(parse, parse.address_span, context).strip(" ,.;")
    elif house := other_house(parse, context):
        details["address"] = house
    method = _payment(parse, context)
    if method:
        details["payment_method"] = method
    if not parse.question and (parse.note or writes_a_card(parse)):
        details["note"] = _NOTE_LEAD.sub("", parse.note or parse.text.strip()[:300])
    return details


def other_house(parse: Parse, context: dict[str, Any]) -> str:
    """`81 Chi Lăng mới đúng`, `nhầm số nhà, là 81`: a part of the address that is there, told anew."""
    known = str((context["cart"] or {}).get("address") or "").split(",", maxsplit=1)[0]
    street = _NUMBER_OF_HOUSE.sub("", fold(known)).strip()
    line = " ".join(fold(parse.text).split())
    if not known or parse.question or parse.phones or len(line.split()) > A_CORRECTION:
        return ""
    again = (
        re.search(rf"(?<![\w/])(\d[\w/.-]*) (?:duong )?{re.escape(street)}(?!\w)", line) if street else None
    )
    wrong = _WRONG_HOUSE.search(line)
    house = again.group(1) if again else wrong.group(1) if wrong else ""
    return f"{house} {_NUMBER_OF_HOUSE.sub('', known).strip()}" if house else ""


def _names_goods(parse: Parse, span: tuple[int, int]) -> bool:
    """`1 hũ mắm ruốc Huế` looks like a place and is something to buy."""
    if BUYS.match(fold(parse.text[slice(*span)]).strip()):
        return True
    return any(
        m.product_sku and m.refers is None and span[0] <= m.span[0] and m.span[1] <= span[1]
        for m in parse.items
    )


def writes_a_card(parse: Parse) -> bool:
    """`thiệp ghi là …`: what is to be written, not a card that is bought."""
    return bool(_CARD.search(fold(parse.text))) and not any(item.quantity for item in parse.items)


def is_plain_answer(parse: Parse) -> bool:
    """Nothing but the thing that was asked for: no question, no other wish. A bare number names no goods."""
    named = any(item.refers is None or item.options for item in parse.items)
    talk = _TALK | ({"order"} if parse.items else set())
    return (
        not parse.question
        and not named
        and not (intents_of(parse) - talk)
        and bool(parse.text.strip())
        and not is_only_signs(parse.text)
    )


def _address(parse: Parse, span: tuple[int, int], context: dict[str, Any]) -> str:
    """As the whole answer to "where to?", words before the first unit are its hamlet: `ấp 3, xã …`."""
    before = parse.text[: span[0]]
    house = _HOUSE.search(before)
    told = parse.text[house.start() if house else span[0] : span[1]]
    asked = context["awaiting"][:1] in (["address"], ["ward"])
    named = any(item.refers is None for item in parse.items)
    alone = not (parse.phones or parse.name or named or parse.question)
    if not (asked and alone and before.rstrip().endswith(",") and len(before.split()) <= 6):
        return told
    return parse.text[: span[1]] if not says(before, "delivery_lead") else told


_PAYS_AT_THE_DOOR = re.compile(
    r"\b(nhan|giao|toi|den|ship|thay|cam|lay duoc|co)\b.{0,30}?\b(tra|dua|gui|thanh toan|tinh|dong)\b"
    r"|\b(pay|cash|money)\b.{0,40}\b(when|on|upon|at|once|after)\b.{0,30}"
    r"\b(arriv\w*|deliver\w*|receiv\w*|comes?|gets? here|door|courier|driver|hands?)\b"
    r"|받(고|으면|을|은|아서|자마자).{0,12}(낼|내는|지불|결제|드릴|드리|줄)|(기사|배달|배송).{0,12}(드릴|드리|낼|결제|줄게)"
)
"""`nhận cây rồi trả tiền`: whatever it is called that comes, it is paid then."""


def awaited_payment(parse: Parse, context: dict[str, Any]) -> str:
    """Asked how, a few words that name one way and not the other: `khi nhận hàng`, `quét mã`."""
    if "payment" not in context["awaiting"] or len(parse.text.split()) > A_SHORT_ANSWER or "?" in parse.text:
        return ""
    ways = {
        method
        for method, group in (("cod", "awaited_cod"), ("bank_transfer", "awaited_transfer"))
        if says(parse.text, group)
    }
    if not ways and not parse.no and _PAYS_AT_THE_DOOR.search(fold(parse.text)):
        return "cod"
    return ways.pop() if len(ways) == 1 else ""


def _payment(parse: Parse, context: dict[str, Any]) -> str:
    """A way to pay that is none of ours is passed on in words, so that the offered ones can be named."""
    choosing = not parse.question or (
        bool(parse.intents) and parse.intents[0].name == "choose_payment" and context["cart"]
    )
    if parse.payment and choosing:
        return parse.payment
    if awaited := awaited_payment(parse, context):
        return awaited
    chosen = "choose_payment" in intents_of(parse) and not parse.payment and not parse.question
    return parse.text.strip()[:40] if chosen and context["cart"] else ""
