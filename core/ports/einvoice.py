"""What the order desk asks of an e-invoice provider."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

# VAT rates in percent; the two negatives are not rates but classes that must never be mixed up with 0 %.
NOT_SUBJECT = -2
NOT_DECLARED = -1

InvoiceKind = Literal["vat", "sales"]


@dataclass(frozen=True)
class InvoiceBuyer:
    """A consumer who gives nothing has `name` "Bán cho người tiêu dùng" and `takes_invoice` False."""

    name: str
    company: str = ""
    tax_code: str = ""
    personal_id: str = ""
    address: str = ""
    email: str = ""
    phone: str = ""
    takes_invoice: bool = True


@dataclass(frozen=True)
class InvoiceItem:
    """Amounts in whole đồng; `unit_price` is before VAT and may have up to six decimals, as text."""

    line_number: int
    sku: str
    name: str
    unit: str
    quantity: int
    unit_price: str
    amount_before_vat: int
    vat_rate: int
    vat_amount: int
    amount: int


@dataclass(frozen=True)
class InvoiceRequest:
    """`key` is ours (UUID text), stored before the call: the same key never makes a second invoice."""

    key: str
    kind: InvoiceKind
    buyer: InvoiceBuyer
    items: tuple[InvoiceItem, ...]
    amount_before_vat: int
    vat_amount: int
    amount: int
    amount_in_words: str
    payment_method: Literal["cash", "bank_transfer", "cash_or_bank_transfer"]
    paid: bool
    order_code: str
    note: str = ""


@dataclass(frozen=True)
class IssuedInvoice:
    """`number` may be empty while the provider still assigns it; `tax_authority_code` comes later."""

    number: str
    series: str
    template: str
    issued_at: datetime
    tax_authority_code: str = ""
    lookup_code: str = ""
    refused_reason: str = ""


@dataclass(frozen=True)
class InvoiceFile:
    content: bytes
    content_type: Literal["application/pdf", "application/xml"]
    filename: str


class EInvoice(Protocol):
    """Every method raises `core.ports.errors.ProviderError` and nothing else."""

    code: str
    name: str

    def preview(self, request: InvoiceRequest) -> InvoiceFile:
        """A PDF of what would be issued. Creates nothing."""
        ...

    def issue(self, request: InvoiceRequest) -> IssuedInvoice:
        """Issue, or return what `request.key` issued before."""
        ...

    def find(self, key: str) -> IssuedInvoice | None:
        """What our key issued, with the tax authority's code once it is there; None when surely nothing."""
        ...

    def file(self, issued: IssuedInvoice, kind: Literal["pdf", "xml"]) -> InvoiceFile | None:
        """The file, or None while the provider has not made it yet."""
        ...

    def check(self) -> str:
        """One cheap call that proves the settings; returns what to show."""
        ...

    def close(self) -> None:
        """Give connections back; the last thing that is asked of it."""
        ...
