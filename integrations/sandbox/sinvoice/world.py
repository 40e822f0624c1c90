"""The played provider's memory and its rules of issue. One lock: numbers of a series have no gaps."""

import re
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from integrations.sandbox.sinvoice.checks import adjustment_type, check_body, section, text
from integrations.sandbox.sinvoice.options import Options
from integrations.sandbox.sinvoice.records import (
    ADJUSTMENT,
    ORIGINAL,
    REPLACEMENT,
    Invoice,
    Refusal,
    Template,
    Tenant,
)
from integrations.sandbox.sinvoice.totals import recompute

_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_OUR_OWN_ORIGINAL = ("", "0")
_VIETNAM_MS, _DAY_MS = 7 * 3_600_000, 86_400_000


class World:
    def __init__(
        self,
        tenants: list[Tenant],
        options: Options,
        clock: Callable[[], datetime],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.tenants = {tenant.tax_code: tenant for tenant in tenants}
        self.options = options
        self._first_options = replace(options)
        self.lock = threading.RLock()
        self.invoices: dict[str, Invoice] = {}
        self.drafts: set[str] = set()
        self.mails: list[dict[str, str]] = []
        self.refusals: list[Refusal] = []
        self._clock = clock
        self._changed = changed

    def now(self) -> float:
        """Epoch seconds."""
        return self._clock().timestamp()

    def second_ms(self) -> int:
        """This second, as the provider writes moments."""
        return int(self.now()) * 1000

    # -- issue ---------------------------------------------------------------------------------

    def create(self, tenant: Tenant, body: dict[str, Any]) -> Invoice:
        lines = check_body(body, supplier_tax_code=tenant.tax_code)
        general = section(body, "generalInvoiceInfo")
        uuid = text(general, "transactionUuid")
        with self.lock:
            if self.refusals:
                raise self.refusals.pop(0)
            used = self.invoices.get(uuid)
            if used is not None and self.options.repeated_uuid == "same_result":
                return used
            if used is not None or uuid in self.drafts:
                raise Refusal("TRANSACTION_UUID_INVALID", "Transaction Uuid đã được lập hóa đơn")
            template = self._template(tenant, text(general, "templateCode"), text(general, "invoiceSeries"))
            if not tenant.has_certificate:
                raise Refusal("SIGNATURE_NOT_FOUND", "Không tìm thấy chữ ký số")
            original = self._original(tenant, general)
            issued_ms = self._issue_date(tenant, template, general.get("invoiceIssuedDate"))
            invoice = self._number(tenant, template, issued_ms, body, recompute(lines))
            if original is not None:
                kind = adjustment_type(body)
                original.state = "replaced" if kind == REPLACEMENT else "adjusted"
            self.invoices[uuid] = invoice
            self._mail(tenant, invoice)
            self._changed()
            return invoice

    def check_preview(self, tenant: Tenant, body: dict[str, Any]) -> Invoice:
        """What would be issued, with number 0. Stores nothing."""
        lines = check_body(body, supplier_tax_code=tenant.tax_code)
        general = section(body, "generalInvoiceInfo")
        template = self._template(tenant, text(general, "templateCode"), text(general, "invoiceSeries"))
        with self.lock:
            issued_ms = self.second_ms()
            return self._build(tenant, template, issued_ms, 0, body, recompute(lines))

    def save_draft(self, tenant: Tenant, body: dict[str, Any]) -> None:
        check_body(body, supplier_tax_code=tenant.tax_code)
        uuid = text(section(body, "generalInvoiceInfo"), "transactionUuid")
        with self.lock:
            if uuid in self.invoices:
                raise Refusal("TRANSACTION_UUID_INVALID", "Transaction Uuid đã được lập hóa đơn")
            self.drafts.add(uuid)
            self._changed()

    def _template(self, tenant: Tenant, code: str, series: str) -> Template:
        with_code = [template for template in tenant.templates if template.code == code]
        if not with_code:
            raise Refusal("TEMPLATE_NOT_FOUND", "Không tìm thấy mẫu hóa đơn")
        for template in with_code:
            # The year digits do not matter: the system writes the year of issue itself.
            if series[:1] + series[3:] == template.series[:1] + template.series[3:]:
                return template
        raise Refusal("INVOICE_SERIAL_NOT_FOUND", "Không tìm thấy ký hiệu hóa đơn")

    def _original(self, tenant: Tenant, general: dict[str, Any]) -> Invoice | None:
        kind = text(general, "adjustmentType") or ORIGINAL
        if kind == ORIGINAL or text(general, "originalInvoiceType") not in _OUR_OWN_ORIGINAL:
            return None
        original = self.by_invoice_no(tenant, text(general, "originalInvoiceId"))
        if original is None:
            raise Refusal("INVOICE_NOT_FOUND", "Không tìm thấy hóa đơn gốc")
        locked = ("replaced", "cancelled") if kind == ADJUSTMENT else ("replaced", "cancelled", "adjusted")
        if original.state in locked:
            raise Refusal("INVOICE_STATUS_INVALID", "Hóa đơn gốc đã được thay thế hoặc điều chỉnh")
        return original

    def _issue_date(self, tenant: Tenant, template: Template, asked: Any) -> int:
        now_ms = self.second_ms()
        if asked in (None, ""):
            return now_ms
        if not re.fullmatch(r"\d{1,14}", str(asked)):
            raise Refusal("INVOICE_ISSUED_DATE_INVALID", "Ngày lập hóa đơn không hợp lệ")
        asked_ms = int(str(asked)) // 1000 * 1000
        if asked_ms > now_ms:
            raise Refusal("INVOICE_ISSUED_DATE_OVER_CURRENT_TIME", "Ngày lập lớn hơn thời gian hiện tại")
        same = [i.issued_ms for i in self._of(tenant) if i.template == template.code]
        latest = max(same, default=0)
        if asked_ms < latest and self.options.moves_to_latest_date:
            return latest
        other_day = (asked_ms + _VIETNAM_MS) // _DAY_MS != (now_ms + _VIETNAM_MS) // _DAY_MS
        if asked_ms < latest or (other_day and not self.options.other_date_allowed):
            raise Refusal("INVOICE_ISSUED_DATE_INVALID", "Ngày lập hóa đơn không hợp lệ")
        return asked_ms

    def _number(
        self, tenant: Tenant, template: Template, issued_ms: int, body: dict[str, Any], totals: dict[str, Any]
    ) -> Invoice:
        series = self._build(tenant, template, issued_ms, 0, body, totals).series
        taken = [i.number for i in self._of(tenant) if (i.template, i.series) == (template.code, series)]
        number = max(taken, default=0) + 1
        if number > template.numbers:
            raise Refusal("OUT_OF_INVOICE_NO", "Đã hết số hóa đơn")
        return self._build(tenant, template, issued_ms, number, body, totals)

    def _build(
        self,
        tenant: Tenant,
        template: Template,
        issued_ms: int,
        number: int,
        body: dict[str, Any],
        totals: dict[str, Any],
    ) -> Invoice:
        general = section(body, "generalInvoiceInfo")
        now = self.now()
        invoice = Invoice(
            uuid=text(general, "transactionUuid"),
            tax_code=tenant.tax_code,
            template=template.code,
            series=template.series,
            number=number,
            issued_ms=issued_ms,
            created_at=now,
            transaction_id=f"{int(now * 1000):013d}{secrets.randbelow(10**5):05d}",
            reservation_code="".join(secrets.choice(_CODE_LETTERS) for _ in range(15)),
            adjustment_type=adjustment_type(body),
            adjustment_invoice_type=text(general, "adjustmentInvoiceType"),
            original=text(general, "originalInvoiceId"),
            body=body,
            totals=totals,
            paid=bool(general.get("paymentStatus")),
            number_due_at=now + self.options.number_delay_s,
            file_due_at=now + self.options.file_delay_s,
        )
        invoice.series = f"{template.series[0]}{invoice.issued_on:%y}{template.series[3:]}"
        self._plan_code(tenant, invoice)
        return invoice

    # -- the tax authority's code ----------------------------------------------------------------

    def _plan_code(self, tenant: Tenant, invoice: Invoice) -> None:
        if invoice.series[0] == "K":
            return
        if invoice.series[3] == "M":
            year = f"{invoice.issued_on:%y}"
            invoice.authority_code = f"M1-{year}-{tenant.cash_register_code}-{invoice.number:011d}"
            return
        invoice.code_due_at = invoice.created_at + self.options.code_delay_s

    def decide_due_codes(self) -> None:
        with self.lock:
            now = self.now()
            due = [i for i in self.invoices.values() if i.code_due_at is not None and i.code_due_at <= now]
            for invoice in due:
                self.decide_code(invoice, refusal=self.options.code_refusal)

    def decide_code(self, invoice: Invoice, *, refusal: str = "") -> None:
        with self.lock:
            invoice.code_due_at = None
            invoice.code_refused = refusal
            invoice.authority_code = "" if refusal else f"00{secrets.token_hex(16).upper()}"
            self._changed()

    def set_paid(self, invoice: Invoice, *, paid: bool) -> None:
        with self.lock:
            if invoice.paid == paid:
                raise Refusal("NOT_FOUND_DATA", "Không tìm thấy bản ghi")
            invoice.paid = paid
            self._changed()

    def cancel(self, invoice: Invoice) -> None:
        with self.lock:
            if invoice.state != "issued":
                raise Refusal("INVOICE_STATUS_INVALID", "Trạng thái hóa đơn không hợp lệ")
            invoice.state = "cancelled"
            self._changed()

    # -- look-ups --------------------------------------------------------------------------------

    def _of(self, tenant: Tenant) -> list[Invoice]:
        return [invoice for invoice in self.invoices.values() if invoice.tax_code == tenant.tax_code]

    def of_tenant(self, tenant: Tenant) -> list[Invoice]:
        with self.lock:
            self.decide_due_codes()
            return sorted(self._of(tenant), key=lambda invoice: invoice.created_at)

    def by_uuid(self, tenant: Tenant, uuid: str) -> Invoice | None:
        with self.lock:
            self.decide_due_codes()
            invoice = self.invoices.get(uuid)
            return invoice if invoice is not None and invoice.tax_code == tenant.tax_code else None

    def by_invoice_no(self, tenant: Tenant, invoice_no: str) -> Invoice | None:
        with self.lock:
            self.decide_due_codes()
            return next((i for i in self._of(tenant) if i.invoice_no == invoice_no), None)

    def _mail(self, tenant: Tenant, invoice: Invoice) -> None:
        address = text(invoice.buyer, "buyerEmail")
        if address and tenant.mails_buyers:
            self.mails.append({"to": address, "invoice": invoice.invoice_no})

    # -- what the sandbox's frame asks for --------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        with self.lock:
            return {
                "invoices": [asdict(invoice) for invoice in self.invoices.values()],
                "drafts": sorted(self.drafts),
                "mails": list(self.mails),
            }

    def restore(self, saved: Mapping[str, Any]) -> None:
        known = {item.name for item in fields(Invoice)}
        with self.lock:
            rows = [{name: row[name] for name in row if name in known} for row in saved["invoices"]]
            self.invoices = {row["uuid"]: Invoice(**row) for row in rows}
            self.drafts = set(saved["drafts"])
            self.mails = list(saved["mails"])

    def reset(self) -> None:
        with self.lock:
            self.invoices.clear()
            self.drafts.clear()
            self.mails.clear()
            self.refusals.clear()
            self.options = replace(self._first_options)
            self._changed()
