"""Warehouses, counters, the ledger, and what moves them. Only stock/levels.py writes levels, movements and
reservations."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

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
    in_transit: Mapped[bool] = mapped_column(default=False)
    """The one place that nobody sees: what has left one warehouse and has not reached the other."""
    version: Mapped[int] = mapped_column(Integer, default=1)


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
        Index("ix_stock_movements_subject", "subject_kind", "subject_id"),
        Index("ix_stock_movements_at", "at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    variant_id: Mapped[str] = mapped_column(ForeignKey("variants.id"))
    warehouse_id: Mapped[str] = mapped_column(ForeignKey("warehouses.id"))
    quantity: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str]
    cause: Mapped[str] = mapped_column(default="")
    """Of an adjustment: one of `core.stock.moves.CAUSES`."""
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


class StockHold(Base):
    """Goods that staff keep aside: they count as reserved until released or run out."""

    __tablename__ = "stock_holds"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("state IN ('held', 'released', 'expired')", name="state"),
        Index("ix_stock_holds_level", "variant_id", "warehouse_id", "state"),
        Index("ix_stock_holds_state", "state", "expires_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    variant_id: Mapped[str] = mapped_column(ForeignKey("variants.id"))
    warehouse_id: Mapped[str] = mapped_column(ForeignKey("warehouses.id"))
    quantity: Mapped[int] = mapped_column(Integer)
    owner_id: Mapped[str]
    owner_name: Mapped[str] = mapped_column(default="")
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(default="held")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Transfer(Base):
    """draft → sent → closed, or draft → cancelled. What was sent and not yet received is in transit."""

    __tablename__ = "stock_transfers"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'sent', 'closed', 'cancelled')", name="state"),
        CheckConstraint("source_id <> destination_id", name="places"),
        Index("ix_stock_transfers_state", "state", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("warehouses.id"))
    destination_id: Mapped[str] = mapped_column(ForeignKey("warehouses.id"))
    state: Mapped[str] = mapped_column(default="draft")
    note: Mapped[str] = mapped_column(default="")
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)

    lines: Mapped[list["TransferLine"]] = relationship(lazy="raise", order_by="TransferLine.position")


class TransferLine(Base):
    """`quantity` was sent; of it `received` came and `missing` never did; `extra` came on top."""

    __tablename__ = "stock_transfer_lines"
    __table_args__ = (
        UniqueConstraint("transfer_id", "variant_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint(
            "received >= 0 AND missing >= 0 AND extra >= 0 AND received + missing <= quantity", name="arrived"
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    transfer_id: Mapped[str] = mapped_column(ForeignKey("stock_transfers.id"))
    variant_id: Mapped[str] = mapped_column(ForeignKey("variants.id"))
    position: Mapped[int] = mapped_column(Integer, default=0)
    sku: Mapped[str]
    quantity: Mapped[int] = mapped_column(Integer)
    received: Mapped[int] = mapped_column(Integer, default=0)
    missing: Mapped[int] = mapped_column(Integer, default=0)
    extra: Mapped[int] = mapped_column(Integer, default=0)
    reason: Mapped[str] = mapped_column(default="")
    """Why less or more came than was sent."""


class LowStockLevel(Base):
    """At or below `level` staff are told once, and not again until it was above."""

    __tablename__ = "low_stock_levels"
    __table_args__ = (
        CheckConstraint("level >= 0", name="level"),
        UniqueConstraint("variant_id", "warehouse_id"),
        Index(
            "uq_low_stock_levels_everywhere",
            "variant_id",
            unique=True,
            sqlite_where=text("warehouse_id IS NULL"),
            postgresql_where=text("warehouse_id IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    variant_id: Mapped[str] = mapped_column(ForeignKey("variants.id"))
    warehouse_id: Mapped[str | None] = mapped_column(ForeignKey("warehouses.id"))
    """None: over all warehouses that are active."""
    level: Mapped[int] = mapped_column(Integer)
    told: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]


class StockCount(Base):
    """A stock-take of one warehouse: open → posted or cancelled. One open at a time for a warehouse."""

    __tablename__ = "stock_counts"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'posted', 'cancelled')", name="state"),
        Index(
            "uq_stock_counts_one_open",
            "warehouse_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    warehouse_id: Mapped[str] = mapped_column(ForeignKey("warehouses.id"))
    state: Mapped[str] = mapped_column(default="open")
    note: Mapped[str] = mapped_column(default="")
    opened_by: Mapped[str]
    opened_at: Mapped[datetime]
    approved_by: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)


class StockCountLine(Base):
    """`expected` is frozen at the opening. `moved` is what came and went between then and the counting of this
    line: the shelf was counted as it stood at that moment, so difference = counted − (expected + moved)."""

    __tablename__ = "stock_count_lines"
    __table_args__ = (
        UniqueConstraint("count_id", "variant_id"),
        CheckConstraint("counted >= 0", name="counted"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    count_id: Mapped[str] = mapped_column(ForeignKey("stock_counts.id"))
    variant_id: Mapped[str] = mapped_column(ForeignKey("variants.id"))
    sku: Mapped[str]
    expected: Mapped[int] = mapped_column(Integer)
    moved: Mapped[int] = mapped_column(Integer, default=0)
    counted: Mapped[int | None] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(default="")
    counted_by: Mapped[str] = mapped_column(default="")
    counted_at: Mapped[datetime | None]

    @property
    def difference(self) -> int | None:
        return None if self.counted is None else self.counted - self.expected - self.moved
