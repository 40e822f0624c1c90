"""The account that the played SePay watches: numbered transfers with a running balance."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta, timezone
from typing import Any

_VIETNAM = timezone(timedelta(hours=7))
_FIRST_ID = 92_704
_OF_ACCOUNT = ("account", "gateway")


@dataclass(frozen=True)
class WebhookSettings:
    """`retry_seconds` is the unit of SePay's repeats, a minute there: 1, 1, 2, 3, 5, 8, 13 of them."""

    url: str = ""
    api_key: str = "demo-sepay-key"
    retry_seconds: float = 60.0


def read_options(values: Mapping[str, Any]) -> WebhookSettings:
    """Flat keys: webhook_url, webhook_api_key, webhook_retry_seconds; and of the account, which is another's to
    read, account and gateway. All may be missing."""
    known = {f"webhook_{item.name}": item.name for item in fields(WebhookSettings)}
    unknown = set(values) - set(known) - set(_OF_ACCOUNT)
    if unknown:
        raise ValueError(f"the played SePay knows no option {', '.join(sorted(unknown))}")
    return WebhookSettings(**{known[key]: value for key, value in values.items() if key in known})


class Account:
    def __init__(
        self,
        clock: Callable[[], datetime],
        changed: Callable[[], None],
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """`options`: `account` and `gateway`, the number and bank that the shop's QR code shows."""
        self.number = str((options or {}).get("account") or "0123499999")
        self.gateway = str((options or {}).get("gateway") or "Vietcombank")
        self._clock = clock
        self._changed = changed
        self._lock = threading.Lock()
        self.transfers: list[dict[str, Any]] = []
        self._balance = 0

    def make(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """`amount` and `content`; `transferType` is `in` when left out. Raises ValueError for the caller."""
        amount, kind = int(given.get("amount", 0)), str(given.get("transferType", "in"))
        if not 0 < amount <= 10**13 or kind not in ("in", "out"):
            raise ValueError("amount must lie above 0, transferType must be in or out")
        content = str(given.get("content", ""))
        with self._lock:
            number = _FIRST_ID + len(self.transfers)
            self._balance += amount if kind == "in" else -amount
            made = {
                "id": number, "gateway": self.gateway,
                "transactionDate": self._clock().astimezone(_VIETNAM).strftime("%Y-%m-%d %H:%M:%S"),
                "accountNumber": str(given.get("accountNumber", self.number)), "code": given.get("code"),
                "content": content, "transferType": kind, "transferAmount": amount, "accumulated": self._balance,
                "subAccount": given.get("subAccount"), "referenceCode": f"MBVCB.{3_278_907_687 + number}",
                "description": f"BankAPINotify {content}",
            }  # fmt: skip
            self.transfers.append(made)
        self._changed()
        return made

    def snapshot(self) -> dict[str, Any]:
        with self._lock:
            return {"transfers": list(self.transfers), "balance": self._balance}

    def restore(self, saved: Mapping[str, Any]) -> None:
        with self._lock:
            self.transfers, self._balance = list(saved["transfers"]), int(saved["balance"])

    def reset(self) -> None:
        with self._lock:
            self.transfers, self._balance = [], 0
        self._changed()
