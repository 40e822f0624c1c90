"""What goes into understanding a message and what comes out of it. Spans are in the raw text."""

from dataclasses import dataclass, field
from typing import Literal

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
    """`said` is the part of the message that says it, where that part was read by itself."""

    name: str
    confidence: float
    said: str = ""


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
    missing: dict[str, str] = field(default_factory=dict)
    """Options wished for by a value that this product does not come in."""


@dataclass(frozen=True)
class PhoneMention:
    span: Span
    value: str
    valid: bool
    raw: str
    confidence: float


@dataclass(frozen=True)
class NameMention:
    span: Span
    value: str
    confidence: float


@dataclass(frozen=True)
class TaxCodeMention:
    span: Span
    digits: str
    confidence: float


MentionKind = Literal["email", "company", "order_code", "amount", "date", "address", "payment"]


@dataclass(frozen=True)
class Mention:
    """`value` is what was meant: the code in its one spelling, an amount in đồng, a date as `DateMention` tells it."""

    kind: MentionKind
    span: Span
    value: str
    confidence: float


@dataclass(frozen=True)
class DateMention:
    """`kind`: day, weekday, relative, span or time; `day` (ISO) where `today` was given and one day is meant."""

    span: Span
    kind: str
    text: str
    day: str | None
    confidence: float


@dataclass(frozen=True)
class Parse:
    text: str
    language: str
    language_confidence: float
    intents: tuple[Intent, ...] = ()
    items: tuple[ItemMention, ...] = ()
    phones: tuple[PhoneMention, ...] = ()
    name: NameMention | None = None
    tax_code: TaxCodeMention | None = None
    dates: tuple[DateMention, ...] = ()
    mentions: tuple[Mention, ...] = ()
    yes: bool = False
    no: bool = False
    quantity: int | None = None
    """A bare number, when it belongs to no item."""
    question: bool = False
    note: str | None = None
    only: bool = False
    """What is named is wanted and nothing else: `chỉ lấy áo thôi`, `just the case`, `케이스만 주세요`."""

    @property
    def address_span(self) -> Span | None:
        return next((m.span for m in self._of("address")), None)

    @property
    def email(self) -> str | None:
        return next((m.value for m in self._of("email")), None)

    @property
    def company(self) -> str | None:
        return next((m.value for m in self._of("company")), None)

    @property
    def payment(self) -> str | None:
        """`cod` or `bank_transfer`."""
        return next((m.value for m in self._of("payment")), None)

    @property
    def order_codes(self) -> tuple[str, ...]:
        return tuple(m.value for m in self._of("order_code"))

    @property
    def amounts(self) -> tuple[int, ...]:
        """Whole đồng."""
        return tuple(int(m.value) for m in self._of("amount"))

    def _of(self, kind: MentionKind) -> list[Mention]:
        return [mention for mention in self.mentions if mention.kind == kind]
