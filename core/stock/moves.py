"""What is asked of stock: a change of what lies somewhere, a promise to an order."""

from dataclasses import dataclass

MAX_QUANTITY = 1_000_000

# Why a count is corrected: chosen from this list, beside the words of whoever does it.
CAUSES = ("damaged", "lost", "found", "expired", "sample", "miscounted", "stock_take", "other")
Subject = tuple[str, str]
"""What a movement belongs to: a kind and an id."""
NOTHING: Subject = ("", "")


@dataclass(frozen=True)
class Change:
    """A signed change of what lies at one place. `cause` is one of `CAUSES` for an adjustment."""

    variant_id: str
    warehouse_id: str
    quantity: int
    kind: str
    reason: str = ""
    cause: str = ""
    subject: Subject = NOTHING


@dataclass(frozen=True)
class Pick:
    """So many of one order line's variant from one warehouse."""

    order_line_id: str
    variant_id: str
    warehouse_id: str
    quantity: int
