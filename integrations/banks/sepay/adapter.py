"""SePay as a bank: it tells of transfers by webhook, and nothing is asked of it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from core.ports.bank import TransferNews
from core.ports.carrier import IncomingRequest
from integrations.banks.sepay import webhook
from integrations.banks.sepay.settings import PROVIDER, SepaySettings


class SepayBank:
    code = PROVIDER
    name = "SePay"

    def __init__(
        self, settings: SepaySettings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._settings = settings
        self._clock = clock

    def read_webhook(self, request: IncomingRequest) -> tuple[TransferNews, ...]:
        return webhook.read(request, self._settings, self._clock())


def from_settings(values: Mapping[str, Any]) -> SepayBank:
    return SepayBank(SepaySettings.from_values(values))
