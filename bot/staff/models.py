"""Staff accounts, their sessions and what is said in the desk's room."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_id


class StaffAccount(Base):
    __tablename__ = "staff_accounts"
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'manager', 'sales', 'warehouse', 'accountant')", name="role"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    failed_logins: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class StaffSession(Base):
    __tablename__ = "staff_sessions"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff_accounts.id"))
    csrf_token: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class DeskMessage(Base):
    """The staff's room: commands, their answers and what asks for a person. `key` makes a notice unique."""

    __tablename__ = "desk_messages"
    # A number is never given twice, not even after a reset: who listens knows by it what is new.
    __table_args__ = {"sqlite_autoincrement": True}

    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    key: Mapped[str | None] = mapped_column(unique=True)
    author: Mapped[str]
    author_name: Mapped[str] = mapped_column(default="")
    text: Mapped[str]
    cards: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    audience: Mapped[str] = mapped_column(default="")
    """The roles that may read it besides the owner, each between spaces; empty: everybody."""
    besides: Mapped[str] = mapped_column(default="")
    """The one of the staff who is not told: it came of their own command, whose answer they read."""
    created_at: Mapped[datetime]


class StaffLink(Base):
    """A member of staff on a chat channel."""

    __tablename__ = "staff_links"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index("ix_staff_links_staff_id", "staff_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    channel: Mapped[str]
    external_id: Mapped[str]
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff_accounts.id"))
    created_at: Mapped[datetime]


class StaffLinkCode(Base):
    """Whoever sends it from a chat channel becomes this member of staff there. Gone once it is used."""

    __tablename__ = "staff_link_codes"

    code_hash: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff_accounts.id"))
    expires_at: Mapped[datetime]
