"""What the shop's owner sets for GHN. Keys of `from_values` are the field names."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from core.ports.errors import Misconfigured

PROVIDER = "ghn"
REQUIRED_NOTES = ("CHOTHUHANG", "CHOXEMHANGKHONGTHU", "KHONGCHOXEMHANG")


@dataclass(frozen=True)
class GhnSettings:
    """`base_url` is the gateway without the API's prefix. Fields after `webhook_secret` have defaults that fit;
    the README says which of them stand for facts that are not sure."""

    base_url: str
    token: str = field(repr=False)
    shop_id: int
    webhook_secret: str = field(repr=False)
    webhook_header: str = "X-Chotdon-Token"
    tracking_base_url: str = "https://donhang.ghn.vn"
    required_note: str = "KHONGCHOXEMHANG"
    heavy_from_g: int = 20_000
    max_insurance_value: int = 5_000_000
    cancel_reason_code: str = "GHN-CANCEL-OTHER"
    match_places: bool = True
    connect_seconds: float = 5.0
    read_seconds: float = 30.0
    calls_per_second: float = 10.0
    max_webhook_bytes: int = 65_536

    def __post_init__(self) -> None:
        for name in ("base_url", "token", "webhook_header"):
            if not getattr(self, name):
                raise _wrong(name, "is empty")
        for name in ("token", "webhook_header", "webhook_secret"):
            if not getattr(self, name).isascii() or not getattr(self, name).isprintable():
                raise _wrong(name, "holds characters that no HTTP header can carry")
        if not self.base_url.startswith(("http://", "https://")):
            raise _wrong("base_url", "must start with http:// or https://")
        if self.required_note not in REQUIRED_NOTES:
            raise _wrong("required_note", f"must be one of {', '.join(REQUIRED_NOTES)}")
        for name in ("shop_id", "heavy_from_g", "connect_seconds", "read_seconds", "calls_per_second"):
            if getattr(self, name) <= 0:
                raise _wrong(name, "must be above 0")

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> "GhnSettings":
        known = {item.name: item for item in fields(cls)}
        for name in values:
            if name not in known:
                raise _wrong(name, f"is not known; known are {', '.join(known)}")
        for name, item in known.items():
            if name not in values and item.default is MISSING:
                raise _wrong(name, "is missing")
        return cls(**{name: _typed(name, known[name].type, value) for name, value in values.items()})


def _typed(name: str, kind: Any, value: Any) -> Any:
    """The value as its field's type; text from an environment is read, anything else must already fit."""
    try:
        if kind in (bool, "bool"):
            return _switch(value)
        if kind in (int, "int"):
            return int(value)
        if kind in (float, "float"):
            return float(value)
    except (TypeError, ValueError):
        raise _wrong(name, f"must be a {getattr(kind, '__name__', kind)}") from None
    if not isinstance(value, str):
        raise _wrong(name, "must be text")
    return value.strip().rstrip("/") if name.endswith("_url") else value


def _switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in ("true", "false", "1", "0", "yes", "no"):
        raise ValueError(word)
    return word in ("true", "1", "yes")


def _wrong(name: str, problem: str) -> Misconfigured:
    return Misconfigured(PROVIDER, "start", f"setting {name} {problem}")
