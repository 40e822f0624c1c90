"""Who gets the parcel, where, and how it is paid."""

from sqlalchemy.orm import Session

from bot.agent.turn import Turn
from bot.replies.asking import ask_for, ask_for_address
from bot.replies.texts import say
from bot.tools.ordering.changes import OrderChanges, Result
from core.customers.models import Customer
from core.customers.phones import local_phone, normalise_phone
from core.errors import Invalid
from core.orders.carts import set_delivery, set_payment_method
from core.orders.models import Cart
from core.ports.addresses import DeliveryAddress
from core.shop import shop_profile


def apply_details(session: Session, turn: Turn, cart: Cart, changes: OrderChanges, result: Result) -> None:
    now = turn.services.clock()
    if changes.name:
        set_delivery(session, cart_id=cart.id, now=now, buyer_name=changes.name[:100])
    if changes.phone:
        try:
            set_delivery(session, cart_id=cart.id, now=now, phone=normalise_phone(changes.phone))
        except Invalid:
            result.asks.append(("phone", say(turn.language, "phone_invalid", phone=changes.phone[:40])))
    if changes.note:
        set_delivery(session, cart_id=cart.id, now=now, note=changes.note)
    if changes.payment_method:
        try:
            set_payment_method(session, cart_id=cart.id, method=changes.payment_method, now=now)
        except Invalid:
            offered = shop_profile(session).payment_methods
            result.asks.append(("payment", ask_for(turn.language, "payment", payment_methods=offered)))
    if changes.address:
        _apply_address(session, turn, cart, changes.address, result)


def _apply_address(session: Session, turn: Turn, cart: Cart, text: str, result: Result) -> None:
    """A typed address, alone or as the missing part of the one before; doubt is asked, never guessed."""
    before = turn.state.get("address_text", "")
    book = turn.services.addresses
    readings = [book.read(text)]
    if before and before != text:
        readings.insert(0, book.read(f"{before}, {text}"))
        readings.append(book.read(f"{text}, {before}"))
    sure = next((r for r in readings if r.address is not None), None)
    if sure is not None and sure.address is not None:
        turn.state.pop("address_text", None)
        address = DeliveryAddress(**{**sure.address.as_dict(), "raw": text})
        set_delivery(session, cart_id=cart.id, now=turn.services.clock(), address=address)
        return
    reading = readings[0]
    turn.state["address_text"] = (f"{before}, {text}" if before and before != text else text)[:500]
    result.asks.append(ask_for_address(turn.language, turn.state["address_text"], reading))


def use_known_details(session: Session, turn: Turn, cart: Cart, result: Result) -> None:
    """A returning customer's own name, phone and address, offered once per cart and said so."""
    if not cart.lines and not result.added:
        return
    if turn.state.get("known_offered") == cart.id or any(
        kind in ("phone", "address") for kind, _ in result.asks
    ):
        return
    customer = session.get_one(Customer, turn.actor.id)
    complete = customer.name and customer.phone and customer.address
    if not complete or cart.buyer_name or cart.phone or cart.address or turn.state.get("address_text"):
        return
    address = DeliveryAddress(**customer.address)
    set_delivery(
        session,
        cart_id=cart.id,
        now=turn.services.clock(),
        buyer_name=customer.name,
        phone=customer.phone,
        address=address,
    )
    turn.state["known_offered"] = cart.id
    result.said.append(
        say(
            turn.language,
            "known_details",
            name=customer.name,
            phone=local_phone(customer.phone),
            address=address.text,
        )
    )
