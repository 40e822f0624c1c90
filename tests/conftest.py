"""Both databases for every core test: migrated once, copied for each test."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

import bot.tables  # noqa: F401 - puts every table on the metadata
from core.db import Database
from core.schema import upgrade
from tests.postgres import EmbeddedPostgres


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    db = Database(f"sqlite:///{path}")
    upgrade(db)
    db.close()
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres()
    server.forget_safety()
    server.run("CREATE DATABASE template_chotdon")
    db = Database(server.url("template_chotdon"), pool_size=1)
    upgrade(db)
    db.close()
    yield server
    server.stop()


@pytest.fixture
def sqlite_db(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "chotdon.db"
    shutil.copy(sqlite_template, path)
    db = Database(f"sqlite:///{path}")
    yield db
    db.close()


# Emptied rather than made anew: a fifth of the time. The migrations leave no rows that a test could miss.
EMPTY = """
DO $$ DECLARE name text; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %I', name);
  END LOOP;
  FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
    EXECUTE format('ALTER SEQUENCE %I RESTART', name);
  END LOOP;
END $$
"""


@pytest.fixture(scope="session")
def reused_postgres(postgres: EmbeddedPostgres) -> str:
    postgres.run("CREATE DATABASE reused TEMPLATE template_chotdon")
    return postgres.url("reused")


@pytest.fixture
def postgres_db(postgres: EmbeddedPostgres, reused_postgres: str) -> Iterator[Database]:
    db = Database(reused_postgres)
    yield db
    db.close()
    with psycopg.connect(postgres.admin_url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'reused'")
    with psycopg.connect(reused_postgres, autocommit=True) as connection:
        connection.execute(EMPTY)


@pytest.fixture
def own_postgres_db(postgres: EmbeddedPostgres) -> Iterator[Database]:
    """For a test that takes a guard out of the tables: thrown away afterwards."""
    postgres.run("DROP DATABASE IF EXISTS own WITH (FORCE)")
    postgres.run("CREATE DATABASE own TEMPLATE template_chotdon")
    db = Database(postgres.url("own"))
    yield db
    db.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest) -> Database:
    """The core's tests run on both."""
    fixture = "sqlite_db" if request.param == "sqlite" else "postgres_db"
    database: Database = request.getfixturevalue(fixture)
    return database
