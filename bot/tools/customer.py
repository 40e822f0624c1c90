"""The customer's tools as a brain sees them. Each docstring is a prompt; who is asking is never a parameter."""

import json
from collections.abc import Callable
from typing import Any, Literal

from langchain.tools import ToolRuntime, tool
from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.texts import say
from bot.tools import customer_ordering, customer_orders, customer_shopping
from core.errors import AppError

# Its context is a `Turn`; said as Any, since the tool schema is built from these annotations.
Runtime = ToolRuntime[Any, Any]


class Item(BaseModel):
    """One wish about one product."""

    sku: str = Field(description="SKU of the variant; of the product when an option is still open")
    quantity: int | None = Field(None, ge=1, le=10_000)
    action: Literal["add", "set", "remove"] = "set"
    options: dict[str, str] = Field(default_factory=dict, description="option name → value, when known")


def _run(runtime: Runtime, work: Callable[[Turn], ToolOutcome]) -> str:
    """A refusal becomes something a brain can say; a turn that was given up does nothing more."""
    turn: Turn = runtime.context
    if turn.closed:
        return json.dumps({"ok": False, "say": "", "data": {"closed": True}})
    try:
        outcome = work(turn)
    except AppError as error:
        said = say(turn.language, "refused", reason=error.message)
        outcome = turn.note(ToolOutcome(error.code, False, said, error.data))
    return json.dumps(outcome.for_model(), ensure_ascii=False)


@tool
def find_products(runtime: Runtime, skus: list[str] | None = None, query: str = "") -> str:
    """Show products to the customer as cards: by SKU when the context names them, else by search words."""
    return _run(runtime, lambda turn: customer_shopping.find_products(turn, skus=skus or [], query=query))


@tool
def browse_catalogue(runtime: Runtime, category: str = "") -> str:
    """List what the shop sells: its categories, or some products of one category."""
    return _run(runtime, lambda turn: customer_shopping.browse_catalogue(turn, category=category))


@tool
def check_product(runtime: Runtime, sku: str) -> str:
    """Price and availability of one product or variant. The only source of prices and stock figures."""
    return _run(runtime, lambda turn: customer_shopping.check_product(turn, sku=sku))


@tool
def answer_question(runtime: Runtime, question: str) -> str:
    """What the shop wrote about delivery, payment, returns, sizes and so on. The only source of policies."""
    return _run(runtime, lambda turn: customer_shopping.answer_question(turn, question=question))


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
    changes = customer_ordering.OrderChanges(
        tuple(customer_ordering.ItemChange(i.sku, i.quantity, i.action, i.options) for i in items or []),
        name,
        phone,
        address,
        note,
        payment_method,
    )
    return _run(runtime, lambda turn: customer_ordering.update_order(turn, changes))


@tool
def empty_cart(runtime: Runtime) -> str:
    """Empty the cart when the customer wants to start again."""
    return _run(runtime, customer_ordering.empty_cart)


@tool
def place_order(runtime: Runtime, quote_id: str) -> str:
    """Place the order of a summary that the customer saw in an earlier reply and now agrees to in plain words."""
    return _run(runtime, lambda turn: customer_ordering.place_order(turn, quote_id=quote_id))


@tool
def order_status(runtime: Runtime, code: str = "") -> str:
    """State and tracking of the customer's own order; without a code, of the latest ones."""
    return _run(runtime, lambda turn: customer_orders.order_status(turn, code=code))


@tool
def ask_cancel(runtime: Runtime, code: str = "") -> str:
    """First step of cancelling an order: asks the customer to agree. Cancels nothing."""
    return _run(runtime, lambda turn: customer_orders.ask_cancel(turn, code=code))


@tool
def confirm_cancel(runtime: Runtime) -> str:
    """Second step: cancels the order that the customer was asked about before and now agrees to."""
    return _run(runtime, customer_orders.confirm_cancel)


@tool
def request_invoice(
    runtime: Runtime,
    code: str = "",
    tax_code: str = "",
    company: str = "",
    company_address: str = "",
    email: str = "",
) -> str:
    """Note the customer's wish for a VAT invoice; call it with whatever was said, it asks for the rest."""
    fields = {"tax_code": tax_code, "company": company, "company_address": company_address, "email": email}
    return _run(runtime, lambda turn: customer_orders.request_invoice(turn, code=code, fields=fields))


@tool
def hand_off(runtime: Runtime, reason: str) -> str:
    """Pass the conversation to a person: on request, on anger, when you cannot help."""
    return _run(runtime, lambda turn: customer_orders.hand_off(turn, reason=reason))


CUSTOMER_TOOLS: list[BaseTool] = [
    find_products,
    browse_catalogue,
    check_product,
    answer_question,
    update_order,
    empty_cart,
    place_order,
    order_status,
    ask_cancel,
    confirm_cancel,
    request_invoice,
    hand_off,
]
