"""API keys and the answers kept for repeated creating requests."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_id
from core.jobs.clearing import Keeping


class ApiKey(Base):
    """Only a hash is kept; the key itself is printed once."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    prefix: Mapped[str]
    key_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]]
    origins: Mapped[list[str]] = mapped_column(default=list)
    """Of a storefront key: the sites whose pages may use it; empty for any."""
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class IdempotentAnswer(Base):
    """The first answer to a creating request; the same key with another body is refused."""

    __tablename__ = "idempotent_answers"
    __table_args__ = (
        UniqueConstraint("api_key_id", "idempotency_key"),
        Index("ix_idempotent_answers_created_at", "created_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    api_key_id: Mapped[str] = mapped_column(ForeignKey("api_keys.id"))
    idempotency_key: Mapped[str]
    request_hash: Mapped[str]
    status: Mapped[int] = mapped_column(Integer)
    body: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


IDEMPOTENT_ANSWERS = Keeping(
    IdempotentAnswer, IdempotentAnswer.id, IdempotentAnswer.created_at, timedelta(days=30)
)
