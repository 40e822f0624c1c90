"""Who gets the parcel, where, and how it is paid."""

from sqlalchemy.orm import Session

from bot.agent.turn import Turn
from bot.replies.asking import ask_for
from bot.replies.texts import say
from bot.tools.ordering.addresses import apply_address
from bot.tools.ordering.changes import Ask, OrderChanges, Result
from core.customers.phones import delivery_phone, local_phone
from core.errors import Invalid
from core.orders.carts import set_delivery, set_payment_method
from core.orders.models import Cart
from core.shop import ShopProfile

MAX_NOTE = 500


def apply_details(
    session: Session, turn: Turn, cart: Cart, changes: OrderChanges, profile: ShopProfile, result: Result
) -> None:
    if changes.name:
        _apply_name(session, turn, cart, changes.name, result)
    if changes.phone:
        _apply_phone(session, turn, cart, changes.phone, result)
    if changes.note:
        _apply_note(session, turn, cart, changes.note, result)
    if changes.payment_method:
        turn.state["payment_told"] = cart.id
        _apply_payment(session, turn, cart, changes.payment_method, profile, result)
    if changes.address:
        apply_address(session, turn, cart, changes.address, result)


def _apply_name(session: Session, turn: Turn, cart: Cart, name: str, result: Result) -> None:
    before = cart.buyer_name
    try:
        set_delivery(session, cart_id=cart.id, now=turn.services.clock(), buyer_name=name)
    except Invalid:
        result.misfit = "name"
        result.problems.append(Ask("name", say(turn.language, "again_name")))
        return
    result.changed |= before != cart.buyer_name


def _apply_phone(session: Session, turn: Turn, cart: Cart, phone: str, result: Result) -> None:
    try:
        value = delivery_phone(phone)
    except Invalid as error:
        text = say(turn.language, f"phone_{error.data['problem']}", phone=phone[:40])
        result.misfit = "phone"
        result.problems.append(Ask("phone", text))
        return
    result.changed |= cart.phone != value
    set_delivery(session, cart_id=cart.id, now=turn.services.clock(), phone=value)
    others = {mention.value for mention in turn.parse.phones if mention.valid} - {value}
    if others:
        result.said.append(say(turn.language, "phone_chosen", phone=local_phone(value)))


def _apply_note(session: Session, turn: Turn, cart: Cart, note: str, result: Result) -> None:
    """A further wish for the delivery stands beside the ones before."""
    note = " ".join(note.split())
    if note.lower() in cart.delivery_note.lower():
        return
    joined = f"{cart.delivery_note}; {note}" if cart.delivery_note else note
    set_delivery(session, cart_id=cart.id, now=turn.services.clock(), note=joined[:MAX_NOTE])
    result.changed = True


def _apply_payment(
    session: Session, turn: Turn, cart: Cart, method: str, profile: ShopProfile, result: Result
) -> None:
    before = cart.payment_method
    try:
        set_payment_method(session, cart_id=cart.id, method=method, now=turn.services.clock())
    except Invalid:
        offered = profile.payment_methods
        names = ", ".join(say(turn.language, f"payment_{name}") for name in offered)
        said = say(turn.language, "payment_not_offered", methods=names)
        question = ask_for(turn.language, "payment", payment_methods=offered)
        if len(offered) == 1:
            result.said.append(said)
        else:
            result.problems.append(Ask("payment", f"{said} {question}"))
        return
    result.changed |= before != method
