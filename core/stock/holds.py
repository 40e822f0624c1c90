"""Goods that staff keep aside for a while, with a name and a reason. They count as reserved."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import SYSTEM, Actor
from core.counters import next_value
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from core.jobs.worker import Run
from core.stock.levels import announce, give_back, keep_aside
from core.stock.models import StockHold
from core.stock.moves import MAX_QUANTITY

MAX_DAYS = 90


def place_hold(
    session: Session,
    *,
    variant_id: str,
    warehouse_id: str,
    quantity: int,
    reason: str,
    expires_at: datetime,
    actor: Actor,
    now: datetime,
) -> StockHold:
    """Raises `InsufficientStock` when less than that is free at this warehouse."""
    actor.require_role("manager", "sales", "warehouse", action="keep stock aside")
    if not reason.strip():
        raise Invalid("reason_required", "Say why the goods are kept aside.", {})
    if not 0 < quantity <= MAX_QUANTITY:
        raise Invalid(
            "quantity_invalid", f"Quantity must be from 1 to {MAX_QUANTITY:,}.", {"quantity": quantity}
        )
    if not now < expires_at <= now + timedelta(days=MAX_DAYS):
        raise Invalid(
            "expiry_invalid", f"A hold ends within {MAX_DAYS} days, and not in the past.",
            {"expires_at": expires_at.isoformat()},
        )  # fmt: skip
    keep_aside(session, variant_id=variant_id, warehouse_id=warehouse_id, quantity=quantity)
    hold = StockHold(
        id=new_id(), code=f"GH{next_value(session, 'hold')}", variant_id=variant_id, warehouse_id=warehouse_id,
        quantity=quantity, owner_id=actor.id, owner_name=actor.name[:100], reason=reason.strip()[:300],
        state="held", created_at=now, expires_at=expires_at,
    )  # fmt: skip
    session.add(hold)
    session.flush()
    audit.record(
        session, actor=actor, action="hold.placed", subject_kind="hold", subject_id=hold.id, now=now,
        data={"code": hold.code, "quantity": quantity, "reason": hold.reason},
    )  # fmt: skip
    announce(session, [variant_id], now=now)
    return hold


def release_hold(session: Session, *, hold_id: str, actor: Actor, now: datetime) -> StockHold:
    """By its owner or whoever runs the warehouse. Once: a second release is refused."""
    hold = get_hold(session, hold_id)
    if actor.id != hold.owner_id:
        actor.require_role("manager", "warehouse", action="release what somebody else keeps aside")
    if not _end(session, hold, "released", actor, now):
        fresh = get_hold(session, hold_id)
        raise Conflict(
            "hold_over", f"{hold.code} is already {fresh.state}.", {"code": hold.code, "state": fresh.state}
        )
    announce(session, [hold.variant_id], now=now)
    return get_hold(session, hold_id)


def run_expiry(run: Run) -> None:
    """Job `stock.expire_holds`."""
    with run.db.transaction() as session:
        due = session.scalars(
            select(StockHold)
            .where(StockHold.state == "held", StockHold.expires_at <= run.now)
            .order_by(StockHold.variant_id, StockHold.warehouse_id, StockHold.id)
            .limit(500)
        ).all()
        ended = {hold.variant_id for hold in due if _end(session, hold, "expired", SYSTEM, run.now)}
        announce(session, ended, now=run.now)


def get_hold(session: Session, hold_id: str) -> StockHold:
    """By id or code."""
    hold = session.scalar(
        select(StockHold)
        .where((StockHold.id == hold_id) | (StockHold.code == hold_id.upper()))
        .execution_options(populate_existing=True)
    )
    if hold is None:
        raise NotFound("hold_not_found", f"There is no hold {hold_id[:40]}.", {})
    return hold


def _end(session: Session, hold: StockHold, state: str, actor: Actor, now: datetime) -> bool:
    ended = session.execute(
        update(StockHold)
        .where(StockHold.id == hold.id, StockHold.state == "held")
        .values(state=state, ended_at=now)
        .returning(StockHold.id)
        .execution_options(synchronize_session=False)
    ).first()
    if ended is None:
        return False
    give_back(session, variant_id=hold.variant_id, warehouse_id=hold.warehouse_id, quantity=hold.quantity)
    audit.record(
        session, actor=actor, action=f"hold.{state}", subject_kind="hold", subject_id=hold.id, now=now,
        data={"code": hold.code, "quantity": hold.quantity},
    )  # fmt: skip
    return True
