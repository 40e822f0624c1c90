"""How the played GHN is set up: its shops and tokens, its clockwork, its webhooks."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

DEMO_TOKEN = "00000000-0000-4000-8000-000000000000"  # noqa: S105
OTHER_TOKEN = "11111111-1111-4111-8111-111111111111"  # noqa: S105


@dataclass(frozen=True)
class Shop:
    """A shop of some account. Its address is where parcels come from when an order does not say."""

    shop_id: int
    token: str
    name: str = "Cửa hàng mẫu"
    phone: str = "0900000000"
    address: str = "1 Đường Mẫu"
    ward: str = "Phường Bến Nghé"
    district: str = "Quận 1"
    province: str = "Hồ Chí Minh"


@dataclass(frozen=True)
class WebhookSettings:
    """`policy` new: 2xx is done, a 4xx is dropped, else up to 11 retries from 30 s to 12 h apart.
    old: up to 10 retries at an even distance. `retry_seconds` is the first (new) or every (old) distance;
    0 takes the real one."""

    url: str = ""
    header: str = "X-Chotdon-Token"
    secret: str = "demo-ghn-webhook-secret"  # noqa: S105
    policy: str = "new"
    retry_seconds: float = 0.0


@dataclass(frozen=True)
class GhnOptions:
    """`auto_seconds` above 0 moves every parcel along its happy path, one step in so many seconds."""

    shops: tuple[Shop, ...]
    webhook: WebhookSettings
    auto_seconds: float = 0.0
    latency_seconds: float = 0.0
    insurance_free_up_to: int = 0

    def shop(self, shop_id: int) -> Shop | None:
        return next((shop for shop in self.shops if shop.shop_id == shop_id), None)

    def shops_of(self, token: str) -> tuple[Shop, ...]:
        return tuple(shop for shop in self.shops if shop.token == token)


def read_options(values: Mapping[str, Any]) -> GhnOptions:
    """Flat keys: token, shop_id, shop_name, webhook_url, webhook_header, webhook_secret, webhook_policy,
    webhook_retry_seconds, auto_seconds, latency_seconds, insurance_free_up_to. All may be missing."""
    given = dict(values)
    mine = Shop(int(given.pop("shop_id", 196_560)), str(given.pop("token", DEMO_TOKEN)))
    mine = replace(mine, name=str(given.pop("shop_name", mine.name)))
    # Somebody else's shop, so that a wrong shop id can be told from an unknown one.
    other = Shop(mine.shop_id + 1, OTHER_TOKEN, name="Cửa hàng khác")
    webhook = change_webhook(
        WebhookSettings(),
        {key.removeprefix("webhook_"): given.pop(key) for key in list(given) if key.startswith("webhook_")},
    )
    numbers = {
        "auto_seconds": float(given.pop("auto_seconds", 0)),
        "latency_seconds": float(given.pop("latency_seconds", 0)),
    }
    free = int(given.pop("insurance_free_up_to", 0))
    if given:
        raise ValueError(f"the played GHN knows no option {', '.join(sorted(given))}")
    return GhnOptions((mine, other), webhook, **numbers, insurance_free_up_to=free)


def change_webhook(current: WebhookSettings, values: Mapping[str, Any]) -> WebhookSettings:
    """Raises ValueError with a sentence for the caller."""
    known = {item.name for item in fields(WebhookSettings)}
    unknown = set(values) - known
    if unknown:
        raise ValueError(f"webhook has no {', '.join(sorted(unknown))}; known: {', '.join(sorted(known))}")
    changed = replace(current, **values)
    if changed.url and not str(changed.url).startswith(("http://", "https://")):
        raise ValueError("url must start with http:// or https://")
    if changed.policy not in ("new", "old"):
        raise ValueError("policy must be new or old")
    return replace(changed, retry_seconds=float(changed.retry_seconds))
