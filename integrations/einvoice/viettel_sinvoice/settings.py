"""What the adapter needs to know. Facts that are not sure are settings; the README says which."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from core.ports.errors import Misconfigured

PROVIDER = "viettel_sinvoice"


@dataclass(frozen=True)
class SInvoiceSettings:
    """`username` is often the tax code, but not always: they are two settings."""

    base_url: str
    username: str
    password: str = field(repr=False)
    supplier_tax_code: str
    template_code: str = "1/001"
    series: str = "C26TAA"
    connect_seconds: float = 5.0
    read_seconds: float = 90.0
    token_margin_seconds: float = 30.0
    """A token is replaced this long before `expires_in`."""
    settle_seconds: float = 90.0
    """How long an issue whose answer was lost may still be running there; a second one at the same time would
    make a second invoice."""
    max_file_bytes: int = 10 * 1024 * 1024

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> "SInvoiceSettings":
        known = {item.name for item in fields(cls)}
        for name in values:
            if name not in known:
                raise Misconfigured(PROVIDER, "start", f"unknown setting '{name}'")
        for name in ("base_url", "username", "password", "supplier_tax_code"):
            if not values.get(name):
                raise Misconfigured(PROVIDER, "start", f"the setting '{name}' is empty")
        return cls(**values)
