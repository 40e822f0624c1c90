"""Rows of the provider's lists, and the filters of the calls that return them."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from integrations.sandbox.sinvoice.checks import text
from integrations.sandbox.sinvoice.records import ADJUSTMENT, Invoice, Refusal

_INFORMATION_ROW, _MONEY_ROW = "5", "9"


def filtered(invoices: list[Invoice], asked: Mapping[str, Any]) -> list[Invoice]:
    start, end = _day(asked, "startDate", "START_DATE"), _day(asked, "endDate", "END_DATE")
    if start > end:
        raise Refusal("FROM_BIGGER_DAY_TO_DAY", "Ngày bắt đầu lớn hơn ngày kết thúc")
    wanted: dict[str, Callable[[Invoice], str]] = {
        "invoiceNo": lambda i: i.invoice_no,
        "templateCode": lambda i: i.template,
        "invoiceSeri": lambda i: i.series,
        "buyerTaxCode": lambda i: text(i.buyer, "buyerTaxCode"),
        "buyerIdNo": lambda i: text(i.buyer, "buyerIdNo"),
    }
    kept = [i for i in invoices if start <= i.issued_on.date() <= end]
    for name, read in wanted.items():
        if asked.get(name):
            kept = [i for i in kept if read(i) == str(asked[name])]
    return kept


def page(found: list[Invoice], asked: Mapping[str, Any]) -> list[Invoice]:
    size, number = _whole(asked, "rowPerPage", "ROW_PER_PAGE"), _whole(asked, "pageNum", "PAGE_NUM")
    if number < 1:
        raise PageBelowZero
    if size < 1:
        raise Refusal("BAD_REQUEST_ROW_PER_PAGE_INVALID", "Số dòng trên trang không hợp lệ")
    return found[(number - 1) * size : number * size]


class PageBelowZero(Exception):
    """The real one answers page 0 with an inner error, though its manual says to begin there."""


def _day(asked: Mapping[str, Any], name: str, code: str) -> date:
    if not asked.get(name):
        raise Refusal(f"BAD_REQUEST_{code}_REQUIRED", f"{name} không được để trống")
    try:
        return date.fromisoformat(str(asked[name])[:10])
    except ValueError:
        raise Refusal(f"{code}_INVALID", f"{name} không hợp lệ") from None


def _whole(asked: Mapping[str, Any], name: str, code: str) -> int:
    value = str(asked.get(name, ""))
    if not value:
        raise Refusal(f"BAD_REQUEST_{code}_REQUIRED", f"{name} không được để trống")
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise Refusal(f"BAD_REQUEST_{code}_INVALID", f"{name} không hợp lệ")
    return int(value)


def row(invoice: Invoice) -> dict[str, Any]:
    kind = invoice.adjustment_type
    if kind == ADJUSTMENT:
        kind = _MONEY_ROW if invoice.adjustment_invoice_type == "1" else _INFORMATION_ROW
    return {
        "invoiceType": invoice.template[:1],
        "adjustmentType": "7" if invoice.state == "cancelled" else kind,
        "templateCode": invoice.template,
        "invoiceSeri": invoice.series,
        "invoiceNumber": f"{invoice.number:07d}",
        "invoiceNo": invoice.invoice_no,
        "currency": "VND",
        "total": invoice.totals["with_tax"],
        "totalBeforeTax": invoice.totals["without_tax"],
        "taxAmount": invoice.totals["tax"],
        "issueDate": invoice.issued_ms,
        "issueDateStr": f"{invoice.issued_on:%Y-%m-%d %H:%M:%S}",
        "paymentStatus": int(invoice.paid),
        "paymentStatusName": "Đã thanh toán" if invoice.paid else "Chưa thanh toán",
        "exchangeStatus": invoice.exchange_status,
        "createTime": int(invoice.created_at * 1000),
        "supplierTaxCode": invoice.tax_code,
        "buyerTaxCode": text(invoice.buyer, "buyerTaxCode"),
        "buyerIdNo": text(invoice.buyer, "buyerIdNo"),
        "buyerName": text(invoice.buyer, "buyerName"),
        "transactionUuid": invoice.uuid,
        "originalInvoiceId": invoice.original or None,
    }


def full_row(invoice: Invoice) -> dict[str, Any]:
    granted = bool(invoice.authority_code)
    return {
        **row(invoice),
        "errorCode": "INVOICE_HAS_CODE_APPROVED" if granted else "INVOICE_NO_CODE_APPROVED",
        "errorDescription": invoice.code_refused or None,
        "buyerUnitName": text(invoice.buyer, "buyerLegalName"),
        "buyerAddress": text(invoice.buyer, "buyerAddressLine"),
    }
