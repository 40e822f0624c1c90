"""What GHN checks before it makes an order, and what it works out. Create and preview take the same way."""

import re
from dataclasses import dataclass
from typing import Any

from integrations.sandbox.ghn import fees, places
from integrations.sandbox.ghn.answers import Refusal, missing
from integrations.sandbox.ghn.options import GhnOptions, Shop
from integrations.sandbox.ghn.params import Params

_STRUCT = "ShiipCreate"
_PHONE = re.compile(r"(0|84|\+84)\d{8,10}")
_NOTES = ("CHOTHUHANG", "CHOXEMHANGKHONGTHU", "KHONGCHOXEMHANG")

MAX_COD, MAX_INSURANCE = 50_000_000, 5_000_000
_MAX_LIGHT_G, _MAX_HEAVY_G, _MAX_CM = 50_000, 1_600_000, 200
_LENGTHS = {
    "to_name": 1024,
    "to_phone": 1024,
    "to_address": 1024,
    "client_order_code": 50,
    "content": 2000,
    "note": 5000,
}


@dataclass(frozen=True)
class Draft:
    """An order that passed the checks. `body` is what the caller sent, with the sender filled in."""

    body: dict[str, Any]
    kind: int
    weight: int
    converted_weight: int
    chargeable_weight: int
    origin: str
    destination: str
    fee: dict[str, int]

    @property
    def total_fee(self) -> int:
        return sum(self.fee.values())


def check_order(params: Params, shop: Shop, options: GhnOptions) -> Draft:
    _check_texts(params)
    kind = _one_of(params, "service_type_id", "ServiceTypeID", (2, 5))
    _one_of(params, "payment_type_id", "PaymentTypeID", (1, 2))
    if params.text("required_note") not in _NOTES:
        raise Refusal("Sai thông tin Required Note")
    _check_money(params)
    items = params.objects("items")
    _check_items(items, kind)
    if not items and not params.text("content"):
        raise missing(_STRUCT, "Content", "required_without")
    weight, converted, chargeable, weights = _weights(params, items, kind)
    destination = _destination(params)
    origin, sender = _origin(params, shop)
    main = fees.main_fee(origin, destination, kind, weights)
    insurance = fees.insurance_fee(params.number("insurance_value"), options.insurance_free_up_to)
    return Draft(
        body={**params.values, **sender},
        kind=kind,
        weight=weight,
        converted_weight=converted,
        chargeable_weight=chargeable,
        origin=origin,
        destination=destination,
        fee=fees.fee_parts(main, insurance),
    )


def _check_texts(params: Params) -> None:
    for name, field in (("to_name", "ToName"), ("to_phone", "ToPhone"), ("to_address", "ToAddress")):
        if not params.text(name).strip():
            raise missing(_STRUCT, field)
    for name, longest in _LENGTHS.items():
        if len(params.text(name)) > longest:
            raise missing(_STRUCT, "".join(part.capitalize() for part in name.split("_")), "max")
    for name in ("to_phone", "from_phone", "return_phone"):
        phone = re.sub(r"[ .-]", "", params.text(name))
        if phone and _PHONE.fullmatch(phone) is None:
            raise Refusal(f"Số điện thoại không hợp lệ ({name})", "PHONE_INVALID")


def _one_of(params: Params, name: str, field: str, allowed: tuple[int, ...]) -> int:
    value = params.number(name)
    if value not in allowed:
        raise missing(_STRUCT, field, "oneof" if value else "required")
    return value


def _check_money(params: Params) -> None:
    for name, most in (("cod_amount", MAX_COD), ("insurance_value", MAX_INSURANCE)):
        if not 0 <= params.number(name) <= most:
            raise Refusal(f"Giá trị {name} phải từ 0 đến {most}")
    for name in ("cod_failed_amount", "order_value"):
        if params.number(name) < 0:
            raise Refusal(f"Giá trị {name} không hợp lệ")


def _check_items(items: list[Params], kind: int) -> None:
    if kind == 5 and not items:
        raise Refusal("Cân nặng không hợp lệ")
    for item in items:
        name = item.text("name")
        if not name.strip() or len(name) > 512:
            raise missing("ShiipItem", "Name", "max" if name.strip() else "required")
        if item.number("quantity") < 1:
            raise missing("ShiipItem", "Quantity")
        if min(item.number("price"), item.number("weight")) < 0:
            raise Refusal("Giá trị sản phẩm không hợp lệ")
        if kind == 5:
            _sizes(item, "ShiipItem")
            if item.number("weight") < 1:
                raise missing("ShiipItem", "Weight")


def _sizes(params: Params, struct: str) -> tuple[int, int, int]:
    sizes = []
    for name in ("length", "width", "height"):
        size = params.number(name)
        if not 1 <= size <= _MAX_CM:
            raise missing(struct, name.capitalize(), "max" if size > _MAX_CM else "required")
        sizes.append(size)
    return sizes[0], sizes[1], sizes[2]


def _weights(params: Params, items: list[Params], kind: int) -> tuple[int, int, int, list[int]]:
    """Weight, converted and chargeable weight of the order, and the chargeable weights that are priced."""
    weight = params.number("weight")
    if weight < 1:
        raise missing(_STRUCT, "Weight")
    if weight > (_MAX_LIGHT_G if kind == 2 else _MAX_HEAVY_G):
        raise Refusal("Cân nặng vượt quá giới hạn")
    if kind == 2:
        converted = fees.converted_weight(*_sizes(params, _STRUCT))
        chargeable = max(weight, converted)
        return weight, converted, chargeable, [chargeable]
    each: list[int] = []
    converted = 0
    for item in items:
        box = fees.converted_weight(*_sizes(item, "ShiipItem"))
        # Counts are bounded so that a hostile quantity cannot fill the memory.
        quantity = min(item.number("quantity"), 1_000)
        converted += box * quantity
        each.extend([max(item.number("weight"), box)] * quantity)
    return weight, converted, max(weight, converted), each


def _destination(params: Params) -> str:
    if params.switch("is_new_to_address"):
        _need(params, "to_ward_name", "ToWardName")
        _need(params, "to_province_name", "ToProvinceName")
        return places.check_new(params.text("to_province_name"), params.text("to_ward_name"))
    if params.number("to_district_id"):
        return places.check_codes(params.number("to_district_id"), params.text("to_ward_code"))
    for name, field in (
        ("ward", "ToWardName"),
        ("district", "ToDistrictName"),
        ("province", "ToProvinceName"),
    ):
        _need(params, f"to_{name}_name", field)
    return places.check_old(
        params.text("to_province_name"), params.text("to_district_name"), params.text("to_ward_name")
    )


def _need(params: Params, name: str, field: str) -> None:
    if not params.text(name).strip():
        raise missing(_STRUCT, field)


def _origin(params: Params, shop: Shop) -> tuple[str, dict[str, Any]]:
    """The sender's province, and what the shop's own profile fills in."""
    given = params.text("from_province_name") or params.text("from_address")
    if not given:
        sender = {
            "from_name": shop.name,
            "from_phone": shop.phone,
            "from_address": shop.address,
            "from_ward_name": shop.ward,
            "from_district_name": shop.district,
            "from_province_name": shop.province,
        }
        return shop.province, sender
    try:
        ward, province = params.text("from_ward_name"), params.text("from_province_name")
        if params.switch("is_new_from_address"):
            return places.check_new(province, ward), {}
        return places.check_old(province, params.text("from_district_name"), ward), {}
    except Refusal as refusal:
        raise Refusal(refusal.message, "FROM_ADDRESS_CONVERT_FAIL") from None
