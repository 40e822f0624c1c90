"""SePay's words → ours. Pure; its field names end here."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal

from core.ports.bank import TransferNews
from core.ports.errors import Rejected
from integrations.banks.sepay.settings import PROVIDER, SepaySettings

_DIRECTIONS: Mapping[str, Literal["in", "out"]] = {"in": "in", "out": "out"}
_MOST = 10**15


def transfer_from_webhook(
    data: Mapping[str, Any], settings: SepaySettings, received_at: datetime
) -> TransferNews:
    external_id = _text(data.get("id"))
    if not external_id:
        raise refused("incomplete", "the message has no id")
    direction = _DIRECTIONS.get(_text(data.get("transferType")).lower())
    if direction is None:
        raise refused("incomplete", "transferType is neither 'in' nor 'out'")
    return TransferNews(
        external_id=external_id,
        direction=direction,
        amount=_amount(data.get("transferAmount")),
        memo=_memo(data),
        account=_text(data.get("subAccount")) or _text(data.get("accountNumber")),
        reference=_text(data.get("referenceCode")),
        at=_moment(_text(data.get("transactionDate")), settings) or received_at,
    )


def refused(code: str, message: str) -> Rejected:
    return Rejected(PROVIDER, "webhook", code, message)


def _memo(data: Mapping[str, Any]) -> str:
    """The buyer's words as the bank passed them on, with the payment code that SePay found, if it is not in them."""
    words = _text(data.get("content")) or _text(data.get("description"))
    code = _text(data.get("code"))
    return words if code in words else f"{words} {code}".strip()


def _amount(value: Any) -> int:
    """Whole đồng; also written as text or with `.0`."""
    text = _text(value) if isinstance(value, str) else value
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 16:
        text = int(text)
    if isinstance(text, float) and text.is_integer():
        text = int(text)
    if isinstance(text, bool) or not isinstance(text, int) or not 0 < text <= _MOST:
        raise refused("bad_amount", "transferAmount is no whole number above 0")
    return text


def _moment(text: str, settings: SepaySettings) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone(timedelta(hours=settings.utc_offset_hours)))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    if isinstance(value, int) and abs(value) >= 10**30:
        return ""
    return str(value).replace("\x00", "").encode("utf-8", "replace").decode().strip()
