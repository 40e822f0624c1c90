"""who brought a table in, and what it changes"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("actor_kind", sa.String(), nullable=False, server_default="api"))
    op.add_column("imports", sa.Column("actor_role", sa.String(), nullable=True))
    op.add_column(
        "imports", sa.Column("change_existing", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("imports", sa.Column("effects", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))


def downgrade() -> None:
    for name in ("effects", "change_existing", "actor_role", "actor_kind"):
        op.drop_column("imports", name)
