"""What goes into understanding a message and what comes out of it. Spans are in the raw text."""

from dataclasses import dataclass, field

Span = tuple[int, int]


@dataclass(frozen=True)
class ValueWords:
    value: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class OptionWords:
    name: str
    names: tuple[str, ...]
    values: tuple[ValueWords, ...]


@dataclass(frozen=True)
class VariantWords:
    sku: str
    options: dict[str, str]


@dataclass(frozen=True)
class ProductWords:
    """Everything a customer may call a product by, in all languages."""

    sku: str
    names: tuple[str, ...]
    category: tuple[str, ...]
    options: tuple[OptionWords, ...]
    variants: tuple[VariantWords, ...]


@dataclass(frozen=True)
class CartItem:
    product_sku: str
    variant_sku: str
    quantity: int


@dataclass(frozen=True)
class Intent:
    name: str
    confidence: float


@dataclass(frozen=True)
class ItemMention:
    """`variant_sku` only when the options decide exactly one; `candidates` when the product is not sure.

    `change`: add, set, remove or replace (same product, other options). `refers`: shown or cart when no
    product was named.
    """

    span: Span
    product_sku: str | None
    candidates: tuple[tuple[str, float], ...]
    options: dict[str, str]
    variant_sku: str | None
    quantity: int | None
    change: str | None
    refers: str | None
    confidence: float
    replaces: str | None = None
    """The variant in the cart that this one takes the place of."""


@dataclass(frozen=True)
class PhoneMention:
    span: Span
    value: str
    valid: bool
    raw: str


@dataclass(frozen=True)
class NameMention:
    span: Span
    value: str


@dataclass(frozen=True)
class TaxCodeMention:
    span: Span
    digits: str


@dataclass(frozen=True)
class Parse:
    text: str
    language: str
    language_confidence: float
    intents: tuple[Intent, ...] = ()
    items: tuple[ItemMention, ...] = ()
    phones: tuple[PhoneMention, ...] = ()
    name: NameMention | None = None
    address_span: Span | None = None
    email: str | None = None
    tax_code: TaxCodeMention | None = None
    company: str | None = None
    order_codes: tuple[str, ...] = ()
    amounts: tuple[int, ...] = ()
    payment: str | None = None
    yes: bool = False
    no: bool = False
    quantity: int | None = None
    """A bare number, when it belongs to no item."""
    question: bool = False
    note: str | None = None
    unknown_words: tuple[str, ...] = field(default=())
