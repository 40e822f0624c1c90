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

    sku: str = Field(description="SKU of the variant; of the product when an option is still open")
    quantity: int | None = Field(None, ge=1, le=10_000)
    action: Literal["add", "set", "remove"] = "set"
    options: dict[str, str] = Field(default_factory=dict, description="option name → value, when known")


@tool
def update_order(
    runtime: Runtime,
    items: list[Item] | None = None,
    name: str = "",
    phone: str = "",
    address: str = "",
    note: str = "",
    payment_method: Literal["", "cod", "bank_transfer"] = "",
) -> str:
    """Write what the customer said into the cart: items, receiver's name, phone, address, note, payment.

    Call it once per message with everything that was said, and with nothing to see the cart again. The answer
    says what is still missing, or shows the summary with all amounts that the customer has to agree to.
    """
    changes = OrderChanges(
        tuple(ItemChange(i.sku, i.quantity, i.action, i.options) for i in items or []),
        name,
        phone,
        address,
        note,
        payment_method,
    )
    return run(runtime, lambda turn: cart.update_order(turn, changes))


@tool
def empty_cart(runtime: Runtime) -> str:
    """Empty the cart when the customer wants to start again."""
    return run(runtime, cart.empty_cart)


@tool
def place_order(runtime: Runtime, quote_id: str) -> str:
    """Place the order of a summary that the customer saw in an earlier reply and now agrees to in plain words."""
    return run(runtime, lambda turn: placing.place_order(turn, quote_id=quote_id))


ORDERING_TOOLS: list[BaseTool] = [update_order, empty_cart, place_order]
