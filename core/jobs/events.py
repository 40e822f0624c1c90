"""What happened, told upwards by name only: an event fans out to jobs in the transaction of its cause."""

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.jobs.models import EventListener
from core.jobs.queue import NewJob, enqueue_all

SUBSCRIPTIONS: Mapping[str, tuple[str, ...]] = {
    "order.placed": ("notice.staff",),
    "order.accepted": (),
    "order.changed": ("notice.customer", "notice.staff", "payment.settle"),
    "order.packed": ("notice.customer",),
    "order.cancelled": ("notice.customer", "notice.staff", "shipment.cancel"),
    "order.completed": ("notice.staff",),
    "return.requested": ("notice.customer", "notice.staff"),
    "return.approved": ("notice.customer",),
    "return.rejected": ("notice.customer",),
    "return.came_back": ("notice.customer", "notice.staff"),
    "return.received": ("notice.customer", "notice.staff"),
    "return.inspected": ("notice.staff",),
    "return.settled": ("notice.customer", "notice.staff"),
    "refund.approved": ("notice.staff",),
    "refund.rejected": ("notice.staff",),
    "transfer.doubtful": ("notice.staff",),
    "shipment.booked": ("notice.customer", "notice.staff"),
    "shipment.moved": (
        "notice.customer",
        "notice.staff",
        "order.complete",
        "invoice.auto",
        "return.came_back",
    ),
    "shipment.refused": ("notice.staff",),
    "invoice.issued": (),
    "invoice.coded": ("notice.customer", "notice.staff"),
    "invoice.refused": ("notice.staff",),
    "payment.recorded": ("notice.customer", "notice.staff", "order.complete"),
    "payment.taken_back": (),
    "approval.requested": ("notice.staff",),
    "approval.decided": ("notice.staff",),
    "conversation.handed_off": ("notice.staff",),
    "staff_task.opened": ("notice.staff",),
    "question.answered": ("notice.answer",),
    "ticket.opened": ("notice.staff",),
    "product.changed": (),
    "stock.changed": (),
    "stock.back": ("notice.restock",),
    "stock.low": ("notice.staff",),
    "order.filled": ("notice.staff",),
    "purchase.confirmed": ("notice.staff",),
    "purchase.received": ("notice.staff",),
}

_HEARD = "chotdon_events_heard"
_LISTENERS = select(EventListener.event)

OUTSIDE: Mapping[str, str] = {
    "order.placed": "order.placed",
    "order.accepted": "order.updated",
    "order.changed": "order.updated",
    "order.packed": "order.updated",
    "payment.recorded": "order.updated",
    "payment.taken_back": "order.updated",
    "order.completed": "order.completed",
    "order.cancelled": "order.cancelled",
    "stock.changed": "stock.changed",
    "product.changed": "product.changed",
    "shipment.booked": "shipment.updated",
    "shipment.moved": "shipment.updated",
    "invoice.issued": "invoice.issued",
}
"""As what a happening is told to the shop's own website."""
OUTSIDE_EVENTS: tuple[str, ...] = tuple(dict.fromkeys(OUTSIDE.values()))


doer: ContextVar[str] = ContextVar("doer", default="")
"""Whose command is being carried out: what happens by it is told with their id, as `doer`."""


def publish(session: Session, event: str, payload: Mapping[str, Any], *, now: datetime) -> None:
    """`payload` holds ids and a `key` that tells this happening from all others of its name."""
    done_by = {"doer": doer.get()} if doer.get() else {}
    jobs = [
        NewJob(
            job,
            {**payload, "event": event, **done_by},
            deduplication_key=f"{job}:{event}:{payload['key']}",
            ordering_key=f"{job}:{payload.get('order_id', payload['key'])}",
        )
        for job in SUBSCRIPTIONS[event]
    ]
    if is_heard(session, event):
        jobs.append(_tell_outside(event, payload))
    enqueue_all(session, jobs, now=now)


def is_heard(session: Session, event: str) -> bool:
    """Whether somebody outside listens; for whoever would publish a great many."""
    told_as = OUTSIDE.get(event)
    if told_as is None:
        return False
    if _HEARD not in session.info:
        session.info[_HEARD] = frozenset(session.scalars(_LISTENERS))
    return told_as in session.info[_HEARD]


def forget_listeners(session: Session) -> None:
    """Behind whatever has changed them in this transaction."""
    session.info.pop(_HEARD, None)


def _tell_outside(event: str, payload: Mapping[str, Any]) -> NewJob:
    key = f"{event}:{payload['key']}"
    fan_out = {**payload, "event": OUTSIDE[event], "event_key": key}
    return NewJob("webhook.fan_out", fan_out, deduplication_key=f"webhook.fan_out:{key}")
