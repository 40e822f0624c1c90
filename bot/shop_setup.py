"""Bring a shop in: from a file into an empty one, from the demo, or afresh in tests."""

import logging
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

import bot.tables  # noqa: F401 - emptying a shop needs every table on the metadata
from bot.bootstrap import Parts
from bot.demo import shop_file_path
from bot.staff.accounts import add_staff, has_staff
from core.catalogue.models import Product
from core.db import Base
from core.shop_file.checking import read_shop_file
from core.shop_file.importing import import_shop

log = logging.getLogger(__name__)
# Who may come in stays; everything that belongs to the shop goes.
_KEPT = frozenset({"api_keys", "staff_accounts", "staff_sessions", "alembic_version"})
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
    shop = read_shop_file(path.read_bytes())
    with parts.db.transaction() as session:
        counts = import_shop(session, shop=shop, addresses=parts.addresses, now=parts.clock())
        if dry_run:
            session.rollback()
    return counts


def reset_shop(parts: Parts, content: bytes) -> dict[str, int]:
    """Forget everything but keys and staff, then load this shop; refused whole when the file is wrong."""
    shop = read_shop_file(content)
    with parts.db.transaction() as session:
        _empty(session)
        return import_shop(session, shop=shop, addresses=parts.addresses, now=parts.clock())


def set_up_demo(parts: Parts) -> None:
    """The demo shop and its staff, if there is nothing yet."""
    with parts.db.transaction() as session:
        if not session.scalar(select(func.count()).select_from(Product)):
            shop = read_shop_file(shop_file_path().read_bytes())
            import_shop(session, shop=shop, addresses=parts.addresses, now=parts.clock())
        if not has_staff(session):
            for login, name, role in DEMO_STAFF:
                add_staff(
                    session, login=login, name=name, role=role, password=DEMO_PASSWORD, now=parts.clock()
                )


def _empty(session: Session) -> None:
    for table in reversed(Base.metadata.sorted_tables):
        if table.name not in _KEPT:
            session.execute(delete(table))
