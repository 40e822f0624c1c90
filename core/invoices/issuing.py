"""Ask for, freeze, issue and collect an invoice. Our key is committed before the provider is called."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from core import audit
from core.actor import SYSTEM, Actor
from core.documents.models import store_document
from core.errors import Conflict, NotFound
from core.ids import new_id
from core.invoices.checks import InvoiceBuyerInput, check_buyer, check_totals
from core.invoices.lines import draft_lines
from core.invoices.models import Invoice, InvoiceLine
from core.invoices.requests import as_request
from core.invoices.words import amount_in_words
from core.jobs.crash_points import crash_point
from core.jobs.events import publish
from core.jobs.queue import enqueue
from core.jobs.tasks import open_task
from core.jobs.worker import Run
from core.money import Dong
from core.orders.models import Order
from core.orders.queries import get_order
from core.orders.states import advance_invoice_state
from core.ports.einvoice import EInvoice, InvoiceBuyer, InvoiceItem, InvoiceRequest, IssuedInvoice
from core.ports.errors import ProviderUnavailable, Rejected
from core.shop import shop_profile

CONSUMER = "Bán cho người tiêu dùng"


def request_invoice(
    session: Session, *, actor: Actor, order_id: str, buyer: InvoiceBuyerInput, now: datetime
) -> None:
    """Note the buyer's wish; the invoice itself is due at delivery."""
    order = get_order(session, order_id)
    checked = check_buyer(buyer)
    if order.invoice_state not in ("none", "requested", "refused"):
        raise Conflict("invoice_exists", f"Order {order.code} is invoiced already.", {"code": order.code})
    if order.status == "cancelled":
        raise Conflict("order_cancelled", f"Order {order.code} is cancelled.", {"code": order.code})
    advance_invoice_state(session, order_id=order.id, to="requested", now=now)
    session.execute(
        update(Order)
        .where(Order.id == order.id)
        .values(invoice_request=as_request(checked), invoice_requested_at=now)
        .execution_options(synchronize_session=False)
    )
    audit.record(
        session, actor=actor, action="invoice.requested", subject_kind="order", subject_id=order.id, now=now
    )


def issue_invoice(session: Session, *, actor: Actor, order_id: str, now: datetime) -> Invoice:
    """Freeze a copy and put it on its way; a second press gives the first invoice."""
    actor.require_role("manager", "accountant", action="issue invoices")
    order = get_order(session, order_id)
    existing = original_invoice(session, order_id=order.id)
    if existing is not None:
        return existing
    if order.fulfilment_state not in ("shipped", "delivered"):
        raise Conflict(
            "invoice_too_early",
            f"Order {order.code} is {order.fulfilment_state}. The invoice is due at delivery: ship it first.",
            {"code": order.code, "fulfilment_state": order.fulfilment_state},
        )
    provider = "viettel_sinvoice"
    invoice = _freeze(session, order, provider, now)
    advance_invoice_state(session, order_id=order.id, to="issuing", now=now)
    enqueue(
        session,
        "invoice.issue",
        {"invoice_id": invoice.id},
        now=now,
        deduplication_key=f"invoice:{invoice.id}",
    )
    audit.record(
        session, actor=actor, action="invoice.issued", subject_kind="order", subject_id=order.id, now=now,
        data={"invoice_id": invoice.id},
    )  # fmt: skip
    return invoice


def original_invoice(session: Session, *, order_id: str) -> Invoice | None:
    return session.scalar(
        select(Invoice).where(
            Invoice.order_id == order_id, Invoice.document == "original", Invoice.state != "refused"
        )
    )


def run_issuing(run: Run, providers: Mapping[str, EInvoice]) -> None:
    """Job `invoice.issue`: look up by our key before any second try, then issue, then record."""
    request, provider = _load(run, providers)
    if request is None:
        return
    crash_point("invoice.before_call")
    found = provider.find(request.key) if run.attempt > 1 else None
    try:
        issued = found or provider.issue(request)
    except Rejected as error:
        _refuse(run, f"{error.code}: {error.message}")
        return
    crash_point("invoice.after_call")
    invoice_id = str(run.payload["invoice_id"])
    with run.db.transaction() as session:
        moved = _record_issue(session, invoice_id, issued)
        if moved is not None:
            advance_invoice_state(session, order_id=moved, to="issued", now=run.now)
            publish(session, "invoice.issued", {"key": invoice_id, "order_id": moved}, now=run.now)
            enqueue(
                session, "invoice.collect", {"invoice_id": invoice_id}, now=run.now, max_attempts=30,
                deduplication_key=f"collect:{invoice_id}", run_at=run.now + timedelta(seconds=2),
            )  # fmt: skip
    crash_point("invoice.after_record")


