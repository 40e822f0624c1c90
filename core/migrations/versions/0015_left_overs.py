"""who brought a table in"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("actor_kind", sa.String(), nullable=False, server_default="api"))
    op.add_column("imports", sa.Column("actor_role", sa.String(), nullable=True))


def downgrade() -> None:
    for name in ("actor_role", "actor_kind"):
        op.drop_column("imports", name)
