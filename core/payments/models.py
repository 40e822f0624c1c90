"""Money that came in or went out for an order."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_id
from core.money import Dong


class Payment(Base):
    """`reference` makes a repeat harmless: one row per source and reference (a parcel's COD, a bank transfer)."""

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("kind IN ('cod', 'bank_transfer', 'refund')", name="kind"),
        CheckConstraint("amount > 0", name="amount"),
        UniqueConstraint("kind", "reference"),
        Index("ix_payments_order_id", "order_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    kind: Mapped[str]
    amount: Mapped[Dong]
    reference: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    recorded_by: Mapped[str]
    at: Mapped[datetime]
