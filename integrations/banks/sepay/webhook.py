"""What SePay sends us. It signs nothing in this mode: it repeats the key that the shop chose for the webhook."""

import hmac
import json
from datetime import datetime
from typing import Any

from core.ports.bank import TransferNews
from core.ports.carrier import IncomingRequest
from core.ports.errors import SignatureInvalid
from integrations.banks.sepay.mapping import refused, transfer_from_webhook
from integrations.banks.sepay.settings import PROVIDER, SepaySettings


def read(
    request: IncomingRequest, settings: SepaySettings, received_at: datetime
) -> tuple[TransferNews, ...]:
    _verify(request, settings)
    if len(request.body) > settings.max_webhook_bytes:
        raise refused("too_large", f"the body is larger than {settings.max_webhook_bytes} bytes")
    return (transfer_from_webhook(_parse(request.body), settings, received_at),)


def _verify(request: IncomingRequest, settings: SepaySettings) -> None:
    scheme, _, key = request.headers.get(settings.header.lower(), "").strip().partition(" ")
    same = hmac.compare_digest(key.strip().encode("utf-8", "replace"), settings.api_key.encode())
    # An empty key would let everybody in who sends none.
    if not settings.api_key or scheme.lower() != settings.scheme.lower() or not same:
        raise SignatureInvalid(PROVIDER, "webhook", f"header {settings.header} is missing or wrong")


def _parse(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise refused("bad_json", "the body is not JSON") from None
    if not isinstance(data, dict):
        raise refused("bad_json", "the body is not a JSON object")
    return data
