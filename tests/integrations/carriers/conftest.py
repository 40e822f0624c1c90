"""GHN over its sandbox, by real HTTP on loopback."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from core.ports.carrier import Carrier, CarrierState, IncomingRequest
from integrations.carriers.ghn.adapter import GhnCarrier
from integrations.carriers.ghn.settings import GhnSettings
from integrations.sandbox.app import SandboxServer
from integrations.sandbox.faults import Fault
from integrations.sandbox.ghn.options import DEMO_TOKEN

SECRET = "a-secret-that-the-shop-chose"
SHOP_ID = 196_560

# A method of the port → the call that it makes.
_OPERATIONS = {
    "quote": "preview",
    "create": "create",
    "find": "detail-by-client-code",
    "track": "detail",
    "cancel": "cancel",
    "check": "all",
    "webhook": "webhook",
}
_STATUSES: dict[CarrierState, str] = {
    "picking": "picking",
    "picked_up": "picked",
    "in_transit": "transporting",
    "delivering": "delivering",
    "delivered": "delivered",
    "delivery_failed": "delivery_fail",
    "returning": "returning",
    "returned": "returned",
    "lost": "lost",
    "exception": "exception",
}


def ghn_settings(base_url: str, **changed: Any) -> GhnSettings:
    values = {
        "base_url": base_url,
        "token": DEMO_TOKEN,
        "shop_id": SHOP_ID,
        "webhook_secret": SECRET,
        "read_seconds": 0.5,
        "calls_per_second": 1000,
        **changed,
    }
    return GhnSettings.from_values(values)


@dataclass
class GhnOutside:
    """What happens at GHN and not through our adapter."""

    server: SandboxServer
    receiver: Any
    http: httpx.Client
    secret_header: str = "x-chotdon-token"

    @property
    def url(self) -> str:
        return f"{self.server.url}/ghn"

    def control(self, name: str, **values: Any) -> Any:
        answer = self.http.post(f"{self.url}/_sandbox/{name}", json=values)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def all_parcels(self) -> list[dict[str, Any]]:
        return self.http.get(f"{self.url}/_sandbox/parcels").json()["parcels"]

    def parcels(self, key: str) -> list[str]:
        return [one["order_code"] for one in self.all_parcels() if one["client_order_code"] == key]

    def move(self, tracking_number: str, state: CarrierState) -> None:
        self.control("advance", order_code=tracking_number, status=_STATUSES[state])

    def fail(self, operation: str, kind: str, times: int = 1) -> None:
        self.server.faults.add(Fault("ghn", _OPERATIONS[operation], kind, times, seconds=3.0))

    def webhooks(self, count: int) -> Sequence[IncomingRequest]:
        return self.receiver.wait_for(count)

    def unreachable(self) -> Carrier:
        return GhnCarrier(ghn_settings("http://127.0.0.1:9"))

    def call(self, path: str, body: Any = None, method: str = "POST", **headers: str) -> httpx.Response:
        """GHN's API without our adapter."""
        given = {"Token": DEMO_TOKEN, "ShopId": str(SHOP_ID), **headers}
        given = {name: value for name, value in given.items() if value}
        url = f"{self.url}/shiip/public-api/{path}"
        if method == "GET":
            return self.http.get(url, params=body, headers=given)
        content = body if isinstance(body, bytes) else None
        json = None if content is not None else body
        return self.http.post(url, json=json, content=content, headers=given)


@pytest.fixture(scope="session")
def ghn_server() -> Iterator[SandboxServer]:
    with SandboxServer(providers=("ghn",)) as server:
        yield server


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


@pytest.fixture
def outside(ghn_server: SandboxServer, receiver: Any, http: httpx.Client) -> Iterator[GhnOutside]:
    ghn = GhnOutside(ghn_server, receiver, http)
    ghn_server.faults.clear()
    ghn_server.sandbox.providers["ghn"].reset()
    ghn.control("webhook", url=receiver.url, secret=SECRET, policy="new", retry_seconds=0.05)
    yield ghn
    ghn.control("webhook", url="")
    ghn.control("auto", seconds=0)


@pytest.fixture
def carrier(outside: GhnOutside) -> Iterator[GhnCarrier]:
    ghn = GhnCarrier(ghn_settings(outside.url))
    yield ghn
    ghn.close()
