"""What waits for staff, in numbers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.staff.stock_cards import low_count
from bot.staff.words import in_words
from core.approvals.models import Approval
from core.db import Base
from core.jobs.models import StaffTask
from core.orders.models import Order
from core.tickets.models import Ticket


@dataclass(frozen=True)
class Count:
    label: str
    command: str
    """What lists them."""
    count: int


def todo_counts(session: Session, *, now: datetime) -> list[Count]:
    """All of them, in the order in which an order goes; zeros too."""

    def of(model: type[Base], *conditions: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0

    live = Order.status.in_(("new", "processing"))
    unpacked, packed, delivered = (
        f"/orders {in_words('fulfilment_state', state)}" for state in ("unpacked", "packed", "delivered")
    )
    without_invoice = Order.invoice_state.in_(("none", "requested", "refused"))
    return [
        Count("Chờ duyệt", "/todo", of(Approval, Approval.state == "pending", Approval.expires_at > now)),
        Count("Chưa gói", unpacked, of(Order, live, Order.fulfilment_state == "unpacked")),
        Count("Chưa gửi", packed, of(Order, live, Order.fulfilment_state == "packed")),
        Count("Chưa hóa đơn", delivered, of(Order, Order.fulfilment_state == "delivered", without_invoice)),
        Count(
            "Chờ cọc",
            "/todo",
            of(Order, live, Order.fulfilment_state == "unpacked", Order.risk_state == "open"),
        ),
        Count("Sắp hết hàng", "/stock low", low_count(session)),
        Count("Phiếu", "/tickets", of(Ticket, Ticket.state == "open")),
        Count("Việc cần xem", "/todo", of(StaffTask, StaffTask.state == "open")),
    ]