def run_collecting(run: Run, providers: Mapping[str, EInvoice]) -> None:
    """Job `invoice.collect`: the number, the tax authority's code and the files, which come late."""
    invoice_id = str(run.payload["invoice_id"])
    with run.db.read_transaction() as session:
        invoice = session.get_one(Invoice, invoice_id)
    if invoice.state != "issued":
        return
    provider = providers[invoice.provider]
    issued = provider.find(invoice.transaction_key)
    if issued is None:
        raise ProviderUnavailable(invoice.provider, "find", "the issued invoice is not listed yet")
    if issued.refused_reason:
        _refuse(run, issued.refused_reason)
        return
    coded = issued.series[:1] != "K"
    if not issued.number or (coded and not issued.tax_authority_code):
        raise ProviderUnavailable(invoice.provider, "find", "no number or tax authority's code yet")
    pdf, xml = provider.file(issued, "pdf"), provider.file(issued, "xml")
    if pdf is None or xml is None:
        raise ProviderUnavailable(invoice.provider, "file", "the files are not there yet")
    with run.db.transaction() as session:
        documents = [
            store_document(
                session, kind=kind, filename=file.filename, content_type=file.content_type, content=file.content,
                now=run.now,
            )
            for kind, file in (("invoice_pdf", pdf), ("invoice_xml", xml))
        ]  # fmt: skip
        moved = session.execute(
            update(Invoice)
            .where(Invoice.id == invoice_id, Invoice.state == "issued")
            .values(
                state="coded",
                number=issued.number,
                tax_authority_code=issued.tax_authority_code,
                pdf_document_id=documents[0].id,
                xml_document_id=documents[1].id,
            )
            .returning(Invoice.order_id)
            .execution_options(synchronize_session=False)
        ).first()
        if moved is None:
            session.rollback()
            return
        advance_invoice_state(session, order_id=moved.order_id, to="coded", now=run.now)
        publish(session, "invoice.coded", {"key": invoice_id, "order_id": moved.order_id}, now=run.now)


def run_automatic(run: Run) -> None:
    """Job `invoice.auto`, after each move of a parcel: issue by the shop's rule once the order is delivered."""
    with run.db.transaction() as session:
        order = get_order(session, str(run.payload["order_id"]))
        rules = shop_profile(session).invoices
        wanted = (
            rules.automatic
            or order.invoice_state == "requested"
            or (rules.automatic_from_total is not None and order.total >= rules.automatic_from_total)
        )
        if order.fulfilment_state == "delivered" and wanted and order.invoice_state in ("none", "requested"):
            issue_invoice(session, actor=SYSTEM, order_id=order.id, now=run.now)


def get_invoice(session: Session, invoice_id: str) -> Invoice:
    invoice = session.scalar(
        select(Invoice).where(Invoice.id == invoice_id).options(selectinload(Invoice.lines))
    )
    if invoice is None:
        raise NotFound("invoice_not_found", "There is no such invoice.", {})
    return invoice


