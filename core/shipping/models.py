"""Parcels at carriers, and what carriers sent us about them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_id
from core.money import Dong


class Shipment(Base):
    """One parcel. `booking_key` is committed before the carrier is called, so that it is created once."""

    __tablename__ = "shipments"
    __table_args__ = (
        CheckConstraint(
            "state IN ('submitting', 'created', 'picking', 'picked_up', 'in_transit', 'delivering',"
            " 'delivered', 'delivery_failed', 'returning', 'returned', 'cancelled', 'lost', 'exception', 'refused')",
            name="state",
        ),
        CheckConstraint("fee_payer IN ('shop', 'receiver')", name="fee_payer"),
        CheckConstraint("cod_amount >= 0", name="cod_amount"),
        UniqueConstraint("carrier", "tracking_number"),
        Index("ix_shipments_order_id", "order_id"),
        # Whatever is pressed twice or crashes between: one live parcel for one order.
        Index(
            "uq_shipments_one_live",
            "order_id",
            unique=True,
            sqlite_where=CheckConstraint("state NOT IN ('cancelled', 'refused', 'returned', 'lost')").sqltext,
            postgresql_where=CheckConstraint(
                "state NOT IN ('cancelled', 'refused', 'returned', 'lost')"
            ).sqltext,
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    warehouse_id: Mapped[str] = mapped_column(ForeignKey("warehouses.id"))
    carrier: Mapped[str]
    booking_key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="submitting")
    tracking_number: Mapped[str | None]
    tracking_url: Mapped[str] = mapped_column(default="")
    sort_code: Mapped[str] = mapped_column(default="")
    weight_g: Mapped[int] = mapped_column(Integer)
    length_cm: Mapped[int] = mapped_column(Integer)
    width_cm: Mapped[int] = mapped_column(Integer)
    height_cm: Mapped[int] = mapped_column(Integer)
    cod_amount: Mapped[Dong]
    insurance_value: Mapped[Dong] = mapped_column(default=0)
    fee_payer: Mapped[str] = mapped_column(default="shop")
    fee: Mapped[Dong | None]
    """What the carrier charges the shop."""
    label_document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
    refusal: Mapped[str] = mapped_column(default="")
    expected_delivery_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    state_at: Mapped[datetime]


class ShipmentEvent(Base):
    """What the carrier said, each once."""

    __tablename__ = "shipment_events"
    __table_args__ = (UniqueConstraint("shipment_id", "external_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    shipment_id: Mapped[str] = mapped_column(ForeignKey("shipments.id"))
    external_id: Mapped[str]
    carrier_status: Mapped[str]
    state: Mapped[str | None]
    moved: Mapped[bool]
    """False when it was late, repeated or unknown, so that our state stayed."""
    reason: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    received_at: Mapped[datetime]
