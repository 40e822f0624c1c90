"""Money is a whole number of đồng. No floats anywhere."""

from typing import NewType

Dong = NewType("Dong", int)

# Far above any order, far below 2**63, so that sums of many lines never overflow a 64-bit column.
MAX_DONG = 10**13


def format_dong(amount: int) -> str:
    """`1250000` → `1.250.000đ`, the way Vietnamese shops write it."""
    return f"{amount:,}".replace(",", ".") + "đ"


def split_vat(gross: int, rate: int) -> tuple[int, int]:
    """Net and VAT inside a VAT-inclusive amount; `rate` in percent, 0 for none.

    Net is rounded half up to the đồng and VAT is the rest, so the two always add up to `gross`.
    """
    sign = -1 if gross < 0 else 1
    gross = abs(gross)
    net = (gross * 200 + (100 + rate)) // (2 * (100 + rate))
    return sign * net, sign * (gross - net)
