"""VAT by class and date, and what is earned on a variant. Effective-dated data, not code."""

from dataclasses import dataclass
from datetime import date, datetime

from core.clock import VIETNAM
from core.money import split_vat
from core.ports.einvoice import NOT_SUBJECT

# (first day, rate of the reducible class). Resolution 204/2025/QH15 and Decree 174/2025: 8 % until 31 December
# 2026; no extension was known when this was written, so 10 % follows.
REDUCIBLE_RATES: tuple[tuple[date, int], ...] = (
    (date(2022, 2, 1), 8),
    (date(2027, 1, 1), 10),
)
_FIXED = {"not_subject": NOT_SUBJECT, "zero": 0, "five": 5, "ten_excluded": 10}


def vat_rate(vat_class: str, moment: datetime) -> int:
    """Percent on the Vietnamese day of `moment`; `NOT_SUBJECT` is a class of its own, never 0 %."""
    if vat_class in _FIXED:
        return _FIXED[vat_class]
    day = moment.astimezone(VIETNAM).date()
    rate = 10
    for first_day, reduced in REDUCIBLE_RATES:
        if day >= first_day:
            rate = reduced
    return rate


@dataclass(frozen=True)
class Profit:
    """`margin_bp` is profit over the price before VAT, in hundredths of a percent."""

    amount: int
    margin_bp: int


def profit(*, price: int, cost: int, vat_class: str, moment: datetime) -> Profit:
    """What one piece earns: the price without its VAT, less the cost."""
    net, _vat = split_vat(price, max(vat_rate(vat_class, moment), 0))
    amount = net - cost
    return Profit(amount, amount * 10_000 // net if net else 0)
