"""The goods are here again: every piece is looked at. Good → back to stock, damaged → written off, missing → noted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.actor import Actor
from core.errors import Conflict, IllegalTransition, Invalid
from core.ids import new_id
from core.orders.models import OrderLine
from core.returns.models import Return, ReturnFinding, ReturnLine
from core.returns.queries import get_return
from core.returns.settlement import close_unpaid_parcel
from core.returns.states import NEXT_STEP, advance
from core.stock.levels import take_back
from core.stock.queries import get_warehouse

Condition = Literal["good", "damaged", "missing"]
MAX_FINDINGS = 500


@dataclass(frozen=True)
class Finding:
    """So many pieces of a SKU and what they are like. A damaged piece needs a reason; `photo` says where it is kept."""

    sku: str
    quantity: int
    condition: Condition
    reason: str = ""
    photo: str = ""


def receive_return(
    session: Session, *, code: str, warehouse_code: str, actor: Actor, now: datetime
) -> Return:
    """The goods have arrived at this warehouse; nothing is counted yet."""
    actor.require_role("manager", "warehouse", action="receive returns")
    request = get_return(session, code)
    warehouse = get_warehouse(session, warehouse_code)
    if not warehouse.active:
        raise Conflict("warehouse_closed", f"Warehouse {warehouse.code} is closed. Choose another.", {})
    advance(session, request, "received", actor=actor, now=now, warehouse_id=warehouse.id, received_at=now)
    return get_return(session, request.id)


def inspect_return(
    session: Session, *, code: str, findings: Sequence[Finding], actor: Actor, now: datetime
) -> Return:
    """All pieces at once or in several goes; with the last one the return is `inspected`.

    Raises `Conflict` return_quantity_invalid when more was found than was asked back.
    """
    actor.require_role("manager", "warehouse", action="inspect returns")
    request = get_return(session, code)
    if not findings or len(findings) > MAX_FINDINGS:
        raise Invalid(
            "findings_missing", f"Name 1 to {MAX_FINDINGS} findings: SKU, pieces and condition.", {}
        )
    _claim(session, request)
    for finding in sorted(findings, key=lambda f: f.sku):
        _check(finding)
        for line, quantity in _spread(request, finding):
            _note(session, request, line, finding, quantity, actor, now)
    fresh = get_return(session, request.id)
    if all(line.back + line.missing == line.quantity for line in fresh.lines):
        advance(session, fresh, "inspected", actor=actor, now=now, inspected_at=now)
        close_unpaid_parcel(session, fresh, actor=actor, now=now)
    return get_return(session, request.id)


def _claim(session: Session, request: Return) -> None:
    """One inspection at a time, so that the one with the last piece sees all the others."""
    claimed = session.execute(
        update(Return)
        .where(Return.id == request.id, Return.state == "received")
        .values(version=Return.version + 1)
        .returning(Return.id)
        .execution_options(synchronize_session=False)
    ).first()
    if claimed is None:
        state = get_return(session, request.id).state
        raise IllegalTransition(f"Return {request.code}", state, "inspected", NEXT_STEP.get(state, ""))
    get_return(session, request.id)


def _check(finding: Finding) -> None:
    if finding.quantity < 1:
        raise Invalid("quantity_invalid", f"{finding.sku[:40]}: at least 1 piece.", {"sku": finding.sku[:40]})
    if finding.condition == "damaged" and not finding.reason.strip():
        raise Invalid(
            "reason_required", f"{finding.sku[:40]}: say what is damaged.", {"sku": finding.sku[:40]}
        )


def _spread(request: Return, finding: Finding) -> list[tuple[ReturnLine, int]]:
    """Onto the lines of this SKU; there may be two of the same."""
    left, parts = finding.quantity, []
    for line in request.lines:
        free = line.quantity - line.back - line.missing
        if line.sku == finding.sku and free and left:
            parts.append((line, min(free, left)))
            left -= min(free, left)
    if left:
        raise _too_many(request, finding, finding.quantity - left)
    return parts


def _note(
    session: Session,
    request: Return,
    line: ReturnLine,
    finding: Finding,
    quantity: int,
    actor: Actor,
    now: datetime,
) -> None:
    counter = getattr(ReturnLine, finding.condition)
    counted = session.execute(
        update(ReturnLine)
        .where(
            ReturnLine.id == line.id,
            ReturnLine.good + ReturnLine.damaged + ReturnLine.missing + quantity <= ReturnLine.quantity,
        )
        .values({counter: counter + quantity})
        .returning(ReturnLine.id)
        .execution_options(synchronize_session="fetch")
    ).first()
    if counted is None:
        raise _too_many(request, finding, 0)
    session.add(
        ReturnFinding(
            id=new_id(), return_line_id=line.id, condition=finding.condition, quantity=quantity,
            reason=finding.reason.strip()[:500], photo=finding.photo.strip()[:500], found_by=actor.id, at=now,
        )
    )  # fmt: skip
    session.flush()
    if finding.condition == "missing":
        return
    good = quantity if finding.condition == "good" else 0
    take_back(
        session, variant_id=session.get_one(OrderLine, line.order_line_id).variant_id,
        warehouse_id=str(request.warehouse_id), good=good, damaged=quantity - good,
        reason=finding.reason.strip()[:500] or request.code, return_id=request.id, actor=actor, now=now,
    )  # fmt: skip


def _too_many(request: Return, finding: Finding, left: int) -> Conflict:
    return Conflict(
        "return_quantity_invalid",
        f"Return {request.code} still waits for {left} of {finding.sku[:40]}, not {finding.quantity}.",
        {"code": request.code, "sku": finding.sku[:40], "asked": finding.quantity, "left": left},
    )
