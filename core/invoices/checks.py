"""What must be right before an invoice goes out. Pure; each refusal names the field and the mend."""

import re
from dataclasses import dataclass

from core.errors import Invalid
from core.tax_codes import check_tax_code as check_tax_code

_EMAIL = re.compile(r"[^@\s,;]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True)
class InvoiceBuyerInput:
    """What a buyer gives for an invoice of their own."""

    company: str = ""
    tax_code: str = ""
    address: str = ""
    email: str = ""
    name: str = ""


def check_buyer(buyer: InvoiceBuyerInput) -> InvoiceBuyerInput:
    """A tax code needs the company's name and address; e-mail is optional but must look like one."""
    cleaned = InvoiceBuyerInput(*(" ".join(v.split()) for v in (
        buyer.company, buyer.tax_code, buyer.address, buyer.email, buyer.name)))  # fmt: skip
    tax_code = check_tax_code(cleaned.tax_code) if cleaned.tax_code else ""
    if tax_code and not cleaned.company:
        raise Invalid("company_missing", "With a tax code the invoice needs the company's name.", {})
    if tax_code and not cleaned.address:
        raise Invalid(
            "company_address_missing", "With a tax code the invoice needs the company's address.", {}
        )
    if cleaned.email and not _EMAIL.fullmatch(cleaned.email):
        raise Invalid("email_invalid", "The e-mail address is not valid.", {"email": cleaned.email[:100]})
    for value, limit, field in ((cleaned.company, 400, "company"), (cleaned.address, 400, "address")):
        if len(value) > limit:
            raise Invalid(f"{field}_too_long", f"{field} has at most {limit} characters.", {})
    return InvoiceBuyerInput(cleaned.company, tax_code, cleaned.address, cleaned.email, cleaned.name)


def check_totals(
    *, lines: list[tuple[int, int, int]], before_vat: int, vat: int, amount: int, due: int
) -> None:
    """`lines` are (before VAT, VAT, amount); all must agree to the đồng with the order."""
    sums = tuple(sum(line[i] for line in lines) for i in range(3))
    if sums != (before_vat, vat, amount) or before_vat + vat != amount or amount != due:
        raise Invalid(
            "invoice_totals_differ",
            f"The invoice would be {amount} đồng, the order is {due}. Nothing was issued.",
            {"lines": sums, "invoice": [before_vat, vat, amount], "order": due},
        )
