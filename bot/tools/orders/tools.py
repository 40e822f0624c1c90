"""The tools of a customer's own orders as a brain sees them."""

from langchain.tools import tool
from langchain_core.tools import BaseTool

from bot.tools.orders import cancelling, handing_over, invoicing, status
from bot.tools.runtime import Runtime, run


@tool
def order_status(runtime: Runtime, code: str = "") -> str:
    """State and tracking of the customer's own order; without a code, of the latest ones."""
    return run(runtime, lambda turn: status.order_status(turn, code=code))


@tool
def ask_cancel(runtime: Runtime, code: str = "") -> str:
    """First step of cancelling an order: asks the customer to agree. Cancels nothing."""
    return run(runtime, lambda turn: cancelling.ask_cancel(turn, code=code))


@tool
def confirm_cancel(runtime: Runtime) -> str:
    """Second step: cancels the order that the customer was asked about before and now agrees to."""
    return run(runtime, cancelling.confirm_cancel)


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
    return run(runtime, lambda turn: invoicing.request_invoice(turn, code=code, fields=fields))


@tool
def hand_off(runtime: Runtime, reason: str) -> str:
    """Pass the conversation to a person: on request, on anger, when you cannot help."""
    return run(runtime, lambda turn: handing_over.hand_off(turn, reason=reason))


ORDERS_TOOLS: list[BaseTool] = [order_status, ask_cancel, confirm_cancel, request_invoice, hand_off]
