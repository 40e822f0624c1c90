"""The order's tools as a brain sees them."""

from typing import Literal

from langchain.tools import tool
from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field

from bot.tools.ordering import cart, placing
from bot.tools.ordering.changes import ItemChange, OrderChanges
from bot.tools.runtime import Runtime, run


class Item(BaseModel):
    """One wish about one product."""

    sku: str = Field("", description="SKU of the variant; of the product when an option is still open")
    quantity: int | None = Field(None, ge=1, le=1_000_000, description="leave out when it was not said")
    action: Literal["add", "set", "remove"] = "set"
    options: dict[str, str] = Field(default_factory=dict, description="option name → value, when known")
    candidates: list[str] = Field(
        default_factory=list, description="instead of sku: products that may be meant, when it is not sure"
    )
    replaces: str = Field("", description="SKU of the variant in the cart whose place this one takes")
    each: str = Field("", description="the option of which every value is wanted: one of each colour")


@tool
def update_order(
    runtime: Runtime,
    items: list[Item] | None = None,
    name: str = "",
    phone: str = "",
    address: str = "",
    note: str = "",
    payment_method: str = "",
    answer: str = "",
    as_before: bool = False,
) -> str:
    """Write what the customer said into the cart: items, receiver's name, phone, address, note, payment.

    Call it once per message with everything that was said, and with nothing to see the cart again. Give phone
    and address as they were typed, payment_method as cod or bank_transfer, `answer` when the words are meant for
    the open question and are nothing else, `as_before` when the customer wants it at their old address. The
    result says what is still missing, or shows the summary with all amounts that the customer has to agree to.
    """
    changes = OrderChanges(
        tuple(
            ItemChange(i.sku, i.quantity, i.action, i.options, tuple(i.candidates), i.replaces, i.each)
            for i in items or []
            if i.sku or i.candidates
        ),
        name,
        phone,
        address,
        note,
        payment_method,
        answer,
        as_before,
    )
    return run(runtime, lambda turn: cart.update_order(turn, changes))


@tool
def empty_cart(runtime: Runtime) -> str:
    """Empty the cart when the customer wants to start again or does not want the goods any more."""
    return run(runtime, cart.empty_cart)


@tool
def undo_change(runtime: Runtime) -> str:
    """Take the last change of the cart back when the customer wants it as it was."""
    return run(runtime, cart.undo_change)


@tool
def reorder(runtime: Runtime) -> str:
    """Put the goods of the customer's own last order into the cart once more."""
    return run(runtime, cart.reorder)


@tool
def hold_order(runtime: Runtime, reason: Literal["change", "later"]) -> str:
    """No yes to the summary: the customer wants something else (change), or to think and buy later (later)."""
    return run(runtime, lambda turn: cart.hold_order(turn, later=reason == "later"))


@tool
def place_order(runtime: Runtime, quote_id: str) -> str:
    """Place the order of a summary that the customer saw in an earlier reply and now agrees to in plain words."""
    return run(runtime, lambda turn: placing.place_order(turn, quote_id=quote_id))


ORDERING_TOOLS: list[BaseTool] = [update_order, empty_cart, undo_change, reorder, hold_order, place_order]
