"""From a channel's user to a customer: made on first sight, never guessed from a name or phone."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.customers.models import Customer, CustomerIdentity
from core.ids import new_id

ANY_CHANNEL = ""


def customer_for(session: Session, *, chat_channel: str, external_id: str, now: datetime) -> Customer:
    """The customer behind (chat channel, user id); two first messages at once make one customer.

    An identity that a shop file brought without a channel goes to the first channel that names its user id.
    """
    found = _find(session, chat_channel, external_id) or _adopt(session, chat_channel, external_id)
    if found is not None:
        return found
    try:
        with session.begin_nested():
            customer = Customer(
                id=new_id(), name="", phone="", email="", address={}, note="", created_at=now, updated_at=now
            )
            session.add(customer)
            session.flush()
            session.add(
                CustomerIdentity(
                    customer_id=customer.id,
                    chat_channel=chat_channel,
                    external_id=external_id,
                    created_at=now,
                )
            )
            session.flush()
            return customer
    except IntegrityError:
        existing = _find(session, chat_channel, external_id)
        if existing is None:
            raise
        return existing


def _adopt(session: Session, chat_channel: str, external_id: str) -> Customer | None:
    """Once: after that the identity belongs to this channel."""
    adopted = session.scalar(
        update(CustomerIdentity)
        .where(CustomerIdentity.chat_channel == ANY_CHANNEL, CustomerIdentity.external_id == external_id)
        .values(chat_channel=chat_channel)
        .returning(CustomerIdentity.customer_id)
        .execution_options(synchronize_session=False)
    )
    return session.get_one(Customer, adopted) if adopted is not None else None


def _find(session: Session, chat_channel: str, external_id: str) -> Customer | None:
    return session.scalar(
        select(Customer)
        .join(CustomerIdentity, CustomerIdentity.customer_id == Customer.id)
        .where(CustomerIdentity.chat_channel == chat_channel, CustomerIdentity.external_id == external_id)
    )
