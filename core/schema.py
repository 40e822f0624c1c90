"""Bring a database to the newest migration. Safe to call by every process at every start."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from core.db import Database

_LOCK = 7_203_115


def upgrade(db: Database) -> None:
    """A fast look when nothing is to be done; two starting processes wait for each other."""
    config = alembic_config()
    head = ScriptDirectory.from_config(config).get_current_head()
    with db.engine.begin() as connection:
        if not db.is_sqlite:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        if MigrationContext.configure(connection).get_current_revision() == head:
            return
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("core") / "migrations"))
    return config
