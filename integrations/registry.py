"""Every provider by name. Adapters are imported when first asked for: a shop pays for those it uses.

Each adapter module offers `from_settings(values, transport=None)`; which keys it reads stands in its
settings dataclass, and a missing or wrong one raises `Misconfigured` with its name.
"""

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from core.ports.bank import Bank
from core.ports.carrier import Carrier
from core.ports.einvoice import EInvoice
from core.ports.errors import Misconfigured

Values = Mapping[str, Any]


def _ghn(values: Values, transport: httpx.BaseTransport | None) -> Carrier:
    from integrations.carriers.ghn.adapter import from_settings

    return from_settings(values, transport)


def _viettel_sinvoice(values: Values, transport: httpx.BaseTransport | None) -> EInvoice:
    from integrations.einvoice.viettel_sinvoice.adapter import from_settings

    return from_settings(values, transport)


def _sepay(values: Values) -> Bank:
    from integrations.banks.sepay.adapter import from_settings

    return from_settings(values)


BANKS: Mapping[str, Callable[[Values], Bank]] = {"sepay": _sepay}
CARRIERS: Mapping[str, Callable[[Values, httpx.BaseTransport | None], Carrier]] = {"ghn": _ghn}
EINVOICE: Mapping[str, Callable[[Values, httpx.BaseTransport | None], EInvoice]] = {
    "viettel_sinvoice": _viettel_sinvoice
}


def build_carrier(name: str, values: Values, transport: httpx.BaseTransport | None = None) -> Carrier:
    """`transport` replaces the network in tests."""
    if name not in CARRIERS:
        raise Misconfigured(name, "start", f"no such carrier; known: {', '.join(CARRIERS)}")
    return CARRIERS[name](values, transport)


def build_einvoice(name: str, values: Values, transport: httpx.BaseTransport | None = None) -> EInvoice:
    if name not in EINVOICE:
        raise Misconfigured(name, "start", f"no such e-invoice provider; known: {', '.join(EINVOICE)}")
    return EINVOICE[name](values, transport)


def build_bank(name: str, values: Values) -> Bank:
    """A bank is only listened to, so it needs no network."""
    if name not in BANKS:
        raise Misconfigured(name, "start", f"no such bank; known: {', '.join(BANKS)}")
    return BANKS[name](values)
