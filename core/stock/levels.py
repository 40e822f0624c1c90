"""The only writer of stock counters, reservations and the ledger.

Each counter changes by one UPDATE whose WHERE states the condition; no row touched means that somebody else
was faster. Several rows are taken in key order, so that two buyers of the same goods cannot block each other.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, literal, select, update
from sqlalchemy.orm import Session

from core.actor import Actor
from core.catalogue.models import Variant
from core.db import insert_for, insert_rows
from core.errors import Conflict, InsufficientStock, Invalid
from core.ids import new_id
from core.stock.alerts import note_change
from core.stock.models import Reservation, StockLevel, StockMovement
from core.stock.moves import CAUSES, MAX_QUANTITY, NOTHING, Change, Pick, Subject
from core.stock.watching import note_rise


def reserve(session: Session, *, order_id: str, picks: Iterable[Pick], now: datetime) -> None:
    """Promise stock to an order, all or nothing; raises `InsufficientStock` naming what is short."""
    ordered = sorted(picks, key=lambda p: (p.variant_id, p.warehouse_id))
    for pick in ordered:
        _promise(session, pick.variant_id, pick.warehouse_id, pick.quantity)
    _hold(session, order_id, ordered, now)
    note_change(session, {pick.variant_id for pick in ordered}, now=now)


def rebook(session: Session, *, order_id: str, picks: Sequence[Pick], now: datetime) -> None:
    """Put these picks in the place of all that the order holds; raises `InsufficientStock` naming what is short.

    Only the difference moves, in key order, so that two edits of the same goods cannot block each other.
    """
    held = session.scalars(
        delete(Reservation)
        .where(Reservation.order_id == order_id, Reservation.state == "held")
        .returning(Reservation)
        .execution_options(synchronize_session=False)
    ).all()
    change: Counter[tuple[str, str]] = Counter()
    for pick in picks:
        change[pick.variant_id, pick.warehouse_id] += pick.quantity
    for reservation in held:
        change[reservation.variant_id, reservation.warehouse_id] -= reservation.quantity
    for (variant_id, warehouse_id), quantity in sorted(change.items()):
        if quantity > 0:
            _promise(session, variant_id, warehouse_id, quantity)
        elif quantity < 0:
            _give_back(session, variant_id, warehouse_id, -quantity)
    _hold(session, order_id, picks, now)
    note_rise(session, {variant_id for (variant_id, _), quantity in change.items() if quantity < 0}, now=now)
    note_change(session, {variant_id for (variant_id, _), quantity in change.items() if quantity}, now=now)


def open_stock(
    session: Session, quantities: Mapping[tuple[str, str], int], *, actor: Actor, now: datetime
) -> None:
    """The first counts of variants that no warehouse has held before, by (variant, warehouse), in one go."""
    rows = [
        ({"variant_id": variant_id, "warehouse_id": warehouse_id}, count)
        for (variant_id, warehouse_id), count in quantities.items()
    ]
    insert_rows(session, StockLevel, [{**row, "on_hand": count, "reserved": 0} for row, count in rows])
    moved = [
        {
            **row, "id": new_id(), "quantity": count, "kind": "receipt", "reason": "opening stock",
            "subject_kind": "", "subject_id": "", "actor_id": actor.id, "at": now,
        }
        for row, count in rows
        if count
    ]  # fmt: skip
    insert_rows(session, StockMovement, moved)


def release_order(session: Session, *, order_id: str, actor: Actor, now: datetime) -> int:
    """Give everything still held for the order back; returns how many reservations that were."""
    held = _take_held(session, order_id, "released")
    for reservation in held:
        _give_back(session, reservation.variant_id, reservation.warehouse_id, reservation.quantity)
    announce(session, {reservation.variant_id for reservation in held}, now=now)
    return len(held)


def consume_order(session: Session, *, order_id: str, actor: Actor, now: datetime) -> int:
    """The parcel left: what was held goes off the shelf. A repeat finds nothing held and changes nothing."""
    held = _take_held(session, order_id, "consumed")
    for reservation in held:
        session.execute(
            update(StockLevel)
            .where(*_level(reservation.variant_id, reservation.warehouse_id))
            .values(
                reserved=StockLevel.reserved - reservation.quantity,
                on_hand=StockLevel.on_hand - reservation.quantity,
            )
            .execution_options(synchronize_session=False)
        )
        _write_ledger(session, reservation, -reservation.quantity, "shipment", actor, now, "order", order_id)
    note_change(session, {reservation.variant_id for reservation in held}, now=now)
    return len(held)


def receive(
    session: Session,
    *,
    variant_id: str,
    warehouse_id: str,
    quantity: int,
    kind: str = "receipt",
    reason: str = "",
    subject: Subject = NOTHING,
    actor: Actor,
    now: datetime,
) -> None:
    """Add counted goods: a receipt or a return."""
    if not 0 < quantity <= MAX_QUANTITY:
        raise Invalid(
            "quantity_invalid", f"Quantity must be from 1 to {MAX_QUANTITY:,}.", {"quantity": quantity}
        )
    move(
        session,
        Change(variant_id, warehouse_id, quantity, kind, reason, subject=subject),
        actor=actor,
        now=now,
    )
    announce(session, [variant_id], now=now)


def take_back(
    session: Session,
    *,
    variant_id: str,
    warehouse_id: str,
    good: int,
    damaged: int,
    reason: str,
    return_id: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Inspected goods come home: the good ones onto the shelf, the damaged ones into the ledger and out of it."""
    _ensure_level(session, variant_id, warehouse_id)
    if good:
        session.execute(
            update(StockLevel)
            .where(*_level(variant_id, warehouse_id))
            .values(on_hand=StockLevel.on_hand + good)
            .execution_options(synchronize_session=False)
        )
    for kind, quantity in (("return", good + damaged), ("write_off", -damaged)):
        if quantity:
            session.add(
                StockMovement(
                    variant_id=variant_id, warehouse_id=warehouse_id, quantity=quantity, kind=kind, reason=reason,
                    subject_kind="return", subject_id=return_id, actor_id=actor.id, at=now,
                )
            )  # fmt: skip
    session.flush()
    if good:
        announce(session, [variant_id], now=now)


