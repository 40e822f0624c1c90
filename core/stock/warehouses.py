"""Places where stock lies: made, edited, switched off with a reason while something is still there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.errors import Conflict, Invalid
from core.ids import new_id
from core.ports.addresses import DeliveryAddress
from core.stock.levels import announce
from core.stock.models import StockLevel, Transfer, Warehouse
from core.stock.queries import get_warehouse


def add_warehouse(
    session: Session,
    *,
    code: str,
    name: str,
    values: Mapping[str, Any],
    address: DeliveryAddress | None = None,
    actor: Actor,
    now: datetime,
) -> Warehouse:
    """`values`: any of name_en, kind, contact_name, phone, priority."""
    actor.require_role("manager", action="set up warehouses")
    if code.startswith("~") or not code.strip():
        raise Invalid("code_invalid", "A warehouse's code starts with a letter or a figure.", {})
    if session.scalar(select(Warehouse.id).where(Warehouse.code == code)):
        raise Conflict("warehouse_exists", f"There is a warehouse {code} already.", {"code": code})
    row = Warehouse(id=new_id(), code=code, name=name, active=True, **{**values, **_place(address)})
    session.add(row)
    session.flush()
    audit.record(
        session, actor=actor, action="warehouse.added", subject_kind="warehouse", subject_id=row.id, now=now,
        data={"code": code},
    )  # fmt: skip
    return get_warehouse(session, code)


def change_warehouse(
    session: Session,
    *,
    code: str,
    values: Mapping[str, Any],
    address: DeliveryAddress | None = None,
    reason: str = "",
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Warehouse:
    """Switched off, it is neither sold from nor sent to; with stock, orders or transfers there, only with a
    reason, which the audit keeps.
    """
    actor.require_role("manager", action="set up warehouses")
    row = get_warehouse(session, code)
    new = {**values, **_place(address)}
    if not new:
        raise Invalid("nothing_to_change", "Say what is to be changed.", {})
    switched = new.get("active", row.active) != row.active
    if switched and row.active and not reason.strip():
        _refuse_while_used(session, row)
    before = {name: getattr(row, name) for name in new}
    version = row.version if expected_version is None else expected_version
    changed = session.execute(
        update(Warehouse)
        .where(Warehouse.id == row.id, Warehouse.version == version)
        .values(version=Warehouse.version + 1, **new)
        .returning(Warehouse.id)
        .execution_options(synchronize_session=False)
    ).first()
    if changed is None:
        raise Conflict("warehouse_changed_meanwhile", f"{code} has changed since you looked. Look again.", {})
    audit.record(
        session, actor=actor, action="warehouse.changed", subject_kind="warehouse", subject_id=row.id, now=now,
        data={"code": code, "before": before, "after": new, "reason": reason[:300]},
    )  # fmt: skip
    if switched:
        held = select(StockLevel.variant_id).where(StockLevel.warehouse_id == row.id, StockLevel.on_hand > 0)
        announce(session, session.scalars(held).all(), now=now)
    session.refresh(row)
    return row


def _refuse_while_used(session: Session, row: Warehouse) -> None:
    pieces, promised = session.execute(
        select(
            func.coalesce(func.sum(StockLevel.on_hand), 0), func.coalesce(func.sum(StockLevel.reserved), 0)
        ).where(StockLevel.warehouse_id == row.id)
    ).one()
    moving = session.scalars(
        select(Transfer.code).where(
            Transfer.state.in_(("draft", "sent")),
            (Transfer.source_id == row.id) | (Transfer.destination_id == row.id),
        )
    ).all()
    if pieces or promised or moving:
        raise Conflict(
            "warehouse_in_use",
            f"{row.code} holds {pieces} pieces, {promised} of them promised"
            f"{', and transfers ' + ', '.join(moving[:10]) if moving else ''}. "
            "Move them first, or say why it is switched off all the same.",
            {"on_hand": int(pieces), "reserved": int(promised), "transfers": list(moving[:100])},
        )


def _place(address: DeliveryAddress | None) -> dict[str, str]:
    if address is None:
        return {}
    return {
        "address": address.text, "street": address.street, "ward": address.ward, "district": address.district,
        "province": address.province, "province_code": address.province_code, "address_era": address.era,
    }  # fmt: skip