def _freeze(session: Session, order: Order, provider: str, now: datetime) -> Invoice:
    kind = shop_profile(session).invoices.kind
    drafts = draft_lines(order, order.lines, kind=kind, moment=now)
    before, vat = sum(d.amount_before_vat for d in drafts), sum(d.vat_amount for d in drafts)
    check_totals(
        lines=[(d.amount_before_vat, d.vat_amount, d.amount) for d in drafts],
        before_vat=before,
        vat=vat,
        amount=before + vat,
        due=order.total,
    )
    wish = order.invoice_request
    invoice = Invoice(
        id=new_id(),
        order_id=order.id,
        kind=kind,
        document="original",
        refers_to=None,
        state="issuing",
        provider=provider,
        transaction_key=str(uuid.uuid4()),
        buyer_name=wish.get("name") or order.buyer_name if wish else CONSUMER,
        buyer_company=wish.get("company", ""),
        buyer_tax_code=wish.get("tax_code", ""),
        buyer_address=wish.get("address", ""),
        buyer_email=wish.get("email", ""),
        buyer_takes_invoice=bool(wish),
        payment_method=order.payment_method,
        paid=order.payment_state == "paid",
        amount_before_vat=Dong(before),
        vat_amount=Dong(vat),
        amount=Dong(before + vat),
        amount_in_words=amount_in_words(before + vat),
        created_at=now,
    )
    session.add(invoice)
    session.flush()
    for number, draft in enumerate(drafts, start=1):
        session.add(InvoiceLine(id=new_id(), invoice_id=invoice.id, line_number=number, **vars(draft)))
    session.flush()
    return invoice


def _load(run: Run, providers: Mapping[str, EInvoice]) -> tuple[InvoiceRequest | None, EInvoice]:
    with run.db.read_transaction() as session:
        invoice = get_invoice(session, str(run.payload["invoice_id"]))
        code = session.scalars(select(Order.code).where(Order.id == invoice.order_id)).one()
    provider = providers[invoice.provider]
    if invoice.state != "issuing":
        return None, provider
    methods = {"cod": "cash", "bank_transfer": "bank_transfer"}
    return (
        InvoiceRequest(
            key=invoice.transaction_key,
            kind="vat" if invoice.kind == "vat" else "sales",
            buyer=InvoiceBuyer(
                name=invoice.buyer_name,
                company=invoice.buyer_company,
                tax_code=invoice.buyer_tax_code if len(invoice.buyer_tax_code) != 12 else "",
                personal_id=invoice.buyer_tax_code if len(invoice.buyer_tax_code) == 12 else "",
                address=invoice.buyer_address,
                email=invoice.buyer_email,
                takes_invoice=invoice.buyer_takes_invoice,
            ),
            items=tuple(
                InvoiceItem(
                    line.line_number, line.sku, line.name, line.unit, line.quantity, line.unit_price,
                    line.amount_before_vat, line.vat_rate, line.vat_amount, line.amount,
                )
                for line in invoice.lines
            ),
            amount_before_vat=invoice.amount_before_vat,
            vat_amount=invoice.vat_amount,
            amount=invoice.amount,
            amount_in_words=invoice.amount_in_words,
            payment_method="bank_transfer" if methods[invoice.payment_method] == "bank_transfer" else "cash",
            paid=invoice.paid,
            order_code=code,
        ),
        provider,
    )  # fmt: skip


def _record_issue(session: Session, invoice_id: str, issued: IssuedInvoice) -> str | None:
    moved = session.execute(
        update(Invoice)
        .where(Invoice.id == invoice_id, Invoice.state == "issuing")
        .values(
            state="issued",
            number=issued.number,
            series=issued.series,
            template=issued.template,
            lookup_code=issued.lookup_code,
            issued_at=issued.issued_at,
        )
        .returning(Invoice.order_id)
        .execution_options(synchronize_session=False)
    ).first()
    return moved.order_id if moved is not None else None


def _refuse(run: Run, reason: str) -> None:
    """The provider or the tax authority said no: staff have to look, the order may be invoiced again."""
    invoice_id = str(run.payload["invoice_id"])
    with run.db.transaction() as session:
        refused = session.execute(
            update(Invoice)
            .where(Invoice.id == invoice_id, Invoice.state.in_(("issuing", "issued")))
            .values(state="refused", refusal=reason[:500])
            .returning(Invoice.order_id)
            .execution_options(synchronize_session=False)
        ).first()
        if refused is None:
            return
        advance_invoice_state(session, order_id=refused.order_id, to="refused", now=run.now)
        code = session.scalars(select(Order.code).where(Order.id == refused.order_id)).one()
        open_task(
            session,
            key=f"invoice:{invoice_id}",
            kind="invoice_refused",
            title=f"Invoice of {code} was refused",
            detail=reason,
            subject_kind="order",
            subject_id=refused.order_id,
            now=run.now,
        )
        publish(session, "invoice.refused", {"key": invoice_id, "order_id": refused.order_id}, now=run.now)
