"""What the API tells and takes, noun by noun. Amounts in whole đồng, weights in grams, times in UTC."""

from collections import Counter
from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.orders.carts import Draft
from core.ports.addresses import DeliveryAddress
from core.texts import without_nul

T = TypeVar("T")
Quantity = Annotated[int, Field(ge=1, le=10_000, strict=True)]


class In(BaseModel):
    model_config = ConfigDict(extra="forbid")

    _storable = model_validator(mode="before")(without_nul)


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Page(BaseModel, Generic[T]):
    """`next_cursor` is null on the last page; else send it as `cursor`."""

    items: list[T]
    next_cursor: str | None


class VariantOut(Out):
    sku: str
    option_values: dict[str, str]
    option_values_en: dict[str, str]
    price: int
    cost: int | None
    weight_g: int
    active: bool
    version: int
    profit: int | None = Field(
        None, description="Price without VAT less cost, as of now; null without a cost."
    )
    margin_bp: int | None = Field(
        None, description="Profit over the price without VAT, in hundredths of a percent."
    )


class ProductOut(Out):
    id: str
    sku: str
    name: str
    name_en: str
    category: str
    category_en: str
    brand: str
    description: str
    description_en: str
    vat_class: str
    aliases: list[str]
    specifications: list[dict[str, Any]]
    size_chart: str
    size_chart_en: str
    options: list[dict[str, Any]]
    images: list[str]
    related: list[str]
    status: str
    version: int
    created_at: datetime
    updated_at: datetime
    variants: list[VariantOut]


class WarehouseOut(Out):
    code: str
    name: str
    name_en: str
    kind: str
    address: str
    province_code: str
    contact_name: str
    phone: str
    priority: int
    active: bool
    version: int


class StockLevelOut(Out):
    sku: str
    warehouse_code: str
    on_hand: int
    reserved: int
    available: int
    incoming: int = Field(0, description="Outstanding of confirmed purchase orders.")
    incoming_on: date | None = Field(None, description="The first day on which some of it is expected.")


class ReceiptIn(In):
    sku: str = Field(min_length=1, max_length=64)
    warehouse_code: str = Field(min_length=1, max_length=40)
    quantity: int = Field(ge=1, le=1_000_000, strict=True)
    reason: str = Field("", max_length=300)


class AdjustmentIn(In):
    sku: str = Field(min_length=1, max_length=64)
    warehouse_code: str = Field(min_length=1, max_length=40)
    change: int = Field(ge=-1_000_000, le=1_000_000, strict=True)
    cause: Literal["damaged", "lost", "found", "expired", "sample", "miscounted", "other"] = "other"
    reason: str = Field(min_length=1, max_length=300)


class CustomerOut(Out):
    id: str
    name: str
    phone: str
    email: str
    address: dict[str, Any]
    created_at: datetime


class CustomerIn(In):
    name: str = Field(min_length=1, max_length=100)
    phone: str = Field("", max_length=30)
    email: str = Field("", max_length=200)
    channel: str = Field("api", min_length=1, max_length=40)
    user_id: str = Field(
        min_length=1, max_length=200, description="Your id of this customer on that channel."
    )


class AddressIn(In):
    """Codes of one era; see `GET /docs` and the README for where they come from."""

    era: Literal["old", "new"]
    street: str = Field(min_length=1, max_length=300)
    ward_code: str = Field(min_length=1, max_length=10)
    district_code: str = Field("", max_length=10)
    province_code: str = Field(min_length=1, max_length=10)


class LineIn(In):
    sku: str = Field(min_length=1, max_length=64)
    quantity: Quantity


class DraftIn(In):
    lines: list[LineIn] = Field(min_length=1, max_length=100)
    name: str = Field(min_length=1, max_length=100)
    phone: str = Field(min_length=1, max_length=30)
    payment_method: Literal["cod", "bank_transfer"] = "cod"
    note: str = Field("", max_length=500)

    def draft(self, address: DeliveryAddress | None) -> Draft:
        quantities: Counter[str] = Counter()
        for line in self.lines:
            quantities[line.sku] += line.quantity
        return Draft(quantities, self.name, self.phone, address, self.payment_method, self.note)


