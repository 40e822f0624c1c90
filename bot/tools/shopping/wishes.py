"""The price that a customer wants to stay in: dưới 300k, tầm 200-300k, under 300,000, 30만동 이하. Pure."""

import re
from dataclasses import dataclass

from core.catalogue.folding import fold

_FACTORS = {"k": 1_000, "nghin": 1_000, "ngan": 1_000, "thousand": 1_000, "천": 1_000, "tr": 10**6, "trieu": 10**6,
            "million": 10**6, "mil": 10**6, "만": 10_000, "백만": 10**6}  # fmt: skip
_UNIT = r"(?:\s*(k|nghin|ngan|thousand|천|trieu|tr|million|mil|백만|만)(?![a-z]))?(?:\s*(?:d|đ|dong|vnd|동)(?![a-z]))?"
_AMOUNT = rf"(\d[\d.,]*){_UNIT}(?:(?<=tr)(\d{{1,3}}))?"
_RANGE = re.compile(rf"{_AMOUNT}\s*(?:-|–|~|den|toi|to|and|에서|부터)\s*{_AMOUNT}")
_ONE = re.compile(_AMOUNT)
_UNDER = re.compile(
    r"(duoi|toi da|khong qua|ko qua|k qua|khong vuot|<|re hon|it hon|under|below|less than|up to|at most|max"
    r"|cheaper than)\s*$"
)
_OVER = re.compile(r"(tren|tu|hon|>|over|above|more than|at least|from)\s*$")
_AROUND = re.compile(r"(tam|khoang|co|quanh|around|about|roughly|대략|약)\s*$")
_SHORT = re.compile(
    r"(?:duoi|toi da|khong qua|tam|khoang|quanh)\s*(\d{2,3})(?:\s*(?:-|den|toi)?\s*(\d{2,3}))?"
    r"(?=\s*(?:$|[,.!?]|thoi|shop|a\b|nha|do\b|tro))"
)
"""`tầm 200-300 thôi`: thousands, as people say it."""
_CHEAPEST = re.compile(
    r"\b((re|mem|thap|hat de) nhat|gia (re|thap|mem) nhat|cheapest|least expensive|lowest[- ]priced?|most affordable)\b"
    r"|(제일|가장) (싼|저렴한|싸|저렴)|최저가"
)
_DEAREST = re.compile(
    r"\b((dat|mac|cao|xin) nhat|gia cao nhat|dearest|priciest|most expensive|highest[- ]priced?)\b"
    r"|(제일|가장) (비싼|비싸)"
)
_ADVICE = re.compile(
    r"\b(what|which)\b.{0,40}\b(should|can|could|would|do|shall) (i|we|you|one)\b|\b(recommend|suggest)\w*"
    r"|\bany(thing)? (ideas?|good)\b|\b(something|sth|smth|anything|what'?s? (is )?good|best( one)?) for\b"
    r"|\bnen (dung|mua|chon|xai|lay|boi|tang|uong|an|mac)\b"
    r"|\b(dung|xai|mua|boi|uong|an|mac|tang|chon) (cai |mon |loai |con )?(gi|j|nao)\b"
    r"|\b(dung|xai|mua|boi|uong|chon|lay) (\w+ ){1,3}nao\b"
    r"|\bco (gi|j|cai gi|mon gi|loai nao|cai nao)\b.{0,25}\b(cho|de)\b"
    r"|\b(co|ban) (gi|j|(cai|mon|loai|do|thu|hang|con) (gi|j|nao))\b.{3,40}\b(duoc|dc|khong|ko|k|hong|hok|hem|hk)\b"
    r"|뭐가 좋|뭘 (써|사|발라|먹|사용|선물)|뭐 (써|사|발라|먹)|뭐를 (써|사|발라)"
    r"|어떤 (게|걸|거|것|제품).{0,12}(좋|써|사|맞)|추천|좋은 거"
)
LEAST = 5_000
"""Smaller numbers are counts, sizes or volumes, not prices in đồng."""


def asks_advice(text: str) -> bool:
    """Someone who tells a need and has not chosen: `da dầu nên dùng gì`, `something for a baby shower`."""
    return bool(_ADVICE.search(fold(text[:500])))


def price_end(text: str) -> str:
    """`cheapest` or `dearest`, when one end of the prices is asked for; else empty."""
    plain = fold(text[:500])
    return "cheapest" if _CHEAPEST.search(plain) else "dearest" if _DEAREST.search(plain) else ""


def without_price_end(text: str) -> str:
    """The wish without its superlative, for a search; without marks where it had one."""
    plain = fold(text[:500])
    return _DEAREST.sub(" ", _CHEAPEST.sub(" ", plain)) if price_end(text) else text


@dataclass(frozen=True)
class PriceWish:
    """In đồng. `about` is the sum that was named where the bounds leave room around it."""

    lowest: int | None = None
    highest: int | None = None
    about: int | None = None

    @property
    def is_named(self) -> bool:
        return self.lowest is not None or self.highest is not None


def price_wish(text: str) -> PriceWish:
    plain = fold(text[:500])
    both = _RANGE.search(plain)
    if both:
        high = _amount(both.group(4), both.group(5), both.group(6))
        low = _amount(both.group(1), both.group(2) or both.group(5), both.group(3))
        if LEAST <= low <= high:
            return PriceWish(low, high)
    for match in _ONE.finditer(plain):
        amount = _amount(*match.groups())
        if amount >= LEAST:
            return _bounds(amount, plain[: match.start()], plain[match.end() :])
    short = _SHORT.search(plain)
    if short:
        first, second = int(short.group(1)) * 1_000, int(short.group(2) or 0) * 1_000
        return PriceWish(first, second) if second > first else _bounds(first, plain[: short.start(1)], "")
    return PriceWish()


def _bounds(amount: int, before: str, after: str) -> PriceWish:
    if _UNDER.search(before) or re.match(
        r"\s*(이하|미만|아래|안쪽|tro xuong|tro lai|do lai|do xuong|quay dau|thoi do lai|or less|or under|max)",
        after,
    ):
        return PriceWish(None, amount)
    if _OVER.search(before) or re.match(r"\s*(이상|tro len|or more)", after):
        return PriceWish(amount, None)
    if _AROUND.search(before) or re.match(r"\s*(정도|쯤|대)", after):
        return PriceWish(amount * 7 // 10, amount * 12 // 10, amount)
    return PriceWish(None, amount * 11 // 10, amount)


def _amount(digits: str, unit: str | None, tail: str | None = None) -> int:
    factor = _FACTORS.get(unit or "", 1)
    if factor == 1:
        return int(re.sub(r"\D", "", digits)[:12])
    whole, _, part = digits.strip(".,").replace(",", ".").partition(".")
    return int(float(f"{whole[:9]}.{re.sub(r'[^0-9]', '', part or tail or '')[:3] or 0}") * factor)
