"""The calls that S-Invoice offers, below the log-in.

Operation names for faults are the calls' own: login, createInvoice, createInvoiceDraftPreview,
createOrUpdateInvoiceDraft, searchInvoiceByTransactionUuid, getInvoiceRepresentationFile, getInvoices,
getAllInvoices, getInvoicesAll, getAllInvoiceTemplates, getInvoiceTemplates, updatePaymentStatus,
cancelPaymentStatus, cancelTransactionInvoice.
"""

import asyncio
import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from integrations.sandbox.faults import FaultBoard, play_with_faults
from integrations.sandbox.sinvoice import envelopes, lists
from integrations.sandbox.sinvoice.checks import text
from integrations.sandbox.sinvoice.params import read_form, read_json
from integrations.sandbox.sinvoice.pdf_file import invoice_pdf
from integrations.sandbox.sinvoice.records import ORIGINAL, Invoice, Refusal, Tenant
from integrations.sandbox.sinvoice.tokens import Tokens
from integrations.sandbox.sinvoice.world import World
from integrations.sandbox.sinvoice.xml_file import zipped_xml

NAME = "sinvoice"
API = "/services/einvoiceapplication/api/InvoiceAPI"

Asked = Mapping[str, Any]
Handler = Callable[["Desk", Tenant, dict[str, Any]], dict[str, Any]]


@dataclass
class Desk:
    world: World
    tokens: Tokens
    faults: FaultBoard


def _found(invoice: Invoice | None) -> Invoice:
    if invoice is None:
        raise Refusal("NOT_FOUND_DATA", "Không tìm thấy bản ghi")
    return invoice


def _shown_number(world: World, invoice: Invoice) -> str:
    return invoice.invoice_no if world.now() >= invoice.number_due_at else ""


def _create(desk: Desk, tenant: Tenant, body: dict[str, Any]) -> dict[str, Any]:
    invoice = desk.world.create(tenant, body)
    result = {
        "supplierTaxCode": tenant.tax_code,
        "invoiceNo": _shown_number(desk.world, invoice),
        "transactionID": invoice.transaction_id,
        "reservationCode": invoice.reservation_code,
        # Only cash registers have their code at once; the others must look it up.
        "codeOfTax": invoice.authority_code if invoice.series[3] == "M" else None,
    }
    return {"result": result}


def _preview(desk: Desk, tenant: Tenant, body: dict[str, Any]) -> dict[str, Any]:
    draft = desk.world.check_preview(tenant, body)
    content = base64.b64encode(invoice_pdf(tenant, draft)).decode()
    return {"fileToBytes": content, "paymentStatus": False, "fileName": f"{tenant.tax_code}.pdf"}


def _save_draft(desk: Desk, tenant: Tenant, body: dict[str, Any]) -> dict[str, Any]:
    desk.world.save_draft(tenant, body)
    return {"errorCode": "", "description": "", "result": {}}


