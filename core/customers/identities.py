"""From a channel's user to a customer: made on first sight, never guessed from a name or phone."""

from datetime import datetime
from typing import NoReturn

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from core.customers.models import Customer, CustomerIdentity
from core.db import insert_new
from core.errors import Conflict
from core.ids import new_id

ANY_CHANNEL = ""
_FIND = (
    select(CustomerIdentity.chat_channel, Customer)
    .join(CustomerIdentity, CustomerIdentity.customer_id == Customer.id)
    .where(
        or_(
            CustomerIdentity.chat_channel == bindparam("channel"),
            CustomerIdentity.chat_channel == ANY_CHANNEL,
        ),
        CustomerIdentity.external_id == bindparam("who"),
    )
    .order_by(CustomerIdentity.chat_channel.desc())
    .limit(1)
)


def customer_for(session: Session, *, chat_channel: str, external_id: str, now: datetime) -> Customer:
    """The customer behind (chat channel, user id); two first messages at once make one customer.

    An identity that a shop file brought without a channel goes to the first channel that names its user id.
    """
    known = _find(session, chat_channel, external_id)
    if known is not None:
        channel, customer = known
        if channel == chat_channel or _adopt(session, chat_channel, external_id):
            return customer
    made = Customer(
        id=new_id(), name="", phone="", email="", address={}, note="", created_at=now, updated_at=now
    )
    session.add(made)
    session.flush()
    if _claim(session, made, chat_channel, external_id, now):
        return made
    session.delete(made)
    session.flush()
    _, customer = _find(session, chat_channel, external_id) or _lost()
    return customer


def _claim(session: Session, customer: Customer, chat_channel: str, external_id: str, now: datetime) -> bool:
    """False when somebody was faster; waits for whoever is at it."""
    statement = insert_new(session, CustomerIdentity, unless=("chat_channel", "external_id"), returning="id")
    row = {
        "id": new_id(), "customer_id": customer.id, "chat_channel": chat_channel, "external_id": external_id,
        "created_at": now,
    }  # fmt: skip
    return session.scalar(statement, row) is not None


def _adopt(session: Session, chat_channel: str, external_id: str) -> bool:
    """Once: after that the identity belongs to this channel."""
    adopted = session.scalar(
        update(CustomerIdentity)
        .where(CustomerIdentity.chat_channel == ANY_CHANNEL, CustomerIdentity.external_id == external_id)
        .values(chat_channel=chat_channel)
        .returning(CustomerIdentity.customer_id)
        .execution_options(synchronize_session=False)
    )
    return adopted is not None


def _find(session: Session, chat_channel: str, external_id: str) -> tuple[str, Customer] | None:
    """The channel's own identity before one that no channel has taken yet."""
    found = session.execute(_FIND, {"channel": chat_channel, "who": external_id}).first()
    return (found[0], found[1]) if found is not None else None


def _lost() -> NoReturn:
    raise Conflict("customer_lost", "The customer could not be found. Try again.", {})
