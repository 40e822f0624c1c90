"""What an amount is said to be: a total, a fee, a price, and whose."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from bot.agent.claims.evidence import Evidence
from bot.agent.claims.figures import Figure
from bot.agent.claims.text import loose

_LABELS = {
    "total": loose(r"(?<!\w)(?:tổng|thành tiền|tất cả|phải trả|cần thanh toán|thanh toán)(?!\w)|\b(?:total|in all|altogether|you pay|amount due)\b|합계|총|결제 금액"),
    "delivery": loose(r"(?<!\w)(?:phí (?:giao|ship|vận)|tiền ship|ship|cước)(?!\w)|\b(?:shipping|delivery|postage)\b|배송비"),
    "price": loose(r"(?<!\w)(?:giá|đơn giá)(?!\s*(?:trị|sỉ))(?!\w)|\b(?:price|costs?|priced|each)\b|가격"),
    "subtotal": loose(r"(?<!\w)(?:tạm tính|tiền hàng)(?!\w)|\bsubtotal\b|소계"),
}  # fmt: skip


def labels(shown: str, found: Sequence[Figure]) -> dict[int, str]:
    """Where an amount stands → what it is said to be: the word before it, else the one right behind it."""
    marks = sorted(
        (m.start(), m.end(), name) for name, pattern in _LABELS.items() for m in pattern.finditer(shown)
    )
    told, since = {}, 0
    for figure in (figure for figure in found if figure.kind == "money"):
        before = [name for start, _, name in marks if since <= start < figure.at]
        behind = [(end, name) for start, end, name in marks if figure.at < start <= figure.at + _BEHIND]
        since = figure.at + 1
        if before:
            told[figure.at] = before[-1]
        elif behind and "," not in shown[figure.at + 8 : behind[0][0]]:
            since, told[figure.at] = behind[0]
    return told


_BEHIND = 26


def fits_label(figure: Figure, label: str, evidence: Evidence) -> bool:
    """The amount that stands with `total` is the total, with `shipping` the fee."""
    known = set(evidence.labelled.get(label, ()))
    if label == "price":
        known |= {amount for amounts in evidence.prices.values() for amount in amounts}
    if label == "delivery":
        known |= {"0", *_amounts_with(label, evidence)} if known else set()
    return not known or figure.value in known


def _amounts_with(label: str, evidence: Evidence) -> set[str]:
    return {
        value for unit in evidence.units if _LABELS[label].search(unit.text)
        for kind, value in unit.figures if kind == "money"
    }  # fmt: skip


def fits_product(figure: Figure, shown: str, evidence: Evidence) -> bool:
    """An amount that belongs to some products stands with one of them."""
    owners = {name for name, amounts in evidence.prices.items() if figure.value in amounts}
    named = _product_before(shown.casefold(), figure.at, evidence)
    if named is None:
        return True
    if named in evidence.prices:
        return figure.value in evidence.prices[named] or not owners
    return not owners or named in evidence.names


def _product_before(shown: str, at: int, evidence: Evidence) -> str | None:
    """The product that was named last before this place, else the first after it."""
    spellings = _spellings(frozenset((*evidence.names, *evidence.catalogue)))
    places = [(shown.rfind(text, 0, at), len(text), name) for text, name in spellings if text in shown]
    before = [place for place in places if place[0] >= 0]
    if before:
        return max(before)[2]
    after = [(shown.find(text, at), -len(text), name) for text, name in spellings if text in shown[at:]]
    return min(after)[2] if after else None


@lru_cache(maxsize=16)
def _spellings(names: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Each name, and the first words of it that begin no other name: (as written, name), all in lower case."""
    folded = {name.casefold() for name in names}
    begun = Counter(head for name in folded for head in _heads(name))
    short = [(next((h for h in _heads(name) if begun[h] == 1), name), name) for name in folded]
    return tuple(dict.fromkeys([*((name, name) for name in folded), *short]))


def _heads(name: str) -> list[str]:
    words = name.split()
    return [" ".join(words[:length]) for length in range(2, len(words) + 1)]
