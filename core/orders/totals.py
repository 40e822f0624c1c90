"""What an order costs. Pure; whole đồng."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.shop import ShippingRule


@dataclass(frozen=True)
class LineAmount:
    unit_price: int
    quantity: int
    discount: int
    amount: int


@dataclass(frozen=True)
class Totals:
    lines: tuple[LineAmount, ...]
    subtotal: int
    """Before the discount."""
    discount: int
    shipping_fee: int
    total: int


def work_out(
    lines: Sequence[tuple[int, int]], *, discount_percent: int, shipping: ShippingRule, carrier_fee: int = 0
) -> Totals:
    """`lines` are (unit price, quantity). The discount is rounded half up per line, so the lines add up."""
    amounts = []
    for price, quantity in lines:
        gross = price * quantity
        discount = (gross * discount_percent * 2 + 100) // 200
        amounts.append(LineAmount(price, quantity, discount, gross - discount))
    subtotal = sum(line.unit_price * line.quantity for line in amounts)
    discount = sum(line.discount for line in amounts)
    fee = shipping_fee(subtotal - discount, shipping, carrier_fee)
    return Totals(tuple(amounts), subtotal, discount, fee, subtotal - discount + fee)


def carrier_sets_fee(goods: int, rule: ShippingRule) -> bool:
    """Whether the buyer pays what the carrier asks, so that it has to be asked."""
    return rule.flat_fee is None and (rule.free_from_subtotal is None or goods < rule.free_from_subtotal)


def shipping_fee(goods: int, rule: ShippingRule, carrier_fee: int) -> int:
    """With a flat fee the buyer pays that, none from the free amount, whatever the carrier charges the shop."""
    if rule.free_from_subtotal is not None and goods >= rule.free_from_subtotal:
        return 0
    return rule.flat_fee if rule.flat_fee is not None else carrier_fee