class CartIn(DraftIn):
    """The address as typed text (`address`) or by codes (`place`)."""

    customer_id: str | None = Field(None, max_length=64)
    address: str | None = Field(None, min_length=1, max_length=500)
    place: AddressIn | None = None


class CartOut(Out):
    id: str
    customer_id: str
    status: str
    version: int
    buyer_name: str
    phone: str
    address: dict[str, Any]
    payment_method: str


class QuoteOut(Out):
    id: str
    cart_id: str
    state: str
    total: int
    content: dict[str, Any]
    expires_at: datetime


class OrderIn(In):
    quote_id: str = Field(min_length=1, max_length=64)


class LineChangeIn(In):
    sku: str = Field(min_length=1, max_length=64)
    quantity: int = Field(ge=0, le=10_000, strict=True, description="0 takes the line out.")


class OrderChangeIn(In):
    """What is left out stays as it is. The address as typed text (`address`) or by codes (`place`)."""

    lines: list[LineChangeIn] = Field([], max_length=100)
    name: str | None = Field(None, min_length=1, max_length=100)
    phone: str | None = Field(None, min_length=1, max_length=30)
    address: str | None = Field(None, min_length=1, max_length=500)
    place: AddressIn | None = None
    note: str | None = Field(None, max_length=500)


class OrderLineOut(Out):
    sku: str
    name: str
    option_text: str
    quantity: int
    unit_price: int
    discount: int
    amount: int
    vat_class: str


class MoneyOut(Out):
    """`paid - refunded = due - outstanding + overpaid`, always."""

    due: int = Field(
        description="What it costs in the end: the total less what was given back for returned goods."
    )
    paid: int
    refunded: int
    refund_held: int = Field(description="Promised back, not sent yet.")
    outstanding: int
    overpaid: int


class OrderOut(Out):
    id: str
    code: str
    status: str
    payment_state: str
    fulfilment_state: str
    invoice_state: str
    sales_channel: str
    customer_id: str
    buyer_name: str
    phone: str
    address: dict[str, Any]
    address_text: str
    payment_method: str
    subtotal: int
    discount: int
    shipping_fee: int
    total: int
    money: MoneyOut
    replaces_order_id: str | None = Field(description="Of an exchange: the order whose goods came back.")
    tags: list[str]
    note: str
    risk_level: str = Field(description="none, confirm, deposit or prepay, by the shop's rule.")
    risk_refused: int = Field(description="The reason: parcels that this buyer refused before.")
    risk_state: str = Field(description="`open` keeps it from being packed.")
    version: int
    placed_at: datetime
    packed_at: datetime | None
    delivered_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    lines: list[OrderLineOut]


class CancelIn(In):
    reason: str = Field("", max_length=500)


class CancelOut(BaseModel):
    """`waiting_for` is an approval's code when a person has to say yes first."""

    order: OrderOut
    waiting_for: str | None


class ShipmentOut(Out):
    id: str
    order_id: str
    carrier: str
    state: str
    tracking_number: str | None
    tracking_url: str
    cod_amount: int
    fee: int | None
    weight_g: int
    refusal: str
    label_document_id: str | None
    created_at: datetime


class InvoiceOut(Out):
    id: str
    order_id: str
    kind: str
    document: str
    state: str
    provider: str
    series: str
    number: str
    tax_authority_code: str
    buyer_name: str
    buyer_company: str
    buyer_tax_code: str
    amount_before_vat: int
    vat_amount: int
    amount: int
    amount_in_words: str
    refusal: str
    pdf_document_id: str | None
    xml_document_id: str | None
    issued_at: datetime | None


class ApprovalOut(Out):
    code: str
    kind: str
    subject_kind: str
    subject_code: str
    amount: int
    question: str
    state: str
    requested_at: datetime
    expires_at: datetime
    decided_by_name: str
    decided_at: datetime | None


class DecisionIn(In):
    note: str = Field("", max_length=500)
