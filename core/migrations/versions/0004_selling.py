"""words to find goods by, goods that go together, haggled discounts, who waits for stock"""

import sqlalchemy as sa
from alembic import op

from core.catalogue.folding import fold
from core.db import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_PRODUCTS = sa.table(
    "products",
    sa.column("id", sa.String()),
    sa.column("description", sa.String()),
    sa.column("description_en", sa.String()),
    sa.column("specifications", sa.JSON()),
    sa.column("search_text", sa.String()),
    sa.column("detail_text", sa.String()),
)


def upgrade() -> None:
    op.add_column("products", sa.Column("detail_text", sa.String(), nullable=False, server_default=""))
    op.add_column("products", sa.Column("related", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("carts", sa.Column("haggled", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "stock_watches",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("variant_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'told', 'cancelled')", name=op.f("ck_stock_watches_state")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_stock_watches_customer_id_customers")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_stock_watches_variant_id_variants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_watches")),
    )
    op.create_index(
        "uq_stock_watches_waiting",
        "stock_watches",
        ["customer_id", "variant_id"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_stock_watches_variant_id", "stock_watches", ["variant_id", "state"], unique=False)
    _fill_detail_text()


def _fill_detail_text() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(_PRODUCTS)).all():
        texts = [row.description, row.description_en]
        texts += [part for spec in row.specifications for part in (spec["name"], spec["value"])]
        connection.execute(
            _PRODUCTS.update()
            .where(_PRODUCTS.c.id == row.id)
            .values(
                detail_text=" ".join(" ".join(fold(text) for text in texts).split()),
                search_text=fold(row.search_text),
            )
        )


def downgrade() -> None:
    op.drop_index("ix_stock_watches_variant_id", table_name="stock_watches")
    op.drop_index(
        "uq_stock_watches_waiting",
        table_name="stock_watches",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_table("stock_watches")
    op.drop_column("carts", "haggled")
    op.drop_column("products", "related")
    op.drop_column("products", "detail_text")
