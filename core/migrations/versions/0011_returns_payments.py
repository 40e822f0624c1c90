"""returns to their end, refunds, the ledger of bank transfers, an order's money"""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_KINDS = "kind IN ('cod', 'bank_transfer', 'exchange', 'refund')"


def upgrade() -> None:
    _bank_transfers()
    _payments()
    _order_money()
    _refunds()
    _returns()


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _bank_transfers() -> None:
    op.create_table(
        "bank_transfers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("bank", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("memo", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("suggestions", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_bank_transfers_amount")),
        sa.CheckConstraint(
            "state IN ('new', 'matched', 'doubtful', 'refund_due', 'dismissed')",
            name=op.f("ck_bank_transfers_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_transfers")),
        sa.UniqueConstraint("code", name=op.f("uq_bank_transfers_code")),
        sa.UniqueConstraint("bank", "external_id", name=op.f("uq_bank_transfers_bank_external_id")),
    )
    op.create_index("ix_bank_transfers_state", "bank_transfers", ["state", "id"])


def _payments() -> None:
    """One kind more. SQLite changes no check in place: the table is written anew, and nothing points to it."""
    if _is_sqlite():
        _write_anew(_KINDS, [sa.Column("transfer_id", sa.String(), sa.ForeignKey("bank_transfers.id"))])
    else:
        op.drop_constraint("ck_payments_kind", "payments")
        op.create_check_constraint(op.f("ck_payments_kind"), "payments", _KINDS)
        op.add_column("payments", sa.Column("transfer_id", sa.String(), nullable=True))
        op.create_foreign_key(
            op.f("fk_payments_transfer_id_bank_transfers"),
            "payments",
            "bank_transfers",
            ["transfer_id"],
            ["id"],
        )
    op.create_index("ix_payments_transfer_id", "payments", ["transfer_id"])


