"""Finding facts in replies, whatever the wording: amounts as amounts, phones as digits, texts as texts."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from bot.evaluation.cases import Fact

_NUMBER = r"(?:\d{1,3}(?:[.,]\d{3})+(?!\d)|\d+(?:[.,]\d{1,2})?(?![\d.,]*\d))"
_FACTORS = {"k": 1_000, "nghìn": 1_000, "ngàn": 1_000, "ng": 1_000, "천": 1_000, "만": 10_000, "tr": 10**6,
            "triệu": 10**6, "million": 10**6}  # fmt: skip
_CURRENCY = r"(?:(?:đồng|đ|₫|vnđ|vnd|dong)(?![^\W가-힣])|동)"
_AMOUNT = re.compile(
    rf"(?<![\w.,])({_NUMBER})\s?({'|'.join(_FACTORS)})?(?:(?![^\W\d_])|(?={_CURRENCY}))\s?({_CURRENCY})?"
)
_SPOKEN_WITH_UNIT = re.compile(
    rf"(?<![\w.,])({_NUMBER})\s?(?:({'|'.join(_FACTORS)})(?:(?![^\W\d_])|\s?{_CURRENCY})|{_CURRENCY})"
)
_DIGITS_APART = re.compile(r"(?<=\d)[ .\-](?=\d)")


def visible(reply: Mapping[str, Any]) -> str:
    """What a customer reads: the text and what stands on the cards."""
    return "\n".join([str(reply.get("text", "")), *(_card(card) for card in reply.get("cards", ()))]).strip()


def _card(card: Mapping[str, Any]) -> str:
    hidden = ("type", "image", "quote_id", "expires_at", "sku", "payment_method", "status", "description",
              "url", "href", "link", "id")  # fmt: skip
    return " ".join(_flat(value) for key, value in card.items() if key not in hidden)


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return _card(value)
    if isinstance(value, list | tuple):
        return " ".join(_flat(item) for item in value)
    return "" if value is None or isinstance(value, bool) else str(value)


def canonical(text: str) -> str:
    """One spelling of everything that may be written in several: case, spaces, `328.000đ` and `328k`."""
    plain = unicodedata.normalize("NFC", text).casefold()
    return re.sub(r"\s+", " ", _AMOUNT.sub(_plain_number, plain)).strip()


def _plain_number(match: re.Match[str]) -> str:
    value = _value(match.group(1), match.group(2))
    if value is None:
        return match.group(0)
    # A number of something else keeps its place: `1~2일` is no `1 ~2일`.
    apart = match.group(2) or match.group(3) or match.group(0)[-1].isspace()
    return f"{value} " if apart else str(value)


def _value(number: str, unit: str | None) -> int | None:
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", number):
        return int(re.sub(r"\D", "", number)) * _FACTORS.get(unit or "", 1)
    if number.isdigit() and number.startswith("0") and number != "0":
        return None
    exact = float(number.replace(",", ".")) * _FACTORS.get(unit or "", 1)
    return int(exact) if exact == int(exact) else None


def money_in(text: str) -> set[int]:
    """Every amount that is said as money: with đ, VND or 동 behind it, or as 149k."""
    found = set()
    for match in _SPOKEN_WITH_UNIT.finditer(unicodedata.normalize("NFC", text).casefold()):
        value = _value(match.group(1), match.group(2))
        if value is not None:
            found.add(value)
    return found


def numbers_in(text: str) -> set[int]:
    return {int(number) for number in re.findall(r"(?<!\d)\d{1,15}(?!\d)", canonical(text))}


def says(fact: Fact, text: str) -> bool:
    spoken = canonical(text)
    if fact.regex is not None and re.search(fact.regex, spoken, re.IGNORECASE):
        return True
    return any(has(words, spoken) for words in fact.any)


def has(words: str, spoken: str) -> bool:
    """`spoken` is canonical already. Words begin where a word begins; short ones also end there."""
    wanted = canonical(words)
    if re.fullmatch(r"0\d{8,10}", _DIGITS_APART.sub("", wanted)):
        return _DIGITS_APART.sub("", wanted) in _DIGITS_APART.sub("", spoken)
    if not wanted:
        return False
    start = r"(?<!\w)" if re.match(r"\w", wanted) and not _hangul(wanted[0]) else ""
    ends_open = len(wanted) > 3 and not wanted[-1].isdigit()
    # Korean writes its endings right behind: `3–5일`.
    end = "" if ends_open or not re.search(r"\w$", wanted) or _hangul(wanted[-1]) else r"(?![^\W가-힣])"
    return re.search(f"{start}{re.escape(wanted)}{end}", spoken) is not None


def described(fact: Fact) -> str:
    parts = [*fact.any, *([f"/{fact.regex}/"] if fact.regex is not None else [])]
    return " or ".join(f"“{part}”" for part in parts)


def any_of(texts: Iterable[str]) -> str:
    return ", ".join(texts) or "nothing"


def _hangul(letter: str) -> bool:
    return "\uac00" <= letter <= "\ud7a3"