def adjust(
    session: Session,
    *,
    variant_id: str,
    warehouse_id: str,
    change: int,
    reason: str,
    cause: str = "other",
    actor: Actor,
    now: datetime,
) -> None:
    """Correct on hand by a signed change; never below what is reserved."""
    if not reason.strip():
        raise Invalid("reason_required", "Say why the stock is adjusted.", {})
    if cause not in CAUSES:
        raise Invalid("cause_unknown", f"The cause is one of {', '.join(CAUSES)}.", {"cause": cause[:40]})
    if change == 0 or abs(change) > MAX_QUANTITY:
        raise Invalid(
            "quantity_invalid",
            f"The change must be from 1 to {MAX_QUANTITY:,}, up or down.",
            {"change": change},
        )
    step = Change(variant_id, warehouse_id, change, "adjustment", reason, cause)
    if not move(session, step, actor=actor, now=now):
        level = session.execute(
            select(StockLevel.on_hand, StockLevel.reserved).where(*_level(variant_id, warehouse_id))
        ).one()
        raise Conflict(
            "stock_reserved",
            f"On hand is {level.on_hand} and {level.reserved} are promised to orders: "
            f"cancel or move those orders first, or adjust by at most {level.on_hand - level.reserved}.",
            {"on_hand": level.on_hand, "reserved": level.reserved, "change": change},
        )
    announce(session, [variant_id], now=now)


