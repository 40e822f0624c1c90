"""Sends webhooks as SePay does: with the shop's key, again after a failure; twice or out of order when told to."""

import logging
import threading
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

import httpx

from integrations.sandbox.faults import FaultBoard
from integrations.sandbox.sepay.account import WebhookSettings

log = logging.getLogger(__name__)
_REPEATS = (1, 1, 2, 3, 5, 8, 13)
_TIMEOUT_SECONDS = 5.0


@dataclass
class Delivery:
    """One webhook on its way. `due` is Unix seconds; `attempts` counts those already made."""

    payload: dict[str, Any]
    due: float = 0.0
    attempts: int = 0


class Sender:
    def __init__(self, settings: WebhookSettings, faults: FaultBoard) -> None:
        self.settings = settings
        self._faults = faults
        self._lock = threading.Lock()
        self._waiting: list[Delivery] = []
        self._held: list[Delivery] = []
        self._records: deque[dict[str, Any]] = deque(maxlen=500)
        self._http = httpx.Client(timeout=_TIMEOUT_SECONDS, trust_env=False, follow_redirects=False)

    def enqueue(self, payload: dict[str, Any]) -> None:
        if self._faults.take("sepay", "webhook", "lose_webhook"):
            return
        if self._faults.take("sepay", "webhook", "reorder_webhooks"):
            with self._lock:
                self._held.append(Delivery(payload))
            return
        copies = 2 if self._faults.take("sepay", "webhook", "duplicate_webhook") else 1
        with self._lock:
            self._waiting += [*(Delivery(payload) for _ in range(copies)), *self._held]
            self._held = []

    def tick(self, now: float) -> None:
        """Called by the sandbox's clockwork; one thread, so that the order stays."""
        with self._lock:
            due = [delivery for delivery in self._waiting if delivery.due <= now]
        for delivery in due:
            self._attempt(delivery, now)

    def pending(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(delivery) for delivery in (*self._waiting, *self._held)]

    def restore(self, saved: list[dict[str, Any]]) -> None:
        with self._lock:
            self._waiting = [Delivery(**item) for item in saved]

    def records(self) -> list[dict[str, Any]]:
        """What was sent, oldest first, with the answer's status; 0 where none came."""
        with self._lock:
            return list(self._records)

    def clear(self) -> None:
        with self._lock:
            self._waiting, self._held = [], []
            self._records.clear()

    def close(self) -> None:
        self._http.close()

    def _attempt(self, delivery: Delivery, now: float) -> None:
        done = not self.settings.url or self._send(delivery)
        with self._lock:
            if delivery not in self._waiting:
                return  # emptied meanwhile
            if done or delivery.attempts >= len(_REPEATS):
                self._waiting = [other for other in self._waiting if other is not delivery]
            else:
                delivery.due = now + _REPEATS[delivery.attempts] * self.settings.retry_seconds
                delivery.attempts += 1

    def _send(self, delivery: Delivery) -> bool:
        headers = {"Authorization": f"Apikey {self.settings.api_key}"}
        status, accepted = 0, False
        try:
            answer = self._http.post(self.settings.url, json=delivery.payload, headers=headers)
            status = answer.status_code
            accepted = status in (200, 201) and answer.json().get("success") is True
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, AttributeError) as error:
            log.info("webhook to the shop failed: %s", type(error).__name__)
        with self._lock:
            self._records.append(
                {"id": delivery.payload["id"], "attempt": delivery.attempts + 1, "answer": status}
            )
        return accepted
