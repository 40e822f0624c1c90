"""What a message changes in the cart, and what came of it."""

from dataclasses import dataclass, field

from core.catalogue.models import Product


@dataclass(frozen=True)
class ItemChange:
    """`sku` of a variant, or of a product that still lacks options; `action` add, set or remove."""

    sku: str
    quantity: int | None
    action: str
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class OrderChanges:
    items: tuple[ItemChange, ...] = ()
    name: str = ""
    phone: str = ""
    address: str = ""
    note: str = ""
    payment_method: str = ""


@dataclass
class Result:
    said: list[str] = field(default_factory=list)
    asks: list[tuple[str, str]] = field(default_factory=list)
    """(what is awaited, the question)."""
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    first: Product | None = None
    """What went into an empty cart."""
