"""Customers and the identities by which a chat channel knows them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_id


class Customer(Base):
    __tablename__ = "customers"
    __table_args__ = (Index("ix_customers_phone", "phone"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    """E.164, for instance +84901234567."""
    email: Mapped[str] = mapped_column(default="")
    address: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """`core.orders.addresses.DeliveryAddress` of the last order, or {}."""
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class CustomerIdentity(Base):
    """Who somebody is on one chat channel: a platform's user id, not a name or a phone that anyone may type."""

    __tablename__ = "customer_identities"
    __table_args__ = (
        UniqueConstraint("chat_channel", "external_id"),
        Index("ix_customer_identities_customer_id", "customer_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    chat_channel: Mapped[str]
    external_id: Mapped[str]
    created_at: Mapped[datetime]
