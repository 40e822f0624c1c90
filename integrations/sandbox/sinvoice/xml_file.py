"""The invoice as XML, in the tax authority's shape, inside the provider's zip in a zip."""

import io
import xml.etree.ElementTree as ET
import zipfile
from typing import Any

from integrations.sandbox.sinvoice.checks import rows, section, text
from integrations.sandbox.sinvoice.records import ORIGINAL, Invoice, Tenant
from integrations.sandbox.sinvoice.totals import DISCOUNT, GOODS, NOTE, PROMOTION, SPECIAL

_RATE_TEXT = {-2: "KCT", -1: "KKKNT"}
_NATURE = {GOODS: "1", PROMOTION: "2", DISCOUNT: "3", NOTE: "4", SPECIAL: "5"}
_STYLE = (
    '<?xml version="1.0" encoding="UTF-8"?><xsl:stylesheet version="1.0" '
    'xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><xsl:copy-of select="."/>'
    "</xsl:template></xsl:stylesheet>"
)


def rate_text(rate: Any) -> str:
    return _RATE_TEXT.get(int(rate), f"{int(rate)}%")


def zipped_xml(tenant: Tenant, invoice: Invoice) -> bytes:
    stem = f"{tenant.tax_code}-{invoice.invoice_no}"
    inner = _zip({f"{stem}.xml": invoice_xml(tenant, invoice), f"{stem}.xsl": _STYLE.encode()})
    return _zip({f"{stem}.zip": inner})


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def invoice_xml(tenant: Tenant, invoice: Invoice) -> bytes:
    root = ET.Element("HDon")
    data = ET.SubElement(root, "DLHDon", Id=f"ID{invoice.transaction_id}")
    _common(ET.SubElement(data, "TTChung"), tenant, invoice)
    content = ET.SubElement(data, "NDHDon")
    _fields(
        ET.SubElement(content, "NBan"),
        {"Ten": tenant.name, "MST": tenant.tax_code, "DChi": tenant.address, "SDThoai": tenant.phone},
    )
    _buyer(ET.SubElement(content, "NMua"), invoice)
    _goods(ET.SubElement(content, "DSHHDVu"), invoice)
    _sums(ET.SubElement(content, "TToan"), invoice)
    if invoice.authority_code:
        _fields(root, {"MCCQT": invoice.authority_code})
    _signature(ET.SubElement(root, "DSCKS"), tenant, invoice)
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _common(part: ET.Element, tenant: Tenant, invoice: Invoice) -> None:
    payments = rows(invoice.body, "payments")
    _fields(
        part,
        {
            "PBan": "2.1.0",
            "THDon": title(invoice),
            "KHMSHDon": invoice.template[:1],
            "KHHDon": invoice.series,
            "SHDon": str(invoice.number),
            "NLap": f"{invoice.issued_on:%Y-%m-%d}",
            "DVTTe": text(section(invoice.body, "generalInvoiceInfo"), "currencyCode"),
            "TGia": "1",
            "HTTToan": text(payments[0], "paymentMethodName") if payments else "",
            "MSTTCGP": "0100109106",
        },
    )
    if invoice.adjustment_type != ORIGINAL:
        _fields(
            ET.SubElement(part, "TTHDLQuan"),
            {"KHHDCLQuan": invoice.original[:6], "SHDCLQuan": invoice.original[6:]},
        )


def title(invoice: Invoice) -> str:
    return "Hóa đơn bán hàng" if invoice.template.startswith("2") else "Hóa đơn giá trị gia tăng"


def _buyer(part: ET.Element, invoice: Invoice) -> None:
    buyer = invoice.buyer
    _fields(
        part,
        {
            "Ten": text(buyer, "buyerLegalName"),
            "MST": text(buyer, "buyerTaxCode"),
            "DChi": text(buyer, "buyerAddressLine"),
            "SDThoai": text(buyer, "buyerPhoneNumber"),
            "DCTDTu": text(buyer, "buyerEmail"),
            "HVTNMHang": text(buyer, "buyerName"),
            "CCCDan": text(buyer, "buyerIdNo"),
        },
    )


def _goods(part: ET.Element, invoice: Invoice) -> None:
    for position, item in enumerate(rows(invoice.body, "itemInfo"), start=1):
        rate = item.get("taxPercentage")
        _fields(
            ET.SubElement(part, "HHDVu"),
            {
                "TChat": _NATURE.get(item.get("selection") or GOODS, "1"),
                "STT": str(item.get("lineNumber") or position),
                "MHHDVu": text(item, "itemCode"),
                "THHDVu": text(item, "itemName"),
                "DVTinh": text(item, "unitName"),
                "SLuong": text(item, "quantity"),
                "DGia": text(item, "unitPrice"),
                "ThTien": text(item, "itemTotalAmountWithoutTax"),
                "TSuat": "" if rate is None else rate_text(rate),
            },
        )


def _sums(part: ET.Element, invoice: Invoice) -> None:
    totals = invoice.totals
    if totals["by_rate"]:
        by_rate = ET.SubElement(part, "THTTLTSuat")
        for row in totals["by_rate"]:
            values = {"TSuat": rate_text(row["rate"]), "ThTien": row["taxable"], "TThue": row["tax"]}
            _fields(ET.SubElement(by_rate, "LTSuat"), {name: str(value) for name, value in values.items()})
    _fields(
        part,
        {
            "TgTCThue": str(totals["without_tax"]),
            "TgTThue": str(totals["tax"]),
            "TgTTTBSo": str(totals["with_tax"]),
            "TgTTTBChu": totals["words"],
        },
    )


def _signature(part: ET.Element, tenant: Tenant, invoice: Invoice) -> None:
    """A place for the seller's signature, without one: nothing here is signed."""
    signature = ET.SubElement(ET.SubElement(part, "NBan"), "Signature")
    _fields(
        signature,
        {"SigningTime": f"{invoice.issued_on:%Y-%m-%dT%H:%M:%S}", "X509SubjectName": f"CN={tenant.name}"},
    )


def _fields(part: ET.Element, values: dict[str, str]) -> None:
    for name, value in values.items():
        if value:
            ET.SubElement(part, name).text = "".join(c for c in value if c >= " " or c in "\t\n")
