"""Sends webhooks as GHN does: in order for each parcel, again after a failure, sometimes twice or out of order."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import httpx

from integrations.sandbox.faults import FaultBoard
from integrations.sandbox.ghn.options import WebhookSettings

log = logging.getLogger(__name__)

_TIMEOUT_SECONDS = 10.0
_KEPT_RECORDS = 500
_NEW_FIRST, _NEW_LAST, _NEW_RETRIES = 30.0, 12 * 3600.0, 11
_OLD_EVERY, _OLD_RETRIES = 5.0, 10


@dataclass
class Delivery:
    """One webhook on its way. `due` is Unix seconds; `attempts` counts those already made."""

    order_code: str
    payload: dict[str, Any]
    due: float = 0.0
    attempts: int = 0


def next_attempt(settings: WebhookSettings, attempts: int, status: int) -> float | None:
    """Seconds until the next attempt, or None when it is delivered or given up. `status` 0: no answer."""
    if settings.policy == "old":
        if status == 200 or attempts > _OLD_RETRIES:
            return None
        return settings.retry_seconds or _OLD_EVERY
    dropped = 400 <= status < 500 and status not in (408, 429)
    if 200 <= status < 300 or dropped or attempts > _NEW_RETRIES:
        return None
    return float(min((settings.retry_seconds or _NEW_FIRST) * 2 ** (attempts - 1), _NEW_LAST))


class WebhookSender:
    def __init__(self, settings: Callable[[], WebhookSettings], faults: FaultBoard) -> None:
        self._settings = settings
        self._faults = faults
        self._wake = threading.Condition()
        self._queues: dict[str, deque[Delivery]] = {}
        self._held: dict[str, Delivery] = {}
        self._records: deque[dict[str, Any]] = deque(maxlen=_KEPT_RECORDS)
        self._thread: threading.Thread | None = None
        self._closed = False
        self._http = httpx.Client(timeout=_TIMEOUT_SECONDS, trust_env=False, follow_redirects=False)

    def enqueue(self, order_code: str, payload: dict[str, Any]) -> None:
        if self._faults.take("ghn", "webhook", "lose_webhook"):
            return
        copies = 2 if self._faults.take("ghn", "webhook", "duplicate_webhook") else 1
        hold = self._faults.take("ghn", "webhook", "reorder_webhooks")
        with self._wake:
            if hold is not None:
                self._held[order_code] = Delivery(order_code, payload, time.time() + hold.seconds)
            else:
                self._push(order_code, [Delivery(order_code, payload) for _ in range(copies)])
            self._ensure_thread()
            self._wake.notify()

    def pending(self) -> list[dict[str, Any]]:
        with self._wake:
            waiting = [delivery for queue in self._queues.values() for delivery in queue]
            return [asdict(delivery) for delivery in (*waiting, *self._held.values())]

    def restore(self, saved: list[dict[str, Any]]) -> None:
        with self._wake:
            for item in saved:
                delivery = Delivery(**item)
                self._queues.setdefault(delivery.order_code, deque()).append(delivery)
            if saved:
                self._ensure_thread()

    def records(self) -> list[dict[str, Any]]:
        """What was sent, oldest first, with the answer's status; 0 where none came."""
        with self._wake:
            return list(self._records)

    def clear(self) -> None:
        with self._wake:
            self._queues.clear()
            self._held.clear()
            self._records.clear()

    def close(self) -> None:
        with self._wake:
            self._closed = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(_TIMEOUT_SECONDS + 1)
        self._http.close()

    def _push(self, order_code: str, deliveries: list[Delivery]) -> None:
        held = self._held.pop(order_code, None)
        queue = self._queues.setdefault(order_code, deque())
        queue.extend(deliveries)
        if held is not None:
            held.due = 0.0
            queue.append(held)

    def _ensure_thread(self) -> None:
        if self._thread is None and not self._closed:
            self._thread = threading.Thread(target=self._run, name="ghn-webhooks", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            with self._wake:
                if self._closed:
                    return
                delivery = self._next_due()
                if delivery is None:
                    self._wake.wait(0.05 if self._queues or self._held else 5.0)
                    continue
            self._attempt(delivery)

    def _next_due(self) -> Delivery | None:
        now = time.time()
        for order_code, delivery in list(self._held.items()):
            if delivery.due <= now:
                self._push(order_code, [])
        return next((queue[0] for queue in self._queues.values() if queue[0].due <= now), None)

    def _attempt(self, delivery: Delivery) -> None:
        settings = self._settings()
        status = self._send(settings, delivery.payload) if settings.url else 204
        delivery.attempts += 1
        wait = next_attempt(settings, delivery.attempts, status)
        with self._wake:
            if settings.url:
                self._records.append(_record(delivery, status))
            queue = self._queues.get(delivery.order_code)
            if queue is None or queue[0] is not delivery:
                return  # the sandbox was emptied meanwhile
            if wait is not None:
                delivery.due = time.time() + wait
                return
            queue.popleft()
            if not queue:
                del self._queues[delivery.order_code]

    def _send(self, settings: WebhookSettings, payload: dict[str, Any]) -> int:
        headers = {settings.header: settings.secret} if settings.header else {}
        try:
            answer = self._http.post(settings.url, json=payload, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            log.info("webhook to the shop failed: %s", type(error).__name__)
            return 0
        return answer.status_code


def _record(delivery: Delivery, status: int) -> dict[str, Any]:
    payload = delivery.payload
    return {
        "order_code": delivery.order_code,
        "type": payload["Type"],
        "status": payload["Status"],
        "time": payload["Time"],
        "attempt": delivery.attempts,
        "answer": status,
    }
