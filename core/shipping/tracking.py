"""What carriers tell us: stored once, applied forwards only, with all that follows from it."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from core.actor import SYSTEM
from core.db import insert_for
from core.errors import IllegalTransition
from core.ids import new_id
from core.jobs.events import publish
from core.jobs.inbound import Inbound, store_all
from core.jobs.queue import NewJob, enqueue_all
from core.jobs.tasks import open_task
from core.jobs.worker import Run
from core.orders.models import Order
from core.orders.states import advance_fulfilment
from core.payments.recording import record_payment
from core.ports.carrier import Carrier, TrackingUpdate
from core.ports.errors import ProviderError, ProviderUnavailable
from core.shipping.models import Shipment, ShipmentEvent
from core.shipping.states import LEFT_THE_SHELF, NEEDS_A_PERSON, sources
from core.stock.levels import consume_order

log = logging.getLogger(__name__)
POLL_AFTER = timedelta(hours=6)
ENDED = ("delivered", "returned", "cancelled", "lost", "refused", "submitting")


def receive_updates(
    session: Session, *, carrier: str, updates: Sequence[TrackingUpdate], now: datetime
) -> int:
    """Keep what came in and leave the work to a job; returns how many were new."""
    return receive_all(session, carrier=carrier, arrivals=[Arrival(updates)], now=now)[0]


@dataclass(frozen=True)
class Arrival:
    """What one request brought."""

    updates: Sequence[TrackingUpdate]
    correlation_id: str = ""


def receive_all(session: Session, *, carrier: str, arrivals: Sequence[Arrival], now: datetime) -> list[int]:
    """As `receive_updates`, for many requests by one statement each for what came and for the work it makes."""
    items = [(number, update_) for number, arrival in enumerate(arrivals) for update_ in arrival.updates]
    payloads = [{**asdict(item), "at": item.at.isoformat(), "carrier": carrier} for _, item in items]
    inbound = [Inbound(item.external_id, payload) for (_, item), payload in zip(items, payloads, strict=True)]
    is_new = store_all(session, source=carrier, items=inbound, now=now)
    new = [(*item, payload) for item, payload, fresh in zip(items, payloads, is_new, strict=True) if fresh]
    jobs = [
        NewJob(
            "shipment.track", payload, priority=50, correlation_id=arrivals[number].correlation_id,
            ordering_key=f"track:{carrier}:{item.key or item.tracking_number}",
        )
        for number, item, payload in new
    ]  # fmt: skip
    enqueue_all(session, jobs, now=now)
    counts = Counter(number for number, _, _ in new)
    return [counts[number] for number in range(len(arrivals))]


def run_tracking(run: Run) -> None:
    """Job `shipment.track`. A parcel that we do not know yet may be one whose booking is still being recorded."""
    fields: dict[str, Any] = {k: v for k, v in run.payload.items() if k != "carrier"}
    news = TrackingUpdate(**{**fields, "at": datetime.fromisoformat(str(fields["at"]))})
    carrier = str(run.payload["carrier"])
    with run.db.transaction() as session:
        shipment = _find(session, carrier, news)
        if shipment is None:
            if run.attempt < 4:
                raise ProviderUnavailable(carrier, "track", "no parcel of ours has this number or key yet")
            return
        apply_update(session, shipment=shipment, news=news, now=run.now)


def apply_update(session: Session, *, shipment: Shipment, news: TrackingUpdate, now: datetime) -> bool:
    """True when it moved the parcel. Repeats, late news and unknown states are kept and move nothing."""
    moved = news.state is not None and _move(session, shipment.id, news.state, now)
    if not _remember(session, shipment, news, moved, now) and not moved:
        return False
    if news.fee is not None and news.fee > 0:
        session.execute(update(Shipment).where(Shipment.id == shipment.id).values(fee=news.fee))
    if not moved or news.state is None:
        return False
    _follow(session, shipment, news.state, news.reason, now)
    publish(
        session,
        "shipment.moved",
        {
            "key": f"{shipment.id}:{news.state}:{news.external_id}",
            "order_id": shipment.order_id,
            "shipment_id": shipment.id,
            "state": news.state,
        },
        now=now,
    )
    return True


def run_polling(run: Run, carriers: Mapping[str, Carrier]) -> None:
    """Job `shipment.poll`: ask about parcels that have been silent; what a webhook lost is found here."""
    with run.db.read_transaction() as session:
        silent = session.scalars(
            select(Shipment)
            .where(Shipment.state.not_in(ENDED), Shipment.state_at < run.now - POLL_AFTER,
                   Shipment.carrier.in_(list(carriers)), Shipment.tracking_number.is_not(None))
            .order_by(func.random())
            .limit(200)
        ).all()  # fmt: skip
    for shipment in silent:
        try:
            updates = carriers[shipment.carrier].track(shipment.tracking_number or "")
        except ProviderError as error:
            # One parcel that the carrier does not know must not keep the others from being asked about.
            log.warning("%s says nothing about a parcel: %s", shipment.carrier, type(error).__name__)
            continue
        with run.db.transaction() as session:
            receive_updates(session, carrier=shipment.carrier, updates=updates, now=run.now)


def _find(session: Session, carrier: str, news: TrackingUpdate) -> Shipment | None:
    return session.scalar(
        select(Shipment).where(
            Shipment.carrier == carrier,
            or_(Shipment.tracking_number == news.tracking_number, Shipment.booking_key == news.key),
        )
    )


def _remember(session: Session, shipment: Shipment, news: TrackingUpdate, moved: bool, now: datetime) -> bool:
    kept = session.execute(
        insert_for(session, ShipmentEvent)
        .values(
            id=new_id(), shipment_id=shipment.id, external_id=news.external_id[:300], state=news.state,
            carrier_status=news.carrier_status[:100], moved=moved, reason=news.reason[:500], at=news.at,
            received_at=now,
        )
        .on_conflict_do_nothing()
        .returning(ShipmentEvent.id)
    ).first()  # fmt: skip
    return kept is not None


def _move(session: Session, shipment_id: str, state: str, now: datetime) -> bool:
    moved = session.execute(
        update(Shipment)
        .where(Shipment.id == shipment_id, Shipment.state.in_(sources(state)))
        .values(state=state, state_at=now)
        .returning(Shipment.id)
        .execution_options(synchronize_session=False)
    ).first()
    return moved is not None


def _follow(session: Session, shipment: Shipment, state: str, reason: str, now: datetime) -> None:
    order_id = shipment.order_id
    if state in LEFT_THE_SHELF and consume_order(session, order_id=order_id, actor=SYSTEM, now=now):
        advance_fulfilment(session, order_id=order_id, to="shipped", actor=SYSTEM, now=now)
    if state == "picked_up":
        _warn_if_cancelled(session, shipment, now)
    target = {"delivered": "delivered", "delivery_failed": "failed", "delivering": "shipped",
              "returned": "returned"}.get(state)  # fmt: skip
    if target is not None:
        _advance(session, order_id, target, now)
    if state == "delivered" and shipment.cod_amount > 0:
        record_payment(
            session, actor=SYSTEM, order_id=order_id, kind="cod", amount=shipment.cod_amount,
            reference=f"{shipment.carrier}:{shipment.booking_key}", now=now,
            note="collected by the carrier at delivery",
        )  # fmt: skip
    if state in NEEDS_A_PERSON:
        code = session.scalars(select(Order.code).where(Order.id == order_id)).one()
        open_task(
            session, key=f"parcel:{shipment.id}:{state}", kind=f"parcel_{state}",
            title=f"Parcel of {code}: {state.replace('_', ' ')}", detail=reason, subject_kind="order",
            subject_id=order_id, now=now,
        )  # fmt: skip


def _warn_if_cancelled(session: Session, shipment: Shipment, now: datetime) -> None:
    order = session.scalars(select(Order).where(Order.id == shipment.order_id)).one()
    if order.status == "cancelled":
        open_task(
            session, key=f"left:{shipment.id}", kind="parcel_not_stopped",
            title=f"The parcel of {order.code} left although the order is cancelled",
            detail="Have the carrier return it, and take the goods off the stock.", subject_kind="order",
            subject_id=order.id, now=now,
        )  # fmt: skip


def _advance(session: Session, order_id: str, target: str, now: datetime) -> None:
    """The order follows the parcel where its own table allows; where it does not, it is there already."""
    try:
        advance_fulfilment(session, order_id=order_id, to=target, actor=SYSTEM, now=now)
    except IllegalTransition:
        return
