"""Between our words and GHN's, both ways. Pure; GHN's words end here."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from core.money import MAX_DONG
from core.ports.carrier import CarrierAddress, CarrierState, ParcelItem, ParcelRequest, TrackingUpdate
from integrations.carriers.ghn.reasons import reason_text
from integrations.carriers.ghn.settings import GhnSettings

LIGHT, HEAVY = 2, 5
SERVICE_NAMES = {LIGHT: "Hàng nhẹ", HEAVY: "Hàng nặng"}
SHOP_PAYS, RECEIVER_PAYS = 1, 2

# Limits that GHN prints; a longer text would refuse the whole parcel.
_MAX_TEXT, _MAX_ITEM_NAME, _MAX_NOTE, _MAX_CONTENT = 1024, 512, 5000, 2000

STATES: Mapping[str, CarrierState] = {
    "ready_to_pick": "created",
    "picking": "picking",
    "money_collect_picking": "picking",
    "picked": "picked_up",
    "storing": "in_transit",
    "transporting": "in_transit",
    "sorting": "in_transit",
    "delivering": "delivering",
    "money_collect_delivering": "delivering",
    "delivered": "delivered",
    "delivery_fail": "delivery_failed",
    "waiting_to_return": "delivery_failed",
    "return": "returning",
    "return_transporting": "returning",
    "return_sorting": "returning",
    "returning": "returning",
    "return_fail": "returning",
    "returned": "returned",
    "cancel": "cancelled",
    "exception": "exception",
    "lost": "lost",
    # Our words have no "damaged": like a lost parcel it never reaches anyone and is claimed from the carrier.
    "damage": "lost",
    "scrap": "lost",
}

# Kinds of message that say where the parcel is; the others are about weight, fee or money.
_STATE_KINDS = frozenset({"create", "switch_status"})

_PROVINCE_PREFIX = re.compile(r"^(tỉnh|thành phố|tp\.?)\s+", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def service_type(request: ParcelRequest, settings: GhnSettings) -> int:
    return HEAVY if request.weight_g >= settings.heavy_from_g else LIGHT


def order_body(request: ParcelRequest, settings: GhnSettings) -> dict[str, Any]:
    """The body of create, and of preview, which takes the same. Whole grams, centimetres and đồng."""
    kind = service_type(request, settings)
    body: dict[str, Any] = {
        "client_order_code": request.key,
        "service_type_id": kind,
        # The receiver pays the fee on top of the COD; the core has already put into `cod_amount` what it holds.
        "payment_type_id": SHOP_PAYS if request.fee_payer == "shop" else RECEIVER_PAYS,
        "required_note": settings.required_note,
        "weight": request.weight_g,
        "length": request.length_cm,
        "width": request.width_cm,
        "height": request.height_cm,
        "cod_amount": request.cod_amount,
        # Above its limit GHN refuses the parcel instead of insuring a part.
        "insurance_value": min(request.insurance_value, settings.max_insurance_value),
        "content": _cut(_content(request.items), _MAX_CONTENT),
        "items": _items(request, kind),
        **_place("to", request.receiver),
    }
    if request.note:
        body["note"] = _cut(request.note, _MAX_NOTE)
    if request.sender.street:
        body.update(_place("from", request.sender))
    return body


def _place(side: str, address: CarrierAddress) -> dict[str, Any]:
    place: dict[str, Any] = {
        f"{side}_name": _cut(address.name, _MAX_TEXT),
        f"{side}_phone": _national(address.phone),
        f"{side}_address": _cut(address.street, _MAX_TEXT),
        f"{side}_ward_name": address.ward,
        f"{side}_province_name": _PROVINCE_PREFIX.sub("", address.province),
        f"is_new_{side}_address": address.era == "new",
    }
    if address.era == "old":
        place[f"{side}_district_name"] = address.district
    return place


def _items(request: ParcelRequest, kind: int) -> list[dict[str, Any]]:
    if kind == HEAVY:
        # For GHN each item of a heavy order is a parcel of its own with its own size; ours is one parcel.
        box = {"length": request.length_cm, "width": request.width_cm, "height": request.height_cm}
        name = _cut(_content(request.items), _MAX_ITEM_NAME)
        return [{"name": name, "code": "", "quantity": 1, "price": 0, "weight": request.weight_g, **box}]
    return [
        {
            "name": _cut(item.name, _MAX_ITEM_NAME),
            "code": item.sku,
            "quantity": item.quantity,
            "price": item.price,
            "weight": item.weight_g,
        }
        for item in request.items
    ]


def _content(items: tuple[ParcelItem, ...]) -> str:
    return ", ".join(f"{item.name} x{item.quantity}" for item in items)


def _national(phone: str) -> str:
    """`+84 901 234 567` → `0901234567`; GHN takes the national form."""
    digits = re.sub(r"[^\d+]", "", phone)
    if digits.startswith("+84"):
        return "0" + digits[3:]
    return digits


def _cut(text: str, limit: int) -> str:
    return _CONTROL.sub(" ", text).strip()[:limit]


def tracking_url(base: str, order_code: str) -> str:
    return f"{base}?order_code={quote(order_code, safe='')}"


def fee_total(parts: Mapping[str, Any]) -> int:
    """The sum of an order's fee parts; a coupon is a discount."""
    amounts = {name: amount(value) or 0 for name, value in parts.items()}
    return max(0, sum(amounts.values()) - 2 * amounts.get("coupon", 0))


