"""What the API tells and takes of purchasing. Prices are of one piece, VAT excluded."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from core.api.schemas import In, Out

Sku = Annotated[str, Field(min_length=1, max_length=64)]
Amount = Annotated[int, Field(ge=0, le=10**12, strict=True)]
Pieces = Annotated[int, Field(ge=1, le=1_000_000, strict=True)]


class OfferIn(In):
    sku: Sku
    price: Amount = Field(description="Of one piece, VAT excluded.")
    supplier_sku: str = Field("", max_length=64)
    minimum_quantity: Pieces = 1
    lead_days: int = Field(0, ge=0, le=365, strict=True)
    usual: bool = Field(False, description="Shortages of this SKU are ordered here; ends another's being it.")


class OffersIn(In):
    prices: list[OfferIn] = Field(min_length=1, max_length=1_000)


class SupplierIn(In):
    code: str = Field("", max_length=32, description="Empty: the next NCC….")
    name: str = Field(min_length=1, max_length=200)
    contact_name: str = Field("", max_length=100)
    phone: str = Field("", max_length=30)
    email: str = Field("", max_length=200)
    tax_code: str = Field("", max_length=20)
    address: str = Field("", max_length=400)
    terms: str = Field("", max_length=1_000)


class SupplierChange(In):
    """What is left out stays as it is."""

    name: str | None = Field(None, min_length=1, max_length=200)
    contact_name: str | None = Field(None, max_length=100)
    phone: str | None = Field(None, max_length=30)
    email: str | None = Field(None, max_length=200)
    tax_code: str | None = Field(None, max_length=20)
    address: str | None = Field(None, max_length=400)
    terms: str | None = Field(None, max_length=1_000)
    archived: bool | None = Field(None, description="Nothing is bought from an archived supplier.")


class SupplierPriceOut(Out):
    sku: str
    price: int
    supplier_sku: str
    minimum_quantity: int
    lead_days: int
    usual: bool


class SupplierOut(Out):
    id: str
    code: str
    name: str
    contact_name: str
    phone: str
    email: str
    tax_code: str
    address: str
    terms: str
    status: str
    version: int
    prices: list[SupplierPriceOut]


class PurchaseLineIn(In):
    sku: Sku
    quantity: Pieces
    unit_price: Amount | None = Field(None, description="Left out: the supplier's price list.")


class PurchaseIn(In):
    supplier: str = Field(min_length=1, max_length=32, description="Code of the supplier.")
    warehouse_code: str | None = Field(None, max_length=40, description="Left out: the main warehouse.")
    lines: list[PurchaseLineIn] = Field(min_length=1, max_length=500)
    note: str = Field("", max_length=500)


class PurchaseLineChange(In):
    sku: Sku
    quantity: int = Field(ge=0, le=1_000_000, strict=True, description="0 takes the line out.")
    unit_price: Amount | None = None


class PurchaseChange(In):
    """What is left out stays as it is; lines only while it is a draft."""

    lines: list[PurchaseLineChange] = Field([], max_length=500)
    note: str | None = Field(None, max_length=500)
    warehouse_code: str | None = Field(None, max_length=40)


class ShortageIn(In):
    warehouse_code: str | None = Field(None, max_length=40)


class ConfirmIn(In):
    expected_on: date | None = Field(None, description="Left out: by the price list's lead days.")


class DayIn(In):
    expected_on: date


class ReasonIn(In):
    reason: str = Field("", max_length=500)


class PurchaseLineOut(Out):
    sku: str
    name: str
    supplier_sku: str
    quantity: int
    unit_price: int
    received: int
    cancelled: int
    returned: int
    outstanding: int
    over: int


class PurchaseOut(Out):
    id: str
    code: str
    supplier: str = Field(validation_alias="supplier_code")
    supplier_name: str
    warehouse_code: str
    state: str
    origin: str
    expected_on: date | None
    total: int
    note: str
    version: int
    created_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None
    lines: list[PurchaseLineOut]


class ConfirmOut(Out):
    """`waiting_for` is an approval's code when a person has to say yes first."""

    order: PurchaseOut
    waiting_for: str | None


class ShortageOut(Out):
    """`without_supplier`: SKU → pieces that no supplier is known to sell."""

    orders: list[PurchaseOut]
    without_supplier: dict[str, int]


class ArrivedIn(In):
    sku: Sku
    quantity: Pieces
    unit_price: Amount | None = Field(None, description="Left out: as ordered.")


class PurchaseReceiptIn(In):
    lines: list[ArrivedIn] = Field([], max_length=500, description="Empty: everything outstanding.")
    reference: str = Field("", max_length=100, description="Number of the supplier's note; counted in once.")
    note: str = Field("", max_length=500)
    warehouse_code: str | None = Field(None, max_length=40)
    accept_over: bool = Field(False, description="Take in more than the shop's rule allows.")
    is_last: bool = Field(False, description="Nothing more comes: the rest is written off as not delivered.")


class PurchaseReceiptLineOut(Out):
    sku: str
    quantity: int
    over: int
    unit_price: int
    cost_before: int | None
    cost_after: int


class PurchaseReceiptOut(Out):
    id: str
    code: str
    warehouse_code: str
    reference: str
    note: str
    received_at: datetime
    lines: list[PurchaseReceiptLineOut]


class ReceivedOut(Out):
    """`filled`: codes of orders that lack nothing any more."""

    receipt: PurchaseReceiptOut
    order: PurchaseOut
    filled: list[str]


class BackLineIn(In):
    sku: Sku
    quantity: Pieces


class SupplierReturnIn(In):
    lines: list[BackLineIn] = Field(min_length=1, max_length=500)
    reason: str = Field(min_length=1, max_length=300)
    reference: str = Field("", max_length=100)
    warehouse_code: str | None = Field(None, max_length=40)


class BackLineOut(Out):
    sku: str
    quantity: int
    unit_price: int


class SupplierReturnOut(Out):
    id: str
    code: str
    warehouse_code: str
    reference: str
    reason: str
    credit: int
    returned_at: datetime
    lines: list[BackLineOut]


class ArrivalOut(Out):
    sku: str
    warehouse_code: str
    purchase_order: str
    quantity: int
    expected_on: date
    late: bool
