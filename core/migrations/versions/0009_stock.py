"""transfers, holds, low-stock levels, stock-takes"""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "warehouses", sa.Column("in_transit", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("warehouses", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("stock_movements", sa.Column("cause", sa.String(), nullable=False, server_default=""))
    op.create_index("ix_stock_movements_subject", "stock_movements", ["subject_kind", "subject_id"])
    op.create_table(
        "stock_holds",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("variant_id", sa.String(), nullable=False),
        sa.Column("warehouse_id", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("owner_name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_stock_holds_quantity")),
        sa.CheckConstraint("state IN ('held', 'released', 'expired')", name=op.f("ck_stock_holds_state")),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_stock_holds_variant_id_variants")
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouses.id"], name=op.f("fk_stock_holds_warehouse_id_warehouses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_holds")),
        sa.UniqueConstraint("code", name=op.f("uq_stock_holds_code")),
    )
    op.create_index("ix_stock_holds_level", "stock_holds", ["variant_id", "warehouse_id", "state"])
    op.create_index("ix_stock_holds_state", "stock_holds", ["state", "expires_at"])
    _transfers()
    op.create_table(
        "low_stock_levels",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("variant_id", sa.String(), nullable=False),
        sa.Column("warehouse_id", sa.String(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("level >= 0", name=op.f("ck_low_stock_levels_level")),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_low_stock_levels_variant_id_variants")
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouses.id"], name=op.f("fk_low_stock_levels_warehouse_id_warehouses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_low_stock_levels")),
        sa.UniqueConstraint(
            "variant_id", "warehouse_id", name=op.f("uq_low_stock_levels_variant_id_warehouse_id")
        ),
    )
    everywhere = sa.text("warehouse_id IS NULL")
    op.create_index(
        "uq_low_stock_levels_everywhere", "low_stock_levels", ["variant_id"], unique=True,
        sqlite_where=everywhere, postgresql_where=everywhere,
    )  # fmt: skip
    _counts()


def _transfers() -> None:
    op.create_table(
        "stock_transfers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("destination_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'sent', 'closed', 'cancelled')", name=op.f("ck_stock_transfers_state")
        ),
        sa.CheckConstraint("source_id <> destination_id", name=op.f("ck_stock_transfers_places")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["warehouses.id"], name=op.f("fk_stock_transfers_source_id_warehouses")
        ),
        sa.ForeignKeyConstraint(
            ["destination_id"], ["warehouses.id"], name=op.f("fk_stock_transfers_destination_id_warehouses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_transfers")),
        sa.UniqueConstraint("code", name=op.f("uq_stock_transfers_code")),
    )
    op.create_index("ix_stock_transfers_state", "stock_transfers", ["state", "id"])
    op.create_table(
        "stock_transfer_lines",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("transfer_id", sa.String(), nullable=False),
        sa.Column("variant_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("extra", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_stock_transfer_lines_quantity")),
        sa.CheckConstraint(
            "received >= 0 AND missing >= 0 AND extra >= 0 AND received + missing <= quantity",
            name=op.f("ck_stock_transfer_lines_arrived"),
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"],
            ["stock_transfers.id"],
            name=op.f("fk_stock_transfer_lines_transfer_id_stock_transfers"),
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_stock_transfer_lines_variant_id_variants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_transfer_lines")),
        sa.UniqueConstraint(
            "transfer_id", "variant_id", name=op.f("uq_stock_transfer_lines_transfer_id_variant_id")
        ),
    )


def _counts() -> None:
    op.create_table(
        "stock_counts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("warehouse_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'posted', 'cancelled')", name=op.f("ck_stock_counts_state")),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouses.id"], name=op.f("fk_stock_counts_warehouse_id_warehouses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_counts")),
        sa.UniqueConstraint("code", name=op.f("uq_stock_counts_code")),
    )
    is_open = sa.text("state = 'open'")
    op.create_index(
        "uq_stock_counts_one_open", "stock_counts", ["warehouse_id"], unique=True, sqlite_where=is_open,
        postgresql_where=is_open,
    )  # fmt: skip
    op.create_table(
        "stock_count_lines",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("count_id", sa.String(), nullable=False),
        sa.Column("variant_id", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("counted_by", sa.String(), nullable=False),
        sa.Column("counted_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("counted >= 0", name=op.f("ck_stock_count_lines_counted")),
        sa.ForeignKeyConstraint(
            ["count_id"], ["stock_counts.id"], name=op.f("fk_stock_count_lines_count_id_stock_counts")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_stock_count_lines_variant_id_variants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_count_lines")),
        sa.UniqueConstraint("count_id", "variant_id", name=op.f("uq_stock_count_lines_count_id_variant_id")),
    )


def downgrade() -> None:
    for table in (
        "stock_count_lines",
        "stock_counts",
        "low_stock_levels",
        "stock_transfer_lines",
        "stock_transfers",
        "stock_holds",
    ):
        op.drop_table(table)
    op.drop_index("ix_stock_movements_subject", "stock_movements")
    op.drop_column("stock_movements", "cause")
    op.drop_column("warehouses", "version")
    op.drop_column("warehouses", "in_transit")
