"""From an order's lines to an invoice's: VAT taken out of what was paid, exact to the đồng. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.catalogue.pricing import vat_rate
from core.money import split_vat
from core.orders.models import Order, OrderLine

SHIPPING_SKU = "SHIP"
# A fee that the shop itself charges follows the ordinary reducible class (source: §16, marked unsure there).
SHIPPING_VAT_CLASS = "ten_reducible"


@dataclass(frozen=True)
class DraftLine:
    sku: str
    name: str
    unit: str
    quantity: int
    unit_price: str
    amount_before_vat: int
    vat_rate: int
    vat_amount: int
    amount: int


def draft_lines(order: Order, lines: Sequence[OrderLine], *, kind: str, moment: datetime) -> list[DraftLine]:
    """On a sales invoice no VAT is shown: the price is what was paid."""
    drafts = [
        _line(
            line.sku,
            line.name + (f" ({line.option_text})" if line.option_text else ""),
            line.quantity,
            line.amount,
            line.vat_class,
            kind,
            moment,
        )
        for line in lines
    ]
    if order.shipping_fee:
        drafts.append(
            _line(SHIPPING_SKU, "Phí giao hàng", 1, order.shipping_fee, SHIPPING_VAT_CLASS, kind, moment)
        )
    return drafts


def _line(
    sku: str, name: str, quantity: int, gross: int, vat_class: str, kind: str, moment: datetime
) -> DraftLine:
    rate = vat_rate(vat_class, moment) if kind == "vat" else 0
    net, vat = split_vat(gross, max(rate, 0))
    unit = "Lần" if sku == SHIPPING_SKU else "Cái"
    return DraftLine(sku, name, unit, quantity, _unit_price(net, quantity), net, rate, vat, gross)


def _unit_price(net: int, quantity: int) -> str:
    """Six decimals at most, half up, no float on the way."""
    micro = (net * 2_000_000 + quantity) // (2 * quantity)
    whole, fraction = divmod(micro, 1_000_000)
    return f"{whole}.{fraction:06d}".rstrip("0").rstrip(".")
