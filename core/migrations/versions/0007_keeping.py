"""numbers of the desk's room are never given twice; indexes by which what is old is cleared"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _remake_desk_messages(autoincrement=True)
    op.create_index("ix_idempotent_answers_created_at", "idempotent_answers", ["created_at"])
    op.create_index("ix_inbound_events_received_at", "inbound_events", ["received_at"])
    op.create_index("ix_jobs_finished_at", "jobs", ["finished_at"])


def downgrade() -> None:
    op.drop_index("ix_jobs_finished_at", table_name="jobs")
    op.drop_index("ix_inbound_events_received_at", table_name="inbound_events")
    op.drop_index("ix_idempotent_answers_created_at", table_name="idempotent_answers")
    _remake_desk_messages(autoincrement=False)


def _remake_desk_messages(*, autoincrement: bool) -> None:
    """SQLite only: PostgreSQL's sequences go on counting when a table is emptied."""
    if op.get_bind().dialect.name != "sqlite":
        return
    options = {"sqlite_autoincrement": autoincrement}
    with op.batch_alter_table("desk_messages", recreate="always", table_kwargs=options) as table:
        table.alter_column("seq", existing_type=sa.Integer(), nullable=False)
