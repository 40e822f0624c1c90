"""Bring a database to the newest migration. Safe to call by every process at every start."""

from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from core.db import Database

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = 7_203_115


def upgrade(db: Database) -> None:
    """A fast look, without the migration library, when nothing is to be done; two starting processes wait for each
    other.
    """
    with db.engine.begin() as connection:
        if not db.is_sqlite:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        if _revision(connection) == newest():
            return
        from alembic import command

        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def newest() -> str:
    """By the files' names, which begin with their revision: `0014_reports.py`."""
    names = [file.name for file in (files("core") / "migrations" / "versions").iterdir()]
    return max(name.partition("_")[0] for name in names if name.endswith(".py") and name[0].isdigit())


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def alembic_config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("core") / "migrations"))
    return config
