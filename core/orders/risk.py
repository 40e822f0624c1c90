"""Cash on delivery that came back: what the shop's rule asks of a buyer who refused parcels before."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.errors import Conflict, Invalid
from core.money import format_dong
from core.orders.models import Order
from core.orders.queries import get_order
from core.shop import CodRiskRule, ShopProfile

LEVELS = ("none", "confirm", "deposit", "prepay")


@dataclass(frozen=True)
class Risk:
    """`deposit_percent` of the total is to be paid before the parcel leaves."""

    level: str = "none"
    refused: int = 0
    deposit_percent: int = 0

    def as_dict(self) -> dict[str, Any]:
        return {"level": self.level, "refused": self.refused, "deposit_percent": self.deposit_percent}


NO_RISK = Risk()


def weigh(refused: int, rule: CodRiskRule, *, takes_transfers: bool) -> Risk:
    """Pure. Without an account to pay to, a call has to do."""
    steps = (("prepay", rule.prepay_from), ("deposit", rule.deposit_from), ("confirm", rule.confirm_from))
    level = next((name for name, at in steps if at is not None and refused >= at), "none")
    if level in ("deposit", "prepay") and not takes_transfers:
        level = "confirm"
    percent = {"deposit": rule.deposit_percent, "prepay": 100}.get(level, 0)
    return Risk(level, refused if level != "none" else 0, percent)


def risk_of(
    session: Session,
    *,
    customer_id: str,
    phone: str,
    payment_method: str,
    profile: ShopProfile,
    now: datetime,
) -> Risk:
    """Only this shop's own orders count, by the customer or the phone that the carrier would call."""
    rule = profile.cod_risk
    if rule is None or payment_method != "cod":
        return NO_RISK
    since = now - timedelta(days=rule.within_days)
    refused = _refused(session, Order.customer_id == customer_id, since)
    refused |= _refused(session, Order.phone == phone, since)
    takes_transfers = profile.bank is not None and "bank_transfer" in profile.payment_methods
    return weigh(len(refused), rule, takes_transfers=takes_transfers)


def _refused(session: Session, whose: Any, since: datetime) -> set[str]:
    """Came back without ever having been taken in; what was delivered and then returned is no refusal."""
    return set(
        session.scalars(
            select(Order.id).where(
                whose,
                Order.fulfilment_state == "returned",
                Order.delivered_at.is_(None),
                Order.placed_at >= since,
            )
        )
    )


def deposit_due(order: Order) -> int:
    """In đồng; what has been paid already counts towards it."""
    return share(order.total, order.deposit_percent)


def share(total: int, percent: int) -> int:
    """Rounded up to the đồng."""
    return -(-total * percent // 100)


def refuse_open_risk(order: Order) -> None:
    """Raises `Conflict` saying what has to happen before the parcel is packed."""
    if order.risk_state != "open":
        return
    advice = {
        "confirm": f"Call the buyer, then confirm: /confirm {order.code}.",
        "deposit": f"A deposit of {format_dong(deposit_due(order))} by transfer comes first.",
        "prepay": f"{format_dong(order.total)} by transfer comes first.",
    }[order.risk_level]
    raise Conflict(
        "risk_open",
        f"{reason_of(order)} {advice} A manager may override it with a reason.",
        {"code": order.code, "level": order.risk_level, "refused": order.risk_refused,
         "deposit": deposit_due(order)},
    )  # fmt: skip


def reason_of(order: Order) -> str:
    """For staff, never for the buyer."""
    if order.risk_level == "none":
        return ""
    return f"The buyer of {order.code} has refused {order.risk_refused} parcels before."


def confirm_by_phone(session: Session, *, order_id: str, note: str, actor: Actor, now: datetime) -> Order:
    """Somebody called and the buyer wants it; a deposit is not waived by a call."""
    actor.require_role("manager", "sales", action="confirm orders by phone")
    order = get_order(session, order_id)
    if order.risk_level != "confirm" or order.risk_state != "open":
        raise _nothing_open(order)
    return _settle(session, order, "met", "order.confirmed_by_phone", note, actor, now)


def override_risk(session: Session, *, order_id: str, reason: str, actor: Actor, now: datetime) -> Order:
    """The shop takes the risk, and says why. An order that was to be prepaid is cash on delivery again."""
    actor.require_role("manager", action="override the risk rule")
    order = get_order(session, order_id)
    if not reason.strip():
        raise Invalid("reason_required", "Say why the rule does not count here.", {})
    if order.risk_state != "open":
        raise _nothing_open(order)
    return _settle(session, order, "overridden", "order.risk_overridden", reason, actor, now)


def _settle(
    session: Session, order: Order, state: str, action: str, note: str, actor: Actor, now: datetime
) -> Order:
    values: dict[str, Any] = {"risk_state": state, "version": Order.version + 1}
    if state == "overridden" and order.risk_level == "prepay" and order.payment_state == "unpaid":
        values["payment_method"] = "cod"
    settled = session.execute(
        update(Order)
        .where(Order.id == order.id, Order.risk_state == "open")
        .values(**values)
        .returning(Order.id)
        .execution_options(synchronize_session=False)
    ).first()
    if settled is None:
        raise _nothing_open(get_order(session, order.id))
    audit.record(
        session, actor=actor, action=action, subject_kind="order", subject_id=order.id, now=now,
        data={"level": order.risk_level, "refused": order.risk_refused, "reason": note[:300]},
    )  # fmt: skip
    return get_order(session, order.id)


def _nothing_open(order: Order) -> Conflict:
    return Conflict(
        "risk_not_open",
        f"Nothing of this kind is open on {order.code}.",
        {"code": order.code, "level": order.risk_level, "state": order.risk_state},
    )
