"""Goods that a buyer wants to give back or swap: the request and its lines."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from core.ids import new_id


class Return(Base):
    """requested → approved or rejected → received → inspected → settled; cancelled by the buyer before that."""

    __tablename__ = "returns"
    __table_args__ = (
        CheckConstraint("kind IN ('return', 'exchange')", name="kind"),
        CheckConstraint(
            "state IN ('requested', 'approved', 'rejected', 'received', 'inspected', 'settled', 'cancelled')",
            name="state",
        ),
        CheckConstraint("photo_count >= 0", name="photo_count"),
        Index("ix_returns_order_id", "order_id"),
        Index("ix_returns_customer_id", "customer_id", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    """`R1001`."""
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="requested")
    reason: Mapped[str] = mapped_column(default="")
    photo_count: Mapped[int] = mapped_column(Integer, default=0)
    requested_by: Mapped[str]
    requested_at: Mapped[datetime]

    lines: Mapped[list["ReturnLine"]] = relationship(lazy="raise", order_by="ReturnLine.id")


class ReturnLine(Base):
    __tablename__ = "return_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        Index("ix_return_lines_return_id", "return_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    return_id: Mapped[str] = mapped_column(ForeignKey("returns.id"))
    order_line_id: Mapped[str] = mapped_column(ForeignKey("order_lines.id"))
    sku: Mapped[str]
    quantity: Mapped[int] = mapped_column(Integer)
    exchange_variant_id: Mapped[str | None] = mapped_column(ForeignKey("variants.id"))
    exchange_sku: Mapped[str] = mapped_column(default="")
    """What is wished for instead; empty on a return."""
