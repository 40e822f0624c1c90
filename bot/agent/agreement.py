"""When a message agrees to what was shown. The gate before every order, whichever brain decides."""

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from json import loads
from typing import Any

from nlu import Parse, fold

_AGREEING_SIGNS = frozenset("👍👌✅☑🆗💯👊🤝")
_CHANGING = frozenset({"add_item", "change_item", "remove_item", "change_details", "restart", "postpone"})
SURE = 0.5
_FIRST_PART = re.compile(r"[,.;!]\s*|\s(?=(?:vì|vi|tại|do|because|since|nhưng)\s)")
_DO_NOT = re.compile(r"đừng|dừng")
# Without marks `đừng hủy` and `đúng, hủy` look alike: then it is asked again.
_DO_NOT_DEED = re.compile(r"(?<!\bda )\bdung,? (huy|bo|cancel|doi|sua|them|thay|tra|gui)\b")
_DO_NOT_ORDER = re.compile(r"\bdung (chot|dat|len|ship|giao|gui|mua|lay|order|ban)\b")
_ONLY_THAT = re.compile(r"^(?!thoi\b)(.*\S) thoi((?: (?:a|nha|nhe|em|shop|ban|di|ad))*)$")
"""`hủy đơn đó thôi`: no more than that; at the beginning it takes the deed back."""
_REASONING = re.compile(
    r"\b(khong (can|thich|vua|ung|mua)|ko (can|thich)|dat nham|do ?n.t (need|want|like))\b"
)


def agrees(parse: Parse, awaiting: Sequence[str], cart: dict[str, Any] | None = None) -> bool:
    """An explicit yes and nothing else: no question, no "later", no "I guess", no change in the same breath.

    The cart's goods may be named in it as they are. A thumbs-up alone is one only while nothing but the yes is awaited.
    """
    if is_only_signs(parse.text):
        return {"confirm"} <= set(awaiting) <= {"confirm", "payment"} and bool(
            _AGREEING_SIGNS & set(parse.text)
        )
    plain = parse.text.lower()
    if parse.question or _DO_NOT.search(plain) or _DO_NOT_ORDER.search(plain):
        return False
    if says(parse.text, "hesitating", "later", "never") or _only_pays(parse, awaiting):
        return False
    as_it_is = {line["product"]: line for line in cart["lines"]} if cart else {}
    if parse.items and as_it_is and is_agreement(_without_goods(parse, as_it_is), "order"):
        return True
    if not is_agreement(parse.text, "order") and (parse.no or not parse.yes):
        return False
    return not any(i.name in _CHANGING and i.confidence >= SURE for i in parse.intents)


def _only_pays(parse: Parse, awaiting: Sequence[str]) -> bool:
    """`ok cash then`, asked how it is paid as well: that is what it answers, unless it says the deed too."""
    return "payment" in awaiting and parse.payment is not None and not says(parse.text, "order_now")


def agrees_to_request(parse: Parse, asked: dict[str, Any], orders: Sequence[dict[str, Any]] = ()) -> bool:
    """A yes to what a reply asked about a placed order; `asked` is the flow whose question stands open.

    It may repeat the deed or be nothing but its words: `đồng ý huỷ`, `cancel it`, `네 교환할게요`; it may name the
    goods that are asked about, of one of the customer's `orders`. A reason may follow a yes to a cancellation.
    """
    flow = _deed(asked)
    if parse.question or says(parse.text, "hesitating", "later", "never"):
        return False
    if _DO_NOT.search(parse.text.lower()) or _DO_NOT_DEED.search(fold(parse.text)):
        return False
    about = _without_code(_without_goods(parse, _asked_about(asked, orders)), asked["data"])
    if is_agreement(parse.text, flow) or is_agreement(about, flow):
        return True
    first, _, rest = _FIRST_PART.sub("\n", parse.text.strip(), count=1).partition("\n")
    if flow == "cancel" and rest and is_agreement(first, flow):
        return not parse.no or bool(_REASONING.search(fold(rest))) or _repeats(rest, flow)
    asks = any(i.name.startswith("ask_") and i.confidence >= SURE for i in parse.intents)
    return parse.yes and not parse.no and not asks


