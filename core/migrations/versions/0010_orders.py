"""orders are found, tagged and weighed for risk"""

import sqlalchemy as sa
from alembic import op

from core.catalogue.folding import fold
from core.customers.phones import local_phone

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_LISTED = {
    "ix_orders_status": ["status", "placed_at", "id"],
    "ix_orders_fulfilment_state": ["fulfilment_state", "placed_at", "id"],
    "ix_orders_payment_state": ["payment_state", "placed_at", "id"],
    "ix_orders_sales_channel": ["sales_channel", "placed_at", "id"],
    "ix_orders_search": ["placed_at", "id", "search_words"],
}


def upgrade() -> None:
    op.add_column("orders", sa.Column("search_words", sa.String(), nullable=False, server_default=""))
    op.add_column("orders", sa.Column("risk_refused", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("orders", sa.Column("deposit_percent", sa.Integer(), nullable=False, server_default="0"))
    # In one statement that both databases take: SQLite adds no constraint to a table that stands.
    op.execute(
        "ALTER TABLE orders ADD COLUMN risk_level VARCHAR NOT NULL DEFAULT 'none' "
        "CONSTRAINT ck_orders_risk_level CHECK (risk_level IN ('none', 'confirm', 'deposit', 'prepay'))"
    )
    op.execute(
        "ALTER TABLE orders ADD COLUMN risk_state VARCHAR NOT NULL DEFAULT '' "
        "CONSTRAINT ck_orders_risk_state CHECK (risk_state IN ('', 'open', 'met', 'overridden'))"
    )
    op.create_table(
        "order_tags",
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_tags_order_id_orders")),
        sa.PrimaryKeyConstraint("tag", "order_id", name=op.f("pk_order_tags")),
    )
    op.create_index("ix_order_tags_order_id", "order_tags", ["order_id"])
    _fill_search_words()
    op.drop_index("ix_orders_status", "orders")
    for name, columns in _LISTED.items():
        op.create_index(name, "orders", columns)


def _fill_search_words() -> None:
    """Of the orders that stand: what each is found by, a thousand at a time."""
    connection = op.get_bind()
    last = ""
    look = sa.text("SELECT id, code, phone, buyer_name FROM orders WHERE id > :last ORDER BY id LIMIT 1000")
    while rows := connection.execute(look, {"last": last}).all():
        words = [
            {"of": row.id, "words": fold(f"{row.code} {local_phone(row.phone)} {row.buyer_name}")}
            for row in rows
        ]
        connection.execute(sa.text("UPDATE orders SET search_words = :words WHERE id = :of"), words)
        last = rows[-1].id


def downgrade() -> None:
    for name in _LISTED:
        op.drop_index(name, "orders")
    op.create_index("ix_orders_status", "orders", ["status", "id"])
    op.drop_table("order_tags")
    for column in ("risk_state", "risk_level", "deposit_percent", "risk_refused", "search_words"):
        op.drop_column("orders", column)
