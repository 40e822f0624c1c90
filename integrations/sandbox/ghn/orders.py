"""One order at the played GHN: its life, and how the API shows it."""

import zlib
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

HAPPY_PATH = (
    "ready_to_pick",
    "picking",
    "picked",
    "storing",
    "transporting",
    "delivering",
    "delivered",
)
RETURN_PATH = (
    "delivery_fail",
    "waiting_to_return",
    "return",
    "return_transporting",
    "return_sorting",
    "returning",
    "returned",
)
STATUSES = frozenset(
    {
        *HAPPY_PATH,
        *RETURN_PATH,
        "money_collect_picking",
        "sorting",
        "money_collect_delivering",
        "return_fail",
        "cancel",
        "exception",
        "lost",
        "damage",
        "scrap",
    }
)
ENDS = frozenset({"delivered", "returned", "cancel", "exception", "lost", "damage", "scrap"})
CANCELLABLE = frozenset({"ready_to_pick", "picking", "money_collect_picking"})
RETURNABLE = frozenset({"delivery_fail", "storing", "waiting_to_return", "return"})
_NEXT = {
    **dict(zip(HAPPY_PATH, HAPPY_PATH[1:], strict=False)),
    **dict(zip(RETURN_PATH, RETURN_PATH[1:], strict=False)),
    "money_collect_picking": "picked",
    "sorting": "transporting",
    "money_collect_delivering": "delivered",
    "return_fail": "returning",
}
_UNSET = "0001-01-01T00:00:00Z"


def next_status(status: str) -> str | None:
    return _NEXT.get(status)