def move(session: Session, change: Change, *, actor: Actor, now: datetime) -> bool:
    """One counter and its line in the ledger; False when less than that is free, and nothing has moved.

    Whoever moves several takes them in key order and calls `announce` once, behind the last.
    """
    _ensure_level(session, change.variant_id, change.warehouse_id)
    moved = session.execute(
        update(StockLevel)
        .where(
            *_level(change.variant_id, change.warehouse_id),
            StockLevel.on_hand + change.quantity >= StockLevel.reserved,
        )
        .values(on_hand=StockLevel.on_hand + change.quantity)
        .returning(literal(1))
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        return False
    subject_kind, subject_id = change.subject
    session.add(
        StockMovement(
            variant_id=change.variant_id, warehouse_id=change.warehouse_id, quantity=change.quantity,
            kind=change.kind, cause=change.cause, reason=change.reason[:300], subject_kind=subject_kind,
            subject_id=subject_id, actor_id=actor.id, at=now,
        )
    )  # fmt: skip
    session.flush()
    return True


def keep_aside(session: Session, *, variant_id: str, warehouse_id: str, quantity: int) -> None:
    """Promise stock to nobody's order; raises `InsufficientStock`. `core.stock.holds` keeps who and why."""
    _promise(session, variant_id, warehouse_id, quantity)


def give_back(session: Session, *, variant_id: str, warehouse_id: str, quantity: int) -> None:
    """What `keep_aside` took is free again."""
    _give_back(session, variant_id, warehouse_id, quantity)


def regroup(session: Session, *, picks: Mapping[str, Sequence[Pick]], now: datetime) -> None:
    """Orders that merge or split share out what they hold: by order, what each holds from now on.

    No counter moves: together they hold as much of each as before.
    """
    held = session.scalars(
        delete(Reservation)
        .where(Reservation.order_id.in_(list(picks)), Reservation.state == "held")
        .returning(Reservation)
        .execution_options(synchronize_session=False)
    ).all()
    before: Counter[tuple[str, str]] = Counter()
    after: Counter[tuple[str, str]] = Counter()
    for reservation in held:
        before[reservation.variant_id, reservation.warehouse_id] += reservation.quantity
    for pick in (pick for of_order in picks.values() for pick in of_order):
        after[pick.variant_id, pick.warehouse_id] += pick.quantity
    if before != after:
        raise Conflict(
            "stock_moved_meanwhile", "What these orders hold has changed meanwhile. Look again.", {}
        )
    for order_id, of_order in picks.items():
        _hold(session, order_id, of_order, now)


def announce(session: Session, variant_ids: Collection[str], *, now: datetime) -> None:
    """Behind every change of what can be had: those who wait for it, and staff who watch its level."""
    note_rise(session, variant_ids, now=now)
    note_change(session, variant_ids, now=now)


_PROMISE = (
    update(StockLevel)
    .where(
        StockLevel.variant_id == bindparam("of_variant"),
        StockLevel.warehouse_id == bindparam("at_warehouse"),
        StockLevel.on_hand - StockLevel.reserved >= bindparam("quantity"),
    )
    .values(reserved=StockLevel.reserved + bindparam("quantity"))
    .returning(literal(1))
    .execution_options(synchronize_session=False)
)


def _promise(session: Session, variant_id: str, warehouse_id: str, quantity: int) -> None:
    asked = {"of_variant": variant_id, "at_warehouse": warehouse_id, "quantity": quantity}
    if session.execute(_PROMISE, asked).first() is None:
        raise InsufficientStock([_shortage(session, variant_id, quantity)])


def _give_back(session: Session, variant_id: str, warehouse_id: str, quantity: int) -> None:
    session.execute(
        update(StockLevel)
        .where(*_level(variant_id, warehouse_id))
        .values(reserved=StockLevel.reserved - quantity)
        .execution_options(synchronize_session=False)
    )


def _hold(session: Session, order_id: str, picks: Sequence[Pick], now: datetime) -> None:
    rows = [
        {
            "id": new_id(),
            "order_id": order_id,
            "order_line_id": pick.order_line_id,
            "variant_id": pick.variant_id,
            "warehouse_id": pick.warehouse_id,
            "quantity": pick.quantity,
            "state": "held",
            "created_at": now,
        }
        for pick in picks
    ]
    if rows:
        session.execute(insert(Reservation), rows)


def _take_held(session: Session, order_id: str, state: str) -> list[Reservation]:
    taken = session.scalars(
        update(Reservation)
        .where(Reservation.order_id == order_id, Reservation.state == "held")
        .values(state=state)
        .returning(Reservation)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).all()
    return sorted(taken, key=lambda r: (r.variant_id, r.warehouse_id))


def _write_ledger(
    session: Session,
    reservation: Reservation,
    quantity: int,
    kind: str,
    actor: Actor,
    now: datetime,
    subject_kind: str,
    subject_id: str,
) -> None:
    session.add(
        StockMovement(
            variant_id=reservation.variant_id,
            warehouse_id=reservation.warehouse_id,
            quantity=quantity,
            kind=kind,
            subject_kind=subject_kind,
            subject_id=subject_id,
            actor_id=actor.id,
            at=now,
        )
    )
    session.flush()


def _ensure_level(session: Session, variant_id: str, warehouse_id: str) -> None:
    session.execute(
        insert_for(session, StockLevel)
        .values(variant_id=variant_id, warehouse_id=warehouse_id, on_hand=0, reserved=0)
        .on_conflict_do_nothing()
    )


def _level(variant_id: str, warehouse_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (StockLevel.variant_id == variant_id, StockLevel.warehouse_id == warehouse_id)


def _shortage(session: Session, variant_id: str, quantity: int) -> dict[str, object]:
    sku = session.scalar(select(Variant.sku).where(Variant.id == variant_id))
    available = session.scalar(
        select(func.coalesce(func.sum(StockLevel.on_hand - StockLevel.reserved), 0)).where(
            StockLevel.variant_id == variant_id
        )
    )
    return {"sku": sku, "asked": quantity, "available": int(available or 0)}
