"""tickets, returns and wishes for invoices"""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime

revision = "0003"
down_revision = "0001"
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
    op.drop_column("orders", "invoice_requested_at")
    op.drop_column("carts", "invoice_request")
