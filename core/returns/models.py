"""Goods that come back: asked for by the buyer, or a parcel that nobody took; what each piece was found to be."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from core.ids import new_id
from core.money import Dong

_ONE_PARCEL = CheckConstraint("origin = 'parcel'").sqltext


class Return(Base):
    """requested → approved or rejected → received → inspected → settled; cancelled before it is received."""

    __tablename__ = "returns"
    __table_args__ = (
        CheckConstraint("kind IN ('return', 'exchange')", name="kind"),
        CheckConstraint(
            "state IN ('requested', 'approved', 'rejected', 'received', 'inspected', 'settled', 'cancelled')",
            name="state",
        ),
        CheckConstraint("photo_count >= 0", name="photo_count"),
        CheckConstraint("origin IN ('buyer', 'parcel')", name="origin"),
        CheckConstraint("credit >= 0", name="credit"),
        Index("uq_returns_refund_id", "refund_id", unique=True),
        Index("uq_returns_exchange_order_id", "exchange_order_id", unique=True),
        Index("ix_returns_order_id", "order_id"),
        Index("ix_returns_customer_id", "customer_id", "id"),
        Index("ix_returns_state", "state", "id"),
        # Whatever the carrier repeats: a parcel comes back once.
        Index(
            "uq_returns_one_parcel",
            "order_id",
            unique=True,
            sqlite_where=_ONE_PARCEL,
            postgresql_where=_ONE_PARCEL,
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    """`R1001`."""
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    kind: Mapped[str]
    origin: Mapped[str] = mapped_column(default="buyer")
    """`parcel`: it could not be delivered and came back by itself."""
    state: Mapped[str] = mapped_column(default="requested")
    reason: Mapped[str] = mapped_column(default="")
    photo_count: Mapped[int] = mapped_column(Integer, default=0)
    requested_by: Mapped[str]
    requested_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str] = mapped_column(default="")
    """Why it was refused, in words for the buyer."""
    warehouse_id: Mapped[str | None] = mapped_column(ForeignKey("warehouses.id"))
    """Where the goods arrived."""
    received_at: Mapped[datetime | None]
    inspected_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    credit: Mapped[Dong] = mapped_column(default=0)
    """What the settlement took off the order's price."""
    refund_id: Mapped[str | None] = mapped_column(ForeignKey("refunds.id"))
    exchange_order_id: Mapped[str | None] = mapped_column(ForeignKey("orders.id"))
    version: Mapped[int] = mapped_column(Integer, default=1)

    lines: Mapped[list["ReturnLine"]] = relationship(lazy="raise", order_by="ReturnLine.id")


class ReturnLine(Base):
    """`good`, `damaged` and `missing` are counted up by the inspection, together never more than were asked back."""

    __tablename__ = "return_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint(
            "good >= 0 AND damaged >= 0 AND missing >= 0 AND good + damaged + missing <= quantity",
            name="found",
        ),
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
    good: Mapped[int] = mapped_column(Integer, default=0)
    damaged: Mapped[int] = mapped_column(Integer, default=0)
    missing: Mapped[int] = mapped_column(Integer, default=0)

    @property
    def back(self) -> int:
        """Pieces that are here again, whole or not."""
        return self.good + self.damaged


class ReturnFinding(Base):
    """What the inspection found of some pieces of a line: kept as it was said."""

    __tablename__ = "return_findings"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("condition IN ('good', 'damaged', 'missing')", name="condition"),
        CheckConstraint("condition <> 'damaged' OR reason <> ''", name="reason"),
        Index("ix_return_findings_return_line_id", "return_line_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    return_line_id: Mapped[str] = mapped_column(ForeignKey("return_lines.id"))
    condition: Mapped[str]
    quantity: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(default="")
    photo: Mapped[str] = mapped_column(default="")
    """Where the picture is kept: a document's id, an address or a number on a shelf."""
    found_by: Mapped[str]
    at: Mapped[datetime]
