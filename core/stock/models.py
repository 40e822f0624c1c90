"""Warehouses, counters and the ledger. Only stock/levels.py writes the last three tables."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_id


class Warehouse(Base):
    __tablename__ = "warehouses"
    __table_args__ = (CheckConstraint("kind IN ('main', 'secondary', 'branch')", name="kind"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="main")
    address: Mapped[str] = mapped_column(default="")
    """As typed; the parts below come from the address book when it could read it."""
    street: Mapped[str] = mapped_column(default="")
    ward: Mapped[str] = mapped_column(default="")
    district: Mapped[str] = mapped_column(default="")
    province: Mapped[str] = mapped_column(default="")
    province_code: Mapped[str] = mapped_column(default="")
    address_era: Mapped[str] = mapped_column(default="old")
    contact_name: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    priority: Mapped[int] = mapped_column(Integer, default=0)
    """Lower is tried first among equals."""


class StockLevel(Base):
    """One variant at one warehouse. Available = on hand − reserved, worked out, never stored."""

    __tablename__ = "stock_levels"
    __table_args__ = (
        CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        CheckConstraint("reserved <= on_hand", name="reserved_within_on_hand"),
    )

    variant_id: Mapped[str] = mapped_column(ForeignKey("variants.id"), primary_key=True)
    warehouse_id: Mapped[str] = mapped_column(ForeignKey("warehouses.id"), primary_key=True)
    on_hand: Mapped[int] = mapped_column(Integer, default=0)
    reserved: Mapped[int] = mapped_column(Integer, default=0)


class StockMovement(Base):
    """One line of the append-only ledger: on hand is always the sum of the quantities."""

    __tablename__ = "stock_movements"
    __table_args__ = (
        CheckConstraint("quantity <> 0", name="quantity"),
        CheckConstraint(
            "kind IN ('receipt', 'shipment', 'return', 'adjustment', 'transfer_out', 'transfer_in',"
            " 'write_off')",
            name="kind",
        ),
        Index("ix_stock_movements_level", "variant_id", "warehouse_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    variant_id: Mapped[str] = mapped_column(ForeignKey("variants.id"))
    warehouse_id: Mapped[str] = mapped_column(ForeignKey("warehouses.id"))
    quantity: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    subject_kind: Mapped[str] = mapped_column(default="")
    subject_id: Mapped[str] = mapped_column(default="")
    actor_id: Mapped[str]
    at: Mapped[datetime]


class Reservation(Base):
    """A quantity promised to one order line at one warehouse: held → consumed or released."""

    __tablename__ = "reservations"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("state IN ('held', 'consumed', 'released')", name="state"),
        Index("ix_reservations_order_id", "order_id"),
        Index("ix_reservations_level", "variant_id", "warehouse_id", "state"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    order_line_id: Mapped[str] = mapped_column(ForeignKey("order_lines.id"))
    variant_id: Mapped[str] = mapped_column(ForeignKey("variants.id"))
    warehouse_id: Mapped[str] = mapped_column(ForeignKey("warehouses.id"))
    quantity: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(default="held")
    created_at: Mapped[datetime]


class StockWatch(Base):
    """A customer who wants to be told once when a variant can be had again."""

    __tablename__ = "stock_watches"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'told', 'cancelled')", name="state"),
        Index(
            "uq_stock_watches_waiting",
            "customer_id",
            "variant_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_stock_watches_variant_id", "variant_id", "state"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    variant_id: Mapped[str] = mapped_column(ForeignKey("variants.id"))
    conversation_id: Mapped[str] = mapped_column(default="")
    """Where it was asked for; a name that only the bot understands."""
    state: Mapped[str] = mapped_column(default="waiting")
    created_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
