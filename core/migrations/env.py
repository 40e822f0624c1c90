"""Run by core.schema with a connection; never reads a URL of its own."""

from alembic import context

from core.db import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=False,
    transaction_per_migration=False,
)
context.run_migrations()