def _asked_about(asked: dict[str, Any], orders: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The lines that the open question is about, by product: those coming back, else the whole order."""
    lines = [
        line for order in orders if order["code"] == asked["data"].get("code") for line in order["lines"]
    ]
    chosen = asked["data"].get("items") if asked["name"] == "return" else None
    if not chosen:
        return {line["product"]: line for line in lines}
    return {
        line["product"]: {**line, "quantity": chosen[line["sku"]]} for line in lines if line["sku"] in chosen
    }


def _without_goods(parse: Parse, lines: dict[str, dict[str, Any]]) -> str:
    """`đúng rồi, mình trả cái balo`, `đặt cho tui 1 cái`: what a yes is about, named as it is."""
    text = parse.text
    for mention in sorted(parse.items, key=lambda m: m.span, reverse=True):
        line = lines.get(mention.product_sku or "")
        if line is None or (mention.variant_sku or line["sku"]) != line["sku"] or mention.change == "remove":
            return parse.text
        if mention.quantity not in (None, line["quantity"]):
            return parse.text
        text = text[: mention.span[0]] + " " + text[mention.span[1] :]
    return text


_ONLY = re.compile(r"(?<=\s)(?:만|을|를|은|는|도)(?=\s|$)")


def _without_code(text: str, data: dict[str, Any]) -> str:
    """`네 DH3150만 취소해 주세요`: the order that was asked about, said again, is no new matter."""
    number = re.search(r"\d{3,}$", str(data.get("code") or ""))
    if number is None:
        return text
    return _ONLY.sub(" ", re.sub(rf"(?i)(?<!\w)(?:dh\s?)?{number.group()}(?!\d)", " ", text))


def _repeats(text: str, flow: str) -> bool:
    """`dạ đúng, hủy đơn này thôi ạ`: behind the yes the deed once more, and no word against it."""
    line = f" {fold(text)} "
    against = any(f" {word} " in line for word in ("khong", "ko", "k", "dung", "khoi", "not", "don't"))
    return not against and any(f" {phrase} " in line for phrase in phrases().get(f"act_{flow}", ()))


def _deed(asked: dict[str, Any]) -> str:
    """Goods are taken out of an order in the words of a cancellation."""
    quantities = asked["data"].get("quantities") or {}
    taken_out = asked["name"] == "change" and quantities and not any(quantities.values())
    return "cancel" if taken_out else str(asked["name"])


def is_agreement(text: str, flow: str) -> bool:
    """Words of a yes, of the deed and of courtesy, and no other: whatever else is said may change the meaning."""
    line = " ".join(re.sub(r"[^\w\s']", " ", fold(text[:200])).split())
    if flow == "cancel":
        line = _ONLY_THAT.sub(r"\1\2", line)
    meant = (*phrases()["yes_words"], *phrases().get(f"act_{flow}", ()))
    allowed = sorted((*meant, *phrases()["filler"]), key=len, reverse=True)
    rest, agreed = f" {line} ", False
    for phrase in allowed:
        if f" {phrase} " in rest:
            rest = re.sub(f"(?<= ){re.escape(phrase)}(?= )", "", rest)
            rest = " ".join(["", *rest.split(), ""])
            agreed = agreed or phrase in meant
    korean = [word for word in rest.split() if _is_hangul(word)]
    if agreed and not korean and _is_firm(line, rest.split()):
        return True
    if len(korean) < len(rest.split()) or any("까" in word for word in korean):
        return False
    own = [stem for stem in allowed if _is_hangul(stem)]
    stems = [next((stem for stem in own if word.startswith(stem)), "") for word in korean]
    return all(stems) and (agreed or any(stem in meant for stem in stems))


FEW_OTHER_WORDS = 2


def _is_firm(line: str, others: Sequence[str]) -> bool:
    """`ừa phải rồi, cứ vậy mà gởi nghen`: begun with a yes, and a word or two more that turn nothing round."""
    opens = any(f"{line} ".startswith(f"{yes} ") for yes in phrases()["yes_words"])
    plain = all(word.isalpha() and word not in phrases()["turning"] for word in others)
    return opens and plain and len(others) <= FEW_OTHER_WORDS


_SWAPS = re.compile(
    r"(?<!\d )\bdoi (?!do |nay |kia |khac )(.{0,24}?\b)?(len|xuong|sang|qua|thanh|size|sz|mau|cai|con)\b"
    r"|\b(swap|exchange)\b|교환|바꿔 ?(주|드|줄)|바꾸고 싶|바꿀 ?(수|게|래)"
)
"""`đổi`, as far as it can be told from `đôi` where nothing is marked."""


def says_swap(text: str) -> bool:
    """`đổi lên size M`, `swap it for the black one`: one thing in another's place."""
    if not text.isascii() and "doi" in fold(text) and not re.search("đổi|교환|바꾸|바꿔|바꿀", text.lower()):
        return False
    return bool(_SWAPS.search(fold(text)))


def is_only_signs(text: str) -> bool:
    """Emoji, hearts, full stops: a sign of life without words."""
    return bool(text.strip()) and not any(c.isalnum() for c in text)


def says(text: str, *groups: str) -> bool:
    """Whether one of these turns of phrase (data/phrases.json) stands in the text."""
    line = _as_line(text[:500])
    return any(_stands_in(phrase, line) for group in groups for phrase in phrases()[group])


@lru_cache(maxsize=64)  # a dozen questions are asked of each message
def _as_line(text: str) -> str:
    return " " + " ".join(re.sub(r"[^\w\s]", " ", fold(text)).split()) + " "


_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]")


@lru_cache
def phrases() -> dict[str, tuple[str, ...]]:
    """Folded; what customers say around an order that is no fact about goods."""
    read: dict[str, list[str]] = loads(files("bot.agent").joinpath("data", "phrases.json").read_text("utf-8"))
    return {group: tuple(fold(phrase) for phrase in listed) for group, listed in read.items()}


def _stands_in(phrase: str, line: str) -> bool:
    """Korean words carry their endings behind them, so there a part is enough, but for a single syllable."""
    if len(phrase) > 1 and _is_hangul(phrase):
        return phrase.replace(" ", "") in line.replace(" ", "")
    return f" {phrase} " in line


def _is_hangul(text: str) -> bool:
    return _HANGUL.search(text) is not None