def amount(value: Any) -> int | None:
    """Whole đồng; the documents print some as text. None for what is no amount."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 14:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_DONG:
        return None
    return value


def moment(value: Any) -> datetime | None:
    """An ISO time in UTC; GHN writes "not set" as null or as the year 1."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        at = datetime.fromisoformat(value)
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year > 1 else None


def update_from_webhook(data: Mapping[str, Any], received_at: datetime) -> TrackingUpdate:
    status = plain(data.get("Status"), 60)
    kind = plain(data.get("Type"), 40).lower()
    order_code = plain(data.get("OrderCode"), 50)
    time = plain(data.get("Time"), 40)
    fee = amount(data.get("TotalFee"))
    return TrackingUpdate(
        external_id=event_id(order_code, kind, time, status),
        tracking_number=order_code,
        key=plain(data.get("ClientOrderCode"), 50),
        state=STATES.get(status) if kind in _STATE_KINDS else None,
        carrier_status=status,
        at=moment(time) or received_at,
        reason=reason_text(plain(data.get("Reason"), 300), plain(data.get("ReasonCode"), 40)),
        cod_amount=amount(data.get("CODAmount")),
        # Every key is always present; a fee of 0 only says that it is not worked out yet.
        fee=fee or None,
    )


def updates_from_detail(order: Mapping[str, Any], asked_at: datetime) -> tuple[TrackingUpdate, ...]:
    """The order's log, oldest first, and its present status where the log does not end with it."""
    log = order.get("log")
    steps = [step for step in log if isinstance(step, dict)] if isinstance(log, list) else []
    updates = [
        _step(order, step.get("status"), step.get("updated_date"), step.get("reason_code"), asked_at)
        for step in steps
    ]
    status = plain(order.get("status"), 60)
    if not updates or updates[-1].carrier_status != status:
        at = order.get("updated_date") or order.get("created_date")
        updates.append(_step(order, status, at, None, asked_at))
    return tuple(sorted(updates, key=lambda update: update.at))


def _step(order: Mapping[str, Any], status: Any, at: Any, reason: Any, asked_at: datetime) -> TrackingUpdate:
    order_code, word, time = plain(order.get("order_code"), 50), plain(status, 60), plain(at, 40)
    return TrackingUpdate(
        external_id=event_id(order_code, "switch_status", time, word),
        tracking_number=order_code,
        key=plain(order.get("client_order_code"), 50),
        state=STATES.get(word),
        carrier_status=word,
        at=moment(time) or asked_at,
        reason=reason_text("", plain(reason, 40)),
        cod_amount=amount(order.get("cod_amount")),
    )


def event_id(order_code: str, kind: str, time: str, status: str) -> str:
    """GHN numbers no events. This is the key that tells a repeat from news."""
    return f"{order_code}:{kind}:{time}:{status}"


def plain(value: Any, limit: int) -> str:
    """Text without control characters, which a database may refuse; anything else is no text."""
    return _cut(value, limit) if isinstance(value, str) else ""
