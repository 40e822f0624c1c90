"""What the shop's owner sets for SePay. Keys of `from_values` are the field names."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from core.ports.errors import Misconfigured

PROVIDER = "sepay"


@dataclass(frozen=True)
class SepaySettings:
    """Without a key nothing gets in. The README says which of the rest stand for facts that are not sure."""

    api_key: str = field(repr=False)
    header: str = "Authorization"
    scheme: str = "Apikey"
    utc_offset_hours: int = 7
    max_webhook_bytes: int = 65_536

    def __post_init__(self) -> None:
        for name in ("api_key", "header", "scheme"):
            if not (getattr(self, name).isascii() and getattr(self, name).isprintable()):
                raise _wrong(name, "holds characters that no HTTP header can carry")
        if not self.header.strip() or not self.scheme.strip():
            raise _wrong("header", "and scheme must not be empty")
        if not -12 <= self.utc_offset_hours <= 14:
            raise _wrong("utc_offset_hours", "must lie between -12 and 14")

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> "SepaySettings":
        known = {item.name: item.type for item in fields(cls)}
        for name, value in values.items():
            if name not in known:
                raise _wrong(name, f"is not known; known are {', '.join(known)}")
            if not isinstance(value, int if known[name] in (int, "int") else str):
                raise _wrong(name, f"must be {'a whole number' if known[name] in (int, 'int') else 'text'}")
        if "api_key" not in values:
            raise _wrong("api_key", "is missing")
        return cls(**values)


def _wrong(name: str, problem: str) -> Misconfigured:
    return Misconfigured(PROVIDER, "start", f"setting {name} {problem}")
