"""GHN over HTTP: paths, headers, envelope and errors. Knows nothing of our parcels."""

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote

import httpx

from core.ports.errors import (
    Misconfigured,
    OutcomeUnknown,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    Rejected,
)
from integrations.carriers.ghn.settings import PROVIDER, GhnSettings
from integrations.http import (
    Answer,
    Call,
    ProviderClient,
    TimeLimits,
    TokenBucket,
    error_for_status,
    retry_after,
)

_API = "/shiip/public-api"
_LABELS = "/a5/public-api"

# GHN gives this refusal no code of its own. It means that the same create is still running there.
_STILL_RUNNING = "This request is processing"

_WRONG_SHOP = frozenset({"CLIENT_NOT_OWNER_OF_SHOP", "SHOP_NOT_FOUND"})
NOT_FOUND = "ORDER_NOT_FOUND"


class GhnClient:
    def __init__(self, settings: GhnSettings, transport: httpx.BaseTransport | None = None) -> None:
        self._base_url = settings.base_url
        self._http = ProviderClient(
            PROVIDER,
            settings.base_url,
            limits=TimeLimits(settings.connect_seconds, settings.read_seconds, settings.read_seconds * 2),
            headers={"Token": settings.token, "ShopId": str(settings.shop_id)},
            read_error=read_error,
            bucket=TokenBucket(settings.calls_per_second, burst=max(1, round(settings.calls_per_second))),
            transport=transport,
        )

    def close(self) -> None:
        self._http.close()

    def preview(self, order: Mapping[str, Any]) -> dict[str, Any]:
        return self._object("quote", "v2/shipping-order/preview", order)

    def create(self, order: Mapping[str, Any]) -> dict[str, Any]:
        return self._object("create", "v2/shipping-order/create", order, creates=True)

    def detail(self, order_code: str) -> dict[str, Any]:
        return self._object("track", "v2/shipping-order/detail", {"order_code": order_code})

    def details_by_client_code(self, client_order_code: str) -> list[dict[str, Any]]:
        """The documents show a list and real answers one object; both are read."""
        path, body = "v2/shipping-order/detail-by-client-code", {"client_order_code": client_order_code}
        data = self._data("find", path, body)
        found = data if isinstance(data, list) else [data]
        return [order for order in found if isinstance(order, dict) and order.get("order_code")]

    def fee_parts(self, order_code: str) -> dict[str, Any]:
        data = self._object("find", "v2/shipping-order/soc", {"order_code": order_code})
        parts = data.get("detail")
        return parts if isinstance(parts, dict) else {}

    def cancel(self, order_code: str, reason_code: str) -> tuple[bool, str]:
        """One order a call: an unknown code would reject all of them. Returns GHN's result and message."""
        body = {"order_codes": [order_code], "reason_code": reason_code}
        data = self._data("cancel", "v2/switch-status/cancel", body)
        results = [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []
        mine = [item for item in results if item.get("order_code") == order_code]
        if not mine:
            raise ProviderUnavailable(PROVIDER, "cancel", "the answer does not name the parcel")
        return mine[0].get("result") is True, str(mine[0].get("message") or "")

    def shops(self, offset: int, limit: int = 100) -> tuple[list[dict[str, Any]], int]:
        """One page of the token's shops and the offset of the next one."""
        data = self._object("check", "v2/shop/all", {"offset": offset, "limit": limit})
        shops = data.get("shops")
        rows = [shop for shop in shops if isinstance(shop, dict)] if isinstance(shops, list) else []
        last = data.get("last_offset")
        return rows, last if isinstance(last, int) else 0

    def rows(self, path: str, query: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Master data. `data` may be null for a district without wards."""
        data = self._data("places", path, query)
        return [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []

    def gen_label_token(self, order_code: str) -> str:
        """A token good for about half an hour, to be shown in a browser and never stored."""
        data = self._object("label", "v2/a5/gen-token", {"order_codes": [order_code]})
        token = data.get("token")
        if not isinstance(token, str) or not token:
            raise ProviderUnavailable(PROVIDER, "label", "the answer holds no token")
        return token

    def label_url(self, token: str, size: str = "printA5") -> str:
        """`size` is printA5, print80x80 or print52x70. The page is HTML for the browser's print dialogue."""
        return f"{self._base_url}{_LABELS}/{size}?token={quote(token, safe='')}"

    def _data(self, operation: str, path: str, body: Mapping[str, Any], *, creates: bool = False) -> Any:
        call = Call(operation, "POST", f"{_API}/{path}", json=dict(body), creates=creates)
        answer = self._http.send(call)
        envelope = answer.json()
        if not isinstance(envelope, dict) or "data" not in envelope:
            raise _unreadable(call)
        return envelope["data"]

    def _object(
        self, operation: str, path: str, body: Mapping[str, Any], *, creates: bool = False
    ) -> dict[str, Any]:
        data = self._data(operation, path, body, creates=creates)
        if not isinstance(data, dict):
            raise _unreadable(Call(operation, "POST", path, creates=creates))
        return cast("dict[str, Any]", data)


def _unreadable(call: Call) -> ProviderError:
    text = "the answer is not GHN's envelope; is base_url right?"
    if call.creates:
        return OutcomeUnknown(PROVIDER, call.operation, text)
    return ProviderUnavailable(PROVIDER, call.operation, text)


def read_error(call: Call, answer: Answer) -> ProviderError | None:
    """GHN's own refusals. The envelope's `code` counts when it says worse than the HTTP status."""
    envelope = answer.json()
    if not isinstance(envelope, dict):
        return None
    status = answer.status
    inner = envelope.get("code")
    if isinstance(inner, int) and 400 <= inner <= 599 and status < 500 and status != 429:
        status = inner
    if status < 400:
        return None
    code = str(envelope.get("code_message") or (NOT_FOUND if status == 404 else status))[:100]
    text = _text(envelope, status)
    if status == 401 or code in _WRONG_SHOP:
        setting = "shop_id" if code in _WRONG_SHOP else "token"
        return Misconfigured(PROVIDER, call.operation, f"{text} (check the setting {setting} of GHN)")
    if status == 429:
        return RateLimited(PROVIDER, call.operation, text, retry_after(answer))
    if status == 400 and call.creates and _STILL_RUNNING in str(envelope.get("message")):
        return OutcomeUnknown(PROVIDER, call.operation, text)
    if status in (403, 408, 425) or status >= 500:
        return error_for_status(PROVIDER, call, Answer(status, answer.headers, b""), text)
    return Rejected(PROVIDER, call.operation, code, text)


def _text(envelope: Mapping[str, Any], status: int) -> str:
    """What staff may read: GHN's sentence for people and, because that one is often general, the other too."""
    parts = [str(envelope[key])[:400] for key in ("code_message_value", "message") if envelope.get(key)]
    return " · ".join(dict.fromkeys(parts)) or f"HTTP {status}"
