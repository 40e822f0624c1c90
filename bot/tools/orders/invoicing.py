"""The wish for a VAT invoice, gathered over the turns."""

from sqlalchemy.orm import Session

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.texts import say
from bot.tools.orders.own import latest_order, own_order
from core.errors import Conflict, Invalid
from core.invoices.checks import InvoiceBuyerInput
from core.invoices.issuing import request_invoice as wish_for_invoice
from core.orders.models import Order

INVOICE_FIELDS = ("tax_code", "company", "company_address", "email")


def request_invoice(turn: Turn, *, code: str, fields: dict[str, str]) -> ToolOutcome:
    """Gather company, tax code, address and e-mail over the turns, then record the wish on the order."""
    language = turn.language
    gathered = {
        **turn.state.get("invoice", {}),
        **{k: v for k, v in fields.items() if v and k in INVOICE_FIELDS},
    }
    turn.state["invoice"] = gathered
    with turn.lock, turn.services.db.transaction() as session:
        order = own_order(session, turn, code) if code else latest_order(session, turn)
        if order is None:
            turn.state.pop("invoice", None)
            said = say(language, "order_not_found", code=code[:20]) if code else say(language, "no_orders")
            return turn.note(ToolOutcome("request_invoice", False, said, awaiting=()))
        missing = [name for name in INVOICE_FIELDS if not gathered.get(name)]
        if missing:
            said = say(language, f"ask_{missing[0]}")
            return turn.note(ToolOutcome("request_invoice", True, said, awaiting=("invoice", *missing)))
        return turn.note(_record_wish(session, turn, order, gathered))


def _record_wish(session: Session, turn: Turn, order: Order, gathered: dict[str, str]) -> ToolOutcome:
    buyer = InvoiceBuyerInput(
        company=gathered["company"],
        tax_code=gathered["tax_code"],
        address=gathered["company_address"],
        email=gathered["email"],
    )
    try:
        wish_for_invoice(session, actor=turn.actor, order_id=order.id, buyer=buyer, now=turn.services.clock())
    except Invalid as error:
        field = {"tax_code_invalid": "tax_code", "email_invalid": "email"}.get(error.code, "company")
        gathered.pop(field, None)
        turn.state["invoice"] = gathered
        said = (
            say(turn.language, "tax_code_invalid", tax_code=buyer.tax_code[:20])
            if field == "tax_code"
            else say(turn.language, f"ask_{field}")
        )
        return ToolOutcome("request_invoice", False, said, awaiting=("invoice", field))
    except Conflict:
        turn.state.pop("invoice", None)
        turn.state["handoff"] = "invoice"
        said = say(turn.language, "invoice_too_late", code=order.code)
        return ToolOutcome("request_invoice", False, said, awaiting=())
    turn.state.pop("invoice", None)
    said = say(
        turn.language,
        "invoice_requested",
        code=order.code,
        company=buyer.company,
        tax_code=buyer.tax_code,
        email=buyer.email,
    )
    return ToolOutcome("request_invoice", True, said, {"code": order.code}, awaiting=(), committed=order.id)
