"""Wishes that cannot go into the cart yet: kept in the conversation's state, in the order in which they were told.

`kind` is what is asked for: `item` (which product), `variant` (options open or sold out) or `quantity` (too few).
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from bot.agent.turn import Turn
from bot.tools.ordering.changes import ItemChange
from core.catalogue.models import Product

MAX_DRAFTS = 20


@dataclass(frozen=True)
class Draft:
    kind: str
    sku: str = ""
    """The product's."""
    variant: str = ""
    """The variant that is short or sold out."""
    quantity: int | None = None
    options: dict[str, str] = field(default_factory=dict)
    candidates: tuple[str, ...] = ()
    action: str = "set"
    replaces: str = ""
    left: int = 0
    """How many can be had instead."""


def drafts_of(turn: Turn) -> list[Draft]:
    return [_read(kept) for kept in turn.state.get("drafts", [])]


def keep(turn: Turn, draft: Draft) -> None:
    """A wish that is asked on stands where it stood; a new one waits behind the others."""
    kept = drafts_of(turn)
    if draft not in kept:
        kept.append(draft)
    _write(turn, kept)


def keep_first(turn: Turn, draft: Draft) -> None:
    _write(turn, [draft, *(d for d in drafts_of(turn) if d != draft)])


def drop(turn: Turn, draft: Draft) -> None:
    _write(turn, [kept for kept in drafts_of(turn) if kept != draft])


def clear(turn: Turn) -> None:
    turn.state.pop("drafts", None)


def take(turn: Turn, product: Product, item: ItemChange, among: list[Draft]) -> Draft | None:
    """Of those that waited before this message, the wish that this one goes on with, taken out; else None."""
    options = _options(product, item)
    waiting = drafts_of(turn)
    same = [d for d in among if d in waiting and product.sku in (d.sku, *d.candidates)]
    fitting = [d for d in same if all(d.options.get(name, value) == value for name, value in options.items())]
    if not fitting and len(same) == 1 and item.action != "add":
        fitting = same
    if not fitting:
        return None
    drop(turn, fitting[0])
    return fitting[0]


def continued(product: Product, item: ItemChange, draft: Draft) -> ItemChange:
    """The new words over the older ones."""
    names = {option["name"] for option in product.options}
    told = {name: value for name, value in draft.options.items() if name in names}
    return ItemChange(
        sku=product.sku,
        quantity=item.quantity if item.quantity is not None else draft.quantity,
        action="add" if "add" in (item.action, draft.action) else item.action,
        options={**told, **_options(product, item)},
        replaces=item.replaces or draft.replaces,
    )


def _options(product: Product, item: ItemChange) -> dict[str, str]:
    variant = next((v for v in product.variants if v.sku == item.sku), None)
    return dict(variant.option_values) if variant is not None and item.sku != product.sku else item.options


def _read(kept: dict[str, Any]) -> Draft:
    return Draft(**{**kept, "candidates": tuple(kept["candidates"])})


def _write(turn: Turn, kept: list[Draft]) -> None:
    if kept:
        turn.state["drafts"] = [{**asdict(d), "candidates": list(d.candidates)} for d in kept[:MAX_DRAFTS]]
    else:
        clear(turn)
