"""What a message changes in the cart, and what came of it."""

from dataclasses import dataclass, field
from typing import Any

from core.catalogue.models import Product


@dataclass(frozen=True)
class ItemChange:
    """`sku` of a variant, or of a product that still lacks options; `action` add, set or remove.

    Without a SKU `candidates` are the products that may be meant. `replaces` is the variant in the cart whose
    place this one takes.
    """

    sku: str
    quantity: int | None
    action: str
    options: dict[str, str] = field(default_factory=dict)
    candidates: tuple[str, ...] = ()
    replaces: str = ""
    each: str = ""
    """The option, as the customer calls it, of which every value is wanted: `màu`, `size`."""


@dataclass(frozen=True)
class OrderChanges:
    items: tuple[ItemChange, ...] = ()
    name: str = ""
    phone: str = ""
    address: str = ""
    note: str = ""
    payment_method: str = ""
    answer: str = ""
    """The words to the open question, when they are nothing of the above."""
    as_before: bool = False
    """The customer wants it where and for whom it was last time."""


@dataclass(frozen=True)
class Ask:
    """One question and what it asks for (a name of `state.awaiting`)."""

    kind: str
    question: str
    quick_replies: tuple[str, ...] = ()
    cards: tuple[dict[str, Any], ...] = ()


@dataclass
class Result:
    said: list[str] = field(default_factory=list)
    problems: list[Ask] = field(default_factory=list)
    """What was told and cannot be used: said what is wrong, and asked again."""
    added: list[str] = field(default_factory=list)
    amounts: dict[str, int] = field(default_factory=dict)
    """What each line of `added` costs, in đồng."""
    removed: list[str] = field(default_factory=list)
    misfit: str = ""
    """What was asked for, when the words to it were no answer."""
    changed: bool = False
    goods_told: bool = False
    """Goods were named, whether or not they changed anything."""
    wholesale: int | None = None
    """The shop's limit, when more than that was wished for."""
    first: Product | None = None
    """What went into an empty cart."""
