"""what was sold at which cost and by whom, so that reports can add it up"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_lines", sa.Column("unit_cost", sa.BigInteger(), nullable=True))
    # Of what was sold before only today's cost is known.
    op.execute(
        "UPDATE order_lines SET unit_cost = (SELECT v.cost FROM variants v WHERE v.id = order_lines.variant_id)"
    )
    for name in ("placed_by", "placed_by_kind", "placed_by_name"):
        op.add_column("orders", sa.Column(name, sa.String(), nullable=False, server_default=""))
    for name, known in (
        ("placed_by", "actor_id"), ("placed_by_kind", "actor_kind"), ("placed_by_name", "actor_name"),
    ):  # fmt: skip
        op.execute(
            f"UPDATE orders SET {name} = coalesce((SELECT min(a.{known}) FROM audit_log a "  # noqa: S608
            "WHERE a.subject_kind = 'order' AND a.subject_id = orders.id AND a.action = 'order.placed'), '')"
        )
    op.execute("UPDATE orders SET placed_by = '', placed_by_name = '' WHERE placed_by_kind = 'customer'")
    op.create_index("ix_orders_invoice_state", "orders", ["invoice_state", "delivered_at"], unique=False)
    op.create_index("ix_stock_movements_at", "stock_movements", ["at"], unique=False)
    op.add_column("desk_messages", sa.Column("audience", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("desk_messages", "audience")
    op.drop_index("ix_stock_movements_at", table_name="stock_movements")
    op.drop_index("ix_orders_invoice_state", table_name="orders")
    for name in ("placed_by_name", "placed_by_kind", "placed_by"):
        op.drop_column("orders", name)
    op.drop_column("order_lines", "unit_cost")
