"""The wish for an invoice: gathered in any order, on the order or on the cart, corrected until it is issued."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.texts import say
from bot.tools.orders.flows import Data, ask, finish, gathered, note, refuse
from bot.tools.orders.own import latest_orders, own_order
from core.errors import Invalid
from core.invoices.checks import InvoiceBuyerInput, check_buyer, check_tax_code
from core.invoices.issuing import request_invoice as request_on_order
from core.invoices.requests import request_invoice_with_cart
from core.orders.carts import cart_of
from core.orders.models import Cart, Order
from core.orders.queries import open_cart
from core.tickets.filing import open_ticket

FIELDS = ("tax_code", "company", "company_address", "email")
PERSON_FIELDS = ("name", "email")


@dataclass(frozen=True)
class InvoiceWish:
    """What one message tells; `quietly` asks nothing, because the order's own question comes first."""

    code: str
    fields: dict[str, str]
    personal: bool = False
    quietly: bool = False


def request_invoice(turn: Turn, wish: InvoiceWish) -> ToolOutcome:
    """Takes whatever was said, asks for the rest, one thing at a time; recorded as soon as all is there."""
    told = {k: " ".join(v.split()) for k, v in wish.fields.items() if v.strip()}
    with turn.lock, turn.services.db.transaction() as session:
        before = gathered(turn, "invoice")
        target = _target(session, turn, wish.code or before.get("code", ""))
        if isinstance(target, ToolOutcome):
            return note(turn, target)
        data = {**_recorded(target), **before, **told}
        data["personal"] = (wish.personal or data.get("personal", False)) and not data.get("tax_code")
        if isinstance(target, Order):
            data["code"] = target.code
            if target.invoice_state not in ("none", "requested", "refused"):
                return note(turn, _issued_already(session, turn, target, data))
        outcome = _wrong(turn, data, told) or _missing(turn, target, data)
        if outcome is None:
            outcome = _record(session, turn, target, data)
    return turn.note(_quiet(turn, outcome)) if wish.quietly else note(turn, outcome)


def _missing(turn: Turn, target: Order | Cart | None, data: Data) -> ToolOutcome | None:
    if data["personal"] and not data.get("name"):
        data["name"] = target.buyer_name if target is not None else ""
    missing = [name for name in _needed(data) if not data.get(name)]
    if not missing:
        return None
    awaiting = (*missing, "invoice")
    return ask(turn, "request_invoice", "invoice", data, awaiting, _question(data, missing))


def _quiet(turn: Turn, outcome: ToolOutcome) -> ToolOutcome:
    """What was gathered stays, the question does not."""
    if turn.state.get("flow", {}).get("name") == "invoice":
        turn.state.pop("flow")
    said = outcome.say if outcome.committed else say(turn.language, "invoice_noted")
    return replace(outcome, say=said, awaiting=None)


def _target(session: Session, turn: Turn, code: str) -> Order | Cart | None | ToolOutcome:
    """The order that was named; else the cart that is being filled; else the latest order; else what will come."""
    if code:
        order = own_order(session, turn, code)
        said = say(turn.language, "order_not_found", code=code.strip()[:20])
        return order or refuse(turn, "request_invoice", "invoice", said)
    cart = open_cart(session, customer_id=turn.actor.id)
    if cart is not None and cart.lines:
        return cart
    orders = latest_orders(session, turn, limit=5)
    return next((order for order in orders if order.status != "cancelled"), None)


def _recorded(target: Order | Cart | None) -> Data:
    """What an earlier wish says already: a later one corrects it."""
    known: dict[str, Any] = target.invoice_request if target is not None else {}
    fields = {
        "tax_code": known.get("tax_code", ""),
        "company": known.get("company", ""),
        "company_address": known.get("address", ""),
        "email": known.get("email", ""),
        "name": known.get("name", ""),
        "personal": bool(known) and not known.get("tax_code"),
    }
    return {key: value for key, value in fields.items() if value}


def _needed(data: Data) -> tuple[str, ...]:
    return PERSON_FIELDS if data["personal"] else FIELDS


def _question(data: Data, missing: list[str]) -> str:
    if data["personal"]:
        return "ask_invoice_name" if missing[0] == "name" else "ask_email"
    everything = len(missing) == len(FIELDS)
    return "ask_invoice" if everything else f"ask_{missing[0]}"


def _wrong(turn: Turn, data: Data, told: dict[str, str]) -> ToolOutcome | None:
    """As soon as it is told, whatever else is missing."""
    for name, key in (("tax_code", "tax_code_invalid"), ("email", "email_invalid")):
        if name not in told:
            continue
        try:
            if name == "tax_code":
                data[name] = check_tax_code(told[name])
            else:
                check_buyer(InvoiceBuyerInput(email=told[name]))
        except Invalid:
            data.pop(name)
            digits = sum(c.isdigit() for c in told[name])
            if name == "tax_code" and digits in (10, 13):
                key = "tax_code_check_digit"
            missing = [field for field in _needed(data) if not data.get(field) and field != name]
            return ask(
                turn, "request_invoice", "invoice", data, (name, *missing, "invoice"), key, ok=False,
                told=told[name][:60], digits=str(digits),
            )  # fmt: skip
    return None


def _record(session: Session, turn: Turn, target: Order | Cart | None, data: Data) -> ToolOutcome:
    person = data["personal"]
    buyer = InvoiceBuyerInput(
        company="" if person else data["company"][:400],
        tax_code="" if person else data["tax_code"],
        address="" if person else data["company_address"][:400],
        email=data["email"],
        name=data.get("name", "")[:100],
    )
    now = turn.services.clock()
    if isinstance(target, Order):
        request_on_order(session, actor=turn.actor, order_id=target.id, buyer=buyer, now=now)
        committed, code = target.id, target.code
    else:
        cart = target or cart_of(session, customer_id=turn.actor.id, now=now)
        request_invoice_with_cart(session, actor=turn.actor, cart_id=cart.id, buyer=buyer, now=now)
        committed, code = cart.id, ""
    finish(turn, "invoice")
    key = "invoice_requested" if code else "invoice_with_cart"
    if person:
        to = say(turn.language, "invoice_to_person", name=buyer.name, email=buyer.email)
    else:
        to = say(
            turn.language, "invoice_to_company", company=buyer.company, tax_code=buyer.tax_code,
            address=buyer.address, email=buyer.email,
        )  # fmt: skip
    said = say(turn.language, key, code=code, buyer=to)
    return ToolOutcome("request_invoice", True, said, {"code": code}, awaiting=(), committed=committed)


def _issued_already(session: Session, turn: Turn, order: Order, data: Data) -> ToolOutcome:
    """An issued invoice never changes: a person sees whether it is corrected by another."""
    finish(turn, "invoice")
    wanted = {k: data[k] for k in (*FIELDS, "name") if data.get(k)}
    ticket = open_ticket(
        session, kind="invoice", summary=turn.text, order=order, conversation_id=turn.conversation_id,
        customer_id=turn.actor.id, details=wanted, now=turn.services.clock(),
    )  # fmt: skip
    said = say(turn.language, "invoice_too_late", code=order.code)
    told = {"code": order.code, "ticket": ticket.code}
    return ToolOutcome("request_invoice", False, said, told, awaiting=(), committed=ticket.id)