def _write_anew(kinds: str, more: list[sa.Column]) -> None:
    op.drop_index("ix_payments_order_id", table_name="payments")
    op.rename_table("payments", "payments_before")
    op.create_table(
        "payments",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        *more,
        sa.CheckConstraint(kinds, name=op.f("ck_payments_kind")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payments_amount")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("kind", "reference", name=op.f("uq_payments_kind_reference")),
    )
    op.execute(
        "INSERT INTO payments (id, order_id, kind, amount, reference, note, recorded_by, at) "
        "SELECT id, order_id, kind, amount, reference, note, recorded_by, at FROM payments_before"
    )
    op.drop_table("payments_before")
    op.create_index("ix_payments_order_id", "payments", ["order_id"])


def _order_money() -> None:
    # Checks come with the last column that they name: both databases take that in one statement.
    for name in ("paid", "refunded"):
        op.add_column("orders", sa.Column(name, sa.BigInteger(), nullable=False, server_default=sa.text("0")))
    op.execute(
        "UPDATE orders SET "
        "paid = (SELECT coalesce(sum(p.amount), 0) FROM payments p WHERE p.order_id = orders.id AND p.kind <> 'refund'), "
        "refunded = (SELECT coalesce(sum(p.amount), 0) FROM payments p WHERE p.order_id = orders.id AND p.kind = 'refund') "
        "WHERE EXISTS (SELECT 1 FROM payments p WHERE p.order_id = orders.id)"
    )
    op.execute(
        "ALTER TABLE orders ADD COLUMN refund_held BIGINT DEFAULT 0 NOT NULL "
        "CONSTRAINT ck_orders_refunds CHECK (refunded >= 0 AND refund_held >= 0 AND refunded + refund_held <= paid)"
    )
    op.execute(
        "ALTER TABLE orders ADD COLUMN credited BIGINT DEFAULT 0 NOT NULL "
        "CONSTRAINT ck_orders_credited CHECK (credited >= 0)"
    )
    op.execute(
        "ALTER TABLE orders ADD COLUMN replaces_order_id VARCHAR "
        "CONSTRAINT fk_orders_replaces_order_id_orders REFERENCES orders (id)"
    )


def _refunds() -> None:
    op.create_table(
        "refunds",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decision_note", sa.String(), nullable=False),
        sa.Column("paid_by", sa.String(), nullable=False),
        sa.Column("paid_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_refunds_amount")),
        sa.CheckConstraint("kind IN ('return', 'overpaid', 'goodwill')", name=op.f("ck_refunds_kind")),
        sa.CheckConstraint(
            "state IN ('requested', 'approved', 'paid', 'rejected', 'cancelled')",
            name=op.f("ck_refunds_state"),
        ),
        sa.CheckConstraint(
            "method IN ('', 'bank_transfer', 'cash', 'other')", name=op.f("ck_refunds_method")
        ),
        sa.CheckConstraint(
            "state <> 'paid' OR (method <> '' AND reference <> '')", name=op.f("ck_refunds_proof")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_refunds_order_id_orders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("code", name=op.f("uq_refunds_code")),
    )
    op.create_index("ix_refunds_order_id", "refunds", ["order_id"])
    op.create_index("ix_refunds_state", "refunds", ["state", "id"])


_RETURN_COLUMNS = (
    "origin VARCHAR DEFAULT 'buyer' NOT NULL CONSTRAINT ck_returns_origin CHECK (origin IN ('buyer', 'parcel'))",
    "decided_by VARCHAR DEFAULT '' NOT NULL",
    "decision_note VARCHAR DEFAULT '' NOT NULL",
    "warehouse_id VARCHAR CONSTRAINT fk_returns_warehouse_id_warehouses REFERENCES warehouses (id)",
    "credit BIGINT DEFAULT 0 NOT NULL CONSTRAINT ck_returns_credit CHECK (credit >= 0)",
    "refund_id VARCHAR CONSTRAINT fk_returns_refund_id_refunds REFERENCES refunds (id)",
    "exchange_order_id VARCHAR CONSTRAINT fk_returns_exchange_order_id_orders REFERENCES orders (id)",
    "version INTEGER DEFAULT 1 NOT NULL",
)
_LINE_COLUMNS = (
    "good INTEGER DEFAULT 0 NOT NULL",
    "damaged INTEGER DEFAULT 0 NOT NULL",
    "missing INTEGER DEFAULT 0 NOT NULL CONSTRAINT ck_return_lines_found "
    "CHECK (good >= 0 AND damaged >= 0 AND missing >= 0 AND good + damaged + missing <= quantity)",
)


def _returns() -> None:
    for column in _RETURN_COLUMNS:
        op.execute(f"ALTER TABLE returns ADD COLUMN {column}")
    for name in ("decided_at", "received_at", "inspected_at", "settled_at"):
        op.add_column("returns", sa.Column(name, UtcDateTime(), nullable=True))
    for column in _LINE_COLUMNS:
        op.execute(f"ALTER TABLE return_lines ADD COLUMN {column}")
    op.create_index("ix_returns_state", "returns", ["state", "id"])
    op.create_index("uq_returns_refund_id", "returns", ["refund_id"], unique=True)
    op.create_index("uq_returns_exchange_order_id", "returns", ["exchange_order_id"], unique=True)
    one_parcel = sa.text("origin = 'parcel'")
    op.create_index(
        "uq_returns_one_parcel", "returns", ["order_id"], unique=True, sqlite_where=one_parcel,
        postgresql_where=one_parcel,
    )  # fmt: skip
    op.create_table(
        "return_findings",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("return_line_id", sa.String(), nullable=False),
        sa.Column("condition", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("photo", sa.String(), nullable=False),
        sa.Column("found_by", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_return_findings_quantity")),
        sa.CheckConstraint(
            "condition IN ('good', 'damaged', 'missing')", name=op.f("ck_return_findings_condition")
        ),
        sa.CheckConstraint("condition <> 'damaged' OR reason <> ''", name=op.f("ck_return_findings_reason")),
        sa.ForeignKeyConstraint(
            ["return_line_id"],
            ["return_lines.id"],
            name=op.f("fk_return_findings_return_line_id_return_lines"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_findings")),
    )
    op.create_index("ix_return_findings_return_line_id", "return_findings", ["return_line_id"])


def downgrade() -> None:
    op.drop_table("return_findings")
    for index in (
        "uq_returns_one_parcel",
        "uq_returns_exchange_order_id",
        "uq_returns_refund_id",
        "ix_returns_state",
    ):
        op.drop_index(index, table_name="returns")
    for name in ("missing", "damaged", "good"):
        op.drop_column("return_lines", name)
    for name in ("decided_at", "received_at", "inspected_at", "settled_at"):
        op.drop_column("returns", name)
    for column in _RETURN_COLUMNS:
        op.drop_column("returns", column.split()[0])
    op.drop_table("refunds")
    for name in ("replaces_order_id", "credited", "refund_held", "refunded", "paid"):
        op.drop_column("orders", name)
    _payments_before()
    op.drop_table("bank_transfers")


def _payments_before() -> None:
    kinds = "kind IN ('cod', 'bank_transfer', 'refund')"
    op.execute("UPDATE payments SET kind = 'bank_transfer' WHERE kind = 'exchange'")
    op.drop_index("ix_payments_transfer_id", table_name="payments")
    if _is_sqlite():
        _write_anew(kinds, [])
        return
    op.drop_column("payments", "transfer_id")
    op.drop_constraint("ck_payments_kind", "payments")
    op.create_check_constraint(op.f("ck_payments_kind"), "payments", kinds)
