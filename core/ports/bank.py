"""What the order desk asks of whoever tells it of transfers on the shop's account."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from core.ports.carrier import IncomingRequest


@dataclass(frozen=True)
class TransferNews:
    """One movement on the account. `external_id` is the teller's own and tells it from all others."""

    external_id: str
    direction: Literal["in", "out"]
    amount: int
    memo: str
    account: str
    reference: str
    """The bank's number, for people."""
    at: datetime


class Bank(Protocol):
    """Raises `core.ports.errors.ProviderError` and nothing else."""

    code: str
    name: str

    def read_webhook(self, request: IncomingRequest) -> tuple[TransferNews, ...]:
        """Verify and parse; raises SignatureInvalid or Rejected."""
        ...
