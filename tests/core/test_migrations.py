from datetime import datetime

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from core.db import Base, Database
from core.knowledge.passages import active_passages, passage_as_told, passage_version
from core.schema import alembic_config, upgrade


def test_models_and_migrations_agree(db: Database) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_twice_changes_nothing(db: Database) -> None:
    upgrade(db)

    with db.engine.connect() as connection:
        head = ScriptDirectory.from_config(alembic_config()).get_current_head()
        assert MigrationContext.configure(connection).get_current_revision() == head


def test_faq_entries_of_the_first_version_are_kept_with_their_evidence(db: Database, now: datetime) -> None:
    config = alembic_config()
    with db.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO knowledge_passages (id, external_id, language, question, answer, updated_at) "
                "VALUES ('x', 'fee', 'vi', 'Phí?', '30.000đ.', '2026-11-24 03:00:00')"
            )
        )
        command.upgrade(config, "head")

    with db.read_transaction() as session:
        (row,) = active_passages(session)
        told = passage_as_told(session, passage_id=row.id, version=row.version)
    assert (row.id, row.title, row.text, row.version) == (
        "faq:fee:vi",
        "Phí?",
        "30.000đ.",
        passage_version(row),
    )
    assert told.text == "30.000đ."
