"""Imports of tables: the file that was sent, how far its rows are, and what is wrong with them."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_id


class TableImport(Base):
    __tablename__ = "imports"
    __table_args__ = (
        CheckConstraint("kind IN ('products', 'stock', 'customers', 'orders')", name="kind"),
        CheckConstraint("state IN ('waiting', 'checking', 'writing', 'done', 'refused')", name="state"),
        Index("ix_imports_kind", "kind", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    filename: Mapped[str]
    size: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """Only until it is worked off; of a dry run that found nothing wrong, until it is brought in or another is
    checked."""
    dry_run: Mapped[bool]
    change_existing: Mapped[bool] = mapped_column(default=False)
    """Rows of SKUs that the shop has change them; else they are refused."""
    state: Mapped[str] = mapped_column(default="waiting")
    """waiting → checking → writing → done; refused when a row is wrong, and nothing of it was written."""
    rows: Mapped[int] = mapped_column(Integer, default=0)
    rows_done: Mapped[int] = mapped_column(Integer, default=0)
    problem_count: Mapped[int] = mapped_column(Integer, default=0)
    problems: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """[{"row", "column", "problem"}], the first of them."""
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What came in, or would: {"products": 3, "variants": 9}."""
    effects: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """[{"row", "sku", "effect", "changes": [{"column", "old", "new"}]}], the first of them."""
    refusal: Mapped[str] = mapped_column(default="")
    actor_kind: Mapped[str] = mapped_column(default="api")
    actor_id: Mapped[str]
    actor_name: Mapped[str]
    actor_role: Mapped[str | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