def _search(desk: Desk, tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    uuid = text(asked, "transactionUuid")
    if not uuid:
        raise Refusal("BAD_REQUEST_TRANSACTION_UUID_REQUIRED", "Thiếu transactionUuid")
    invoice = _found(desk.world.by_uuid(tenant, uuid))
    row = {
        "supplierTaxCode": tenant.tax_code,
        "invoiceNo": _shown_number(desk.world, invoice),
        "reservationCode": invoice.reservation_code,
        "issueDate": invoice.issued_ms,
        "status": invoice.status_text,
        "exchangeStatus": invoice.exchange_status,
        "exchangeDes": invoice.code_refused or None,
        "codeOfTax": invoice.authority_code or None,
    }
    return {"transactionUuid": uuid, "result": [row]}


def _file(desk: Desk, tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    kind = text(asked, "fileType").upper()
    if kind not in ("PDF", "ZIP"):
        raise Refusal("BAD_REQUEST_FILE_TYPE_REQUIRED", "fileType phải là PDF hoặc ZIP")
    invoice = _found(desk.world.by_invoice_no(tenant, text(asked, "invoiceNo")))
    if invoice.template != text(asked, "templateCode"):
        raise Refusal("NOT_FOUND_DATA", "Không tìm thấy bản ghi")
    early = desk.world.now() < invoice.file_due_at
    held_back = desk.faults.take(NAME, "getInvoiceRepresentationFile", "empty_file", "late_file")
    content = b""
    if not early and held_back is None:
        content = invoice_pdf(tenant, invoice) if kind == "PDF" else zipped_xml(tenant, invoice)
    return {
        "errorCode": 200,
        "fileToBytes": base64.b64encode(content).decode(),
        "paymentStatus": invoice.paid,
        "fileName": f"{tenant.tax_code}-{invoice.invoice_no}.{kind.lower()}",
    }


def _invoices(desk: Desk, tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    found = lists.filtered(desk.world.of_tenant(tenant), asked)
    return {"totalRow": len(found), "invoices": [lists.row(i) for i in lists.page(found, asked)]}


def _all_invoices(desk: Desk, tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    found = lists.filtered(desk.world.of_tenant(tenant), asked)
    return {"totalRows": len(found), "invoices": [lists.full_row(i) for i in lists.page(found, asked)]}


def _templates(desk: Desk, tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    kind = text(asked, "invoiceType") or "all"
    shown = [one for one in tenant.templates if kind in ("all", one.code[:1])]
    rows = [
        {
            "templateCode": one.code,
            "invoiceSeri": one.series,
            "originalTemplateCode": one.code.replace("/", "/0"),
            "taxPolicy": 0,
        }
        for one in shown
    ]
    return {"totalRows": len(rows), "template": rows}


def _numbered(desk: Desk, tenant: Tenant, asked: Asked) -> Invoice:
    invoice = _found(desk.world.by_invoice_no(tenant, text(asked, "invoiceNo")))
    if text(asked, "strIssueDate") != str(invoice.issued_ms):
        raise Refusal("NOT_FOUND_DATA", "Không tìm thấy bản ghi")
    return invoice


def _mark_paid(desk: Desk, tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    invoice = _numbered(desk, tenant, asked)
    desk.world.set_paid(invoice, paid=True)
    moment = desk.world.second_ms()
    return {"result": True, "paymentTime": moment, "paymentMethod": text(asked, "paymentTypeName") or None}


def _mark_unpaid(desk: Desk, tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    desk.world.set_paid(_numbered(desk, tenant, asked), paid=False)
    return {"description": "Success"}


def _cancel(desk: Desk, tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    invoice = _numbered(desk, tenant, asked)
    if not desk.world.options.cancelling:
        raise Refusal("DONOT_HAVE_PERMISSION", "Chức năng hủy hóa đơn đã ngừng từ 01/06/2025")
    if invoice.adjustment_type != ORIGINAL:
        raise Refusal("INVOICE_STATUS_INVALID", "Chỉ hủy được hóa đơn gốc")
    desk.world.cancel(invoice)
    return {"description": "CANCEL TRANSACTION INVOICE SUCCESS"}


# path → (handler, takes a form)
CALLS: dict[str, tuple[Handler, bool]] = {
    "InvoiceWS/createInvoice/{mst}": (_create, False),
    "InvoiceWS/createOrUpdateInvoiceDraft/{mst}": (_save_draft, False),
    "InvoiceUtilsWS/createInvoiceDraftPreview/{mst}": (_preview, False),
    "InvoiceWS/searchInvoiceByTransactionUuid": (_search, True),
    "InvoiceUtilsWS/getInvoiceRepresentationFile": (_file, False),
    "InvoiceUtilsWS/getInvoices/{mst}": (_invoices, False),
    "InvoiceUtilsWS/getAllInvoices/{mst}": (_all_invoices, False),
    "InvoiceUtilsWS/getInvoicesAll/{mst}": (_all_invoices, False),
    "InvoiceUtilsWS/getAllInvoiceTemplates": (_templates, False),
    "InvoiceUtilsWS/getInvoiceTemplates": (_templates, False),
    "InvoiceWS/updatePaymentStatus": (_mark_paid, True),
    "InvoiceWS/cancelPaymentStatus": (_mark_unpaid, True),
    "InvoiceWS/cancelTransactionInvoice": (_cancel, True),
}


def api_routes(desk: Desk) -> list[Route]:
    calls = [Route(f"{API}/{path}", _endpoint(desk, path), methods=["POST"]) for path in CALLS]
    return [Route("/auth/login", _login(desk), methods=["POST"]), *calls]


def _login(desk: Desk) -> Callable[[Request], Any]:
    async def login(request: Request) -> Response:
        async def act() -> Response:
            if not request.headers.get("content-type", "").startswith("application/json"):
                return envelopes.wrong_media_type()
            try:
                given = await read_json(request)
            except Refusal as refusal:
                return envelopes.refused(refusal)
            for tenant in desk.world.tenants.values():
                if (given.get("username"), given.get("password")) == (tenant.username, tenant.password):
                    lifetime = desk.world.options.token_lifetime_s
                    return envelopes.plain(desk.tokens.issue(tenant, desk.world.now(), lifetime))
            return envelopes.bad_credentials()

        return await _in_their_words(desk, "login", request, act)

    return login


def _endpoint(desk: Desk, path: str) -> Callable[[Request], Any]:
    handler, takes_form = CALLS[path]
    operation = path.split("/")[1]

    async def endpoint(request: Request) -> Response:
        async def act() -> Response:
            tax_code = _caller(desk, operation, request)
            if tax_code is None:
                return envelopes.stale_token(desk.world.options.stale_answer)
            try:
                asked = await (read_form if takes_form else read_json)(request)
                tenant = _tenant(desk, tax_code, request.path_params.get("mst"), asked)
                # Drawing a PDF takes a while: not on the thread that serves everybody.
                return envelopes.success(**await asyncio.to_thread(handler, desk, tenant, asked))
            except Refusal as refusal:
                return envelopes.refused(refusal)
            except lists.PageBelowZero:
                return envelopes.inner_error("Page index must not be less than zero!", request.url.path)

        return await _in_their_words(desk, operation, request, act)

    return endpoint


async def _in_their_words(desk: Desk, operation: str, request: Request, act: Callable[[], Any]) -> Response:
    """Faults that every provider shares, with the 500 that this one sends."""
    response = await play_with_faults(desk.faults, NAME, operation, request, act)
    if response.status_code == 500 and b"GENERAL" not in response.body and b"path" not in response.body:
        return envelopes.general()
    return response


def _caller(desk: Desk, operation: str, request: Request) -> str | None:
    """The tax code that the token was issued for; it may come as a cookie or as a bearer."""
    token = request.cookies.get("access_token", "")
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        token = bearer.strip()
    if desk.faults.take(NAME, operation, "expired_token"):
        desk.tokens.revoke(token)
    return desk.tokens.tax_code_of(token, desk.world.now())


def _tenant(desk: Desk, tax_code: str, in_path: str | None, asked: Asked) -> Tenant:
    named = in_path or text(asked, "supplierTaxCode") or text(asked, "taxCode")
    if not named:
        raise Refusal("BAD_REQUEST_TAX_CODE_REQUIRED", "Mã số thuế không được để trống")
    if named != tax_code:
        raise Refusal("DONOT_HAVE_PERMISSION", "Không có quyền với mã số thuế này")
    return desk.world.tenants[tax_code]
