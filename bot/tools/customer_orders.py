"""What a customer may see and do with their own orders."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.cards import order_card, order_status_key
from bot.replies.texts import say
from core.errors import Conflict, Invalid, NotFound
from core.invoices.checks import InvoiceBuyerInput
from core.invoices.issuing import request_invoice as wish_for_invoice
from core.money import format_dong
from core.orders.cancellation import cancel_order as cancel
from core.orders.models import Order
from core.orders.queries import customer_orders, get_order
from core.shipping.models import Shipment

INVOICE_FIELDS = ("tax_code", "company", "company_address", "email")


def order_status(turn: Turn, *, code: str) -> ToolOutcome:
    """One order by code, or the latest ones; the customer's own only."""
    language = turn.language
    with turn.services.db.read_transaction() as session:
        orders = (
            [_own_order(session, turn, code)]
            if code
            else customer_orders(session, customer_id=turn.actor.id, limit=3)
        )
        found = [order for order in orders if order is not None]
        if not found:
            said = say(language, "order_not_found", code=code[:20]) if code else say(language, "no_orders")
            return turn.note(ToolOutcome("order_status", False, said))
        texts = [_order_text(session, order, language) for order in found]
        cards = tuple(order_card(order, language) for order in found)
    turn.state["order_code"] = found[0].code
    data = {"orders": [{"code": o.code, "status": order_status_key(o), "total": o.total} for o in found]}
    return turn.note(ToolOutcome("order_status", True, "\n".join(texts), data, cards))


def ask_cancel(turn: Turn, *, code: str) -> ToolOutcome:
    """First step of a cancellation: nothing is done until the customer agrees in a later message."""
    language = turn.language
    with turn.services.db.read_transaction() as session:
        order = _own_order(session, turn, code) if code else _latest_open(session, turn)
        if order is None:
            said = say(language, "order_not_found", code=code[:20]) if code else say(language, "no_orders")
            return turn.note(ToolOutcome("ask_cancel", False, said))
        if order.status not in ("new", "processing") or order.fulfilment_state not in ("unpacked", "packed"):
            return turn.note(_too_late(order, language))
    turn.state["pending"] = {"kind": "cancel", "code": order.code, "asked_in": turn.message_id}
    said = say(language, "ask_cancel", code=order.code, total=format_dong(order.total))
    buttons = (say(language, "agree_button"), say(language, "no_button"))
    return turn.note(
        ToolOutcome("ask_cancel", True, said, {"code": order.code}, (), buttons, awaiting=("confirm",))
    )


def confirm_cancel(turn: Turn) -> ToolOutcome:
    """Second step: only what an earlier message was asked about, and only on a yes."""
    language = turn.language
    pending = turn.state.get("pending") or {}
    if pending.get("kind") != "cancel" or pending.get("asked_in") == turn.message_id or not turn.parse.yes:
        return turn.note(
            ToolOutcome("confirm_cancel", False, say(language, "need_yes"), awaiting=("confirm",))
        )
    turn.state.pop("pending", None)
    try:
        with turn.lock, turn.services.db.transaction() as session:
            outcome = cancel(
                session,
                order_id=pending["code"],
                reason=turn.state.get("cancel_reason", "") or "buyer",
                actor=turn.actor,
                now=turn.services.clock(),
            )
    except Conflict:
        with turn.services.db.read_transaction() as session:
            return turn.note(_too_late(get_order(session, pending["code"]), language))
    order = outcome.order
    if outcome.waiting_for:
        said = say(language, "cancel_waits", code=order.code)
        return turn.note(
            ToolOutcome(
                "confirm_cancel", True, said, {"code": order.code}, awaiting=(), committed=outcome.waiting_for
            )
        )
    said = say(language, "cancelled", code=order.code)
    cards = (order_card(order, language),)
    return turn.note(
        ToolOutcome(
            "confirm_cancel", True, said, {"code": order.code}, cards, awaiting=(), committed=order.id
        )
    )


def request_invoice(turn: Turn, *, code: str, fields: dict[str, str]) -> ToolOutcome:
    """Gather company, tax code, address and e-mail over the turns, then record the wish on the order."""
    language = turn.language
    gathered = {
        **turn.state.get("invoice", {}),
        **{k: v for k, v in fields.items() if v and k in INVOICE_FIELDS},
    }
    turn.state["invoice"] = gathered
    with turn.lock, turn.services.db.transaction() as session:
        order = _own_order(session, turn, code) if code else _latest(session, turn)
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


def hand_off(turn: Turn, *, reason: str) -> ToolOutcome:
    """A person takes over; the assistant stays silent until handed back."""
    turn.state["handoff"] = reason[:200] or "asked"
    return turn.note(
        ToolOutcome("hand_off", True, say(turn.language, "handed_off"), {"reason": reason[:200]}, awaiting=())
    )


def _own_order(session: Session, turn: Turn, code: str) -> Order | None:
    """Somebody else's order is no order at all."""
    try:
        order = get_order(session, code.strip())
    except NotFound:
        return None
    return order if order.customer_id == turn.actor.id else None


def _latest(session: Session, turn: Turn) -> Order | None:
    orders = customer_orders(session, customer_id=turn.actor.id, limit=1)
    return orders[0] if orders else None


def _latest_open(session: Session, turn: Turn) -> Order | None:
    orders = customer_orders(session, customer_id=turn.actor.id, limit=10)
    still_open = [o for o in orders if o.status in ("new", "processing")]
    return next(iter(still_open or orders), None)


def _too_late(order: Order, language: str) -> ToolOutcome:
    said = say(
        language,
        "cancel_too_late",
        code=order.code,
        status=say(language, f"status_{order_status_key(order)}"),
    )
    return ToolOutcome(
        "cancel", False, said, {"code": order.code}, (), (say(language, "staff_button"),), awaiting=()
    )


def _order_text(session: Session, order: Order, language: str) -> str:
    text = say(
        language,
        "order_line",
        code=order.code,
        status=say(language, f"status_{order_status_key(order)}"),
        total=format_dong(order.total),
    )
    parcel = session.scalar(
        select(Shipment).where(Shipment.order_id == order.id).order_by(Shipment.id.desc()).limit(1)
    )
    if parcel is None or not parcel.tracking_number:
        return text
    tracking = say(
        language,
        "tracking",
        tracking_number=parcel.tracking_number,
        carrier=parcel.carrier.upper(),
        state=say(language, f"parcel_{parcel.state}"),
    )
    return f"{text} {tracking}"
