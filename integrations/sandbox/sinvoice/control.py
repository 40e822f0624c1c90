"""What only the sandbox has: the controls under `/_sandbox/` and its rows on the sandbox's page."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from integrations.sandbox.page import Button, Row, Section
from integrations.sandbox.sinvoice.checks import text
from integrations.sandbox.sinvoice.endpoints import Desk
from integrations.sandbox.sinvoice.params import read_json
from integrations.sandbox.sinvoice.pdf_file import invoice_pdf
from integrations.sandbox.sinvoice.records import Invoice, Refusal

_SHOWN = 200

Action = Callable[[Desk, Mapping[str, Any]], Any]


def _set_options(desk: Desk, given: Mapping[str, Any]) -> Any:
    desk.world.options.change(given)
    return asdict(desk.world.options)


def _grant(desk: Desk, given: Mapping[str, Any]) -> Any:
    invoice = _invoice(desk, given)
    desk.world.decide_code(invoice)
    return shown(invoice)


def _refuse(desk: Desk, given: Mapping[str, Any]) -> Any:
    invoice = _invoice(desk, given)
    desk.world.decide_code(invoice, refusal=text(given, "reason") or "Sai thông tin người mua")
    return shown(invoice)


def _refuse_create(desk: Desk, given: Mapping[str, Any]) -> Any:
    """The next creates are refused with this code, as long as the list lasts."""
    times = int(given.get("times", 1))
    if not 1 <= times <= 1000:
        raise ValueError("times must lie between 1 and 1000")
    refusal = Refusal(text(given, "code"), text(given, "text") or "Bị từ chối")
    if not refusal.code:
        raise ValueError("code is missing")
    desk.world.refusals.extend([refusal] * times)
    return {"waiting": len(desk.world.refusals)}


def _expire_tokens(desk: Desk, given: Mapping[str, Any]) -> Any:
    desk.tokens.clear()
    return {"tokens": 0}


# POST /_sandbox/<name>, JSON or a form of the page.
ACTIONS: dict[str, Action] = {
    "options": _set_options,
    "grant-code": _grant,
    "refuse-code": _refuse,
    "refuse-create": _refuse_create,
    "expire-tokens": _expire_tokens,
}


def _invoice(desk: Desk, given: Mapping[str, Any]) -> Invoice:
    uuid = text(given, "transactionUuid")
    invoice = desk.world.invoices.get(uuid)
    if invoice is None:
        raise ValueError(f"no invoice with transactionUuid {uuid!r}")
    return invoice


def shown(invoice: Invoice) -> dict[str, Any]:
    return {
        "transactionUuid": invoice.uuid,
        "supplierTaxCode": invoice.tax_code,
        "templateCode": invoice.template,
        "invoiceNo": invoice.invoice_no,
        "issueDate": invoice.issued_ms,
        "reservationCode": invoice.reservation_code,
        "codeOfTax": invoice.authority_code,
        "codeRefused": invoice.code_refused,
        "state": invoice.state,
        "paid": invoice.paid,
        "totals": invoice.totals,
        "body": invoice.body,
    }


def control_routes(desk: Desk) -> list[Route]:
    async def invoices(_: Request) -> Response:
        with desk.world.lock:
            desk.world.decide_due_codes()
            rows = [shown(invoice) for invoice in desk.world.invoices.values()]
        return JSONResponse({"invoices": rows, "mails": desk.world.mails})

    async def options(_: Request) -> Response:
        return JSONResponse(asdict(desk.world.options))

    async def pdf(request: Request) -> Response:
        invoice = desk.world.invoices.get(request.path_params["uuid"])
        if invoice is None:
            return JSONResponse({"error": "no such invoice"}, 404)
        content = invoice_pdf(desk.world.tenants[invoice.tax_code], invoice)
        return Response(content, media_type="application/pdf")

    return [
        Route("/_sandbox/invoices", invoices),
        Route("/_sandbox/invoices/{uuid}.pdf", pdf),
        Route("/_sandbox/options", options, methods=["GET"]),
        *(Route(f"/_sandbox/{name}", _control(desk, name), methods=["POST"]) for name in ACTIONS),
    ]


def _control(desk: Desk, name: str) -> Callable[[Request], Any]:
    async def control(request: Request) -> Response:
        from_page = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        try:
            if from_page:
                form = await request.form()
                given: Mapping[str, Any] = {key: str(form[key]) for key in form}
            else:
                given = await read_json(request)
            data = ACTIONS[name](desk, given)
        except (ValueError, TypeError, Refusal) as error:
            return JSONResponse({"error": str(error)}, 400)
        # The page's own buttons come back to it.
        return RedirectResponse("/", 303) if from_page else JSONResponse(data)

    return control


def page_section(desk: Desk) -> Section:
    with desk.world.lock:
        latest = list(desk.world.invoices.values())[-_SHOWN:][::-1]
    rows = tuple(
        Row(
            cells=(
                f"{invoice.template[:1]}{invoice.invoice_no}",
                text(invoice.buyer, "buyerLegalName") or text(invoice.buyer, "buyerName"),
                f"{invoice.totals['with_tax']:,}".replace(",", "."),
                invoice.authority_code or invoice.code_refused or "waiting",
                invoice.state,
            ),
            buttons=_buttons(invoice),
            link=f"/sinvoice/_sandbox/invoices/{invoice.uuid}.pdf",
        )
        for invoice in latest
    )
    delay = desk.world.options.code_delay_s
    return Section(
        title="S-Invoice: invoices",
        columns=("Invoice", "Buyer", "Total (đ)", "Tax authority's code", "State"),
        rows=rows,
        note=f"The tax authority's code comes after {delay:g} s.",
        buttons=(Button("End all log-ins", "/sinvoice/_sandbox/expire-tokens"),),
    )


def _buttons(invoice: Invoice) -> tuple[Button, ...]:
    if invoice.authority_code or not invoice.series.startswith("C"):
        return ()
    uuid = (("transactionUuid", invoice.uuid),)
    return (
        Button("Grant the code", "/sinvoice/_sandbox/grant-code", uuid),
        Button("Refuse it", "/sinvoice/_sandbox/refuse-code", uuid),
    )
