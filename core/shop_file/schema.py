"""The shop file: a whole small shop as JSON. Unknown keys are refused by name."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.shop import ShopProfile
from core.texts import without_nul

Sku = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^\S(.*\S)?$")]
Price = Annotated[int, Field(ge=0, le=10**12, strict=True)]
Text = Annotated[str, Field(max_length=20_000)]
Short = Annotated[str, Field(max_length=300)]


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
    images: list[Short] = []

    @model_validator(mode="after")
    def _variants_fit_options(self) -> "ProductPart":
        names = {option.name for option in self.options}
        for variant in self.variants:
            if set(variant.options) != names:
                raise ValueError(f"variant {variant.sku} must give a value for each of {sorted(names)}")
            for option in self.options:
                if variant.options[option.name] not in option.values:
                    raise ValueError(
                        f"variant {variant.sku}: {variant.options[option.name]!r} is no value of {option.name}"
                    )
        return self


class CustomerPart(Part):
    channel_user_id: Short
    channel: Annotated[str, Field(min_length=1, max_length=40)] = "widget"
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


class OrderLinePart(Part):
    sku: Sku
    qty: int = Field(ge=1, le=10_000)
    unit_price: Price


class OrderPart(Part):
    code: Annotated[str, Field(min_length=1, max_length=40)]
    channel_user_id: Short
    channel: Annotated[str, Field(min_length=1, max_length=40)] = "widget"
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
    shipping_status: str = "none"
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
    orders: list[OrderPart] = Field([], max_length=100_000)
