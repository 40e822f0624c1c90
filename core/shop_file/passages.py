"""What the shop wrote for its customers, as rows; the bot indexes them for retrieval."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_id


class KnowledgePassage(Base):
    __tablename__ = "knowledge_passages"
    __table_args__ = (UniqueConstraint("external_id", "language"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    external_id: Mapped[str]
    """The faq's id; the same in all languages."""
    language: Mapped[str]
    question: Mapped[str]
    answer: Mapped[str]
    updated_at: Mapped[datetime]
