"""suppliers, purchase orders, receipts, returns to suppliers"""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "suppliers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("contact_name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("tax_code", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("status IN ('active', 'archived')", name=op.f("ck_suppliers_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppliers")),
        sa.UniqueConstraint("code", name=op.f("uq_suppliers_code")),
    )
    op.create_table(
        "purchase_orders",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("supplier_id", sa.String(), nullable=False),
        sa.Column("supplier_code", sa.String(), nullable=False),
        sa.Column("supplier_name", sa.String(), nullable=False),
        sa.Column("warehouse_id", sa.String(), nullable=False),
        sa.Column("warehouse_code", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("cancel_reason", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'cancelled') OR expected_on IS NOT NULL",
            name=op.f("ck_purchase_orders_expected_on"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'confirmed', 'part_received', 'received', 'closed', 'cancelled')",
            name=op.f("ck_purchase_orders_state"),
        ),
        sa.CheckConstraint("total >= 0", name=op.f("ck_purchase_orders_total")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["suppliers.id"], name=op.f("fk_purchase_orders_supplier_id_suppliers")
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouses.id"], name=op.f("fk_purchase_orders_warehouse_id_warehouses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_orders")),
        sa.UniqueConstraint("code", name=op.f("uq_purchase_orders_code")),
    )
    op.create_index("ix_purchase_orders_state", "purchase_orders", ["state", "expected_on"], unique=False)
    op.create_index("ix_purchase_orders_supplier_id", "purchase_orders", ["supplier_id", "id"], unique=False)
    op.create_table(
        "purchase_lines",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("purchase_order_id", sa.String(), nullable=False),
        sa.Column("variant_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("supplier_sku", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "cancelled >= 0 AND cancelled <= quantity AND (cancelled = 0 OR cancelled + received <= quantity)",
            name=op.f("ck_purchase_lines_cancelled"),
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_purchase_lines_quantity")),
        sa.CheckConstraint("received >= 0", name=op.f("ck_purchase_lines_received")),
        sa.CheckConstraint("returned >= 0 AND returned <= received", name=op.f("ck_purchase_lines_returned")),
        sa.CheckConstraint("unit_price >= 0", name=op.f("ck_purchase_lines_unit_price")),
        sa.ForeignKeyConstraint(
            ["purchase_order_id"],
            ["purchase_orders.id"],
            name=op.f("fk_purchase_lines_purchase_order_id_purchase_orders"),
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_purchase_lines_variant_id_variants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_lines")),
        sa.UniqueConstraint(
            "purchase_order_id", "variant_id", name=op.f("uq_purchase_lines_purchase_order_id_variant_id")
        ),
    )
    op.create_index("ix_purchase_lines_variant_id", "purchase_lines", ["variant_id"], unique=False)
    op.create_table(
        "purchase_receipts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("purchase_order_id", sa.String(), nullable=False),
        sa.Column("warehouse_id", sa.String(), nullable=False),
        sa.Column("warehouse_code", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("received_by", sa.String(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["purchase_order_id"],
            ["purchase_orders.id"],
            name=op.f("fk_purchase_receipts_purchase_order_id_purchase_orders"),
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouses.id"], name=op.f("fk_purchase_receipts_warehouse_id_warehouses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_receipts")),
        sa.UniqueConstraint("code", name=op.f("uq_purchase_receipts_code")),
    )
    op.create_index(
        "uq_purchase_receipts_reference",
        "purchase_receipts",
        ["purchase_order_id", "reference"],
        unique=True,
        sqlite_where=sa.text("reference <> ''"),
        postgresql_where=sa.text("reference <> ''"),
    )
    op.create_table(
        "supplier_prices",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("supplier_id", sa.String(), nullable=False),
        sa.Column("variant_id", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("supplier_sku", sa.String(), nullable=False),
        sa.Column("minimum_quantity", sa.Integer(), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=False),
        sa.Column("usual", sa.Boolean(), nullable=False),
        sa.CheckConstraint("lead_days >= 0", name=op.f("ck_supplier_prices_lead_days")),
        sa.CheckConstraint("minimum_quantity >= 1", name=op.f("ck_supplier_prices_minimum_quantity")),
        sa.CheckConstraint("price >= 0", name=op.f("ck_supplier_prices_price")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["suppliers.id"], name=op.f("fk_supplier_prices_supplier_id_suppliers")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_supplier_prices_variant_id_variants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_prices")),
        sa.UniqueConstraint(
            "supplier_id", "variant_id", name=op.f("uq_supplier_prices_supplier_id_variant_id")
        ),
    )
    op.create_index(
        "uq_supplier_prices_usual",
        "supplier_prices",
        ["variant_id"],
        unique=True,
        sqlite_where=sa.text("usual"),
        postgresql_where=sa.text("usual"),
    )
    op.create_table(
        "supplier_returns",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("purchase_order_id", sa.String(), nullable=False),
        sa.Column("warehouse_id", sa.String(), nullable=False),
        sa.Column("warehouse_code", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.Column("returned_by", sa.String(), nullable=False),
        sa.Column("returned_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("credit >= 0", name=op.f("ck_supplier_returns_credit")),
        sa.ForeignKeyConstraint(
            ["purchase_order_id"],
            ["purchase_orders.id"],
            name=op.f("fk_supplier_returns_purchase_order_id_purchase_orders"),
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouses.id"], name=op.f("fk_supplier_returns_warehouse_id_warehouses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_returns")),
        sa.UniqueConstraint("code", name=op.f("uq_supplier_returns_code")),
    )
    op.create_index(
        "uq_supplier_returns_reference",
        "supplier_returns",
        ["purchase_order_id", "reference"],
        unique=True,
        sqlite_where=sa.text("reference <> ''"),
        postgresql_where=sa.text("reference <> ''"),
    )
    op.create_table(
        "purchase_receipt_lines",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("receipt_id", sa.String(), nullable=False),
        sa.Column("purchase_line_id", sa.String(), nullable=False),
        sa.Column("variant_id", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("over", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("cost_before", sa.BigInteger(), nullable=True),
        sa.Column("cost_after", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("over >= 0 AND over <= quantity", name=op.f("ck_purchase_receipt_lines_over")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_purchase_receipt_lines_quantity")),
        sa.ForeignKeyConstraint(
            ["purchase_line_id"],
            ["purchase_lines.id"],
            name=op.f("fk_purchase_receipt_lines_purchase_line_id_purchase_lines"),
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"],
            ["purchase_receipts.id"],
            name=op.f("fk_purchase_receipt_lines_receipt_id_purchase_receipts"),
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_purchase_receipt_lines_variant_id_variants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_receipt_lines")),
    )
    op.create_index(
        "ix_purchase_receipt_lines_receipt_id", "purchase_receipt_lines", ["receipt_id"], unique=False
    )
    op.create_table(
        "supplier_return_lines",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("supplier_return_id", sa.String(), nullable=False),
        sa.Column("purchase_line_id", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_supplier_return_lines_quantity")),
        sa.ForeignKeyConstraint(
            ["purchase_line_id"],
            ["purchase_lines.id"],
            name=op.f("fk_supplier_return_lines_purchase_line_id_purchase_lines"),
        ),
        sa.ForeignKeyConstraint(
            ["supplier_return_id"],
            ["supplier_returns.id"],
            name=op.f("fk_supplier_return_lines_supplier_return_id_supplier_returns"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_return_lines")),
    )
    op.create_index(
        "ix_supplier_return_lines_supplier_return_id",
        "supplier_return_lines",
        ["supplier_return_id"],
        unique=False,
    )


def downgrade() -> None:

    op.drop_index("ix_supplier_return_lines_supplier_return_id", table_name="supplier_return_lines")
    op.drop_table("supplier_return_lines")
    op.drop_index("ix_purchase_receipt_lines_receipt_id", table_name="purchase_receipt_lines")
    op.drop_table("purchase_receipt_lines")
    op.drop_index(
        "uq_supplier_returns_reference",
        table_name="supplier_returns",
        sqlite_where=sa.text("reference <> ''"),
        postgresql_where=sa.text("reference <> ''"),
    )
    op.drop_table("supplier_returns")
    op.drop_index(
        "uq_supplier_prices_usual",
        table_name="supplier_prices",
        sqlite_where=sa.text("usual"),
        postgresql_where=sa.text("usual"),
    )
    op.drop_table("supplier_prices")
    op.drop_index(
        "uq_purchase_receipts_reference",
        table_name="purchase_receipts",
        sqlite_where=sa.text("reference <> ''"),
        postgresql_where=sa.text("reference <> ''"),
    )
    op.drop_table("purchase_receipts")
    op.drop_index("ix_purchase_lines_variant_id", table_name="purchase_lines")
    op.drop_table("purchase_lines")
    op.drop_index("ix_purchase_orders_supplier_id", table_name="purchase_orders")
    op.drop_index("ix_purchase_orders_state", table_name="purchase_orders")
    op.drop_table("purchase_orders")
    op.drop_table("suppliers")
