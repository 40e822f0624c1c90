"""What the provider checks in the body of createInvoice before it takes a number."""

import re
from collections.abc import Mapping
from typing import Any

from integrations.sandbox.sinvoice.records import ADJUSTMENT, ORIGINAL, REPLACEMENT, Refusal
from integrations.sandbox.sinvoice.totals import Line, check_breakdowns, check_lines

_BUYER_LIMITS = {
    "buyerName": 800,
    "buyerLegalName": 1200,
    "buyerTaxCode": 20,
    "buyerAddressLine": 1200,
    "buyerEmail": 2000,
    "buyerIdNo": 200,
    "buyerCode": 400,
}
_INFORMATION = "2"


def section(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def rows(body: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise Refusal("JSON_PARSE_ERROR", "Dữ liệu JSON không hợp lệ")
    return value


def text(part: Mapping[str, Any], name: str) -> str:
    value = part.get(name)
    return "" if value is None else str(value).strip()


def adjustment_type(body: Mapping[str, Any]) -> str:
    return text(section(body, "generalInvoiceInfo"), "adjustmentType") or ORIGINAL


def check_body(body: Mapping[str, Any], *, supplier_tax_code: str) -> list[Line]:
    """The checked lines; raises `Refusal` with the provider's code."""
    general = section(body, "generalInvoiceInfo")
    if not general:
        raise Refusal(
            "BAD_REQUEST_GENERAL_INVOICE_INFO_REQUIRED", "Thông tin chung hóa đơn không được để trống"
        )
    _check_general(general)
    _check_seller(section(body, "sellerInfo"), supplier_tax_code)
    if _is_information(general):
        return []
    _check_buyer(section(body, "buyerInfo"))
    _check_payments(rows(body, "payments"))
    items = rows(body, "itemInfo")
    lines = check_lines(items, taxed=not text(general, "templateCode").startswith("2"))
    if not lines:
        raise Refusal("ITEM_NAME_NULL", "Hóa đơn phải có hàng hóa, dịch vụ")
    check_breakdowns(rows(body, "taxBreakdowns"), lines)
    return lines


def _is_information(general: Mapping[str, Any]) -> bool:
    kind = text(general, "adjustmentType"), text(general, "adjustmentInvoiceType")
    return kind == (ADJUSTMENT, _INFORMATION)


def _check_general(general: Mapping[str, Any]) -> None:
    _limit(general, "transactionUuid", "TRANSACTION_UUID", 36, low=10, wrong="LENGTH_INVALID")
    _limit(general, "templateCode", "TEMPLATE_CODE", 20)
    _limit(general, "invoiceSeries", "INVOICE_SERIAL", 25)
    currency = text(general, "currencyCode")
    if not currency:
        raise Refusal("BAD_REQUEST_CURRENCY_CODE_REQUIRED", "Mã tiền tệ không được để trống")
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise Refusal("BAD_REQUEST_CURRENCY_CODE_INVALID", "Mã tiền tệ không hợp lệ")
    if not isinstance(general.get("paymentStatus"), bool):
        raise Refusal("BAD_REQUEST_PAYMENT_STATUS_REQUIRED", "Trạng thái thanh toán không được để trống")
    if len(text(general, "invoiceNote")) > 500:
        raise Refusal("BAD_REQUEST_INVOICE_NOTE_LENGTH_INVALID", "Ghi chú quá dài")
    kind = text(general, "adjustmentType") or ORIGINAL
    if kind not in (ORIGINAL, REPLACEMENT, ADJUSTMENT):
        raise Refusal("BAD_REQUEST_ADJUSTMENT_TYPE_INVALID", "Loại điều chỉnh không hợp lệ")
    if kind != ORIGINAL:
        _check_reference(general, kind)


def _check_reference(general: Mapping[str, Any], kind: str) -> None:
    if kind == ADJUSTMENT and text(general, "adjustmentInvoiceType") not in ("1", "2"):
        raise Refusal("BAD_REQUEST_ADJUSTMENT_INVOICE_TYPE_INVALID", "Loại hóa đơn điều chỉnh không hợp lệ")
    if not 7 <= len(text(general, "originalInvoiceId")) <= 17:
        raise Refusal("BAD_REQUEST_ORIGIN_INVOICE_NO_INVALID", "Số hóa đơn gốc không hợp lệ")
    _limit(general, "additionalReferenceDesc", "ADDITIONAL_REFER_DESC", 400, wrong="LENGTH")
    if not text(general, "additionalReferenceDate"):
        raise Refusal("BAD_REQUEST_ADDITIONAL_REFER_DATE_REQUIRED", "Ngày thỏa thuận không được để trống")
    if len(text(general, "adjustedNote")) > 255:
        raise Refusal("BAD_REQUEST_ADJUSTED_NOTE_MAX_LENGTH", "Lý do điều chỉnh quá dài")


def _limit(
    part: Mapping[str, Any], name: str, code: str, high: int, *, low: int = 1, wrong: str = "MAX_LENGTH"
) -> None:
    value = text(part, name)
    if not value:
        raise Refusal(f"BAD_REQUEST_{code}_REQUIRED", f"{name} không được để trống")
    if not low <= len(value) <= high:
        raise Refusal(f"BAD_REQUEST_{code}_{wrong}", f"{name} có độ dài không hợp lệ")


def _check_seller(seller: Mapping[str, Any], supplier_tax_code: str) -> None:
    given = text(seller, "sellerTaxCode")
    if given and given != supplier_tax_code:
        raise Refusal("BAD_REQUEST_SELLER_TAX_CODE_INVALID", "Mã số thuế người bán không đúng")


def _check_buyer(buyer: Mapping[str, Any]) -> None:
    for name, limit in _BUYER_LIMITS.items():
        if len(text(buyer, name)) > limit:
            raise Refusal(f"BAD_REQUEST_{_upper_snake(name)}_MAX_LENGTH", f"{name} quá dài")
    if text(buyer, "buyerTaxCode") and not text(buyer, "buyerLegalName"):
        raise Refusal("BAD_REQUEST_BUYER_LEGAL_NAME_REQUIRED", "Thiếu tên đơn vị của người mua")
    if text(buyer, "buyerIdType") and not text(buyer, "buyerIdNo"):
        raise Refusal("BAD_REQUEST_BUYER_ID_NO_REQUIRED", "Thiếu số giấy tờ của người mua")
    phone = text(buyer, "buyerPhoneNumber")
    if phone and not re.fullmatch(r"[0-9]{1,15}", phone):
        raise Refusal("BUYER_PHONE_NUMBER_INVALID", "Số điện thoại người mua không hợp lệ")
    if text(buyer, "buyerNotGetInvoice") in ("1", "True"):
        return
    if not text(buyer, "buyerName") and not text(buyer, "buyerLegalName"):
        raise Refusal("BAD_REQUEST_BUYER_NAME_REQUIRED", "Thiếu tên người mua")
    if not text(buyer, "buyerAddressLine"):
        raise Refusal("BAD_REQUEST_BUYER_ADDRESS_LINE_REQUIRED", "Thiếu địa chỉ người mua")


def _check_payments(payments: list[dict[str, Any]]) -> None:
    if not payments:
        raise Refusal("BAD_REQUEST_PAYMENT_INFO_REQUIRED", "Thiếu hình thức thanh toán")
    for payment in payments:
        name = text(payment, "paymentMethodName")
        if not name:
            raise Refusal("BAD_REQUEST_PAYMENT_METHOD_INVALID", "Hình thức thanh toán không hợp lệ")
        if len(name) > 50:
            raise Refusal("BAD_REQUEST_PAYMENT_METHOD_NAME_MAX_LENGTH", "Tên hình thức thanh toán quá dài")


def _upper_snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()
