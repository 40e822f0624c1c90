"""Goods from one warehouse to another: draft → sent → closed, or cancelled before sending.

Between the two they lie at a place of their own, so that the ledger sums at every moment.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session, selectinload

from core import audit
from core.actor import Actor
from core.counters import next_value
from core.db import insert_for
from core.errors import Conflict, IllegalTransition, InsufficientStock, Invalid, NotFound
from core.ids import new_id
from core.stock.levels import announce, move
from core.stock.models import StockLevel, Transfer, TransferLine, Warehouse
from core.stock.moves import MAX_QUANTITY, Change, Subject
from core.stock.queries import stocked_variants

MAX_LINES = 500
TRANSIT_CODE = "~in-transit"


def draft_transfer(
    session: Session,
    *,
    source: Warehouse,
    destination: Warehouse,
    quantities: Mapping[str, int],
    note: str = "",
    actor: Actor,
    now: datetime,
) -> Transfer:
    """`quantities`: SKU → pieces. Nothing moves until it is sent."""
    actor.require_role("manager", "warehouse", action="move stock between warehouses")
    if source.id == destination.id:
        raise Invalid("same_warehouse", "Goods go from one warehouse to another one.", {"code": source.code})
    if not destination.active:
        raise Conflict(
            "warehouse_inactive", f"Warehouse {destination.code} is switched off. Switch it on first.", {}
        )
    transfer = Transfer(
        id=new_id(), code=f"CK{next_value(session, 'transfer')}", source_id=source.id,
        destination_id=destination.id, state="draft", note=note[:500], created_by=actor.id, created_at=now,
    )  # fmt: skip
    session.add(transfer)
    session.flush()
    _write_lines(session, transfer.id, quantities)
    _record(session, transfer, "drafted", actor, now, {"lines": dict(quantities)})
    return get_transfer(session, transfer.id)


def change_transfer(
    session: Session,
    *,
    transfer_id: str,
    quantities: Mapping[str, int],
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Transfer:
    """Other lines in the place of all that the draft had."""
    actor.require_role("manager", "warehouse", action="move stock between warehouses")
    transfer = _claim(session, transfer_id, from_state="draft", version=expected_version)
    session.execute(delete(TransferLine).where(TransferLine.transfer_id == transfer.id))
    _write_lines(session, transfer.id, quantities)
    _record(session, transfer, "changed", actor, now, {"lines": dict(quantities)})
    return get_transfer(session, transfer.id)


def send_transfer(
    session: Session, *, transfer_id: str, expected_version: int | None = None, actor: Actor, now: datetime
) -> Transfer:
    """Off the shelf of the source. What is promised to orders or kept aside stays: `InsufficientStock`."""
    actor.require_role("manager", "warehouse", action="move stock between warehouses")
    transfer = _claim(
        session, transfer_id, from_state="draft", version=expected_version, state="sent", sent_at=now
    )
    transit = _transit(session)
    short = []
    for line in _by_key(transfer.lines):
        out = _step(transfer, line, transfer.source_id, -line.quantity, "transfer_out")
        if not move(session, out, actor=actor, now=now):
            short.append(_shortage(session, line, transfer.source_id))
            continue
        move(session, _step(transfer, line, transit, line.quantity, "transfer_in"), actor=actor, now=now)
    if short:
        raise InsufficientStock(short)
    announce(session, [line.variant_id for line in transfer.lines], now=now)
    _record(session, transfer, "sent", actor, now, {})
    return get_transfer(session, transfer.id)


def receive_transfer(
    session: Session,
    *,
    transfer_id: str,
    quantities: Mapping[str, int],
    reason: str = "",
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Transfer:
    """What has come, by SKU, in as many parts as it takes. More than is still on its way needs a reason, and is
    booked as found. It closes itself when everything has come.
    """
    actor.require_role("manager", "warehouse", action="receive stock")
    _check(quantities)
    transfer = _claim(session, transfer_id, from_state="sent", version=expected_version)
    lines = _lines_of(transfer, quantities)
    transit = _transit(session)
    for line in _by_key(lines):
        _arrive(session, transfer, line, quantities[line.sku], transit, reason, actor, now)
    announce(session, [line.variant_id for line in lines], now=now)
    _record(session, transfer, "received", actor, now, {"lines": dict(quantities), "reason": reason[:300]})
    fresh = get_transfer(session, transfer.id)
    return fresh if any(open_quantity(line) for line in fresh.lines) else _close(session, fresh, actor, now)


def close_transfer(
    session: Session,
    *,
    transfer_id: str,
    reason: str = "",
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Transfer:
    """No more will come: what is still on its way is written off, with a reason."""
    actor.require_role("manager", action="write off what did not come")
    transfer = _claim(session, transfer_id, from_state="sent", version=expected_version)
    lost = [line for line in transfer.lines if open_quantity(line)]
    if lost and not reason.strip():
        raise Invalid(
            "reason_required",
            f"{', '.join(f'{open_quantity(x)} × {x.sku}' for x in lost)} did not come. Say why, then close.",
            {"missing": {line.sku: open_quantity(line) for line in lost}},
        )
    transit = _transit(session)
    for line in _by_key(lost):
        gone = Change(
            line.variant_id, transit, -open_quantity(line), "write_off", reason, subject=_subject(transfer)
        )
        move(session, gone, actor=actor, now=now)
        session.execute(
            update(TransferLine)
            .where(TransferLine.id == line.id)
            .values(missing=open_quantity(line), reason=reason[:300])
            .execution_options(synchronize_session=False)
        )
    return _close(session, transfer, actor, now)


def cancel_transfer(
    session: Session, *, transfer_id: str, expected_version: int | None = None, actor: Actor, now: datetime
) -> Transfer:
    """Before it is sent; after that it is received or closed."""
    actor.require_role("manager", "warehouse", action="move stock between warehouses")
    transfer = _claim(
        session, transfer_id, from_state="draft", version=expected_version, state="cancelled", closed_at=now
    )
    _record(session, transfer, "cancelled", actor, now, {})
    return get_transfer(session, transfer.id)


def get_transfer(session: Session, transfer_id: str) -> Transfer:
    """By id or code, with lines, fresh."""
    transfer = session.scalar(
        select(Transfer)
        .where((Transfer.id == transfer_id) | (Transfer.code == transfer_id.upper()))
        .options(selectinload(Transfer.lines))
        .execution_options(populate_existing=True)
    )
    if transfer is None:
        raise NotFound("transfer_not_found", f"There is no transfer {transfer_id[:40]}.", {})
    return transfer


def open_quantity(line: TransferLine) -> int:
    """Sent, and neither received nor given up."""
    return line.quantity - line.received - line.missing


def _arrive(
    session: Session, transfer: Transfer, line: TransferLine, came: int, transit: str, reason: str, actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    expected = min(came, open_quantity(line))
    extra = came - expected
    if extra and not reason.strip():
        raise Invalid(
            "reason_required",
            f"{line.sku}: {open_quantity(line)} are still on their way and {came} came. Say why.",
            {"sku": line.sku, "open": open_quantity(line), "came": came},
        )
    if expected:
        move(session, _step(transfer, line, transit, -expected, "transfer_out"), actor=actor, now=now)
        arrival = _step(transfer, line, transfer.destination_id, expected, "transfer_in")
        move(session, arrival, actor=actor, now=now)
    if extra:
        found = Change(
            line.variant_id, transfer.destination_id, extra, "adjustment", reason, "found", _subject(transfer)
        )
        move(session, found, actor=actor, now=now)
    session.execute(
        update(TransferLine)
        .where(TransferLine.id == line.id)
        .values(
            received=TransferLine.received + expected, extra=TransferLine.extra + extra,
            reason=reason[:300] if extra else TransferLine.reason,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip


def _close(session: Session, transfer: Transfer, actor: Actor, now: datetime) -> Transfer:
    _claim(session, transfer.id, from_state="sent", version=None, state="closed", closed_at=now)
    _record(session, transfer, "closed", actor, now, {})
    return get_transfer(session, transfer.id)


def _claim(
    session: Session, transfer_id: str, *, from_state: str, version: int | None, **values: Any
) -> Transfer:
    """One UPDATE; whoever comes second finds another state, or waits and works on what the first left."""
    found = get_transfer(session, transfer_id)
    claim = update(Transfer).where(Transfer.id == found.id, Transfer.state == from_state)
    if version is not None:
        claim = claim.where(Transfer.version == version)
    claimed = session.execute(
        claim.values(version=Transfer.version + 1, **values)
        .returning(Transfer.id)
        .execution_options(synchronize_session=False)
    ).first()
    fresh = get_transfer(session, found.id)
    if claimed is None:
        if fresh.state == from_state:
            raise Conflict(
                "transfer_changed_meanwhile", f"{fresh.code} has changed since you looked. Look again.", {}
            )
        wanted = {"draft": values.get("state", "changed"), "sent": "received"}[from_state]
        raise IllegalTransition(f"Transfer {fresh.code}", fresh.state, wanted)
    return fresh


def _write_lines(session: Session, transfer_id: str, quantities: Mapping[str, int]) -> None:
    _check(quantities)
    variants = stocked_variants(session, list(quantities))
    session.execute(
        insert(TransferLine),
        [
            {
                "id": new_id(), "transfer_id": transfer_id, "variant_id": variants[sku].id, "position": index,
                "sku": sku, "quantity": quantity, "received": 0, "missing": 0, "extra": 0, "reason": "",
            }
            for index, (sku, quantity) in enumerate(quantities.items())
        ],
    )  # fmt: skip


def _check(quantities: Mapping[str, int]) -> None:
    if not 1 <= len(quantities) <= MAX_LINES:
        raise Invalid("lines_invalid", f"A transfer has 1 to {MAX_LINES} lines.", {})
    for sku, quantity in quantities.items():
        if not 0 < quantity <= MAX_QUANTITY:
            raise Invalid(
                "quantity_invalid", f"{sku[:40]}: quantity must be from 1 to {MAX_QUANTITY:,}.",
                {"sku": sku[:40], "quantity": quantity},
            )  # fmt: skip


def _lines_of(transfer: Transfer, quantities: Mapping[str, int]) -> list[TransferLine]:
    by_sku = {line.sku: line for line in transfer.lines}
    strange = sorted(set(quantities) - set(by_sku))
    if strange:
        raise Invalid(
            "sku_not_in_transfer",
            f"{transfer.code} has no {', '.join(sku[:40] for sku in strange[:10])}: enter it as a receipt.",
            {"skus": [sku[:40] for sku in strange[:100]]},
        )
    return [by_sku[sku] for sku in quantities]


def _transit(session: Session) -> str:
    session.execute(
        insert_for(session, Warehouse)
        .values(
            id=new_id(), code=TRANSIT_CODE, name="Đang chuyển kho", name_en="In transit", kind="secondary",
            address="", street="", ward="", district="", province="", province_code="", address_era="old",
            contact_name="", phone="", active=False, priority=0, in_transit=True, version=1,
        )
        .on_conflict_do_nothing(index_elements=["code"])
    )  # fmt: skip
    return session.scalars(select(Warehouse.id).where(Warehouse.code == TRANSIT_CODE)).one()


def _by_key(lines: Sequence[TransferLine]) -> list[TransferLine]:
    return sorted(lines, key=lambda line: line.variant_id)


def _step(transfer: Transfer, line: TransferLine, place: str, quantity: int, kind: str) -> Change:
    return Change(line.variant_id, place, quantity, kind, transfer.code, subject=_subject(transfer))


def _subject(transfer: Transfer) -> Subject:
    return ("transfer", transfer.id)


def _shortage(session: Session, line: TransferLine, warehouse_id: str) -> dict[str, object]:
    free = session.scalar(
        select(StockLevel.on_hand - StockLevel.reserved).where(
            StockLevel.variant_id == line.variant_id, StockLevel.warehouse_id == warehouse_id
        )
    )
    return {"sku": line.sku, "asked": line.quantity, "available": int(free or 0)}


def _record(
    session: Session, transfer: Transfer, what: str, actor: Actor, now: datetime, data: dict[str, Any]
) -> None:
    audit.record(
        session, actor=actor, action=f"transfer.{what}", subject_kind="transfer", subject_id=transfer.id, now=now,
        data={"code": transfer.code, **data},
    )  # fmt: skip
