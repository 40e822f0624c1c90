"""The shop file: a whole small shop as JSON. Unknown keys are refused by name."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from core.shop import ShopProfile
from core.texts import without_nul

Sku = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^\S(.*\S)?$")]
Price = Annotated[int, Field(ge=0, le=10**12, strict=True)]
Text = Annotated[str, Field(max_length=20_000)]
Short = Annotated[str, Field(max_length=300)]
UserId = Annotated[str, Field(min_length=1, max_length=200)]
Channel = Annotated[str, Field(min_length=1, max_length=40)]

# What a file may say of a parcel → (the order's fulfilment, the parcel's state; None without a parcel).
SHIPPING_STATUSES: Mapping[str, tuple[str, str | None]] = {
    "none": ("unpacked", None),
    "packed": ("packed", None),
    "created": ("packed", "created"),
    "picking": ("packed", "picking"),
    "picked_up": ("shipped", "picked_up"),
    "in_transit": ("shipped", "in_transit"),
    "delivering": ("shipped", "delivering"),
    "delivered": ("delivered", "delivered"),
    "failed": ("failed", "delivery_failed"),
    "returning": ("failed", "returning"),
    "returned": ("returned", "returned"),
    "cancelled": ("cancelled", "cancelled"),
    "lost": ("failed", "lost"),
    "exception": ("failed", "exception"),
}
# Other words for the same, as carriers and sales channels say them.
_SAME_STATUS: Mapping[str, str] = {
    "pending": "none", "preparing": "none", "not_shipped": "none", "ready_to_ship": "packed",
    "ready_to_pick": "created",
    "picked": "picked_up", "shipped": "in_transit", "shipping": "in_transit", "transporting": "in_transit",
    "out_for_delivery": "delivering", "delivery_failed": "failed", "delivery_fail": "failed", "return": "returning",
    "damaged": "lost", "canceled": "cancelled",
}  # fmt: skip


def _known_shipping_status(value: str) -> str:
    known = _SAME_STATUS.get(value, value)
    if known not in SHIPPING_STATUSES:
        raise ValueError(f"'{value[:40]}' is not one of {', '.join(SHIPPING_STATUSES)}")
    return known


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    _storable = model_validator(mode="before")(without_nul)


class WarehousePart(Part):
    code: Annotated[str, Field(min_length=1, max_length=40)]
    name: Short
    name_en: Short = ""
    address: Short = ""
    kind: Literal["main", "secondary", "branch"] = "main"
    contact_name: Short = ""
    phone: Short = ""
    priority: int = 0


class OptionPart(Part):
    name: Short
    name_en: Short = ""
    values: list[Short] = Field(min_length=1, max_length=100)
    values_en: list[Short] = []


class SpecificationPart(Part):
    name: Short
    value: Short


class VariantPart(Part):
    sku: Sku
    options: dict[str, Short] = {}
    options_en: dict[str, Short] = {}
    price: Price
    cost: Price | None = None
    weight_g: int = Field(0, ge=0, le=2_000_000)
    stock: dict[str, Annotated[int, Field(ge=0, le=1_000_000, strict=True)]] = {}
    active: bool = True


class ProductPart(Part):
    sku: Sku
    name: Annotated[str, Field(min_length=1, max_length=300)]
    name_en: Short = ""
    category: Short = ""
    category_en: Short = ""
    brand: Short = ""
    vat_rate: Literal[0, 5, 8, 10] | None = 8
    """8 means the reducible 10 % class, 10 the excluded one, null not subject to VAT."""
    aliases: list[Short] = Field([], max_length=100)
    description: Text = ""
    description_en: Text = ""
    specifications: list[SpecificationPart] = []
    size_chart: Text = ""
    size_chart_en: Text = ""
    options: list[OptionPart] = Field([], max_length=3)
    variants: list[VariantPart] = Field(min_length=1, max_length=1000)
    images: list[Annotated[str, Field(max_length=2_000)]] = []
    active: bool = True
    related: list[Sku] = Field([], max_length=20)
    """SKUs of products that go with this one; the assistant may offer one of them."""

    @model_validator(mode="after")
    def _variants_fit_options(self) -> "ProductPart":
        names = {option.name for option in self.options}
        if len(names) != len(self.options):
            raise ValueError("each option must have a name of its own")
        taken: dict[tuple[str, ...], str] = {}
        for variant in self.variants:
            if set(variant.options) != names:
                raise ValueError(f"variant {variant.sku} must give a value for each of {sorted(names)}")
            for option in self.options:
                if variant.options[option.name] not in option.values:
                    raise ValueError(
                        f"variant {variant.sku}: {variant.options[option.name]!r} is no value of {option.name}"
                    )
            twin = taken.setdefault(tuple(variant.options[o.name] for o in self.options), variant.sku)
            if twin != variant.sku:
                raise ValueError(f"variants {twin} and {variant.sku} have the same options")
        return self


class CustomerPart(Part):
    """Without `channel` the first chat channel on which this user id writes is theirs."""

    channel_user_id: UserId
    channel: Channel | None = None
    name: Short = ""
    phone: Short = ""
    email: Short = ""
    address: Short = ""


class FaqPart(Part):
    id: Annotated[str, Field(min_length=1, max_length=100)]
    question: Text
    answer: Text
    question_en: Text = ""
    answer_en: Text = ""
    question_ko: Text = ""
    answer_ko: Text = ""
    phrasings: dict[Literal["vi", "en", "ko"], list[Short]] = {}
    """Other ways in which customers ask it."""


class DocumentPart(Part):
    """Markdown; without a language each piece's is guessed."""

    id: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\w.-]+$")]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    text: Annotated[str, Field(min_length=1, max_length=500_000)]
    language: Literal["", "vi", "en", "ko"] = ""


class OrderLinePart(Part):
    sku: Sku
    qty: int = Field(ge=1, le=10_000)
    unit_price: Price


class OrderPart(Part):
    code: Annotated[str, Field(min_length=1, max_length=40)]
    channel_user_id: UserId
    channel: Channel | None = None
    customer_name: Short
    phone: Short
    address: Short
    lines: list[OrderLinePart] = Field(min_length=1, max_length=100)
    payment_method: Literal["cod", "bank_transfer"]
    subtotal: Price
    discount: Price = 0
    shipping_fee: Price
    total: Price
    status: Literal["new", "processing", "completed", "cancelled", "returned"]
    shipping_status: Annotated[str, AfterValidator(_known_shipping_status)] = "none"
    carrier: Short | None = None
    tracking_code: Short | None = None
    placed_days_ago: float = Field(0, ge=0, le=36_500)
    delivered_days_ago: float | None = Field(None, ge=0, le=36_500)

    @model_validator(mode="after")
    def _money_adds_up(self) -> "OrderPart":
        lines = sum(line.qty * line.unit_price for line in self.lines)
        if lines != self.subtotal or self.subtotal - self.discount + self.shipping_fee != self.total:
            raise ValueError(
                f"order {self.code}: lines make {lines}, subtotal is {self.subtotal}, total is {self.total}; "
                "the lines must add up to the subtotal, and subtotal - discount + shipping_fee to the total"
            )
        return self


class ShopFile(Part):
    shop: ShopProfile
    warehouses: list[WarehousePart] = Field([], max_length=1000)
    products: list[ProductPart] = Field([], max_length=100_000)
    customers: list[CustomerPart] = Field([], max_length=100_000)
    faqs: list[FaqPart] = Field([], max_length=10_000)
    documents: list[DocumentPart] = Field([], max_length=1_000)
    orders: list[OrderPart] = Field([], max_length=100_000)
