"""the index that products are found by, media, imports of tables"""

import sqlalchemy as sa
from alembic import op

from core.catalogue.indexing import index_row, slips_of
from core.db import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# An FTS5 table over rows that stand elsewhere has to be told what it forgets.
FORGET = """INSERT INTO product_search_fts (product_search_fts, rowid, name_words, told_words)
    VALUES ('delete', old.number, old.name_words, old.told_words);"""
LEARN = """INSERT INTO product_search_fts (rowid, name_words, told_words)
    VALUES (new.number, new.name_words, new.told_words);"""
PRODUCT_COLUMNS = (
    "id", "sku", "name", "name_en", "category", "category_en", "brand", "description", "description_en", "aliases",
    "specifications", "options", "status",
)  # fmt: skip


def upgrade() -> None:
    _search_tables()
    _media_and_imports()
    _fill()
    op.drop_index("ix_products_category", table_name="products")
    op.create_index("ix_products_category", "products", ["status", "category", "category_en"])
    op.drop_column("products", "search_text")
    op.drop_column("products", "detail_text")


def _search_tables() -> None:
    op.create_table(
        "product_search",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("on_sale", sa.Boolean(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("name_words", "told_words", "named", "named_plain", "told", "told_plain")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="fk_product_search_product_id_products"
        ),
        sa.PrimaryKeyConstraint("number", name="pk_product_search"),
        sa.UniqueConstraint("product_id", name="uq_product_search_product_id"),
    )
    op.create_table(
        "search_slips",
        sa.Column("slip", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("slip", "word", name="pk_search_slips"),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE product_search_fts USING fts5(name_words, told_words, content='product_search', "
            "content_rowid='number', tokenize='unicode61 remove_diacritics 0', prefix='2 3')"
        )
        # Only what is on sale is in it: the search of the assistant has not to look at the rest.
        for name, event, body in (
            ("learn", "INSERT ON product_search WHEN new.on_sale", LEARN),
            ("forget", "DELETE ON product_search WHEN old.on_sale", FORGET),
        ):
            op.execute(f"CREATE TRIGGER product_search_{name} AFTER {event} BEGIN {body} END")
        return
    for column, words in (
        ("name_vector", "string_to_array(name_words, ' ')"),
        ("word_vector", "array_cat(string_to_array(name_words, ' '), string_to_array(told_words, ' '))"),
    ):
        op.execute(
            f"ALTER TABLE product_search ADD COLUMN {column} tsvector "
            f"GENERATED ALWAYS AS (array_to_tsvector({words})) STORED"
        )
        op.execute(
            f"CREATE INDEX ix_product_search_{column} ON product_search USING gin ({column}) WHERE on_sale"
        )


def _media_and_imports() -> None:
    op.create_table(
        "media",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('picture', 'video')", name=op.f("ck_media_kind")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_media_product_id_products"),
        sa.PrimaryKeyConstraint("id", name="pk_media"),
        sa.UniqueConstraint("product_id", "sha256", name="uq_media_product_id_sha256"),
    )
    op.create_index("ix_media_sha256", "media", ["sha256"])
    op.create_table(
        "imports",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("problem_count", sa.Integer(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("refusal", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('products', 'stock', 'customers', 'orders')", name=op.f("ck_imports_kind")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'checking', 'writing', 'done', 'refused')", name=op.f("ck_imports_state")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
    )
    op.create_index("ix_imports_kind", "imports", ["kind", "id"])


def _fill() -> None:
    """Products that are there already are found from the first moment on."""
    bind = op.get_bind()
    json_columns = ("aliases", "specifications", "options")
    products = sa.table(
        "products", *(sa.column(n, sa.JSON() if n in json_columns else sa.String()) for n in PRODUCT_COLUMNS)
    )
    variants = sa.table("variants", sa.column("product_id"), sa.column("sku"))
    skus: dict[str, list[str]] = {}
    for product_id, sku in bind.execute(sa.select(variants.c.product_id, variants.c.sku)):
        skus.setdefault(product_id, []).append(sku)
    rows = [index_row(row._mapping, skus.get(row.id, [])) for row in bind.execute(sa.select(products)).all()]
    if not rows:
        return
    op.bulk_insert(
        sa.table(
            "product_search",
            sa.column("on_sale", sa.Boolean()),
            *map(sa.column, rows[0].keys() - {"on_sale"}),
        ),
        rows,
    )
    words = sorted(
        {
            word
            for row in rows
            for word in row["named_plain"].split()
            if 2 < len(word) <= 24 and word.isalpha()
        }
    )
    slips = [{"slip": slip, "word": word} for word in words for slip in sorted(slips_of(word))]
    op.bulk_insert(sa.table("search_slips", sa.column("slip"), sa.column("word")), slips)


def downgrade() -> None:
    op.add_column("products", sa.Column("search_text", sa.String(), nullable=False, server_default=""))
    op.add_column("products", sa.Column("detail_text", sa.String(), nullable=False, server_default=""))
    op.drop_index("ix_products_category", table_name="products")
    op.create_index("ix_products_category", "products", ["category"])
    op.drop_table("imports")
    op.drop_table("media")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE product_search_fts")
    op.drop_table("search_slips")
    op.drop_table("product_search")
