"""What this customer's own last order told: offered once, used only where the summary shows it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.agent.agreement import says
from bot.agent.turn import Turn
from bot.replies.texts import say
from bot.tools.ordering.addresses import forget_begun
from bot.tools.ordering.changes import Result
from core.customers.models import Customer
from core.customers.phones import local_phone
from core.orders.carts import set_delivery
from core.orders.models import Cart
from core.ports.addresses import DeliveryAddress


@dataclass(frozen=True)
class KnownDetails:
    name: str
    phone: str
    address: DeliveryAddress


def known_details(session: Session, turn: Turn) -> KnownDetails | None:
    """Of the customer behind this very identity; whoever types another's name or phone gets nothing."""
    customer = session.get_one(Customer, turn.actor.id)
    if not (customer.name and customer.phone and customer.address):
        return None
    return KnownDetails(customer.name, customer.phone, DeliveryAddress(**customer.address))


def offer_known(session: Session, turn: Turn, cart: Cart, result: Result) -> None:
    """Once a cart: what is still missing is taken from the last order, and said so.

    Not beside another receiver's name: their phone and address are their own.
    """
    filled = bool(cart.buyer_name and cart.phone and cart.address)
    if filled or turn.state.get("known_offered") == cart.id or turn.state.get("address_text"):
        return
    if any(problem.kind in ("name", "phone", "address", "ward") for problem in result.problems):
        return
    known = known_details(session, turn)
    if known is None:
        return
    if cart.buyer_name and cart.buyer_name.casefold() != known.name.casefold():
        return
    if _for_somebody_else(turn, cart, known):
        return
    key = "known_contact" if cart.address else "known_address"
    _fill(session, turn, cart, known)
    turn.state["known_offered"] = cart.id
    result.said.append(_said(turn, known, key))


def _for_somebody_else(turn: Turn, cart: Cart, known: KnownDetails) -> bool:
    """Another phone at another place, or a gift, has a receiver of its own, whose name is asked for."""
    other_phone = bool(cart.phone) and local_phone(cart.phone) != local_phone(known.phone)
    other_place = bool(cart.address) and cart.address != known.address.as_dict()
    return (other_phone and other_place) or says(turn.text, "for_another")


def use_as_before(session: Session, turn: Turn, cart: Cart, result: Result) -> None:
    """The old address is asked for: it takes the place of what stands in the cart."""
    known = known_details(session, turn)
    if known is None:
        result.said.append(say(turn.language, "nothing_known"))
        return
    forget_begun(turn)
    set_delivery(session, cart_id=cart.id, now=turn.services.clock(), address=known.address)
    _fill(session, turn, cart, known)
    turn.state["known_offered"] = cart.id
    result.said.append(_said(turn, known, "known_used"))
    result.changed = True


def _fill(session: Session, turn: Turn, cart: Cart, known: KnownDetails) -> None:
    """What the cart has stays."""
    set_delivery(
        session,
        cart_id=cart.id,
        now=turn.services.clock(),
        buyer_name=None if cart.buyer_name else known.name,
        phone=None if cart.phone else known.phone,
        address=None if cart.address else known.address,
    )


def _said(turn: Turn, known: KnownDetails, key: str) -> str:
    return say(
        turn.language, key, name=known.name, phone=local_phone(known.phone), address=known.address.text
    )
