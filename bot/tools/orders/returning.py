"""Giving back or swapping delivered goods: order, goods, what instead, reason; asked for on a yes, once."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.cards import order_status_key
from bot.replies.texts import say
from bot.tools.orders.flows import Data, ask, ask_yes, finish, gathered, keep, note, refuse
from bot.tools.orders.goods import Meant, line_name, lines_meant
from bot.tools.orders.own import OPEN, choose_order
from bot.tools.orders.swapping import choose_swap
from core.errors import Conflict, InsufficientStock
from core.orders.models import Order, OrderLine
from core.orders.queries import get_order
from core.returns.requests import Wish, last_return_day, request_return, returnable
from core.shop import shop_profile
from core.tickets.filing import open_ticket


@dataclass(frozen=True)
class ReturnWish:
    """What one message tells. `kind` is return or exchange, empty to stay with what was said before."""

    kind: str = ""
    code: str = ""
    items: tuple[Meant, ...] = ()
    all_items: bool = False
    quantity: int | None = None
    exchange: tuple[Meant, ...] = ()
    reason: str = ""
    no_reason: bool = False
    photo_count: int = 0
    instead_of_chosen: bool = False
    """The goods of this message take the place of those that were chosen before."""


def ask_return(turn: Turn, wish: ReturnWish) -> ToolOutcome:
    """First step: asks for one missing thing at a time, then for a yes; nothing is requested yet."""
    data = _gather(turn, wish)
    with turn.services.db.read_transaction() as session:
        order = choose_order(
            session, turn, "ask_return", "return", data, code=data.get("code", ""),
            wanted=lambda o: _can_return(session, turn, o),
        )  # fmt: skip
        if isinstance(order, ToolOutcome):
            return note(turn, order)
        try:
            lines = returnable(session, order_id=order.id, actor=turn.actor, now=turn.services.clock())
        except Conflict as error:
            return note(turn, _refused(turn, order, error))
        data["code"] = order.code
        return note(turn, _next_step(session, turn, order, lines, data, wish))


def confirm_return(turn: Turn, data: Data) -> ToolOutcome:
    """Second step: the request and the ticket that staff see, in one transaction."""
    finish(turn, "return")
    wishes = [Wish(sku, quantity, data.get("exchange_sku", "")) for sku, quantity in data["items"].items()]
    try:
        with turn.lock, turn.services.db.transaction() as session:
            order = get_order(session, data["code"])
            made = request_return(
                session, order_id=order.id, kind=data["kind"], wishes=wishes, reason=data.get("reason", ""),
                actor=turn.actor, now=turn.services.clock(), photo_count=_photos(turn, data),
            )  # fmt: skip
            open_ticket(
                session, kind=data["kind"], summary=data.get("reason") or turn.text, order=order,
                conversation_id=turn.conversation_id, customer_id=turn.actor.id, skus=list(data["items"]),
                details=_details(made.code, data), now=turn.services.clock(),
            )  # fmt: skip
    except InsufficientStock:
        # Sold meanwhile: what is left is told, and the choice asked again.
        keep(turn, "return", {**data, "swap": [vars(Meant(data["exchange_sku"]))]})
        return ask_return(turn, ReturnWish())
    except Conflict as error:
        return note(turn, _refused(turn, order, error))
    turn.state.pop("photos", None)
    said = say(turn.language, f"{data['kind']}_requested", code=order.code, request=made.code)
    told = {"code": order.code, "request": made.code}
    return note(turn, ToolOutcome("confirm_request", True, said, told, awaiting=(), committed=made.id))


def _photos(turn: Turn, data: Data) -> int:
    """Those told of, and those that came with the messages."""
    return max(int(data.get("photo_count", 0)), len(turn.state.get("photos", [])))


def _details(code: str, data: Data) -> Data:
    details = {"return": code, "reason": data.get("reason", ""), "quantities": data["items"]}
    if data.get("exchange_sku"):
        details["exchange_sku"] = data["exchange_sku"]
    return details


def _can_return(session: Session, turn: Turn, order: Order) -> bool:
    try:
        return bool(returnable(session, order_id=order.id, actor=turn.actor, now=turn.services.clock()))
    except Conflict:
        return False


def _gather(turn: Turn, wish: ReturnWish) -> Data:
    data = gathered(turn, "return")
    if wish.code and data.get("code") not in (None, wish.code):
        data = {key: data[key] for key in ("kind", "reason") if key in data}
    if wish.instead_of_chosen:
        data = {key: data[key] for key in ("kind", "code") if key in data}
    data["kind"] = wish.kind or data.get("kind", "return")
    data["code"] = wish.code or data.get("code", "")
    if wish.reason:
        data["reason"] = wish.reason[:1_000]
    data["no_reason"] = wish.no_reason or data.get("no_reason", False)
    data["photo_count"] = data.get("photo_count", 0) + wish.photo_count
    if wish.items or wish.exchange:
        # Told before the order was known: placed as soon as it is.
        data["named"] = [*data.get("named", []), *(vars(item) for item in wish.items)]
        data["swap"] = [vars(item) for item in wish.exchange] or data.get("swap", [])
    data["all_items"] = wish.all_items or data.get("all_items", False)
    return data


def _next_step(
    session: Session, turn: Turn, order: Order, lines: list[OrderLine], data: Data, wish: ReturnWish
) -> ToolOutcome:
    chosen = _chosen(session, lines, data)
    if not chosen:
        listed = "\n".join(f"• {line_name(line, turn.language, _left(line))}" for line in lines)
        key = f"ask_{data['kind']}_item"
        return ask(turn, "ask_return", "return", data, ("item",), key, code=order.code, items=listed)
    unsure = _quantities(data, chosen, wish)
    if unsure is not None:
        return ask(
            turn, "ask_return", "return", data, ("quantity",), f"ask_{data['kind']}_quantity",
            name=line_name(unsure, turn.language, _left(unsure)),
        )  # fmt: skip
    if data["kind"] == "exchange":
        question = choose_swap(session, turn, data, chosen[0])
        if question is not None:
            return question
    if not data.get("reason") and not data["no_reason"]:
        return ask(turn, "ask_return", "return", data, ("reason",), f"ask_{data['kind']}_reason")
    return _summary(turn, order, chosen, data)


def _summary(turn: Turn, order: Order, chosen: list[OrderLine], data: Data) -> ToolOutcome:
    language = turn.language
    goods = ", ".join(line_name(line, language, data["items"][line.sku]) for line in chosen)
    reason = data.get("reason") or "-"
    if data["kind"] == "exchange":
        return ask_yes(
            turn, "ask_return", "return", data, "ask_exchange_yes", code=order.code, items=goods, reason=reason,
            instead=data["exchange_name"],
        )  # fmt: skip
    return ask_yes(
        turn, "ask_return", "return", data, "ask_return_yes", code=order.code, items=goods, reason=reason
    )


def _chosen(session: Session, lines: list[OrderLine], data: Data) -> list[OrderLine]:
    """The lines that were named, all of them, or the only one there is."""
    by_sku = {line.sku: line for line in lines}
    named = [by_sku[sku] for sku in data.get("items", {}) if sku in by_sku]
    for item in data.pop("named", []):
        meant = Meant(**item)
        fitting = lines_meant(session, lines, meant)
        if len(fitting) == 1:
            named.append(fitting[0])
            if meant.quantity:
                data.setdefault("asked", {})[fitting[0].sku] = meant.quantity
    if data["all_items"] or (len(lines) == 1 and not named):
        named = lines
    return list({line.sku: line for line in named}.values())


def _quantities(data: Data, chosen: list[OrderLine], wish: ReturnWish) -> OrderLine | None:
    """Pieces of each line; the line whose number is not known, when there is one."""
    asked: dict[str, int] = data.get("asked", {})
    known: dict[str, int] = data.get("items", {})
    if wish.quantity and len(chosen) == 1:
        asked[chosen[0].sku] = wish.quantity
    data["asked"], data["items"] = asked, {}
    unsure = None
    for line in chosen:
        left = _left(line)
        quantity = (
            asked.get(line.sku) or known.get(line.sku) or (left if data["all_items"] or left == 1 else 0)
        )
        data["items"][line.sku] = min(quantity, left)
        if not quantity:
            unsure = unsure or line
    return unsure


def _left(line: OrderLine) -> int:
    return line.quantity - line.return_requested


def _refused(turn: Turn, order: Order, error: Conflict) -> ToolOutcome:
    """With the reason and the way on; of an order that is still on its way, what can be done now."""
    language = turn.language
    status = say(language, f"status_{order_status_key(order)}")
    key, facts = error.code, {"code": order.code, "status": status}
    if key == "return_not_delivered" and order.status in OPEN and order.fulfilment_state == "unpacked":
        key = "return_not_sent"
    if key == "return_too_late":
        with turn.services.db.read_transaction() as session:
            days = shop_profile(session).return_days
        facts |= {"days": str(days), "date": last_return_day(order, days).strftime("%d/%m/%Y")}
    if key == "return_already_requested":
        facts["request"] = ", ".join(error.data["returns"])
    known = ("return_not_delivered", "return_not_sent", "return_not_taken", "return_too_late",
             "return_already_requested")  # fmt: skip
    said = say(language, key if key in known else "return_refused", **facts)
    return refuse(turn, "ask_return", "return", said, staff=True, code=order.code)
