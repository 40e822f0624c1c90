"""What GHN sends us. It signs nothing: it repeats a header that the shop chose when it registered the address."""

import hmac
import json
from datetime import datetime
from typing import Any

from core.ports.carrier import IncomingRequest, TrackingUpdate
from core.ports.errors import Rejected, SignatureInvalid
from integrations.carriers.ghn.mapping import update_from_webhook
from integrations.carriers.ghn.settings import PROVIDER, GhnSettings

_OPERATION = "webhook"


def read(
    request: IncomingRequest, settings: GhnSettings, received_at: datetime
) -> tuple[TrackingUpdate, ...]:
    _verify(request, settings)
    if len(request.body) > settings.max_webhook_bytes:
        raise _refused("too_large", f"the body is larger than {settings.max_webhook_bytes} bytes")
    data = _parse(request.body)
    if str(data.get("ShopID")) != str(settings.shop_id):
        raise _refused("other_shop", "the message is for another shop; check the setting shop_id of GHN")
    update = update_from_webhook(data, received_at)
    if not update.tracking_number or not update.carrier_status:
        raise _refused("incomplete", "the message names no order or no status")
    return (update,)


def _verify(request: IncomingRequest, settings: GhnSettings) -> None:
    given = request.headers.get(settings.webhook_header.lower(), "")
    expected = settings.webhook_secret
    # An empty secret would let everybody in who sends an empty header.
    if not expected or not hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode()):
        raise SignatureInvalid(PROVIDER, _OPERATION, f"header {settings.webhook_header} is missing or wrong")


def _parse(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise _refused("bad_json", "the body is not JSON") from None
    if not isinstance(data, dict):
        raise _refused("bad_json", "the body is not a JSON object")
    return data


def _refused(code: str, message: str) -> Rejected:
    return Rejected(PROVIDER, _OPERATION, code, message)
