"""Money that came in or went out for an order, money to be sent back, and what the bank says came in."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_id
from core.money import Dong


class Payment(Base):
    """`reference` makes a repeat harmless: one row per source and reference (a parcel's COD, a bank transfer)."""

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("kind IN ('cod', 'bank_transfer', 'exchange', 'refund', 'taken_back')", name="kind"),
        CheckConstraint("amount > 0", name="amount"),
        UniqueConstraint("kind", "reference"),
        Index("ix_payments_order_id", "order_id"),
        Index("ix_payments_transfer_id", "transfer_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    kind: Mapped[str]
    """`exchange` is what came over from the order whose goods were given back; `taken_back` undoes the payment that
    its reference names, which was another order's."""
    amount: Mapped[Dong]
    reference: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    transfer_id: Mapped[str | None] = mapped_column(ForeignKey("bank_transfers.id"))
    recorded_by: Mapped[str]
    at: Mapped[datetime]


class Refund(Base):
    """requested → approved → paid; rejected or cancelled before that. The amount is held on the order meanwhile."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("kind IN ('return', 'overpaid', 'goodwill')", name="kind"),
        CheckConstraint("state IN ('requested', 'approved', 'paid', 'rejected', 'cancelled')", name="state"),
        CheckConstraint("method IN ('', 'bank_transfer', 'cash', 'other')", name="method"),
        CheckConstraint("state <> 'paid' OR (method <> '' AND reference <> '')", name="proof"),
        Index("ix_refunds_order_id", "order_id"),
        Index("ix_refunds_state", "state", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    """`RF1001`."""
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    kind: Mapped[str]
    """`goodwill` lowers what is due by itself; for a return its settlement does; `overpaid` was never due."""
    amount: Mapped[Dong]
    state: Mapped[str] = mapped_column(default="requested")
    reason: Mapped[str] = mapped_column(default="")
    method: Mapped[str] = mapped_column(default="")
    reference: Mapped[str] = mapped_column(default="")
    requested_by: Mapped[str]
    requested_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str] = mapped_column(default="")
    paid_by: Mapped[str] = mapped_column(default="")
    paid_at: Mapped[datetime | None]


class BankTransfer(Base):
    """What came in on the shop's account, each once. new → matched, or doubtful until a person says whose it is."""

    __tablename__ = "bank_transfers"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("state IN ('new', 'matched', 'doubtful', 'refund_due', 'dismissed')", name="state"),
        UniqueConstraint("bank", "external_id"),
        Index("ix_bank_transfers_state", "state", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    """`NH1001`."""
    bank: Mapped[str]
    """The adapter that told of it."""
    external_id: Mapped[str]
    account: Mapped[str] = mapped_column(default="")
    amount: Mapped[Dong]
    memo: Mapped[str] = mapped_column(default="")
    reference: Mapped[str] = mapped_column(default="")
    """The bank's own number."""
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="new")
    verdict: Mapped[str] = mapped_column(default="")
    """One of `core.payments.matching.VERDICTS`; empty until it was looked at."""
    suggestions: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """[{"order": code, "amount": đồng, "why": …}]: for a person to choose from."""
    note: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
