"""The played GHN behaves as the reference says the real one does, point by point."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from integrations.sandbox.app import SandboxContext, SandboxServer
from integrations.sandbox.faults import FaultBoard
from integrations.sandbox.ghn import play
from integrations.sandbox.ghn.fees import converted_weight, main_fee
from integrations.sandbox.ghn.options import DEMO_TOKEN, OTHER_TOKEN, WebhookSettings
from integrations.sandbox.ghn.places import NEW_PROVINCES, OLD_PROVINCES
from integrations.sandbox.ghn.webhooks import next_attempt

from ..conftest import wait_until
from .conftest import SECRET, GhnOutside

CREATE, PREVIEW = "v2/shipping-order/create", "v2/shipping-order/preview"


def order(**changed: Any) -> dict[str, Any]:
    """A body that create takes; a field set to None is left out."""
    body = {
        "client_order_code": "K1",
        "to_name": "Nguyễn Thị Mẫu",
        "to_phone": "0901234567",
        "to_address": "12 Lê Lợi",
        "to_ward_name": "Phường Bến Thành",
        "to_district_name": "Quận 1",
        "to_province_name": "Hồ Chí Minh",
        "weight": 200,
        "length": 10,
        "width": 10,
        "height": 10,
        "service_type_id": 2,
        "payment_type_id": 1,
        "required_note": "KHONGCHOXEMHANG",
        "content": "Áo thun",
        **changed,
    }
    return {name: value for name, value in body.items() if value is not None}


def made(outside: GhnOutside, **changed: Any) -> str:
    answer = outside.call(CREATE, order(**changed))
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["order_code"]


# Gateway, headers, envelope.


def test_the_gateways_root_answers_in_plain_text(outside: GhnOutside) -> None:
    answer = outside.http.get(f"{outside.url}/shiip")

    assert (answer.status_code, answer.text) == (404, "404 page not found")


@pytest.mark.parametrize(("token", "text"), [("", "Token is required!"), ("nonsense", "Token is not valid!")])
def test_a_call_without_a_good_token_is_refused_as_recorded(
    outside: GhnOutside, token: str, text: str
) -> None:
    answer = outside.call("v2/shop/all", {}, Token=token)

    assert answer.status_code == 401
    assert answer.json() == {"code": 401, "message": text, "data": None}


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"ShopId": "5"}, "SHOP_NOT_FOUND"),
        ({"ShopId": ""}, "SHOP_NOT_FOUND"),
        ({"ShopId": "196561"}, "CLIENT_NOT_OWNER_OF_SHOP"),
    ],
)
def test_an_order_needs_a_shop_of_the_token(outside: GhnOutside, headers: dict[str, str], code: str) -> None:
    answer = outside.call(CREATE, order(), **headers)

    assert (answer.status_code, answer.json()["code_message"]) == (400, code)
    assert outside.all_parcels() == []


def test_the_shop_may_come_in_a_header_with_an_underscore(outside: GhnOutside) -> None:
    assert outside.call(PREVIEW, order(), ShopId="", shop_id="196560").status_code == 200


def test_reads_take_get_and_post(outside: GhnOutside) -> None:
    code = made(outside)

    posted = outside.call("v2/shipping-order/detail", {"order_code": code})
    got = outside.call("v2/shipping-order/detail", {"order_code": code}, method="GET")
    districts = outside.call("master-data/district", {"province_id": 202}, method="GET").json()["data"]

    assert posted.json() == got.json()
    assert posted.json()["data"]["client_order_code"] == "K1"
    assert {row["ProvinceID"] for row in districts} == {202}


def test_broken_json_is_refused_as_go_does(outside: GhnOutside) -> None:
    answer = outside.call(CREATE, b'{"weight": }')

    assert answer.status_code == 400
    assert answer.json()["message"].startswith("code=400, message=Syntax error: offset=")


def test_a_wrong_type_is_refused_by_the_fields_name(outside: GhnOutside) -> None:
    answer = outside.call(CREATE, order(weight="200"))

    assert answer.json()["message"] == (
        "code=400, message=Unmarshal type error: expected=int, got=string, field=weight"
    )


# Create, preview, idempotency.


def test_preview_makes_nothing(outside: GhnOutside) -> None:
    data = outside.call(PREVIEW, order()).json()["data"]

    assert (data["order_code"], data["total_fee"]) == ("", 20_900)
    assert outside.all_parcels() == []


def test_create_answers_in_ghns_shape(outside: GhnOutside) -> None:
    answer = outside.call(CREATE, order(insurance_value=2_000_000)).json()

    data = answer["data"]
    assert (answer["code"], answer["message"]) == (200, "Success")
    assert answer["message_display"] == f"Tạo đơn hàng thành công. Mã đơn hàng: {data['order_code']}"
    assert 6 <= len(data["order_code"]) <= 8
    assert (data["fee"]["main_service"], data["fee"]["insurance"], data["total_fee"]) == (
        20_900,
        10_000,
        30_900,
    )
    assert len(data["fee"]) == 17
    assert data["expected_delivery_time"].endswith("T23:59:59Z")


def test_the_same_client_code_gives_the_first_order_back(outside: GhnOutside) -> None:
    first = outside.call(CREATE, order()).json()["data"]
    again = outside.call(CREATE, order(cod_amount=5)).json()["data"]

    assert again == first
    assert [one["cod_amount"] for one in outside.all_parcels()] == [0]


def test_orders_without_a_client_code_are_all_new(outside: GhnOutside) -> None:
    assert made(outside, client_order_code=None) != made(outside, client_order_code=None)


def test_another_shop_sees_none_of_our_orders(outside: GhnOutside) -> None:
    code = made(outside)

    answer = outside.call(
        "v2/shipping-order/detail", {"order_code": code}, Token=OTHER_TOKEN, ShopId="196561"
    )

    assert answer.json()["code_message"] == "ORDER_NOT_FOUND"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"to_name": ""}, "USER_ERR_COMMON"),
        ({"to_phone": None}, "USER_ERR_COMMON"),
        ({"to_phone": "12"}, "PHONE_INVALID"),
        ({"to_address": " "}, "USER_ERR_COMMON"),
        ({"to_name": "n" * 1025}, "USER_ERR_COMMON"),
        ({"client_order_code": "k" * 51}, "USER_ERR_COMMON"),
        ({"weight": 0}, "USER_ERR_COMMON"),
        ({"weight": -1}, "USER_ERR_COMMON"),
        ({"weight": 50_001}, "USER_ERR_COMMON"),
        ({"weight": 1.5}, "USER_ERR_COMMON"),
        ({"length": 0}, "USER_ERR_COMMON"),
        ({"height": 201}, "USER_ERR_COMMON"),
        ({"service_type_id": 1}, "USER_ERR_COMMON"),
        ({"payment_type_id": None}, "USER_ERR_COMMON"),
        ({"required_note": "YES"}, "USER_ERR_COMMON"),
        ({"cod_amount": 50_000_001}, "USER_ERR_COMMON"),
        ({"cod_amount": -1}, "USER_ERR_COMMON"),
        ({"insurance_value": 5_000_001}, "USER_ERR_COMMON"),
        ({"content": None}, "USER_ERR_COMMON"),
        ({"items": [{"name": "", "quantity": 1}]}, "USER_ERR_COMMON"),
        ({"items": [{"name": "Áo", "quantity": 0}]}, "USER_ERR_COMMON"),
        ({"items": "Áo"}, "USER_ERR_COMMON"),
        ({"service_type_id": 5}, "USER_ERR_COMMON"),
    ],
)
def test_what_ghn_refuses_is_refused_by_create_and_preview(
    outside: GhnOutside, changed: dict[str, Any], code: str
) -> None:
    for path in (CREATE, PREVIEW):
        answer = outside.call(path, order(**changed))
        assert (answer.status_code, answer.json()["code_message"]) == (400, code)
    assert outside.all_parcels() == []


@pytest.mark.parametrize(
    "place",
    [
        {},
        {"to_province_name": "TP. Hồ Chí Minh"},
        {"to_province_name": "ho chi minh", "to_district_name": "quan 1", "to_ward_name": "ben thanh"},
        {"to_province_name": "Hồ Chí Minh", "to_district_name": "Quận 3", "to_ward_name": "Phường 14"},
        {
            "to_province_name": "Đắk Nông",
            "to_district_name": "Huyện Đắk R'Lấp",
            "to_ward_name": "Xã Nghĩa Thắng",
        },
        {"to_province_name": "Hải Phòng", "to_district_name": "Quận Hồng Bàng", "to_ward_name": "Quán Toan"},
        {"to_province_name": None, "to_district_id": 1442, "to_ward_code": "20107"},
        {"is_new_to_address": True, "to_province_name": "Huế", "to_ward_name": "Phường Thuận Hóa"},
        {"is_new_to_address": True, "to_district_name": None, "to_ward_name": "Phường Sài Gòn"},
        {"is_new_to_address": True, "to_province_name": "Hồ Chí Minh", "to_ward_name": "Đặc khu Côn Đảo"},
    ],
)
def test_real_places_of_both_eras_are_taken(outside: GhnOutside, place: dict[str, Any]) -> None:
    answer = outside.call(PREVIEW, order(**place))

    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ({"to_province_name": "Atlantis"}, "PROVINCE_NAME_NOT_VALID"),
        ({"is_new_to_address": True, "to_province_name": "Bình Dương"}, "PROVINCE_NAME_NOT_VALID"),
        ({"to_province_name": ""}, "USER_ERR_COMMON"),
        ({"to_district_name": None}, "USER_ERR_COMMON"),
        ({"to_district_name": "Quận 13"}, "USER_ERR_COMMON"),
        ({"to_ward_name": ""}, "USER_ERR_COMMON"),
        ({"to_ward_name": "Phường Hàng Bạc"}, "WARD_NAME_NOT_VALID"),
        ({"to_district_name": "Quận 3", "to_ward_name": "???"}, "WARD_NAME_NOT_VALID"),
        ({"to_district_name": "Quận 3", "to_ward_name": "Quận 3"}, "WARD_NAME_NOT_VALID"),
        ({"is_new_to_address": True, "to_ward_name": "Quận 1"}, "WARD_NAME_NOT_VALID"),
        ({"is_new_to_address": True, "to_ward_name": ""}, "USER_ERR_COMMON"),
        ({"to_district_id": 1442, "to_ward_code": "21012"}, "WARD_IS_INVALID"),
        ({"from_address": "x", "from_province_name": "Atlantis"}, "FROM_ADDRESS_CONVERT_FAIL"),
    ],
)
def test_places_that_cannot_be_are_refused(outside: GhnOutside, place: dict[str, Any], code: str) -> None:
    answer = outside.call(PREVIEW, order(**place))

    assert (answer.status_code, answer.json()["code_message"]) == (400, code)


def test_there_are_63_old_and_34_new_provinces(outside: GhnOutside) -> None:
    old = outside.call("master-data/province").json()["data"]
    new = outside.call("v3/master-data/province/all", {"offset": 0, "limit": 200}).json()["data"]

    assert (len(old), len(set(OLD_PROVINCES))) == (63, 63)
    assert (len(new), len(set(NEW_PROVINCES))) == (34, 34)
    assert {row["ProvinceName"]: row["ProvinceID"] for row in old}["Hồ Chí Minh"] == 202
    assert (new[0]["name"], new[0]["_id"], new[0]["type"]) == ("Hồ Chí Minh", 1_000_001, "province")


def test_a_district_without_wards_has_null_for_a_list(outside: GhnOutside) -> None:
    districts = outside.call("master-data/district").json()["data"]
    bare = next(row for row in districts if row["DistrictName"] == "Huyện Hoàng Sa")

    assert outside.call("master-data/ward", {"district_id": bare["DistrictID"]}).json()["data"] is None
    assert len(outside.call("master-data/ward", {"district_id": 1442}).json()["data"]) == 10


def test_an_address_conflict_can_be_switched_on(outside: GhnOutside) -> None:
    outside.control("address-conflict", times=1)

    refused = outside.call(CREATE, order())

    assert (refused.status_code, refused.json()["message"]) == (400, "To address conflict")
    assert outside.call(CREATE, order()).status_code == 200


# Weights and fees.


@pytest.mark.parametrize(("size", "grams"), [((15, 15, 15), 675), ((10, 10, 10), 200)])
def test_size_converts_to_weight_as_recorded(size: tuple[int, int, int], grams: int) -> None:
    assert converted_weight(*size) == grams


@pytest.mark.parametrize(("weight", "side", "chargeable"), [(200, 15, 675), (14_773, 10, 14_773)])
def test_the_heavier_of_weight_and_size_is_charged(
    outside: GhnOutside, weight: int, side: int, chargeable: int
) -> None:
    made(outside, weight=weight, length=side, width=side, height=side)

    (parcel,) = outside.all_parcels()
    assert parcel["calculate_weight"] == chargeable


@pytest.mark.parametrize(
    ("origin", "destination", "kind", "weights", "fee"),
    [
        ("Hồ Chí Minh", "Hồ Chí Minh", 2, [500], 20_900),
        ("Hà Nội", "Hồ Chí Minh", 2, [675], 34_000),
        ("Hồ Chí Minh", "Nghệ An", 2, [1_500], 68_200),
        ("Hồ Chí Minh", "Hà Nội", 5, [4_800], 122_100),
    ],
)
def test_fees_meet_the_prices_that_were_seen(
    origin: str, destination: str, kind: int, weights: list[int], fee: int
) -> None:
    assert main_fee(origin, destination, kind, weights) == fee


def test_a_ton_and_a_half_costs_about_what_was_recorded() -> None:
    assert abs(main_fee("Hà Nội", "Hồ Chí Minh", 5, [1_600_000]) - 5_610_316) < 5_000


def test_the_fee_call_takes_old_codes_and_names_the_cod_otherwise(outside: GhnOutside) -> None:
    place = {"to_district_id": 1452, "to_ward_code": "21012", "service_type_id": 2}

    data = outside.call(
        "v2/shipping-order/fee", {**place, "weight": 500, "insurance_value": 2_000_000}
    ).json()

    assert (data["data"]["total"], data["data"]["service_fee"]) == (30_900, 20_900)
    assert data["data"]["insurance_fee"] == 10_000


def test_the_fee_of_an_order_is_told_apart_from_its_detail(outside: GhnOutside) -> None:
    code = made(outside)

    detail = outside.call("v2/shipping-order/detail", {"order_code": code}).json()["data"]
    fee = outside.call("v2/shipping-order/soc", {"order_code": code}).json()["data"]
    missing = outside.call("v2/shipping-order/soc", {"order_code": "NOSUCH"})

    assert "total_fee" not in detail
    assert sum(fee["detail"].values()) == 20_900
    assert (missing.status_code, missing.json()["message"]) == (404, "Không tìm thấy thông tin đơn hàng")


# A parcel's life.


def test_a_parcel_walks_the_happy_path_by_calls(outside: GhnOutside) -> None:
    code = made(outside, cod_amount=330_000)

    walked = [outside.control("advance", order_code=code)["status"] for _ in range(6)]

    assert walked == ["picking", "picked", "storing", "transporting", "delivering", "delivered"]
    (parcel,) = outside.all_parcels()
    assert [step["status"] for step in parcel["log"]] == walked
    assert parcel["is_cod_collected"] is True
    assert parcel["is_cod_transferred"] is False


def test_steps_in_the_same_instant_still_have_times_of_their_own() -> None:
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    with played(lambda: noon) as ghn:
        code = ghn.post(f"/shiip/public-api/{CREATE}", json=order()).json()["data"]["order_code"]
        for _ in range(3):
            log = ghn.post("/_sandbox/advance", json={"order_code": code}).json()["log"]

    assert [step["updated_date"] for step in log] == [
        "2026-11-24T12:00:00.002Z",
        "2026-11-24T12:00:00.003Z",
        "2026-11-24T12:00:00.004Z",
    ]


def test_nothing_leaves_an_end(outside: GhnOutside) -> None:
    code = made(outside)
    outside.control("advance", order_code=code, status="lost")

    answer = outside.http.post(
        f"{outside.url}/_sandbox/advance", json={"order_code": code, "status": "delivered"}
    )

    assert (answer.status_code, answer.json()["error"]) == (400, f"parcel {code} is at its end: lost")


@pytest.mark.parametrize("values", [{}, {"order_code": "X"}, {"order_code": 5}, {"status": "flying"}])
def test_a_wrong_control_call_says_what_is_wrong(outside: GhnOutside, values: dict[str, Any]) -> None:
    answer = outside.http.post(f"{outside.url}/_sandbox/advance", json=values)

    assert answer.status_code == 400
    assert answer.json()["error"]


def test_a_failed_delivery_may_be_tried_again_or_sent_back(outside: GhnOutside) -> None:
    code = made(outside)
    outside.control("advance", order_code=code, status="waiting_to_return")

    again = outside.call("v2/switch-status/storing", {"order_codes": [code]}).json()["data"]
    back = outside.call("v2/switch-status/return", {"order_codes": [code]}).json()["data"]

    assert again == [{"order_code": code, "result": True, "message": "OK"}]
    assert back == [{"order_code": code, "result": True, "message": "OK"}]
    assert outside.control("advance", order_code=code)["status"] == "return_transporting"


def test_cancel_answers_for_each_order(outside: GhnOutside) -> None:
    young, old = made(outside), made(outside, client_order_code="K2")
    outside.control("advance", order_code=old, status="delivering")

    results = outside.call("v2/switch-status/cancel", {"order_codes": [young, old]}).json()["data"]

    assert results == [
        {"order_code": young, "result": True, "message": "OK"},
        {"order_code": old, "result": False, "message": "Trạng thái đơn hàng không hợp lệ"},
    ]


def test_one_unknown_code_rejects_the_whole_cancel(outside: GhnOutside) -> None:
    code = made(outside)

    answer = outside.call("v2/switch-status/cancel", {"order_codes": [code, "NOSUCH"]})

    assert (answer.status_code, answer.json()["code_message"]) == (400, "ORDER_NOT_FOUND")
    assert outside.all_parcels()[0]["status"] == "ready_to_pick"


def test_an_order_can_be_changed_but_not_its_cod_without_an_otp(outside: GhnOutside) -> None:
    code = made(outside, cod_amount=5_000)

    changed = outside.call("v2/shipping-order/update", {"order_code": code, "to_name": "Lê Văn Mới"})
    refused = outside.call("v2/shipping-order/update", {"order_code": code, "cod_amount": 1})
    outside.call("v2/shipping-order/updateCOD", {"order_code": code, "cod_amount": 0})

    (parcel,) = outside.all_parcels()
    assert changed.json()["data"] is None
    assert refused.json()["code_message"] == "OTP_NOT_VALID"
    assert (parcel["to_name"], parcel["cod_amount"]) == ("Lê Văn Mới", 0)


def test_parcels_move_by_themselves_when_switched_on(outside: GhnOutside) -> None:
    made(outside)

    outside.control("auto", seconds=0.05)

    wait_until(lambda: outside.all_parcels()[0]["status"] == "delivered")
    statuses = [step["status"] for step in outside.all_parcels()[0]["log"]]
    assert statuses == ["picking", "picked", "storing", "transporting", "delivering", "delivered"]


# Labels.


def played(clock: Any = lambda: datetime.now(UTC), **options: Any) -> TestClient:
    client = TestClient(play(SandboxContext(FaultBoard(), clock=clock), options).app)
    client.headers.update({"Token": DEMO_TOKEN, "ShopId": "196560"})
    return client


def test_a_label_token_lives_for_half_an_hour() -> None:
    now = [datetime(2026, 11, 24, 8, tzinfo=UTC)]
    with played(lambda: now[0]) as ghn:
        code = ghn.post(f"/shiip/public-api/{CREATE}", json=order()).json()["data"]["order_code"]
        answer = ghn.post("/shiip/public-api/v2/a5/gen-token", json={"order_codes": [code]})
        link = f"/a5/public-api/printA5?token={answer.json()['data']['token']}"

        now[0] += timedelta(minutes=29)
        fresh = ghn.get(link)
        now[0] += timedelta(minutes=2)
        stale = ghn.get(link)

    assert (fresh.status_code, stale.status_code) == (200, 401)
    assert code in fresh.text
    assert code not in stale.text


def test_a_label_escapes_what_a_customer_wrote(outside: GhnOutside) -> None:
    code = made(outside, to_name="<script>alert(1)</script>")
    token = outside.call("v2/a5/gen-token", {"order_codes": [code]}).json()["data"]["token"]

    page = outside.http.get(f"{outside.url}/a5/public-api/print80x80?token={token}").text

    assert "<script>" not in page
    assert "&lt;script&gt;" in page


# Webhooks.


def test_a_webhook_has_every_key_and_the_shops_header(outside: GhnOutside) -> None:
    made(outside, cod_amount=330_000)

    (sent,) = outside.webhooks(1)

    data = httpx.Response(200, content=sent.body).json()
    assert sent.headers["x-chotdon-token"] == SECRET
    assert (data["Type"], data["Status"], data["ShopID"]) == ("create", "ready_to_pick", 196560)
    assert (data["ClientOrderCode"], data["CODAmount"], data["TotalFee"]) == ("K1", 330_000, 20_900)
    assert data["Fee"]["Total"] == 20_900
    assert len(data) == 25


def test_webhooks_of_one_parcel_come_in_order_however_often_they_fail(
    outside: GhnOutside, receiver: Any
) -> None:
    receiver.answers[:] = [500, 503, 200, 429]
    code = made(outside)
    outside.control("advance", order_code=code)

    sent = outside.webhooks(5)

    statuses = [httpx.Response(200, content=one.body).json()["Status"] for one in sent]
    assert statuses == ["ready_to_pick", "ready_to_pick", "ready_to_pick", "picking", "picking"]


def test_a_refused_webhook_is_dropped_for_good(outside: GhnOutside, receiver: Any) -> None:
    receiver.answers[:] = [400]
    code = made(outside)
    outside.control("advance", order_code=code)

    sent = outside.webhooks(2)

    assert [httpx.Response(200, content=one.body).json()["Status"] for one in sent] == [
        "ready_to_pick",
        "picking",
    ]


def test_webhooks_can_arrive_out_of_order(outside: GhnOutside) -> None:
    outside.fail("webhook", "reorder_webhooks")
    code = made(outside)
    outside.control("advance", order_code=code)

    sent = outside.webhooks(2)

    assert [httpx.Response(200, content=one.body).json()["Type"] for one in sent] == [
        "switch_status",
        "create",
    ]


def test_a_webhook_can_be_lost(outside: GhnOutside) -> None:
    outside.fail("webhook", "lose_webhook")
    code = made(outside)
    outside.control("advance", order_code=code)

    sent = outside.webhooks(1)

    assert httpx.Response(200, content=sent[0].body).json()["Status"] == "picking"


def test_weighing_and_paying_out_send_messages_that_are_not_about_the_state(outside: GhnOutside) -> None:
    code = made(outside, cod_amount=330_000)
    outside.control("reweigh", order_code=code, weight=2_600, main_service_fee=25_900)
    outside.control("advance", order_code=code, status="delivered")
    outside.control("cod-transfer", order_code=code)

    data = [httpx.Response(200, content=one.body).json() for one in outside.webhooks(5)]

    assert [one["Type"] for one in data] == ["create", "update_weight", "update_fee", "switch_status", "cod"]
    assert (data[2]["Weight"], data[2]["TotalFee"]) == (2_600, 25_900)
    assert data[4]["CODTransferDate"] is not None


@pytest.mark.parametrize(
    ("policy", "attempts", "status", "wait"),
    [
        ("new", 1, 200, None),
        ("new", 1, 204, None),
        ("new", 1, 404, None),
        ("new", 1, 408, 30.0),
        ("new", 1, 429, 30.0),
        ("new", 2, 500, 60.0),
        ("new", 11, 0, 30_720.0),
        ("new", 12, 0, None),
        ("old", 1, 204, 5.0),
        ("old", 1, 200, None),
        ("old", 10, 404, 5.0),
        ("old", 11, 404, None),
    ],
)
def test_both_ways_of_trying_again(policy: str, attempts: int, status: int, wait: float | None) -> None:
    assert next_attempt(WebhookSettings(policy=policy), attempts, status) == wait


# The rest of the sandbox.


def test_a_create_that_is_still_running_refuses_its_twin() -> None:
    with played(latency_seconds=0.3) as ghn:

        def create(wait: float) -> httpx.Response:
            time.sleep(wait)
            return ghn.post(f"/shiip/public-api/{CREATE}", json=order())

        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(create, [0.0, 0.1])
        third = ghn.post(f"/shiip/public-api/{CREATE}", json=order())

    assert (first.status_code, second.status_code) == (200, 400)
    assert second.json()["message"] == "Too many request. This request is processing"
    assert third.json()["data"]["order_code"] == first.json()["data"]["order_code"]


def test_a_restarted_sandbox_keeps_its_parcels_and_what_it_still_has_to_send(
    tmp_path: Path, receiver: Any, http: httpx.Client
) -> None:
    options = {"ghn": {"webhook_url": receiver.url, "webhook_secret": SECRET, "webhook_retry_seconds": 1.5}}
    receiver.answers[:] = [500]
    headers = {"Token": DEMO_TOKEN, "ShopId": "196560"}
    with SandboxServer(providers=("ghn",), data_dir=tmp_path, options=options) as first:
        url = f"{first.url}/ghn/shiip/public-api/{CREATE}"
        before = http.post(url, json=order(), headers=headers).json()
        receiver.wait_for(1)

    with SandboxServer(providers=("ghn",), data_dir=tmp_path, options=options) as second:
        url = f"{second.url}/ghn/shiip/public-api/{CREATE}"
        after = http.post(url, json=order(), headers=headers).json()
        receiver.wait_for(2)

    assert after["data"] == before["data"]
    assert receiver.requests[0].body == receiver.requests[1].body


@pytest.mark.parametrize("content", ["{", "[]", '{"orders": [{"no": "order"}]}'])
def test_a_broken_state_file_starts_an_empty_sandbox(
    tmp_path: Path, content: str, http: httpx.Client
) -> None:
    path = tmp_path / "sandbox" / "ghn.json"
    path.parent.mkdir()
    path.write_text(content)

    with SandboxServer(providers=("ghn",), data_dir=tmp_path) as server:
        parcels = http.get(f"{server.url}/ghn/_sandbox/parcels").json()

    assert parcels == {"parcels": []}


def test_the_page_lists_parcels_escaped_with_buttons(outside: GhnOutside) -> None:
    code = made(outside, to_name='"><img src=x onerror=alert(1)>')

    page = outside.http.get(outside.server.url).text
    pressed = outside.http.post(
        f"{outside.url}/_sandbox/advance", data={"order_code": code}, headers={"Origin": outside.server.url}
    )

    assert "<img" not in page
    assert f'value="{code}"' in page
    assert (pressed.status_code, pressed.headers["location"]) == (303, "/")
    assert outside.all_parcels()[0]["status"] == "picking"


def test_another_sites_page_cannot_press_the_buttons(outside: GhnOutside) -> None:
    code = made(outside)

    answer = outside.http.post(
        f"{outside.url}/_sandbox/advance",
        data={"order_code": code},
        headers={"Origin": "https://evil.example"},
    )

    assert answer.status_code == 403
    assert outside.all_parcels()[0]["status"] == "ready_to_pick"


def test_the_tracking_page_shows_the_way_and_no_person(outside: GhnOutside) -> None:
    code = made(outside)
    outside.control("advance", order_code=code)

    page = outside.http.get(f"{outside.url}/tracking", params={"order_code": code}).text

    assert code in page
    assert "picking" in page
    assert "Nguyễn" not in page
    assert "0901234567" not in page
