"""attachments of messages, reminders of carts"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "messages", sa.Column("attachments", sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
    )
    # In one statement that both databases take: SQLite adds no constraint to a table that stands.
    op.execute(
        "ALTER TABLE carts ADD COLUMN reminder VARCHAR NOT NULL DEFAULT '' "
        "CONSTRAINT ck_carts_reminder CHECK (reminder IN ('', 'sent', 'declined'))"
    )


def downgrade() -> None:
    op.drop_column("carts", "reminder")
    op.drop_column("messages", "attachments")
