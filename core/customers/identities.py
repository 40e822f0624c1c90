"""From a channel's user to a customer: made on first sight, never guessed from a name or phone."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.customers.models import Customer, CustomerIdentity
from core.ids import new_id


def customer_for(session: Session, *, chat_channel: str, external_id: str, now: datetime) -> Customer:
    """The customer behind (chat channel, user id); two first messages at once make one customer."""
    found = _find(session, chat_channel, external_id)
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


def _find(session: Session, chat_channel: str, external_id: str) -> Customer | None:
    return session.scalar(
        select(Customer)
        .join(CustomerIdentity, CustomerIdentity.customer_id == Customer.id)
        .where(CustomerIdentity.chat_channel == chat_channel, CustomerIdentity.external_id == external_id)
    )
