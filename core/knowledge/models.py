"""What the shop wrote for its customers, what it said before, and what nobody wrote yet."""

from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_id

Language = Literal["vi", "en", "ko"]
LANGUAGES: tuple[Language, ...] = ("vi", "en", "ko")


class KnowledgePassage(Base):
    """One piece as it stands now: an FAQ entry in one language, or a piece of a document."""

    __tablename__ = "knowledge_passages"
    __table_args__ = (
        CheckConstraint("kind IN ('faq', 'document')", name="kind"),
        CheckConstraint("language IN ('vi', 'en', 'ko')", name="language"),
        CheckConstraint("status IN ('active', 'archived')", name="status"),
        UniqueConstraint("kind", "external_id", "language", "position"),
        Index("ix_knowledge_passages_document_id", "document_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """`faq:ID:LANGUAGE` or `document:ID:NUMBER`: what a reply's evidence names, together with the version."""
    kind: Mapped[str]
    external_id: Mapped[str]
    """The FAQ entry's id, the same in all languages; the document's id."""
    document_id: Mapped[str | None] = mapped_column(ForeignKey("knowledge_documents.id"))
    position: Mapped[int] = mapped_column(Integer, default=0)
    language: Mapped[str]
    title: Mapped[str]
    """An FAQ's question; the heading of a document's piece."""
    text: Mapped[str]
    phrasings: Mapped[list[str]] = mapped_column(default=list)
    """Other ways in which customers ask an FAQ's question."""
    source: Mapped[str]
    """What a customer is told as the source."""
    version: Mapped[str]
    status: Mapped[str] = mapped_column(default="active")
    updated_at: Mapped[datetime]


class KnowledgeRevision(Base):
    """Each text that a passage ever had, product texts too: evidence stays readable when the text is gone."""

    __tablename__ = "knowledge_revisions"

    passage_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    language: Mapped[str]
    source: Mapped[str]
    created_at: Mapped[datetime]


class KnowledgeDocument(Base):
    __tablename__ = "knowledge_documents"
    __table_args__ = (
        CheckConstraint("status IN ('active', 'archived')", name="status"),
        CheckConstraint("language IN ('', 'vi', 'en', 'ko')", name="language"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    title: Mapped[str]
    filename: Mapped[str]
    language: Mapped[str]
    """Empty: guessed for each piece."""
    sha256: Mapped[str]
    size: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """The file as it came."""
    text: Mapped[str] = mapped_column(deferred=True)
    origin: Mapped[str]
    """`upload`, `folder` or `shop_file`: who replaces it."""
    version: Mapped[int] = mapped_column(Integer, default=1)
    status: Mapped[str] = mapped_column(default="active")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class KnowledgeMark(Base):
    """One row whose value is new after every change, so that each process sees cheaply that it must read again."""

    __tablename__ = "knowledge_mark"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    value: Mapped[str]


class UnansweredQuestion(Base):
    """What customers asked and the shop never wrote. Alike questions are one row while it is open."""

    __tablename__ = "unanswered_questions"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'answered', 'dismissed')", name="state"),
        CheckConstraint("count >= 1", name="count"),
        Index("ix_unanswered_questions_state", "state", "id"),
        Index(
            "uq_unanswered_questions_one_open",
            "language",
            "essence",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    question: Mapped[str]
    """The words of the first who asked."""
    essence: Mapped[str]
    """Folded telling words, by which alike questions are known."""
    language: Mapped[str]
    count: Mapped[int] = mapped_column(Integer, default=1)
    state: Mapped[str] = mapped_column(default="open")
    faq_id: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    last_asked_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(default="")


class UnansweredAsking(Base):
    __tablename__ = "unanswered_askings"
    __table_args__ = (Index("ix_unanswered_askings_question_id", "question_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    question_id: Mapped[str] = mapped_column(ForeignKey("unanswered_questions.id"))
    conversation_id: Mapped[str]
    words: Mapped[str]
    asked_at: Mapped[datetime]
