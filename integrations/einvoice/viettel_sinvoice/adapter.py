"""Viettel S-Invoice behind the `EInvoice` port."""

import base64
import binascii
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal

import httpx

from core.ports.einvoice import InvoiceFile, InvoiceRequest, IssuedInvoice
from core.ports.errors import Misconfigured, OutcomeUnknown, ProviderUnavailable, Rejected
from integrations.einvoice.viettel_sinvoice import mapping
from integrations.einvoice.viettel_sinvoice.client import SInvoiceClient
from integrations.einvoice.viettel_sinvoice.settings import PROVIDER, SInvoiceSettings

ALREADY_ISSUED = "TRANSACTION_UUID_INVALID"
NOT_FOUND = "NOT_FOUND_DATA"
VIETNAM = timezone(timedelta(hours=7))


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SInvoice:
    code = PROVIDER
    name = "Viettel S-Invoice"

    def __init__(
        self,
        settings: SInvoiceSettings,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.settings = settings
        self.client = SInvoiceClient(settings, transport)
        self._clock = clock

    def preview(self, request: InvoiceRequest) -> InvoiceFile:
        """Under a key of its own: a preview wants one, and ours must stay unused until the issue."""
        path = f"InvoiceUtilsWS/createInvoiceDraftPreview/{self.settings.supplier_tax_code}"
        body = mapping.invoice_body(replace(request, key=str(uuid.uuid4())), self.settings)
        content = _decoded(self.client.post("preview", path, json=body))
        if content is None:
            raise ProviderUnavailable(PROVIDER, "preview", "the preview is empty")
        return InvoiceFile(content, "application/pdf", f"preview-{request.order_code}.pdf")

    def issue(self, request: InvoiceRequest) -> IssuedInvoice:
        """A uuid that was used before is looked up: manuals say the same invoice comes back, measurements a refusal."""
        path = f"InvoiceWS/createInvoice/{self.settings.supplier_tax_code}"
        body = mapping.invoice_body(request, self.settings)
        try:
            data = self.client.post("issue", path, json=body, creates=True)
        except Rejected as error:
            if error.code != ALREADY_ISSUED:
                raise
            found = self.find(request.key)
            if found is None:
                raise OutcomeUnknown(
                    PROVIDER, "issue", "our key is taken but cannot be looked up yet"
                ) from None
            return found
        result = data.get("result")
        if not isinstance(result, dict):
            raise OutcomeUnknown(PROVIDER, "issue", "the answer holds no invoice")
        return mapping.issued_invoice(result, self.settings, now=self._clock())

    def find(self, key: str) -> IssuedInvoice | None:
        form = {"supplierTaxCode": self.settings.supplier_tax_code, "transactionUuid": key}
        try:
            data = self.client.post("find", "InvoiceWS/searchInvoiceByTransactionUuid", form=form)
        except Rejected as error:
            if error.code == NOT_FOUND:
                return None
            raise
        results = data.get("result")
        rows = results if isinstance(results, list) else [results]
        first = next((row for row in rows if isinstance(row, dict)), None)
        if first is None:
            return None
        issued = mapping.issued_invoice(first, self.settings, now=self._clock())
        if issued.number and not issued.tax_authority_code and issued.series.startswith("C"):
            return replace(issued, refused_reason=self._refusal(issued))
        return issued

    def _refusal(self, issued: IssuedInvoice) -> str:
        """The look-up by key does not say that the authority refused; the list does."""
        day = issued.issued_at.astimezone(VIETNAM).date().isoformat()
        invoice_no = f"{issued.series}{issued.number}"
        body = {"startDate": day, "endDate": day, "invoiceNo": invoice_no, "rowPerPage": 10, "pageNum": 1}
        path = f"InvoiceUtilsWS/getAllInvoices/{self.settings.supplier_tax_code}"
        return mapping.refusal_of(self.client.post("find", path, json=body).get("invoices"), invoice_no)

    def file(self, issued: IssuedInvoice, kind: Literal["pdf", "xml"]) -> InvoiceFile | None:
        body = {
            "supplierTaxCode": self.settings.supplier_tax_code,
            "invoiceNo": f"{issued.series}{issued.number}",
            "templateCode": issued.template,
            "fileType": "PDF" if kind == "pdf" else "ZIP",
        }
        try:
            data = self.client.post("file", "InvoiceUtilsWS/getInvoiceRepresentationFile", json=body)
        except Rejected as error:
            if error.code == NOT_FOUND:
                return None  # just issued: not there yet
            raise
        content = _decoded(data)
        if content is None:
            return None
        name = f"{issued.series}{issued.number}"
        if kind == "pdf":
            return InvoiceFile(content, "application/pdf", f"{name}.pdf")
        xml = mapping.xml_of(content, max_bytes=self.settings.max_file_bytes)
        return InvoiceFile(xml, "application/xml", f"{name}.xml")

    def check(self) -> str:
        """Log in and look for our template and series."""
        body = {"taxCode": self.settings.supplier_tax_code, "invoiceType": "all"}
        data = self.client.post("check", "InvoiceUtilsWS/getAllInvoiceTemplates", json=body)
        rows = data.get("template")
        pairs = {
            (row.get("templateCode"), row.get("invoiceSeri"))
            for row in (rows if isinstance(rows, list) else [])
            if isinstance(row, dict)
        }
        wanted = (self.settings.template_code, self.settings.series)
        if wanted not in pairs:
            raise Misconfigured(
                PROVIDER, "check",
                f"template {wanted[0]} with series {wanted[1]} is not there: check CHOTDON_SINVOICE_TEMPLATE, _SERIES",
            )  # fmt: skip
        return f"{self.settings.supplier_tax_code}, {wanted[0]} {wanted[1]}"

    def close(self) -> None:
        self.client.close()


def from_settings(values: Mapping[str, Any], transport: httpx.BaseTransport | None = None) -> SInvoice:
    return SInvoice(SInvoiceSettings.from_values(values), transport)


def _decoded(data: Mapping[str, Any]) -> bytes | None:
    """None while the file is not made yet."""
    text = data.get("fileToBytes")
    if not text:
        return None
    try:
        return base64.b64decode(str(text), validate=False)
    except (binascii.Error, ValueError):
        raise ProviderUnavailable(PROVIDER, "file", "the file is not base64") from None
