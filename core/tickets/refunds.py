"""What is owed to a customer whose paid order was called off: a ticket for staff, never money moved by itself."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.actor import Actor
from core.approvals.models import Approval
from core.orders.cancellation import KIND, carry_out_approved
from core.orders.models import Order
from core.orders.queries import get_order
from core.payments.recording import received
from core.tickets.filing import open_ticket


def refund_of_cancelled(
    session: Session, *, order: Order, reason: str, now: datetime, conversation_id: str = ""
) -> int:
    """The amount that was paid and is to be given back; 0 when there is none."""
    paid = received(session, order.id)
    if paid:
        open_ticket(
            session, kind="refund", summary=reason, order=order, conversation_id=conversation_id,
            customer_id=order.customer_id, details={"amount": paid}, skus=[line.sku for line in order.lines],
            now=now,
        )  # fmt: skip
    return paid


def carry_out_cancellation(session: Session, *, approval: Approval, actor: Actor, now: datetime) -> None:
    """The cancellation that a person said yes to, and what is owed for it."""
    carry_out_approved(session, approval=approval, actor=actor, now=now)
    if approval.kind != KIND or approval.state == "rejected":
        return
    order = get_order(session, approval.subject_id)
    if order.status == "cancelled":
        refund_of_cancelled(session, order=order, reason=str(approval.payload.get("reason", "")), now=now)
