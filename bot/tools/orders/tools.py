"""The tools of a customer's own orders as a brain sees them."""

from typing import Literal

from langchain.tools import tool
from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field

from bot.tools.orders import (
    agreeing,
    cancelling,
    changing,
    complaining,
    handing_over,
    invoicing,
    paying,
    returning,
    status,
)
from bot.tools.orders.changing import ChangeWish
from bot.tools.orders.goods import Meant
from bot.tools.orders.returning import ReturnWish
from bot.tools.runtime import Runtime, run


class Goods(BaseModel):
    """One thing on a placed order, or one that is wished for."""

    sku: str = Field(description="SKU of the variant; of the product when an option is still open")
    quantity: int | None = Field(None, ge=1, le=10_000)
    options: dict[str, str] = Field(default_factory=dict, description="option name → value, when known")


class GoodsChange(Goods):
    action: Literal["set", "add", "remove"] = "set"
    replaces: str = Field("", description="SKU on the order whose place this one takes, e.g. another size")


@tool
def order_status(runtime: Runtime, code: str = "") -> str:
    """State and tracking of the customer's own order; without a code, of the open ones."""
    return run(runtime, lambda turn: status.order_status(turn, code=code))


@tool
def ask_cancel(runtime: Runtime, code: str = "", reason: str = "") -> str:
    """First step of cancelling a placed order: asks the customer to agree. Cancels nothing."""
    return run(runtime, lambda turn: cancelling.ask_cancel(turn, code=code, reason=reason))


@tool
def change_order(
    runtime: Runtime,
    code: str = "",
    items: list[GoodsChange] | None = None,
    name: str = "",
    phone: str = "",
    address: str = "",
    note: str = "",
    part: Literal["", "address", "phone", "name", "item"] = "",
) -> str:
    """First step of changing an order that is placed already (not the cart): shows old and new with the new
    total and asks the customer to agree. Changes nothing. `part` says what is to change when its new value was
    not told.
    """
    wish = ChangeWish(code, _changes(items), name, phone, address, note, part)
    return run(runtime, lambda turn: changing.change_order(turn, wish))


@tool
def ask_return(
    runtime: Runtime,
    kind: Literal["", "return", "exchange"] = "",
    code: str = "",
    items: list[Goods] | None = None,
    all_items: bool = False,
    quantity: int | None = None,
    exchange: list[Goods] | None = None,
    reason: str = "",
    no_reason: bool = False,
    instead_of_chosen: bool = False,
) -> str:
    """First step of giving back or swapping delivered goods: call it with whatever was said, it asks for the rest
    and then for a yes. Requests nothing. `exchange` is what the customer wants instead. `instead_of_chosen`: the
    items of this call replace those chosen before.
    """
    wish = ReturnWish(kind, code, _meant(items), all_items, quantity, _meant(exchange), reason, no_reason,
                      instead_of_chosen=instead_of_chosen)  # fmt: skip
    return run(runtime, lambda turn: returning.ask_return(turn, wish))


@tool
def confirm_request(runtime: Runtime) -> str:
    """Second step of a cancellation, a change or a return: does what the customer was asked about in an earlier
    reply and agrees to in this message.
    """
    return run(runtime, agreeing.confirm_request)


@tool
def drop_request(runtime: Runtime) -> str:
    """The customer no longer wants the cancellation, change, return or invoice that is being asked about."""
    return run(runtime, agreeing.drop_request)


@tool
def request_invoice(
    runtime: Runtime,
    code: str = "",
    tax_code: str = "",
    company: str = "",
    company_address: str = "",
    email: str = "",
    name: str = "",
    personal: bool = False,
    quietly: bool = False,
) -> str:
    """Note the customer's wish for a VAT invoice, or correct it; call it with whatever was said, it asks for the
    rest. `personal`: for a person without a tax code, with name and e-mail. `quietly`: goods are ordered in the
    same message, so nothing is asked now.
    """
    fields = {
        "tax_code": tax_code, "company": company, "company_address": company_address, "email": email, "name": name,
    }  # fmt: skip
    wish = invoicing.InvoiceWish(code, fields, personal, quietly)
    return run(runtime, lambda turn: invoicing.request_invoice(turn, wish))


@tool
def check_payment(runtime: Runtime, code: str = "") -> str:
    """The customer says that they have transferred money, or asks whether it came: what the shop has received."""
    return run(runtime, lambda turn: paying.check_payment(turn, code=code))


@tool
def complain(runtime: Runtime, code: str = "") -> str:
    """The customer is unhappy: writes their words down for staff and passes the conversation to a person."""
    return run(runtime, lambda turn: complaining.complain(turn, code=code))


@tool
def hand_off(runtime: Runtime, reason: str) -> str:
    """Pass the conversation to a person: on request, on anger, when you cannot help."""
    return run(runtime, lambda turn: handing_over.hand_off(turn, reason=reason))


def _meant(goods: list[Goods] | None) -> tuple[Meant, ...]:
    return tuple(Meant(g.sku, g.quantity, "set", g.options) for g in goods or [])


def _changes(goods: list[GoodsChange] | None) -> tuple[Meant, ...]:
    return tuple(Meant(g.sku, g.quantity, g.action, g.options, g.replaces) for g in goods or [])


ORDERS_TOOLS: list[BaseTool] = [
    order_status,
    ask_cancel,
    change_order,
    ask_return,
    confirm_request,
    drop_request,
    request_invoice,
    check_payment,
    complain,
    hand_off,
]
