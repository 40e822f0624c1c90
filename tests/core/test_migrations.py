import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from core.db import Base, Database
from core.schema import alembic_config, newest, upgrade
from tests.postgres import EmbeddedPostgres


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    """The full-text index is each database's own, and no model's."""
    own = ("product_search_fts", "ix_product_search_", "name_vector", "word_vector")
    return not (name or "").startswith(own)


def test_models_and_migrations_agree(db: Database) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _ours})

        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_twice_changes_nothing(db: Database) -> None:
    upgrade(db)

    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    with db.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == head == newest()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_many_processes_may_start_on_an_empty_database_at_once(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path}/empty.db"
    else:
        server: EmbeddedPostgres = request.getfixturevalue("postgres")
        server.run("CREATE DATABASE started_at_once")
        url = server.url("started_at_once")
    together = threading.Barrier(6)

    def start(_: int) -> str | None:
        db = Database(url, pool_size=1)
        together.wait()
        try:
            upgrade(db)
            with db.engine.connect() as connection:
                return MigrationContext.configure(connection).get_current_revision()
        finally:
            db.close()

    with ThreadPoolExecutor(6) as pool:
        revisions = set(pool.map(start, range(6)))

    assert len(revisions) == 1
    assert None not in revisions
