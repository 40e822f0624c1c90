"""What the played GHN holds: orders, label tokens and what happens to a parcel. One lock around all of it."""

import secrets
import string
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.sandbox.app import SandboxContext
from integrations.sandbox.ghn.answers import Refusal
from integrations.sandbox.ghn.options import GhnOptions, WebhookSettings, change_webhook
from integrations.sandbox.ghn.orders import (
    CANCELLABLE,
    ENDS,
    RETURNABLE,
    STATUSES,
    Order,
    iso,
    leadtime,
    next_status,
)
from integrations.sandbox.ghn.rules import Draft
from integrations.sandbox.ghn.webhooks import WebhookSender

_CODE_LETTERS = string.ascii_uppercase + string.digits
_LABEL_MINUTES = 30
# Reason fields are filled for these statuses only.
_WITH_REASON = frozenset({"ready_to_pick", "delivery_fail", "return_fail", "damage", "lost", "cancel"})
_BAD_STATUS = "Trạng thái đơn hàng không hợp lệ"


class World:
    def __init__(self, context: SandboxContext, options: GhnOptions) -> None:
        self.options = options
        self.webhook = options.webhook
        self.auto_seconds = options.auto_seconds
        self.address_conflicts = 0
        self.clock: Callable[[], datetime] = context.clock
        self.sender = WebhookSender(lambda: self.webhook, context.faults)
        self._changed = context.changed
        self._lock = threading.RLock()
        self._orders: dict[str, Order] = {}
        self._by_key: dict[tuple[int, str], str] = {}
        self._in_flight: set[tuple[int, str]] = set()
        self._label_tokens: dict[str, tuple[list[str], float]] = {}

    # What the API does.

    @contextmanager
    def creating(self, shop_id: int, key: str) -> Iterator[None]:
        """Refuses a second create with the same key while the first is still running."""
        slot = (shop_id, key)
        with self._lock:
            if key and slot in self._in_flight:
                raise Refusal("Too many request. This request is processing", None)
            self._in_flight.add(slot)
        try:
            yield
        finally:
            with self._lock:
                self._in_flight.discard(slot)

    def create(self, shop_id: int, draft: Draft) -> Order:
        """A key that made an order before gives that order back, whatever the body says now."""
        key = str(draft.body.get("client_order_code") or "")
        with self._lock:
            known = self._by_key.get((shop_id, key)) if key else None
            if known is not None:
                return self._orders[known]
            now = self.clock()
            order = Order(
                order_code=self._free_code(),
                client_order_code=key,
                shop_id=shop_id,
                kind=draft.kind,
                body=draft.body,
                weight=draft.weight,
                converted_weight=draft.converted_weight,
                chargeable_weight=draft.chargeable_weight,
                fee=draft.fee,
                leadtime=leadtime(now, draft.origin, draft.destination).isoformat().replace("+00:00", "Z"),
                created_at=iso(now),
                updated_at=iso(now),
                cod_amount=int(draft.body.get("cod_amount") or 0),
            )
            self._orders[order.order_code] = order
            if key:
                self._by_key[(shop_id, key)] = order.order_code
            self._wind_up(order)
            self._say(order, "create")
            return order

    def conflict_if_asked(self) -> None:
        with self._lock:
            if self.address_conflicts > 0:
                self.address_conflicts -= 1
                raise Refusal("To address conflict")

    def order(self, order_code: str, shop_id: int | None = None) -> Order:
        with self._lock:
            order = self._orders.get(order_code)
            if order is None or shop_id not in (None, order.shop_id):
                raise Refusal("Đơn hàng không tồn tại", "ORDER_NOT_FOUND")
            return order

    def order_by_key(self, shop_id: int, key: str) -> Order:
        with self._lock:
            return self.order(self._by_key.get((shop_id, key), ""), shop_id)

    def switch(self, shop_id: int, order_codes: list[str], action: str, reason: str) -> list[dict[str, Any]]:
        """Cancel, return or deliver again. An unknown code rejects the whole call; a wrong status only itself."""
        with self._lock:
            orders = [self.order(code, shop_id) for code in order_codes]
            return [self._switch_one(order, action, reason) for order in orders]

    def _switch_one(self, order: Order, action: str, reason: str) -> dict[str, Any]:
        allowed, target = {
            "cancel": (CANCELLABLE, "cancel"),
            "return": (RETURNABLE, "return"),
            "storing": (frozenset({"waiting_to_return"}), "storing"),
        }[action]
        # Seen on staging: cancelling again succeeds and changes nothing.
        repeated = action == "cancel" and order.status == "cancel"
        if order.status not in allowed and not repeated:
            return {"order_code": order.order_code, "result": False, "message": _BAD_STATUS}
        if not repeated:
            self._move(order, target, reason, "")
        return {"order_code": order.order_code, "result": True, "message": "OK"}

    def change_cod(self, order: Order, cod_amount: int) -> None:
        with self._lock:
            if order.status in ENDS:
                raise Refusal(_BAD_STATUS)
            order.cod_amount = cod_amount
            self._say(order, "update_cod")

    def change(self, order: Order, values: Mapping[str, Any]) -> None:
        with self._lock:
            if order.status in ENDS:
                raise Refusal(_BAD_STATUS)
            order.body.update(values)
            self._changed()

    def new_label_token(self, order_codes: list[str], shop_id: int) -> str:
        with self._lock:
            for code in order_codes:
                self.order(code, shop_id)
            token = str(uuid.uuid4())
            until = self.clock() + timedelta(minutes=_LABEL_MINUTES)
            self._label_tokens[token] = (list(order_codes), until.timestamp())
            return token

    def labelled_by(self, token: str) -> list[Order] | None:
        """The orders behind a label token, or None when it is unknown or too old."""
        with self._lock:
            codes, until = self._label_tokens.get(token, ([], 0.0))
            if self.clock().timestamp() > until:
                return None
            return [self._orders[code] for code in codes if code in self._orders]

    # What happens outside: by a call of a test, a button, or by itself.

    def orders(self) -> list[Order]:
        with self._lock:
            return sorted(self._orders.values(), key=lambda order: order.created_at, reverse=True)

    def advance(self, order_code: str, to: str = "", reason_code: str = "", reason: str = "") -> Order:
        """To the named status, else to the next one. Raises ValueError with a sentence for the caller."""
        with self._lock:
            order = self._orders.get(order_code)
            if order is None:
                raise ValueError(f"no parcel {order_code!r} here")
            target = to or next_status(order.status)
            if order.status in ENDS or target is None:
                raise ValueError(f"parcel {order_code} is at its end: {order.status}")
            if target not in STATUSES:
                raise ValueError(f"GHN has no status {target!r}")
            self._move(order, target, reason_code, reason)
            return order

    def transfer_cod(self, order_code: str) -> Order:
        with self._lock:
            order = self._orders.get(order_code)
            if order is None or order.cod_collect_date is None:
                raise ValueError("no such parcel, or its COD is not collected yet")
            order.cod_transfer_date = iso(self.clock())
            self._say(order, "cod")
            return order

    def reweigh(self, order_code: str, weight: int, fee: int) -> Order:
        """GHN weighed the parcel itself: two messages, none of them about where it is."""
        with self._lock:
            order = self._orders.get(order_code)
            if order is None or weight < 1 or fee < 0:
                raise ValueError("no such parcel, or a weight or fee that cannot be")
            order.weight, order.chargeable_weight = weight, max(weight, order.converted_weight)
            order.fee = {**order.fee, "main_service": fee}
            self._say(order, "update_weight")
            self._say(order, "update_fee")
            return order

    def tick(self, now: datetime) -> None:
        with self._lock:
            due = [one for one in self._orders.values() if one.auto_at and one.auto_at <= now.timestamp()]
            for order in due:
                target = next_status(order.status)
                order.auto_at = None
                if target is not None and order.status not in ENDS:
                    self._move(order, target, "", "")

    def set_auto(self, seconds: float) -> None:
        with self._lock:
            self.auto_seconds = seconds
            for order in self._orders.values():
                self._wind_up(order)
            self._changed()

    def set_webhook(self, values: Mapping[str, Any]) -> WebhookSettings:
        with self._lock:
            self.webhook = change_webhook(self.webhook, values)
            self._changed()
            return self.webhook

    # Keeping.

    def snapshot(self) -> dict[str, Any]:
        with self._lock:
            return {
                "orders": [order.as_json() for order in self._orders.values()],
                "pending": self.sender.pending(),
            }

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Orders and what is still to be sent. The set-up is what this start was given, not what was saved."""
        with self._lock:
            for item in saved["orders"]:
                order = Order(**item)
                self._orders[order.order_code] = order
                if order.client_order_code:
                    self._by_key[(order.shop_id, order.client_order_code)] = order.order_code
                self._wind_up(order)
            self.sender.restore(saved["pending"])

    def reset(self) -> None:
        with self._lock:
            self._orders.clear()
            self._by_key.clear()
            self._label_tokens.clear()
            self.address_conflicts = 0
            self.sender.clear()
            self._changed()

    # Inside; the lock is held.

    def _free_code(self) -> str:
        while True:
            code = "L" + "".join(secrets.choice(_CODE_LETTERS) for _ in range(5))
            if code not in self._orders:
                return code

    def _move(self, order: Order, target: str, reason_code: str, reason: str) -> None:
        order.status = target
        at = self._stamp(order)
        step: dict[str, Any] = {"status": target, "updated_date": at}
        if reason_code and target in _WITH_REASON:
            step["reason_code"] = reason_code
        order.log.append(step)
        if target in ENDS:
            order.finish_date = at
        if target == "delivered" and order.cod_amount > 0:
            order.cod_collect_date = at
        self._wind_up(order)
        given = (reason_code, reason) if target in _WITH_REASON else ("", "")
        self._send(order, "switch_status", at, *given)

    def _say(self, order: Order, kind: str) -> None:
        self._send(order, kind, self._stamp(order))

    def _send(self, order: Order, kind: str, at: str, reason_code: str = "", reason: str = "") -> None:
        if self.webhook.url:
            self.sender.enqueue(order.order_code, order.message(kind, at, reason_code, reason))
        self._changed()

    def _stamp(self, order: Order) -> str:
        """A time later than the order's last one, to the millisecond: events are told apart by it."""
        last = datetime.fromisoformat(order.updated_at)
        order.updated_at = iso(max(self.clock().astimezone(UTC), last + timedelta(milliseconds=1)))
        return order.updated_at

    def _wind_up(self, order: Order) -> None:
        moving = self.auto_seconds > 0 and order.status not in ENDS
        order.auto_at = self.clock().timestamp() + self.auto_seconds if moving else None
