"""knowledge: documents, revisions, the mark of changes, unanswered questions"""

import hashlib
import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "knowledge_documents",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("status IN ('active', 'archived')", name=op.f("ck_knowledge_documents_status")),
        sa.CheckConstraint(
            "language IN ('', 'vi', 'en', 'ko')", name=op.f("ck_knowledge_documents_language")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_documents")),
    )
    revisions = op.create_table(
        "knowledge_revisions",
        sa.Column("passage_id", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("passage_id", "version", name=op.f("pk_knowledge_revisions")),
    )
    marks = op.create_table(
        "knowledge_mark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_mark")),
    )
    _create_questions()
    op.create_index("ix_products_mark", "products", ["status", "updated_at", "version"])
    known = _faq_rows()
    op.drop_table("knowledge_passages")
    passages = _create_passages()
    if known:
        op.bulk_insert(passages, known)
        op.bulk_insert(revisions, [_revision(row) for row in known])
        op.bulk_insert(marks, [{"id": 1, "value": uuid.uuid4().hex}])


def downgrade() -> None:
    old = sa.table(
        "knowledge_passages",
        *(sa.column(name) for name in ("kind", "external_id", "language", "title", "text")),
        sa.column("updated_at", UtcDateTime()),
    )
    rows = op.get_bind().execute(sa.select(old).where(old.c.kind == "faq")).all()
    op.drop_index("ix_knowledge_passages_document_id", table_name="knowledge_passages")
    op.drop_table("knowledge_passages")
    first = op.create_table(
        "knowledge_passages",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_passages")),
        sa.UniqueConstraint(
            "external_id", "language", name=op.f("uq_knowledge_passages_external_id_language")
        ),
    )
    if rows:
        op.bulk_insert(
            first,
            [
                {
                    "id": uuid.uuid4().hex,
                    "external_id": row.external_id,
                    "language": row.language,
                    "question": row.title,
                    "answer": row.text,
                    "updated_at": row.updated_at,
                }
                for row in rows
            ],
        )
    op.drop_index("ix_products_mark", table_name="products")
    op.drop_index("ix_unanswered_askings_question_id", table_name="unanswered_askings")
    op.drop_table("unanswered_askings")
    op.drop_index("uq_unanswered_questions_one_open", table_name="unanswered_questions")
    op.drop_index("ix_unanswered_questions_state", table_name="unanswered_questions")
    op.drop_table("unanswered_questions")
    op.drop_table("knowledge_mark")
    op.drop_table("knowledge_revisions")
    op.drop_table("knowledge_documents")


def _create_questions() -> None:
    op.create_table(
        "unanswered_questions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("essence", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("faq_id", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_asked_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'answered', 'dismissed')", name=op.f("ck_unanswered_questions_state")
        ),
        sa.CheckConstraint("count >= 1", name=op.f("ck_unanswered_questions_count")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unanswered_questions")),
    )
    op.create_index("ix_unanswered_questions_state", "unanswered_questions", ["state", "id"])
    op.create_index(
        "uq_unanswered_questions_one_open",
        "unanswered_questions",
        ["language", "essence"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "unanswered_askings",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("question_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["unanswered_questions.id"],
            name=op.f("fk_unanswered_askings_question_id_unanswered_questions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unanswered_askings")),
    )
    op.create_index("ix_unanswered_askings_question_id", "unanswered_askings", ["question_id"])


def _create_passages() -> sa.Table:
    passages = op.create_table(
        "knowledge_passages",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("phrasings", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('faq', 'document')", name=op.f("ck_knowledge_passages_kind")),
        sa.CheckConstraint("language IN ('vi', 'en', 'ko')", name=op.f("ck_knowledge_passages_language")),
        sa.CheckConstraint("status IN ('active', 'archived')", name=op.f("ck_knowledge_passages_status")),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["knowledge_documents.id"],
            name=op.f("fk_knowledge_passages_document_id_knowledge_documents"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_passages")),
        sa.UniqueConstraint(
            "kind",
            "external_id",
            "language",
            "position",
            name=op.f("uq_knowledge_passages_kind_external_id_language_position"),
        ),
    )
    op.create_index("ix_knowledge_passages_document_id", "knowledge_passages", ["document_id"])
    return passages


def _faq_rows() -> list[dict[str, Any]]:
    old = sa.table(
        "knowledge_passages",
        sa.column("external_id"),
        sa.column("language"),
        sa.column("question"),
        sa.column("answer"),
        sa.column("updated_at", UtcDateTime()),
    )
    rows = op.get_bind().execute(sa.select(old)).all()
    return [
        {
            "id": f"faq:{row.external_id}:{row.language}",
            "kind": "faq",
            "external_id": row.external_id,
            "document_id": None,
            "position": 0,
            "language": row.language,
            "title": row.question,
            "text": row.answer,
            "phrasings": [],
            "source": row.question,
            "version": _version(("faq", row.question, row.answer, row.language, row.question)),
            "status": "active",
            "updated_at": row.updated_at,
        }
        for row in rows
    ]


def _version(parts: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def _revision(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "passage_id": row["id"],
        "created_at": row["updated_at"],
        **{name: row[name] for name in ("version", "kind", "title", "text", "language", "source")},
    }
