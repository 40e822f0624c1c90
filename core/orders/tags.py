"""Tags and notes that staff put on an order, at any time of its life."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.catalogue.folding import fold
from core.db import insert_rows
from core.errors import Conflict, Invalid
from core.orders.models import Order, OrderTag
from core.orders.queries import get_order

MAX_TAGS = 20
MAX_TAG = 40


def set_tags(
    session: Session,
    *,
    order_id: str,
    tags: Sequence[str],
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Order:
    """These in the place of all before; the same word twice counts once."""
    actor.require_role("manager", "sales", "warehouse", "accountant", action="tag orders")
    kept = {fold(tag): tag for tag in (" ".join(tag.split()) for tag in tags)}
    if len(kept) > MAX_TAGS or any(not 1 <= len(tag) <= MAX_TAG for tag in kept.values()):
        raise Invalid("tags_invalid", f"At most {MAX_TAGS} tags of 1 to {MAX_TAG} characters.", {})
    order = _change(session, order_id, expected_version, "tagged", actor, now, tags=list(kept.values()))
    session.execute(delete(OrderTag).where(OrderTag.order_id == order.id))
    insert_rows(session, OrderTag, [{"tag": tag, "order_id": order.id} for tag in sorted(kept)])
    return order


def set_note(
    session: Session,
    *,
    order_id: str,
    note: str,
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Order:
    """The staff's own words, which no buyer and no carrier sees."""
    actor.require_role("manager", "sales", "warehouse", "accountant", action="note on orders")
    if len(note) > 2_000:
        raise Invalid("note_too_long", "A note has at most 2,000 characters.", {})
    return _change(session, order_id, expected_version, "noted", actor, now, note=note.strip())


def _change(
    session: Session,
    order_id: str,
    version: int | None,
    what: str,
    actor: Actor,
    now: datetime,
    **values: Any,
) -> Order:
    order = get_order(session, order_id)
    statement = update(Order).where(Order.id == order.id)
    if version is not None:
        statement = statement.where(Order.version == version)
    changed = session.execute(
        statement.values(version=Order.version + 1, **values)
        .returning(Order.id)
        .execution_options(synchronize_session=False)
    ).first()
    if changed is None:
        raise Conflict(
            "order_changed_meanwhile",
            f"Order {order.code} has changed since you looked at it. Look again, then change it.",
            {"code": order.code},
        )
    audit.record(
        session, actor=actor, action=f"order.{what}", subject_kind="order", subject_id=order.id, now=now,
        data={"tags": values["tags"]} if "tags" in values else {},
    )  # fmt: skip
    return get_order(session, order.id)
