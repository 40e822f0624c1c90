"""tickets, returns and wishes for invoices"""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "carts", sa.Column("invoice_request", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
    )
    op.add_column("orders", sa.Column("invoice_requested_at", UtcDateTime(), nullable=True))
    op.execute(
        "UPDATE orders SET invoice_requested_at = placed_at WHERE CAST(invoice_request AS TEXT) <> '{}'"
    )
    # As SQL: a column with its own check is added in place on both databases, without copying the table.
    op.execute(
        "ALTER TABLE order_lines ADD COLUMN return_requested INTEGER DEFAULT 0 NOT NULL "
        "CONSTRAINT ck_order_lines_return_requested CHECK (return_requested >= 0 AND return_requested <= quantity)"
    )
    _returns()
    _tickets()


def _returns() -> None:
    op.create_table(
        "returns",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("photo_count", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('return', 'exchange')", name=op.f("ck_returns_kind")),
        sa.CheckConstraint(
            "state IN ('requested', 'approved', 'rejected', 'received', 'inspected', 'settled', 'cancelled')",
            name=op.f("ck_returns_state"),
        ),
        sa.CheckConstraint("photo_count >= 0", name=op.f("ck_returns_photo_count")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_returns_order_id_orders")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_returns_customer_id_customers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returns")),
        sa.UniqueConstraint("code", name=op.f("uq_returns_code")),
    )
    op.create_index("ix_returns_order_id", "returns", ["order_id"])
    op.create_index("ix_returns_customer_id", "returns", ["customer_id", "id"])
    op.create_table(
        "return_lines",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("return_id", sa.String(), nullable=False),
        sa.Column("order_line_id", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("exchange_variant_id", sa.String(), nullable=True),
        sa.Column("exchange_sku", sa.String(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_return_lines_quantity")),
        sa.ForeignKeyConstraint(
            ["return_id"], ["returns.id"], name=op.f("fk_return_lines_return_id_returns")
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_lines.id"], name=op.f("fk_return_lines_order_line_id_order_lines")
        ),
        sa.ForeignKeyConstraint(
            ["exchange_variant_id"],
            ["variants.id"],
            name=op.f("fk_return_lines_exchange_variant_id_variants"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_lines")),
    )
    op.create_index("ix_return_lines_return_id", "return_lines", ["return_id"])


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("order_id", sa.String(), nullable=True),
        sa.Column("order_code", sa.String(), nullable=False),
        sa.Column("skus", sa.JSON(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=False),
        sa.Column("closed_by_name", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_tickets_state")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_tickets_customer_id_customers")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_tickets_order_id_orders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("code", name=op.f("uq_tickets_code")),
    )
    op.create_index("ix_tickets_state", "tickets", ["state", "id"])
    op.create_index("ix_tickets_order_id", "tickets", ["order_id"])
    open_in_a_chat = sa.text("state = 'open' AND conversation_id <> ''")
    op.create_index(
        "uq_tickets_one_open",
        "tickets",
        ["conversation_id", "kind", "order_code"],
        unique=True,
        sqlite_where=open_in_a_chat,
        postgresql_where=open_in_a_chat,
    )


def downgrade() -> None:
    op.drop_table("tickets")
    op.drop_table("return_lines")
    op.drop_table("returns")
    op.drop_column("order_lines", "return_requested")
    op.drop_column("orders", "invoice_requested_at")
    op.drop_column("carts", "invoice_request")
