"""How the played S-Invoice is set up. Each option may also be changed while it runs."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from integrations.sandbox.sinvoice.records import Template, Tenant

DEMO_TAX_CODE = "0100109106-990"
DEMO_PASSWORD = "demo-sinvoice-password"  # noqa: S105

_CHOICES = {
    "stale_answer": ("general", "unauthorised", "invalid_token_xml"),
    "repeated_uuid": ("refused", "same_result"),
}


@dataclass
class Options:
    token_lifetime_s: float = 1200.0
    stale_answer: str = "general"
    """How an old token is answered: general, unauthorised, invalid_token_xml."""

    repeated_uuid: str = "refused"
    """refused as measured, or same_result as the manual says."""

    code_delay_s: float = 2.0
    code_refusal: str = ""
    """Not empty: the tax authority refuses every code that is still to come, with this reason."""

    number_delay_s: float = 0.0
    """Above 0: create answers with an empty invoiceNo, the look-up has it later."""

    file_delay_s: float = 0.0
    """Files are empty for so long after issue."""

    cancelling: bool = False
    other_date_allowed: bool = False
    moves_to_latest_date: bool = False

    def change(self, values: Mapping[str, Any]) -> None:
        """All or nothing; raises ValueError with a sentence for the caller."""
        known = {item.name: item.type for item in fields(self)}
        unknown = sorted(set(values) - set(known))
        if unknown:
            raise ValueError(f"no option {', '.join(unknown)}; known: {', '.join(known)}")
        read = {name: _read(name, known[name], value) for name, value in values.items()}
        for name, value in read.items():
            setattr(self, name, value)


def _read(name: str, kind: Any, value: Any) -> Any:
    if kind is bool:
        return str(value).lower() in ("1", "true", "yes", "on")
    if kind is float:
        seconds = float(value)
        if not 0 <= seconds <= 10**7:
            raise ValueError(f"{name} must be a number of seconds from 0")
        return seconds
    chosen = str(value)
    if name in _CHOICES and chosen not in _CHOICES[name]:
        raise ValueError(f"{name} must be one of {', '.join(_CHOICES[name])}")
    return chosen


def read_options(values: Mapping[str, Any]) -> tuple[Tenant, Options]:
    """Flat keys: tax_code, username, password, seller_name, seller_address, seller_phone, series (of 1/001),
    has_certificate, mails_buyers, and every field of `Options`. All may be missing."""
    given = dict(values)
    tax_code = str(given.pop("tax_code", DEMO_TAX_CODE))
    tenant = Tenant(
        tax_code=tax_code,
        username=str(given.pop("username", tax_code)),
        password=str(given.pop("password", DEMO_PASSWORD)),
        has_certificate=bool(given.pop("has_certificate", True)),
        mails_buyers=bool(given.pop("mails_buyers", True)),
    )
    tenant.name = str(given.pop("seller_name", tenant.name))
    tenant.address = str(given.pop("seller_address", tenant.address))
    tenant.phone = str(given.pop("seller_phone", tenant.phone))
    if "series" in given:
        tenant.templates.insert(0, Template("1/001", str(given.pop("series"))))
    options = Options()
    options.change(given)
    return tenant, options
