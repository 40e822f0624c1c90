"""Many orders at once: each is done or refused by itself, with a row that says so. Safe to run again."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from core.actor import Actor
from core.errors import AppError, Invalid
from core.orders.cancellation import cancel_order
from core.orders.fulfilment import complete_if_done, pack_order
from core.orders.models import Order
from core.orders.queries import get_order

MAX_ORDERS = 200
Action = Literal["pack", "cancel", "complete"]
_RANGE = re.compile(r"(?:([A-Z]*)(\d{1,12}))\s*(?:-|–|\.\.)\s*(?:[A-Z]*)(\d{1,12})")


@dataclass(frozen=True)
class Result:
    """`outcome`: done; already (an earlier run did it); waiting (for an approval); refused."""

    code: str
    outcome: Literal["done", "already", "waiting", "refused"]
    message: str = ""


def read_codes(text: str) -> list[str]:
    """`1021-1040, DH1050` → DH1021 … DH1040, DH1050; each once, in order."""
    codes: dict[str, None] = {}
    for part in re.split(r"[,;\s]+", re.sub(r"\s*(-|–|\.\.)\s*", "-", text.strip().upper())):
        if not part:
            continue
        span = _RANGE.fullmatch(part)
        if span is not None:
            prefix, first, last = span.group(1) or "DH", int(span.group(2)), int(span.group(3))
            if not 0 <= last - first < MAX_ORDERS:
                raise Invalid(
                    "range_invalid",
                    f"{part[:40]}: a range goes upwards over at most {MAX_ORDERS} orders.",
                    {},
                )
            codes |= {f"{prefix}{number}": None for number in range(first, last + 1)}
        else:
            codes[f"DH{part}" if part.isdigit() else part] = None
    if not 1 <= len(codes) <= MAX_ORDERS:
        raise Invalid("codes_invalid", f"Name 1 to {MAX_ORDERS} orders, e.g. 1021-1040 or DH1021 DH1025.", {})
    return list(codes)


def in_bulk(
    session: Session, *, action: Action, codes: Sequence[str], reason: str = "", actor: Actor, now: datetime
) -> list[Result]:
    """One row an order; a refusal undoes nothing of the others."""
    step: Callable[[Session, Order], Result] = {
        "pack": lambda s, order: _pack(s, order, actor, now),
        "cancel": lambda s, order: _cancel(s, order, reason, actor, now),
        "complete": lambda s, order: _complete(s, order, actor, now),
    }[action]
    results = []
    for code in codes:
        try:
            with session.begin_nested():
                results.append(step(session, get_order(session, code)))
        except AppError as error:
            if error.code == "role_not_allowed":
                raise
            results.append(Result(code[:40], "refused", error.message))
    return results


def _pack(session: Session, order: Order, actor: Actor, now: datetime) -> Result:
    if order.fulfilment_state != "unpacked" and order.status != "cancelled":
        actor.require_role("manager", "sales", "warehouse", action="pack orders")
        return Result(order.code, "already", f"It is {order.fulfilment_state}.")
    pack_order(session, order_id=order.id, actor=actor, now=now)
    return Result(order.code, "done")


def _cancel(session: Session, order: Order, reason: str, actor: Actor, now: datetime) -> Result:
    if order.status == "cancelled":
        actor.require_role("manager", "sales", action="cancel orders")
        return Result(order.code, "already")
    outcome = cancel_order(session, order_id=order.id, reason=reason, actor=actor, now=now)
    if outcome.waiting_for:
        return Result(order.code, "waiting", f"Approval {outcome.waiting_for} decides.")
    return Result(order.code, "done")


def _complete(session: Session, order: Order, actor: Actor, now: datetime) -> Result:
    actor.require_role("manager", "sales", "accountant", action="complete orders")
    if order.status == "completed":
        return Result(order.code, "already")
    if complete_if_done(session, order_id=order.id, now=now, actor=actor):
        return Result(order.code, "done")
    missing = [
        text
        for text, is_missing in (
            (f"it is {order.status}", order.status != "processing"),
            (f"the parcel is {order.fulfilment_state}", order.fulfilment_state != "delivered"),
            (f"it is {order.payment_state}", order.payment_state != "paid"),
        )
        if is_missing
    ]
    return Result(order.code, "refused", f"Not delivered and paid yet: {', '.join(missing)}.")