def iso(moment: datetime) -> str:
    """`2026-07-15T04:49:47.811Z`, as GHN writes a time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def leadtime(created: datetime, origin: str, destination: str) -> datetime:
    """The end of the first, or else the third, day after."""
    day = created.astimezone(UTC) + timedelta(days=1 if origin == destination else 3)
    return day.replace(hour=23, minute=59, second=59, microsecond=0)


@dataclass
class Order:
    """Times are ISO text, so that the whole order is JSON as it stands. `body` is what create was given."""

    order_code: str
    client_order_code: str
    shop_id: int
    kind: int
    body: dict[str, Any]
    weight: int
    converted_weight: int
    chargeable_weight: int
    fee: dict[str, int]
    leadtime: str
    created_at: str
    updated_at: str
    status: str = "ready_to_pick"
    log: list[dict[str, Any]] = field(default_factory=list)
    cod_amount: int = 0
    cod_collect_date: str | None = None
    cod_transfer_date: str | None = None
    finish_date: str | None = None
    auto_at: float | None = None
    """Unix seconds of the next step that happens by itself."""

    @property
    def total_fee(self) -> int:
        return sum(self.fee.values())

    @property
    def sort_code(self) -> str:
        number = zlib.crc32(str(self.body.get("to_ward_name", "")).encode())
        return f"{number % 90 + 10}-{'ABCDEFGH'[number % 8]}-{number // 90 % 90 + 10:02d}-A{number % 9 + 1}"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def created_answer(self) -> dict[str, Any]:
        return {
            "order_code": self.order_code,
            "sort_code": self.sort_code,
            "trans_type": "truck",
            "ward_encode": "",
            "district_encode": "",
            "fee": self.fee,
            "total_fee": self.total_fee,
            "expected_delivery_time": self.leadtime,
            "operation_partner": "",
        }

    def detail(self) -> dict[str, Any]:
        """The keys of the real answer that anybody was seen to use; there is no total fee among them."""
        return {
            **self._parties(),
            **self._parcel(),
            **self._money(),
            **self._state(),
            **({"log": self.log} if self.log else {}),
        }

    def _parties(self) -> dict[str, Any]:
        body = self.body
        shown: dict[str, Any] = {"shop_id": self.shop_id, "client_id": self.shop_id * 10}
        for side in ("to", "from", "return"):
            source = "from" if side == "return" and not body.get("return_address") else side
            for key in ("name", "phone", "address", "ward_code", "district_id"):
                empty: Any = 0 if key == "district_id" else ""
                shown[f"{side}_{key}"] = body.get(f"{source}_{key}", empty)
        return shown

    def _parcel(self) -> dict[str, Any]:
        body = self.body
        items = [item for item in body.get("items") or [] if isinstance(item, dict)]
        content = " + ".join(
            f"{item.get('name', '')} [{item.get('code', '')}] [{item.get('quantity', 1)} cái]"
            for item in items
        )
        return {
            "weight": self.weight,
            "length": body.get("length", 0),
            "width": body.get("width", 0),
            "height": body.get("height", 0),
            "converted_weight": self.converted_weight,
            "calculate_weight": self.chargeable_weight,
            "items": [
                {**item, "status": "", "item_order_code": f"{self.order_code}_{number}"}
                for number, item in enumerate(items, 1)
            ],
            "content": content or body.get("content", ""),
            "note": body.get("note", ""),
            "employee_note": "",
            "required_note": body.get("required_note", ""),
        }

    def _money(self) -> dict[str, Any]:
        body = self.body
        return {
            "service_type_id": self.kind,
            "service_id": 53320,
            "payment_type_id": body.get("payment_type_id", 1),
            "payment_type_ids": [body.get("payment_type_id", 1)],
            "sort_code": self.sort_code,
            "cod_amount": self.cod_amount,
            "cod_collect_date": self.cod_collect_date,
            "cod_transfer_date": self.cod_transfer_date,
            "is_cod_collected": self.cod_collect_date is not None,
            "is_cod_transferred": self.cod_transfer_date is not None,
            "cod_failed_amount": body.get("cod_failed_amount", 0),
            "cod_failed_collect_date": None,
            "insurance_value": body.get("insurance_value", 0),
            "order_value": body.get("order_value", 0),
            "coupon": body.get("coupon") or "",
        }

    def _state(self) -> dict[str, Any]:
        return {
            "order_code": self.order_code,
            "client_order_code": self.client_order_code,
            "status": self.status,
            "internal_process": {"status": "", "type": ""},
            "created_date": self.created_at,
            "updated_date": self.updated_at,
            "order_date": self.created_at,
            "leadtime": self.leadtime,
            "pickup_time": _UNSET,
            "finish_date": self.finish_date,
            "is_partial_return": False,
            "is_document_return": False,
            "tag": ["truck"],
            "pick_warehouse_id": 0,
            "deliver_warehouse_id": 0,
            "current_warehouse_id": 0,
            "return_warehouse_id": 0,
            "next_warehouse_id": 0,
        }

    def message(self, kind: str, at: str, reason_code: str = "", reason: str = "") -> dict[str, Any]:
        """A webhook about this order as it now stands."""
        body = self.body
        return {
            "ShopID": self.shop_id,
            "Time": at,
            "OrderCode": self.order_code,
            "ClientOrderCode": self.client_order_code,
            "Type": kind,
            "Description": "",
            "Status": self.status,
            "Reason": reason,
            "ReasonCode": reason_code,
            "CODAmount": self.cod_amount,
            "CODTransferDate": self.cod_transfer_date,
            "Weight": self.weight,
            "ConvertedWeight": self.converted_weight,
            "Length": body.get("length", 0),
            "Width": body.get("width", 0),
            "Height": body.get("height", 0),
            "PaymentType": body.get("payment_type_id", 1),
            "IsPartialReturn": False,
            "PartialReturnCode": "",
            "Fee": self._fee_as_sent(),
            "TotalFee": self.total_fee,
            "Warehouse": "",
            "ShipperName": "",
            "ShipperPhone": "",
            "PodURL": "",
        }

    def _fee_as_sent(self) -> dict[str, int]:
        fee = self.fee
        return {
            "CODFailedFee": fee["cod_failed_fee"],
            "CODFee": fee["cod_fee"],
            "Coupon": fee["coupon"],
            "DeliverRemoteAreasFee": fee["deliver_remote_areas_fee"],
            "DocumentReturn": fee["document_return"],
            "DoubleCheck": fee["double_check"],
            "Insurance": fee["insurance"],
            "MainService": fee["main_service"],
            "PickRemoteAreasFee": fee["pick_remote_areas_fee"],
            "R2S": fee["r2s"],
            "Return": fee["return"],
            "StationDO": fee["station_do"],
            "StationPU": fee["station_pu"],
            "Total": self.total_fee,
        }
