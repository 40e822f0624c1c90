"""GHN behind the `Carrier` port."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from core.ports.carrier import (
    FeeQuote,
    IncomingRequest,
    Label,
    Parcel,
    ParcelRequest,
    TrackingUpdate,
)
from core.ports.errors import Misconfigured, OutcomeUnknown, ProviderUnavailable, Rejected
from integrations.carriers.ghn import mapping, webhook
from integrations.carriers.ghn.client import NOT_FOUND, GhnClient
from integrations.carriers.ghn.places import PlaceNames
from integrations.carriers.ghn.settings import PROVIDER, GhnSettings

_MAX_SHOP_PAGES = 20


def _utc_now() -> datetime:
    return datetime.now(UTC)


class GhnCarrier:
    code = PROVIDER
    name = "Giao Hàng Nhanh"

    def __init__(
        self,
        settings: GhnSettings,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.settings = settings
        self.client = GhnClient(settings, transport)
        self._places = PlaceNames(self.client)
        self._clock = clock

    def quote(self, request: ParcelRequest) -> FeeQuote:
        """By preview: it takes the addresses of both eras, which the fee call does not surely do."""
        body = self._order_body(request)
        # A preview under our key might answer with the order that the key already made.
        del body["client_order_code"]
        data = self.client.preview(body)
        fee = mapping.amount(data.get("total_fee"))
        if fee is None:
            raise ProviderUnavailable(PROVIDER, "quote", "the answer holds no fee")
        return FeeQuote(
            fee=fee,
            service=mapping.SERVICE_NAMES[mapping.service_type(request, self.settings)],
            expected_delivery_at=mapping.moment(data.get("expected_delivery_time")),
        )

    def create(self, request: ParcelRequest) -> Parcel:
        data = self.client.create(self._order_body(request))
        order_code = mapping.plain(data.get("order_code"), 50)
        fee = mapping.amount(data.get("total_fee"))
        if not order_code or fee is None:
            raise OutcomeUnknown(PROVIDER, "create", "the answer holds no order code or no fee")
        return Parcel(
            tracking_number=order_code,
            # GHN's answer does not tell a new order from the one that our key made before: both start here,
            # and what happened since comes by tracking.
            state="created",
            fee=fee,
            tracking_url=mapping.tracking_url(self.settings.tracking_base_url, order_code),
            expected_delivery_at=mapping.moment(data.get("expected_delivery_time")),
            sort_code=mapping.plain(data.get("sort_code"), 60),
        )

    def find(self, key: str) -> Parcel | None:
        try:
            found = self.client.details_by_client_code(key)
        except Rejected as error:
            if _says_none(error):
                return None
            raise
        orders = [order for order in found if order.get("client_order_code", key) == key]
        if not orders:
            return None
        # One key makes one order. Should GHN ever list more, the living one is meant.
        order = next((one for one in orders if one.get("status") != "cancel"), orders[0])
        order_code = mapping.plain(order.get("order_code"), 50)
        return Parcel(
            tracking_number=order_code,
            # A status that we do not know needs a person, and that is what this state says.
            state=mapping.STATES.get(mapping.plain(order.get("status"), 60), "exception"),
            fee=self._fee_of(order_code),
            tracking_url=mapping.tracking_url(self.settings.tracking_base_url, order_code),
            expected_delivery_at=mapping.moment(order.get("leadtime")),
            sort_code=mapping.plain(order.get("sort_code"), 60),
        )

    def cancel(self, tracking_number: str) -> None:
        done, message = self.client.cancel(tracking_number, self.settings.cancel_reason_code)
        if done or self.client.detail(tracking_number).get("status") == "cancel":
            return
        raise Rejected(
            PROVIDER, "cancel", "cancel_refused", message or "the parcel can no longer be cancelled"
        )

    def label(self, tracking_number: str) -> Label | None:
        """None: GHN's label is a web page behind a link that dies after half an hour. See the README."""
        return None

    def track(self, tracking_number: str) -> tuple[TrackingUpdate, ...]:
        return mapping.updates_from_detail(self.client.detail(tracking_number), self._clock())

    def read_webhook(self, request: IncomingRequest) -> tuple[TrackingUpdate, ...]:
        return webhook.read(request, self.settings, self._clock())

    def check(self) -> str:
        offset = 0
        for _ in range(_MAX_SHOP_PAGES):
            shops, last = self.client.shops(offset)
            for shop in shops:
                if str(shop.get("_id")) == str(self.settings.shop_id):
                    return f"{mapping.plain(shop.get('name'), 200)} (ShopId {self.settings.shop_id})"
            if not shops or last <= offset:
                break
            offset = last
        raise Misconfigured(
            PROVIDER, "check", f"the token is good, but owns no shop {self.settings.shop_id}: mend shop_id"
        )

    def close(self) -> None:
        self.client.close()

    def _order_body(self, request: ParcelRequest) -> dict[str, Any]:
        body = mapping.order_body(request, self.settings)
        if self.settings.match_places:
            body.update(self._places.as_ghn_writes(body))
        return body

    def _fee_of(self, order_code: str) -> int:
        """The detail of an order holds no fee. 0 where GHN cannot say yet; a webhook brings it later."""
        try:
            return mapping.fee_total(self.client.fee_parts(order_code))
        except Rejected:
            return 0


def _says_none(error: Rejected) -> bool:
    # GHN has no sure code for "no such order": one of its answers carries only this sentence. Reading it
    # wrongly cannot make a second parcel, because create returns what the same key made before.
    return error.code == NOT_FOUND or "không tồn tại" in error.message.lower()


def from_settings(values: Mapping[str, Any], transport: httpx.BaseTransport | None = None) -> GhnCarrier:
    return GhnCarrier(GhnSettings.from_values(values), transport)
