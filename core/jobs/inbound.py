"""Webhooks: stored before they are acknowledged, each once, worked on later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.db import insert_new
from core.ids import new_id
from core.jobs.models import InboundEvent


@dataclass(frozen=True)
class Inbound:
    """`external_id` tells it from all others of its source."""

    external_id: str
    payload: Mapping[str, Any]


def store_inbound(
    session: Session, *, source: str, external_id: str, payload: Mapping[str, Any], now: datetime
) -> bool:
    """False when this one came in before."""
    return store_all(session, source=source, items=[Inbound(external_id, payload)], now=now)[0]


def store_all(session: Session, *, source: str, items: Sequence[Inbound], now: datetime) -> list[bool]:
    """As `store_inbound`, for many by one statement; in the order given."""
    rows = [
        {
            "id": new_id(), "source": source, "external_id": item.external_id[:300], "payload": dict(item.payload),
            "received_at": now, "outcome": "",
        }
        for item in items
    ]  # fmt: skip
    if not rows:
        return []
    stored = set(session.scalars(insert_new(session, InboundEvent, returning="id"), rows))
    return [row["id"] in stored for row in rows]
