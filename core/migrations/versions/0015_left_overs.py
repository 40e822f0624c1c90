"""who brought a table in, and what it changes; transfers taken back from an order; who is not told"""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_KINDS_BEFORE = ("cod", "bank_transfer", "exchange", "refund")
_KINDS = (*_KINDS_BEFORE, "taken_back")


def upgrade() -> None:
    op.add_column("imports", sa.Column("actor_kind", sa.String(), nullable=False, server_default="api"))
    op.add_column("imports", sa.Column("actor_role", sa.String(), nullable=True))
    op.add_column(
        "imports", sa.Column("change_existing", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("imports", sa.Column("effects", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))

    op.add_column("desk_messages", sa.Column("besides", sa.String(), nullable=False, server_default=""))
    _payment_kinds(_KINDS)


def downgrade() -> None:
    op.drop_column("desk_messages", "besides")
    op.execute(
        "DELETE FROM payments WHERE 'payment:' || id IN (SELECT reference FROM payments WHERE kind = 'taken_back')"
    )
    op.execute("DELETE FROM payments WHERE kind = 'taken_back'")
    _payment_kinds(_KINDS_BEFORE)
    for name in ("effects", "change_existing", "actor_role", "actor_kind"):
        op.drop_column("imports", name)


def _payment_kinds(kinds: tuple[str, ...]) -> None:
    """SQLite changes no check in place: the table is written anew, and nothing points to it."""
    check = f"kind IN ({', '.join(repr(kind) for kind in kinds)})"
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint("ck_payments_kind", "payments")
        op.create_check_constraint(op.f("ck_payments_kind"), "payments", check)
        return
    for index in ("ix_payments_order_id", "ix_payments_transfer_id"):
        op.drop_index(index, table_name="payments")
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
        sa.Column("transfer_id", sa.String(), nullable=True),
        sa.CheckConstraint(check, name=op.f("ck_payments_kind")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payments_amount")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_payments_order_id_orders")),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["bank_transfers.id"], name=op.f("fk_payments_transfer_id_bank_transfers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("kind", "reference", name=op.f("uq_payments_kind_reference")),
    )
    columns = "id, order_id, kind, amount, reference, note, recorded_by, at, transfer_id"
    op.execute(f"INSERT INTO payments ({columns}) SELECT {columns} FROM payments_before")  # noqa: S608
    op.drop_table("payments_before")
    op.create_index("ix_payments_order_id", "payments", ["order_id"])
    op.create_index("ix_payments_transfer_id", "payments", ["transfer_id"])
