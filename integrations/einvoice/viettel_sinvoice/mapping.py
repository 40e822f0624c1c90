"""Ours to theirs and back. Pure; their words end here."""

import io
import re
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from core.ports.einvoice import InvoiceItem, InvoiceRequest, IssuedInvoice
from core.ports.errors import Rejected
from integrations.einvoice.viettel_sinvoice.settings import PROVIDER, SInvoiceSettings

_PAYMENT_NAMES = {"cash": "TM", "bank_transfer": "CK", "cash_or_bank_transfer": "TM/CK"}
_TAX_CODE = re.compile(r"\b(?:[0-9A-F]{34}|M\d-\d{2}-[A-Z0-9]{5}-\d{11})\b")
_NUMBERED = re.compile(r"([CK]\d{2}[A-Z][A-Z0-9]{2})(\d{1,8})")
MAX_ZIP_ENTRIES = 50


def invoice_body(request: InvoiceRequest, settings: SInvoiceSettings) -> dict[str, Any]:
    """An original invoice. Amounts are positive; the seller's data come from the portal, so none are sent."""
    general: dict[str, Any] = {
        "transactionUuid": request.key,
        "templateCode": settings.template_code,
        "invoiceSeries": settings.series,
        "currencyCode": "VND",
        "adjustmentType": "1",
        "paymentStatus": request.paid,
        "cusGetInvoiceRight": True,
    }
    if request.note:
        general["invoiceNote"] = request.note[:500]
    return {
        "generalInvoiceInfo": general,
        "buyerInfo": _buyer(request),
        "payments": [{"paymentMethodName": _PAYMENT_NAMES[request.payment_method]}],
        "itemInfo": [_item(item) for item in request.items],
        "taxBreakdowns": _breakdowns(request.items),
        "summarizeInfo": {
            "discountAmount": 0,
            "totalAmountWithoutTax": request.amount_before_vat,
            "totalTaxAmount": request.vat_amount,
            "totalAmountWithTax": request.amount,
            "totalAmountAfterDiscount": request.amount_before_vat,
            "totalAmountWithTaxInWords": request.amount_in_words[:255],
        },
    }


def _buyer(request: InvoiceRequest) -> dict[str, Any]:
    """A consumer who gives nothing takes no invoice; a 12-digit personal number is no tax code there."""
    buyer = request.buyer
    body: dict[str, Any] = {
        "buyerName": buyer.name[:800],
        "buyerNotGetInvoice": 0 if buyer.takes_invoice else 1,
    }
    if buyer.company:
        body["buyerLegalName"] = buyer.company[:1200]
    if buyer.tax_code:
        body["buyerTaxCode"] = buyer.tax_code
    if buyer.personal_id:
        body |= {"buyerIdType": "1", "buyerIdNo": buyer.personal_id}
    if buyer.address:
        body["buyerAddressLine"] = buyer.address[:1200]
    if buyer.email:
        body["buyerEmail"] = buyer.email
    if buyer.phone:
        body["buyerPhoneNumber"] = re.sub(r"\D", "", buyer.phone.replace("+", "00"))[:15]
    return body


def _item(item: InvoiceItem) -> dict[str, Any]:
    """The rate goes out as it is: −2 and −1 are classes, 0 is a rate; none is ever made from another."""
    return {
        "lineNumber": item.line_number,
        "selection": 1,
        "itemCode": item.sku[:50],
        "itemName": item.name[:500],
        "unitName": item.unit,
        "quantity": item.quantity,
        "unitPrice": _number(item.unit_price),
        "itemTotalAmountWithoutTax": item.amount_before_vat,
        "itemTotalAmountAfterDiscount": item.amount_before_vat,
        "taxPercentage": item.vat_rate,
        "taxAmount": item.vat_amount,
        "itemTotalAmountWithTax": item.amount,
    }


def _number(text: str) -> int | float:
    """Their JSON wants a number; six decimals of a price survive a double exactly enough to round back."""
    value = Decimal(text)
    return int(value) if value == value.to_integral_value() else float(value)


def _breakdowns(items: tuple[InvoiceItem, ...]) -> list[dict[str, Any]]:
    rates: dict[int, list[int]] = {}
    for item in items:
        sums = rates.setdefault(item.vat_rate, [0, 0])
        sums[0] += item.amount_before_vat
        sums[1] += item.vat_amount
    return [
        {
            "taxPercentage": rate,
            "taxableAmount": base,
            "taxAmount": vat,
            "taxableAmountPos": True,
            "taxAmountPos": True,
        }
        for rate, (base, vat) in sorted(rates.items())
    ]


def issued_invoice(result: dict[str, Any], settings: SInvoiceSettings, *, now: datetime) -> IssuedInvoice:
    """Theirs gives symbol and number in one word (`C26TAA123`); the number may still be empty.

    The symbol is taken from there: its year is that of the issue, whatever year stands in our settings.
    """
    whole = _NUMBERED.fullmatch(str(result.get("invoiceNo") or ""))
    series, number = whole.groups() if whole else (settings.series, "")
    millis = result.get("issueDate")
    issued_at = datetime.fromtimestamp(int(millis) / 1000, UTC) if millis else now
    code = str(result.get("codeOfTax") or "")
    if not code:
        found = _TAX_CODE.search(str(result.get("exchangeStatus") or ""))
        code = found.group() if found else ""
    return IssuedInvoice(
        number=number,
        series=series,
        template=settings.template_code,
        issued_at=issued_at,
        tax_authority_code=code,
        lookup_code=str(result.get("reservationCode") or ""),
    )


def refusal_of(rows: Any, invoice_no: str) -> str:
    """Why the tax authority gave no code, from a list of invoices; empty while it has not decided."""
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and row.get("invoiceNo") == invoice_no:
            refused = row.get("errorCode") == "INVOICE_NO_CODE_APPROVED"
            return str(row.get("errorDescription") or "")[:500] if refused else ""
    return ""


def xml_of(content: bytes, *, max_bytes: int) -> bytes:
    """The XML lies in a zip within a zip; sizes and counts are bounded before anything is unpacked."""
    try:
        inner = _entry(content, ".zip", max_bytes)
        return _entry(inner if inner is not None else content, ".xml", max_bytes) or _no_xml()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        raise Rejected(PROVIDER, "file", "FILE_UNREADABLE", "the archive cannot be read") from None


def _entry(archive: bytes, ending: str, max_bytes: int) -> bytes | None:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        entries = opened.infolist()
        if len(entries) > MAX_ZIP_ENTRIES or any(entry.file_size > max_bytes for entry in entries):
            raise Rejected(PROVIDER, "file", "FILE_TOO_LARGE", "the archive is larger than an invoice can be")
        for entry in entries:
            if entry.filename.lower().endswith(ending):
                with opened.open(entry) as file:
                    data = file.read(max_bytes + 1)
                if len(data) > max_bytes:
                    raise Rejected(PROVIDER, "file", "FILE_TOO_LARGE", "the archive lies about its size")
                return data
    return None


def _no_xml() -> bytes:
    raise Rejected(PROVIDER, "file", "FILE_UNREADABLE", "the archive holds no XML")
