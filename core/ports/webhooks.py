"""How a signed webhook leaves the house. Implemented in `integrations/webhooks`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class WebhookAnswer:
    """Whatever the other side answered, a redirect or an error too; `text` is its beginning."""

    status: int
    text: str = field(repr=False)
    milliseconds: int

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class WebhookSender(Protocol):
    def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        """Raises `ProviderUnavailable` without an answer in time, `Rejected` for an address that is not allowed."""
        ...

    def close(self) -> None: ...
