"""Where the shop's own website listens, what was sent there, and the carts it started."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from core.ids import new_id


class WebhookEndpoint(Base):
    __tablename__ = "webhook_endpoints"
    __table_args__ = (CheckConstraint("state IN ('active', 'paused', 'removed')", name="state"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    url: Mapped[str]
    events: Mapped[list[str]]
    secret: Mapped[str]
    """Kept as it is: each request is signed with it. Told once."""
    description: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="active")
    created_at: Mapped[datetime]


class WebhookDelivery(Base):
    """One event for one endpoint: queued → delivered or dead (back to queued by a replay), dropped when unwanted."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'delivered', 'dead', 'dropped')", name="state"),
        UniqueConstraint("endpoint_id", "event_key"),
        Index("ix_webhook_deliveries_state", "state", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("webhook_endpoints.id"))
    event: Mapped[str]
    event_key: Mapped[str]
    """Tells this happening from all others, so that it is sent to an endpoint once however often it is told."""
    body: Mapped[str]
    """The bytes that are signed and sent, each time the same."""
    state: Mapped[str] = mapped_column(default="queued")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]

    log: Mapped[list["WebhookAttempt"]] = relationship(lazy="raise", order_by="WebhookAttempt.id")
    endpoint: Mapped[WebhookEndpoint] = relationship(lazy="raise")


class WebhookAttempt(Base):
    """`status` 0: no answer came; `error` says why."""

    __tablename__ = "webhook_attempts"
    __table_args__ = (Index("ix_webhook_attempts_delivery_id", "delivery_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    delivery_id: Mapped[str] = mapped_column(ForeignKey("webhook_deliveries.id"))
    at: Mapped[datetime]
    url: Mapped[str]
    headers: Mapped[dict[str, str]]
    """Without the signature."""
    status: Mapped[int] = mapped_column(Integer, default=0)
    answer: Mapped[str] = mapped_column(default="")
    error: Mapped[str] = mapped_column(default="")
    milliseconds: Mapped[int] = mapped_column(Integer, default=0)


class StorefrontCart(Base):
    """A cart that a visitor of the website started. Who holds the token may go on with it and see its order."""

    __tablename__ = "storefront_carts"

    cart_id: Mapped[str] = mapped_column(ForeignKey("carts.id"), primary_key=True)
    token_hash: Mapped[str]
    created_at: Mapped[datetime]
