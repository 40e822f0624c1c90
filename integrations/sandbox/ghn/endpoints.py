"""The calls that GHN offers. Each is answered to GET with a query and to POST with JSON alike.

Operation names for faults are the last part of the path: create, preview, detail, detail-by-client-code,
soc, cancel, return, storing, update, updateCOD, fee, leadtime, available-services, date, all, gen-token,
province, district, ward, all-by-province-id; and webhook for what the sandbox sends.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from integrations.sandbox.faults import FaultBoard, play_with_faults
from integrations.sandbox.ghn import fees, masterdata, places
from integrations.sandbox.ghn.answers import Refusal, refused, success
from integrations.sandbox.ghn.options import Shop
from integrations.sandbox.ghn.orders import iso, leadtime
from integrations.sandbox.ghn.params import Params, read_params
from integrations.sandbox.ghn.rules import MAX_INSURANCE, check_order
from integrations.sandbox.ghn.world import World

API = "/shiip/public-api"
_MAX_COD_CHANGE = 5_000_000

# Parts of a fee answer that this tariff never charges.
_NO_FEES = (
    "pick_station_fee",
    "coupon_value",
    "r2s_fee",
    "return_again",
    "document_return",
    "double_check",
    "cod_fee",
    "pick_remote_areas_fee",
    "deliver_remote_areas_fee",
    "cod_failed_fee",
)

Handler = Callable[[World, Shop, Params], Any]


def _preview(world: World, shop: Shop, params: Params) -> Any:
    draft = check_order(params, shop, world.options)
    world.conflict_if_asked()
    now = world.clock()
    expected = leadtime(now, draft.origin, draft.destination).isoformat().replace("+00:00", "Z")
    return {
        "order_code": "",
        "sort_code": "",
        "trans_type": "truck",
        "ward_encode": "",
        "district_encode": "",
        "fee": draft.fee,
        "total_fee": draft.total_fee,
        "expected_delivery_time": expected,
        "operation_partner": "",
    }


def _create(world: World, shop: Shop, params: Params) -> Any:
    draft = check_order(params, shop, world.options)
    world.conflict_if_asked()
    return world.create(shop.shop_id, draft).created_answer()


def _detail(world: World, shop: Shop, params: Params) -> Any:
    return world.order(params.text("order_code"), shop.shop_id).detail()


def _detail_by_key(world: World, shop: Shop, params: Params) -> Any:
    return world.order_by_key(shop.shop_id, params.text("client_order_code")).detail()


def _fee_of_order(world: World, shop: Shop, params: Params) -> Any:
    try:
        order = world.order(params.text("order_code"), shop.shop_id)
    except Refusal:
        raise Refusal("Không tìm thấy thông tin đơn hàng", "ORDER_NOT_FOUND", 404) from None
    payment = {"value": order.total_fee, "payment_type": 1, "created_date": order.created_at}
    return {"order_code": order.order_code, "detail": order.fee, "payment": [payment]}


def _switch(action: str) -> Handler:
    def switch(world: World, shop: Shop, params: Params) -> Any:
        codes = params.texts("order_codes")
        if not codes:
            raise Refusal("Thiếu mã đơn hàng")
        return world.switch(shop.shop_id, codes, action, params.text("reason_code"))

    return switch


def _update(world: World, shop: Shop, params: Params) -> Any:
    order = world.order(params.text("order_code"), shop.shop_id)
    if "cod_amount" in params.values:
        raise Refusal("Mã OTP không hợp lệ", "OTP_NOT_VALID")
    changed = {key: value for key, value in params.values.items() if key != "order_code"}
    # The whole order must still be one that could be created.
    check_order(Params({**order.body, **changed}), shop, world.options)
    world.change(order, changed)
    return None


def _update_cod(world: World, shop: Shop, params: Params) -> Any:
    order = world.order(params.text("order_code"), shop.shop_id)
    cod_amount = params.number("cod_amount", -1)
    if not 0 <= cod_amount <= _MAX_COD_CHANGE:
        raise Refusal(f"Giá trị cod_amount phải từ 0 đến {_MAX_COD_CHANGE}", "PERMISSION_DENIED_EDIT_COD")
    world.change_cod(order, cod_amount)
    return None


def _fee(world: World, shop: Shop, params: Params) -> Any:
    destination = places.check_codes(params.number("to_district_id"), params.text("to_ward_code"))
    origin = shop.province
    if params.number("from_district_id"):
        origin = places.check_codes(params.number("from_district_id"), params.text("from_ward_code"))
    weight, declared = params.number("weight"), params.number("insurance_value")
    if weight < 1:
        raise Refusal("Cân nặng không hợp lệ")
    if not 0 <= declared <= MAX_INSURANCE:
        raise Refusal("Giá trị insurance_value không hợp lệ")
    box = [min(max(params.number(name), 0), 200) for name in ("length", "width", "height")]
    chargeable = max(weight, fees.converted_weight(*box))
    main = fees.main_fee(origin, destination, params.number("service_type_id", 2), [chargeable])
    insurance = fees.insurance_fee(declared, world.options.insurance_free_up_to)
    rest = dict.fromkeys(_NO_FEES, 0)
    parts = {"total": main + insurance, "service_fee": main, "insurance_fee": insurance}
    return {**parts, **rest}


def _lead_time(world: World, shop: Shop, params: Params) -> Any:
    destination = places.check_codes(params.number("to_district_id"), params.text("to_ward_code"))
    until = leadtime(world.clock(), shop.province, destination)
    both = {"from_estimate_date": iso(world.clock()), "to_estimate_date": iso(until)}
    return {"leadtime": int(until.timestamp()), "order_date": 0, "leadtime_order": both}


def _services(world: World, shop: Shop, params: Params) -> Any:
    if not params.number("shop_id"):
        raise Refusal(
            "Key: 'AvailableServices.ShopID' Error:Field validation for 'ShopID' failed on the 'required' tag"
        )
    return [
        {"service_id": 53320, "short_name": "Hàng nhẹ", "service_type_id": 2},
        {"service_id": 53325, "short_name": "Hàng nặng", "service_type_id": 5},
    ]


def _shops(world: World, shop: Shop, params: Params) -> Any:
    offset, limit = max(params.number("offset"), 0), max(params.number("limit", 50), 1)
    mine = world.options.shops_of(shop.token)[offset : offset + limit]
    rows = [
        {
            "_id": one.shop_id,
            "name": one.name,
            "phone": one.phone,
            "address": one.address,
            "ward_code": "20101",
            "district_id": 1442,
            "client_id": one.shop_id * 10,
            "bank_account_id": 0,
            "status": 1,
        }
        for one in mine
    ]
    return {"last_offset": offset + len(rows), "shops": rows}


def _pick_shifts(world: World, shop: Shop, params: Params) -> Any:
    return [
        {"id": 2, "title": "Ca lấy (12h00 - 18h00)", "from_time": 43_200, "to_time": 64_800},
        {"id": 3, "title": "Ca lấy mai (07h00 - 12h00)", "from_time": 111_600, "to_time": 129_600},
    ]


def _label_token(world: World, shop: Shop, params: Params) -> Any:
    return {"token": world.new_label_token(params.texts("order_codes"), shop.shop_id)}


# Path below the API's prefix → handler and whether the call needs a ShopId.
CALLS: dict[str, tuple[Handler, bool]] = {
    "v2/shipping-order/preview": (_preview, True),
    "v2/shipping-order/create": (_create, True),
    "v2/shipping-order/detail": (_detail, True),
    "v2/shipping-order/detail-by-client-code": (_detail_by_key, True),
    "v2/shipping-order/soc": (_fee_of_order, True),
    "v2/shipping-order/update": (_update, True),
    "v2/shipping-order/updateCOD": (_update_cod, True),
    "v2/shipping-order/fee": (_fee, True),
    "v2/shipping-order/leadtime": (_lead_time, True),
    "v2/shipping-order/available-services": (_services, True),
    "v2/switch-status/cancel": (_switch("cancel"), True),
    "v2/switch-status/return": (_switch("return"), True),
    "v2/switch-status/storing": (_switch("storing"), True),
    "v2/a5/gen-token": (_label_token, True),
    "v2/shop/all": (_shops, False),
    "v2/shift/date": (_pick_shifts, False),
    "master-data/province": (masterdata.provinces, False),
    "master-data/district": (masterdata.districts, False),
    "master-data/ward": (masterdata.wards, False),
    "v3/master-data/province/all": (masterdata.new_provinces, False),
    "v3/master-data/ward/all-by-province-id": (masterdata.new_wards, False),
}


def api_routes(world: World, faults: FaultBoard) -> list[Route]:
    return [Route(f"{API}/{path}", _endpoint(world, faults, path), methods=["GET", "POST"]) for path in CALLS]


def _endpoint(world: World, faults: FaultBoard, path: str) -> Callable[[Request], Any]:
    handler, needs_shop = CALLS[path]
    operation = path.rsplit("/", 1)[-1]

    async def endpoint(request: Request) -> Response:
        async def act() -> Response:
            try:
                shop = _caller(world, faults, operation, request, needs_shop)
                params = await read_params(request)
                if operation == "create":
                    return await _create_slowly(world, shop, params)
                return success(handler(world, shop, params))
            except Refusal as refusal:
                return refused(refusal)

        return await play_with_faults(faults, "ghn", operation, request, act)

    return endpoint


async def _create_slowly(world: World, shop: Shop, params: Params) -> Response:
    with world.creating(shop.shop_id, params.text("client_order_code")):
        if world.options.latency_seconds:
            await asyncio.sleep(world.options.latency_seconds)
        data = _create(world, shop, params)
    shown = f"Tạo đơn hàng thành công. Mã đơn hàng: {data['order_code']}"
    return success(data, message_display=shown)


def _caller(world: World, faults: FaultBoard, operation: str, request: Request, needs_shop: bool) -> Shop:
    """The shop that calls: by token, and by ShopId where the call is about one."""
    token = request.headers.get("token", "")
    if not token:
        raise Refusal("Token is required!", None, 401)
    owned = world.options.shops_of(token)
    if not owned or faults.take("ghn", operation, "expired_token"):
        raise Refusal("Token is not valid!", None, 401)
    given = request.headers.get("shopid", request.headers.get("shop_id", ""))
    if not needs_shop and not given:
        return owned[0]
    shop = world.options.shop(int(given)) if given.isascii() and given.isdigit() and len(given) < 12 else None
    if shop is None:
        raise Refusal("Shop not found", "SHOP_NOT_FOUND")
    if shop.token != token:
        raise Refusal("Client is not owner of shop", "CLIENT_NOT_OWNER_OF_SHOP")
    return shop
