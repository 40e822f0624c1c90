"""Webhooks: stored before they are acknowledged, each once, worked on later."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.db import insert_for
from core.ids import new_id
from core.jobs.models import InboundEvent


def store_inbound(
    session: Session, *, source: str, external_id: str, payload: Mapping[str, Any], now: datetime
) -> bool:
    """False when this one came in before."""
    stored = session.execute(
        insert_for(session, InboundEvent)
        .values(
            id=new_id(),
            source=source,
            external_id=external_id[:300],
            payload=dict(payload),
            received_at=now,
            outcome="",
        )
        .on_conflict_do_nothing()
        .returning(InboundEvent.id)
    ).first()
    return stored is not None
