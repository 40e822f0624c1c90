"""A customer's own orders; somebody else's order is no order at all."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.cards import order_status_key
from bot.replies.texts import say
from bot.tools.orders.flows import Data, Flow, ask, refuse
from core.errors import NotFound
from core.money import format_dong
from core.orders.models import Order
from core.orders.queries import customer_orders, get_order

MOST_NAMED = 5
OPEN = ("new", "processing")


def own_order(session: Session, turn: Turn, code: str) -> Order | None:
    """Somebody else's order is no order at all."""
    try:
        order = get_order(session, code.strip())
    except NotFound:
        return None
    return order if order.customer_id == turn.actor.id else None


def latest_orders(session: Session, turn: Turn, limit: int = 20) -> list[Order]:
    return customer_orders(session, customer_id=turn.actor.id, limit=limit)


def choose_order(
    session: Session,
    turn: Turn,
    tool: str,
    flow: Flow,
    data: Data,
    *,
    code: str,
    wanted: Callable[[Order], bool],
) -> Order | ToolOutcome:
    """The order that was named, else the only one that `wanted` fits; asked for when several do.

    When none fits it is the latest one, so that its refusal can name the reason.
    """
    if code:
        order = own_order(session, turn, code)
        return order or refuse(
            turn, tool, flow, say(turn.language, "order_not_found", code=code.strip()[:20])
        )
    orders = latest_orders(session, turn)
    if not orders:
        return refuse(turn, tool, flow, say(turn.language, "no_orders"))
    fitting = [order for order in orders if wanted(order)]
    if len(fitting) > 1:
        return ask_which(turn, tool, flow, data, fitting)
    return (fitting or orders)[0]


def ask_which(turn: Turn, tool: str, flow: Flow, data: Data, orders: Sequence[Order]) -> ToolOutcome:
    named = orders[:MOST_NAMED]
    listed = "\n".join(f"• {order_label(order, turn.language)}" for order in named)
    codes = tuple(order.code for order in named)
    return ask(
        turn, tool, flow, data, ("order_code",), "ask_order_code", quick_replies=codes, orders=listed
    )  # fmt: skip


def order_label(order: Order, language: str) -> str:
    return say(
        language,
        "order_label",
        code=order.code,
        status=say(language, f"status_{order_status_key(order)}"),
        total=format_dong(order.total),
    )
