"""The provider's own arithmetic: it checks what it is sent and recomputes the totals."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from integrations.sandbox.sinvoice.records import Refusal
from integrations.sandbox.sinvoice.words import amount_in_words

LINE_TOLERANCE = 5
TAX_TOLERANCE = 1
BREAKDOWN_TAX_TOLERANCE = 20_000
RATES = (-2, -1, 0, 5, 8, 10)

_TOO_LARGE = Decimal(10) ** 19

GOODS, NOTE, DISCOUNT, FEE, PROMOTION, SPECIAL = 1, 2, 3, 4, 5, 6
_PRICED = (GOODS, PROMOTION, SPECIAL)


@dataclass
class Line:
    amount: Decimal
    tax: Decimal
    rate: Decimal | None
    is_discount: bool


def number(value: Any, field: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Refusal(f"BAD_REQUEST_{field}_INVALID", "Dữ liệu số không hợp lệ")
    try:
        parsed = Decimal(str(value))
    except InvalidOperation:
        parsed = Decimal("NaN")
    if not parsed.is_finite() or abs(parsed) >= _TOO_LARGE:
        raise Refusal(f"BAD_REQUEST_{field}_INVALID", "Dữ liệu số không hợp lệ")
    return parsed


def check_lines(items: list[dict[str, Any]], *, taxed: bool) -> list[Line]:
    return [_check_line(item, taxed=taxed) for item in items if item.get("selection", GOODS) != NOTE]


def _check_line(item: dict[str, Any], *, taxed: bool) -> Line:
    if not str(item.get("itemName") or "").strip():
        raise Refusal("ITEM_NAME_NULL", "Tên hàng hóa, dịch vụ không được để trống")
    if len(str(item["itemName"])) > 500:
        raise Refusal("ITEM_NAME_INVALID", "Tên hàng hóa, dịch vụ không hợp lệ")
    selection = item.get("selection") or GOODS
    if selection not in (*_PRICED, DISCOUNT, FEE):
        raise Refusal("BAD_REQUEST_ITEM_SELECTION_INVALID", "Loại hàng hóa không hợp lệ")
    amount = _line_amount(item, priced=selection in _PRICED)
    rate, tax = _line_tax(item, amount) if taxed else (None, Decimal(0))
    return Line(amount, tax, rate, selection == DISCOUNT or item.get("isIncreaseItem") is False)


def _line_amount(item: dict[str, Any], *, priced: bool) -> Decimal:
    amount = number(item.get("itemTotalAmountWithoutTax"), "ITEM_TOTAL_AMOUNT_WITHOUT_TAX")
    if amount < 0:
        raise Refusal(
            "BAD_REQUEST_ITEM_TOTAL_AMOUNT_WITHOUT_TAX_INVALID", "Thành tiền phải lớn hơn hoặc bằng 0"
        )
    if priced:
        quantity = number(item.get("quantity"), "QUANTITY")
        price = number(item.get("unitPrice"), "UNIT_PRICE")
        if abs(abs(quantity * price) - amount) > LINE_TOLERANCE:
            raise Refusal(
                "IVI_TOTAL_A_WITHOUT_TAX_AND_UP_QUAN_NOT_COMPARED",
                "Thành tiền không bằng số lượng nhân đơn giá",
            )
    return amount - number(item.get("itemDiscount") or 0, "ITEM_DISCOUNT")


def _line_tax(item: dict[str, Any], amount: Decimal) -> tuple[Decimal, Decimal]:
    rate = number(item.get("taxPercentage"), "TAX_PERCENTAGE")
    if rate not in RATES:
        raise Refusal("VAT_PERCENTAGE_INVALID", "Thuế suất không hợp lệ")
    expected = (amount * max(rate, Decimal(0)) / 100).quantize(Decimal(1), ROUND_HALF_UP)
    given = item.get("taxAmount")
    tax = expected if given is None else number(given, "TAX_AMOUNT")
    if tax < 0:
        raise Refusal("VAT_TAX_AMOUNT_NEGATE", "Tiền thuế không được âm")
    if abs(tax - amount * max(rate, Decimal(0)) / 100) > TAX_TOLERANCE:
        raise Refusal("VAT_AMOUNT_INVALID", "Tiền thuế không đúng với thuế suất")
    return rate, tax


def by_rate(lines: list[Line]) -> dict[Decimal, tuple[Decimal, Decimal]]:
    sums: dict[Decimal, tuple[Decimal, Decimal]] = {}
    for line in lines:
        if line.rate is not None:
            base, tax = sums.get(line.rate, (Decimal(0), Decimal(0)))
            sign = -1 if line.is_discount else 1
            sums[line.rate] = (base + sign * line.amount, tax + sign * line.tax)
    return sums


def check_breakdowns(rows: list[dict[str, Any]], lines: list[Line]) -> None:
    sums = by_rate(lines)
    for row in rows:
        base, tax = sums.pop(number(row.get("taxPercentage"), "TAX_PERCENTAGE"), (None, None))
        if base is None or tax is None:
            raise Refusal("VAT_PERCENTAGE_INVALID", "Thuế suất không có trong danh sách hàng hóa")
        if abs(number(row.get("taxableAmount"), "TAXABLE_AMOUNT")) != abs(base):
            raise Refusal("VAT_AMOUNT_INVALID", "Tiền chịu thuế không bằng tổng các dòng hàng hóa")
        if abs(abs(number(row.get("taxAmount"), "TAX_AMOUNT")) - abs(tax)) > BREAKDOWN_TAX_TOLERANCE:
            raise Refusal("VAT_AMOUNT_INVALID", "Tổng tiền thuế không bằng tổng các dòng hàng hóa")
    if rows and sums:
        raise Refusal("VAT_PERCENTAGE_INVALID", "Thiếu dòng tổng hợp của một thuế suất")


def recompute(lines: list[Line]) -> dict[str, Any]:
    """Whole đồng, half up; what the caller wrote in summarizeInfo does not count."""
    without_tax = sum((-line.amount if line.is_discount else line.amount for line in lines), Decimal(0))
    tax = sum((-line.tax if line.is_discount else line.tax for line in lines), Decimal(0))
    net, vat = _whole(without_tax), _whole(tax)
    return {
        "without_tax": abs(net),
        "tax": abs(vat),
        "with_tax": abs(net + vat),
        "is_increase": net + vat >= 0,
        "words": amount_in_words(net + vat),
        "by_rate": [
            {"rate": int(rate), "taxable": abs(_whole(base)), "tax": abs(_whole(amount))}
            for rate, (base, amount) in sorted(by_rate(lines).items())
        ],
    }


def _whole(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))
