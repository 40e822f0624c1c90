"""Frozen copies of what was invoiced. An issued invoice never changes; a second document corrects the first."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from core.ids import new_id
from core.money import Dong


class Invoice(Base):
    """draft → issuing → issued → coded, or refused. `transaction_key` is committed before the provider is called."""

    __tablename__ = "invoices"
    __table_args__ = (
        CheckConstraint("kind IN ('vat', 'sales')", name="kind"),
        CheckConstraint("document IN ('original', 'replacement', 'adjustment')", name="document"),
        CheckConstraint("state IN ('draft', 'issuing', 'issued', 'coded', 'refused')", name="state"),
        CheckConstraint("amount = amount_before_vat + vat_amount", name="amount"),
        Index("ix_invoices_order_id", "order_id"),
        Index(
            "uq_invoices_one_original",
            "order_id",
            unique=True,
            sqlite_where=CheckConstraint("document = 'original' AND state <> 'refused'").sqltext,
            postgresql_where=CheckConstraint("document = 'original' AND state <> 'refused'").sqltext,
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    kind: Mapped[str]
    document: Mapped[str] = mapped_column(default="original")
    refers_to: Mapped[str | None] = mapped_column(ForeignKey("invoices.id"))
    state: Mapped[str] = mapped_column(default="draft")
    provider: Mapped[str]
    transaction_key: Mapped[str] = mapped_column(unique=True)
    template: Mapped[str] = mapped_column(default="")
    series: Mapped[str] = mapped_column(default="")
    number: Mapped[str] = mapped_column(default="")
    lookup_code: Mapped[str] = mapped_column(default="")
    tax_authority_code: Mapped[str] = mapped_column(default="")
    buyer_name: Mapped[str]
    buyer_company: Mapped[str] = mapped_column(default="")
    buyer_tax_code: Mapped[str] = mapped_column(default="")
    buyer_personal_id: Mapped[str] = mapped_column(default="")
    buyer_address: Mapped[str] = mapped_column(String, default="")
    buyer_email: Mapped[str] = mapped_column(default="")
    buyer_takes_invoice: Mapped[bool] = mapped_column(default=True)
    payment_method: Mapped[str]
    paid: Mapped[bool]
    amount_before_vat: Mapped[Dong]
    vat_amount: Mapped[Dong]
    amount: Mapped[Dong]
    amount_in_words: Mapped[str]
    refusal: Mapped[str] = mapped_column(default="")
    pdf_document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
    xml_document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
    created_at: Mapped[datetime]
    issued_at: Mapped[datetime | None]

    lines: Mapped[list["InvoiceLine"]] = relationship(lazy="raise", order_by="InvoiceLine.line_number")


class InvoiceLine(Base):
    __tablename__ = "invoice_lines"
    __table_args__ = (Index("ix_invoice_lines_invoice_id", "invoice_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    invoice_id: Mapped[str] = mapped_column(ForeignKey("invoices.id"))
    line_number: Mapped[int] = mapped_column(Integer)
    sku: Mapped[str]
    name: Mapped[str]
    unit: Mapped[str]
    quantity: Mapped[int] = mapped_column(Integer)
    unit_price: Mapped[str]
    """Before VAT, up to six decimals, as text."""
    amount_before_vat: Mapped[Dong]
    vat_rate: Mapped[int] = mapped_column(Integer)
    vat_amount: Mapped[Dong]
    amount: Mapped[Dong]
