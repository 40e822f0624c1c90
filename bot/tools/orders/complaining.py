"""An unhappy customer: an apology, a ticket with their words, and a person; no questions first."""

from sqlalchemy.orm import Session

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.texts import say
from bot.tools.orders.goods import Meant, lines_meant
from bot.tools.orders.own import latest_orders, own_order
from core.orders.models import Order
from core.tickets.filing import open_ticket

ABOUT = ("shipped", "delivered", "failed")


def complain(turn: Turn, *, code: str) -> ToolOutcome:
    """The order is noted when it is named or when only one can be meant."""
    with turn.lock, turn.services.db.transaction() as session:
        order = own_order(session, turn, code) if code else _likely(session, turn)
        ticket = open_ticket(
            session, kind="complaint", summary=turn.text, order=order, conversation_id=turn.conversation_id,
            customer_id=turn.actor.id, skus=_skus(session, turn, order), now=turn.services.clock(),
        )  # fmt: skip
    turn.state["handoff"] = "anger"
    turn.state["order_code"] = order.code if order else ""
    key = "complaint_about" if order else "complaint"
    said = say(turn.language, key, code=order.code if order else "", ticket=ticket.code)
    data = {"ticket": ticket.code, "reason": "anger", **({"code": order.code} if order else {})}
    return turn.note(ToolOutcome("complain", True, said, data, awaiting=(), committed=ticket.id))


def _likely(session: Session, turn: Turn) -> Order | None:
    orders = latest_orders(session, turn, limit=5)
    sent = [order for order in orders if order.fulfilment_state in ABOUT]
    return sent[0] if len(sent) == 1 else orders[0] if len(orders) == 1 else None


def _skus(session: Session, turn: Turn, order: Order | None) -> list[str]:
    """What was named, as the order has it; of an order with one line that one."""
    skus = []
    for item in turn.parse.items:
        sku = item.variant_sku or item.product_sku
        if sku is None:
            continue
        lines = lines_meant(session, order.lines, Meant(sku, options=dict(item.options))) if order else []
        skus += [line.sku for line in lines] or [sku]
    return skus or ([order.lines[0].sku] if order is not None and len(order.lines) == 1 else [])
