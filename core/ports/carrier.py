"""What the order desk asks of a carrier. Vendor words end in the adapter's mapping."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

FeePayer = Literal["shop", "receiver"]
CarrierState = Literal[
    "created",
    "picking",
    "picked_up",
    "in_transit",
    "delivering",
    "delivered",
    "delivery_failed",
    "returning",
    "returned",
    "cancelled",
    "lost",
    "exception",
]


@dataclass(frozen=True)
class CarrierAddress:
    """One place. `era` says which set of units the names belong to; `district` is empty for the new era."""

    name: str
    phone: str
    street: str
    ward: str
    district: str
    province: str
    era: Literal["old", "new"]


@dataclass(frozen=True)
class ParcelItem:
    name: str
    sku: str
    quantity: int
    price: int
    weight_g: int


@dataclass(frozen=True)
class ParcelRequest:
    """`key` is ours, stored before the call: the same key never makes a second parcel. Grams, cm, đồng."""

    key: str
    sender: CarrierAddress
    receiver: CarrierAddress
    items: tuple[ParcelItem, ...]
    weight_g: int
    length_cm: int
    width_cm: int
    height_cm: int
    cod_amount: int
    insurance_value: int
    fee_payer: FeePayer
    note: str = ""


@dataclass(frozen=True)
class FeeQuote:
    fee: int
    service: str
    expected_delivery_at: datetime | None = None


@dataclass(frozen=True)
class Parcel:
    tracking_number: str
    state: CarrierState
    fee: int
    tracking_url: str
    expected_delivery_at: datetime | None = None
    sort_code: str = ""


@dataclass(frozen=True)
class TrackingUpdate:
    """One thing that a carrier said about a parcel. `external_id` tells repeats apart.

    `state` is None when the carrier's code is unknown to us or the message is not about the state:
    it is kept, shown to staff, and moves nothing.
    """

    external_id: str
    tracking_number: str
    key: str
    state: CarrierState | None
    carrier_status: str
    at: datetime
    reason: str = ""
    cod_amount: int | None = None
    fee: int | None = None


@dataclass(frozen=True)
class Label:
    content: bytes
    content_type: str


@dataclass(frozen=True)
class IncomingRequest:
    """A webhook as it came in; header names in lower case."""

    body: bytes
    headers: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)


class Carrier(Protocol):
    """Every method raises `core.ports.errors.ProviderError` and nothing else."""

    code: str
    name: str

    def quote(self, request: ParcelRequest) -> FeeQuote:
        """The fee for this parcel. Creates nothing."""
        ...

    def create(self, request: ParcelRequest) -> Parcel:
        """Create the parcel, or return the one that `request.key` made before."""
        ...

    def find(self, key: str) -> Parcel | None:
        """The parcel made with our key, or None when the carrier surely has none."""
        ...

    def cancel(self, tracking_number: str) -> None:
        """Cancel before pick-up. Repeating is harmless; too late raises Rejected."""
        ...

    def label(self, tracking_number: str) -> Label | None:
        """The carrier's own label, or None where it gives none that can be stored."""
        ...

    def track(self, tracking_number: str) -> tuple[TrackingUpdate, ...]:
        """Everything the carrier says happened, oldest first."""
        ...

    def read_webhook(self, request: IncomingRequest) -> tuple[TrackingUpdate, ...]:
        """Verify on the raw body and parse; raises SignatureInvalid or Rejected."""
        ...

    def check(self) -> str:
        """One cheap call that proves the settings; returns what to show (shop name …)."""
        ...

    def close(self) -> None:
        """Give connections back; the last thing that is asked of it."""
        ...
