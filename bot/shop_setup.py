"""Bring a shop in: from a file into an empty one, from the demo, or afresh in tests."""

import logging
from pathlib import Path

from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

import bot.tables  # noqa: F401 - emptying a shop needs every table on the metadata
from bot.bootstrap import Parts
from bot.demo import shop_file_path
from bot.staff.accounts import add_staff, has_staff
from core.catalogue.models import Product
from core.db import Base
from core.errors import Invalid
from core.shop_file.checking import MAX_BYTES, read_shop_file
from core.shop_file.importing import import_shop

log = logging.getLogger(__name__)
# Who may come in stays; everything that belongs to the shop goes.
_KEPT = frozenset(
    {
        "api_keys", "staff_accounts", "staff_sessions", "staff_links", "staff_link_codes", "chat_moves",
        "alembic_version",
    }
)  # fmt: skip
RESET_TRIES = 8
_RESET_LOCK = 7_203_116
DEMO_PASSWORD = "chotdon-demo"  # noqa: S105 - printed by `make run`, for a shop that is not real
DEMO_STAFF = (
    ("owner", "Hà (chủ shop)", "owner"),
    ("manager", "Minh (quản lý)", "manager"),
    ("sales", "Vy (bán hàng)", "sales"),
    ("warehouse", "Tuấn (kho)", "warehouse"),
    ("accountant", "Thu (kế toán)", "accountant"),
)


def import_file(parts: Parts, path: Path, *, dry_run: bool) -> dict[str, int]:
    """Counts of what came in, or of what would."""
    if path.exists() and not path.is_file():
        raise Invalid("shop_file_not_json", f"{path} is not a file.", {})
    if path.stat().st_size > MAX_BYTES:
        raise Invalid("shop_file_too_large", f"{path}: a shop file has at most 50 MB.", {})
    shop = read_shop_file(path.read_bytes())
    with parts.db.transaction() as session:
        counts = import_shop(
            session, shop=shop, addresses=parts.addresses, now=parts.clock(), reader=parts.knowledge
        )
        if dry_run:
            session.rollback()
    return counts


def reset_shop(parts: Parts, content: bytes) -> dict[str, int]:
    """Forget everything but keys and staff, then load this shop; refused whole when the file is wrong."""
    shop = read_shop_file(content)
    tries = 0
    while True:
        try:
            with parts.db.transaction() as session:
                empty_shop(session)
                return import_shop(
                    session, shop=shop, addresses=parts.addresses, now=parts.clock(), reader=parts.knowledge
                )
        except OperationalError:
            # PostgreSQL gave the locks to a chat that was in the middle of something.
            tries += 1
            if tries == RESET_TRIES:
                raise


def set_up_demo(parts: Parts) -> None:
    """The demo shop and its staff, if there is nothing yet."""
    with parts.db.transaction() as session:
        if not session.scalar(select(func.count()).select_from(Product)):
            shop = read_shop_file(shop_file_path().read_bytes())
            import_shop(
                session, shop=shop, addresses=parts.addresses, now=parts.clock(), reader=parts.knowledge
            )
        if not has_staff(session):
            for login, name, role in DEMO_STAFF:
                add_staff(
                    session, login=login, name=name, role=role, password=DEMO_PASSWORD, now=parts.clock()
                )


def empty_shop(session: Session) -> None:
    """Everything but keys and staff. Two at once take turns. A DELETE would miss what others are writing."""
    tables = [table for table in reversed(Base.metadata.sorted_tables) if table.name not in _KEPT]
    if session.get_bind().dialect.name == "sqlite":
        for table in tables:
            session.execute(delete(table))
        return
    session.execute(text(f"SELECT pg_advisory_xact_lock({_RESET_LOCK})"))
    session.execute(text(f"TRUNCATE {', '.join(table.name for table in tables)}"))
