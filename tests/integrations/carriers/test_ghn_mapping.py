"""Between our words and GHN's: every status, every field of an order, every odd spelling of a value."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from core.ports.carrier import ParcelItem
from integrations.carriers.ghn import mapping
from integrations.carriers.ghn.places import spelling_key
from integrations.carriers.ghn.reasons import reason_text

from .conftest import ghn_settings
from .parcels import NEW_ADDRESS, WAREHOUSE, parcel

SETTINGS = ghn_settings("http://127.0.0.1:9")
NOW = datetime(2026, 7, 15, 5, 0, tzinfo=UTC)

STATES = {
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
    "damage": "lost",
    "scrap": "lost",
}


def message(**changed: Any) -> dict[str, Any]:
    """A webhook as GHN documents it."""
    return {
        "ShopID": 196560,
        "Time": "2026-07-15T04:49:47.811Z",
        "OrderCode": "LABCDE",
        "ClientOrderCode": "SHIP-1",
        "Type": "switch_status",
        "Description": "",
        "Status": "delivered",
        "Reason": "",
        "ReasonCode": "",
        "CODAmount": 285000,
        "CODTransferDate": None,
        "Fee": {},
        "TotalFee": 0,
        **changed,
    }


@pytest.mark.parametrize(("status", "state"), STATES.items())
def test_each_of_the_23_statuses_has_its_state(status: str, state: str) -> None:
    update = mapping.update_from_webhook(message(Status=status), NOW)

    assert (update.state, update.carrier_status) == (state, status)


def test_there_are_23_statuses() -> None:
    assert mapping.STATES == STATES
    assert len(STATES) == 23


def test_an_unknown_status_is_kept_and_moves_nothing() -> None:
    update = mapping.update_from_webhook(message(Status="teleported"), NOW)

    assert update.state is None
    assert update.carrier_status == "teleported"


@pytest.mark.parametrize(
    "kind",
    ["update_weight", "update_cod", "update_fee", "update_payment_type", "cod", "update_partial_return"],
)
def test_a_message_that_is_not_about_the_state_moves_nothing(kind: str) -> None:
    assert mapping.update_from_webhook(message(Type=kind), NOW).state is None


@pytest.mark.parametrize("kind", ["Switch_status", "SWITCH_STATUS", "switch_status"])
def test_the_kind_of_a_message_is_read_in_any_case(kind: str) -> None:
    update = mapping.update_from_webhook(message(Type=kind), NOW)

    assert update.state == "delivered"
    assert update.external_id == "LABCDE:switch_status:2026-07-15T04:49:47.811Z:delivered"


def test_a_webhook_is_read_whole() -> None:
    update = mapping.update_from_webhook(
        message(Status="delivery_fail", Reason="", ReasonCode="GHN-DFC1A4", TotalFee=34000), NOW
    )

    assert update.key == "SHIP-1"
    assert update.at == datetime(2026, 7, 15, 4, 49, 47, 811000, tzinfo=UTC)
    assert update.reason == "Người nhận không nghe máy"
    assert (update.cod_amount, update.fee) == (285000, 34000)


def test_a_fee_of_zero_is_no_fee_yet() -> None:
    assert mapping.update_from_webhook(message(TotalFee=0), NOW).fee is None


def test_a_message_with_an_unreadable_time_counts_from_its_arrival() -> None:
    assert mapping.update_from_webhook(message(Time="yesterday"), NOW).at == NOW


@pytest.mark.parametrize(
    "hostile",
    [
        {"CODAmount": "a lot"},
        {"CODAmount": -5},
        {"CODAmount": 10**30},
        {"CODAmount": True},
        {"CODAmount": None},
    ],
)
def test_an_amount_that_cannot_be_one_is_none(hostile: dict[str, Any]) -> None:
    assert mapping.update_from_webhook(message(**hostile), NOW).cod_amount is None


def test_control_characters_and_endless_text_never_pass() -> None:
    update = mapping.update_from_webhook(message(Reason="a\x00b" + "c" * 9000, Status=["delivered"]), NOW)

    assert update.reason.startswith("a bc")
    assert len(update.reason) == 300
    assert (update.carrier_status, update.state) == ("", None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-09-12T16:59:59Z", datetime(2026, 9, 12, 16, 59, 59, tzinfo=UTC)),
        ("2026-09-12T23:59:59+07:00", datetime(2026, 9, 12, 16, 59, 59, tzinfo=UTC)),
        ("2026-09-12T16:59:59", datetime(2026, 9, 12, 16, 59, 59, tzinfo=UTC)),
        ("2026-09-12T16:59:59.123456789Z", datetime(2026, 9, 12, 16, 59, 59, 123456, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+07:00", None),
        ("", None),
        (None, None),
        (1789232399, None),
    ],
)
def test_a_time_is_read_as_utc_and_an_unset_one_is_none(value: Any, expected: datetime | None) -> None:
    assert mapping.moment(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(44000, 44000), ("44000", 44000), ("44.0", None), ("", None)]
)
def test_a_fee_is_read_as_number_and_as_text(value: Any, expected: int | None) -> None:
    assert mapping.amount(value) == expected


def test_a_coupon_makes_the_fee_smaller() -> None:
    assert mapping.fee_total({"main_service": 34000, "insurance": 10000, "coupon": 4000}) == 40000


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("Khách hẹn chiều", "GHN-DFC1A0", "Khách hẹn chiều"),
        ("", "GHN-PFA1A0", "Người gửi hẹn lại ngày lấy hàng"),
        ("", "GHN-NEW001", "GHN-NEW001"),
        ("", "", ""),
    ],
)
def test_a_reason_is_ghns_sentence_or_ours_or_the_bare_code(text: str, code: str, expected: str) -> None:
    assert reason_text(text, code) == expected


def test_an_order_of_the_old_era_names_its_district() -> None:
    request = parcel()

    body = mapping.order_body(request, SETTINGS)

    assert body == {
        "client_order_code": request.key,
        "service_type_id": 2,
        "payment_type_id": 1,
        "required_note": "KHONGCHOXEMHANG",
        "weight": 600,
        "length": 25,
        "width": 20,
        "height": 5,
        "cod_amount": 330_000,
        "insurance_value": 0,
        "content": "Áo thun đen, size L x2",
        "items": [
            {
                "name": "Áo thun đen, size L",
                "code": "AT-DEN-L",
                "quantity": 2,
                "price": 150_000,
                "weight": 300,
            }
        ],
        "to_name": "Nguyễn Thị Mẫu",
        "to_phone": "0901234567",
        "to_address": "12 Lê Lợi",
        "to_ward_name": "Phường Bến Thành",
        "to_district_name": "Quận 1",
        "to_province_name": "Hồ Chí Minh",
        "is_new_to_address": False,
        "from_name": "Kho chính",
        "from_phone": "0900000001",
        "from_address": "5 Nguyễn Huệ",
        "from_ward_name": "Phường Bến Nghé",
        "from_district_name": "Quận 1",
        "from_province_name": "Hồ Chí Minh",
        "is_new_from_address": False,
    }


def test_an_order_of_the_new_era_says_so_and_names_no_district() -> None:
    body = mapping.order_body(parcel(receiver=NEW_ADDRESS), SETTINGS)

    assert body["is_new_to_address"] is True
    assert (body["to_ward_name"], body["to_province_name"]) == ("Phường Hoàn Kiếm", "Hà Nội")
    assert "to_district_name" not in body
    assert body["to_phone"] == "0912345678"


def test_without_a_senders_street_the_shops_profile_at_ghn_counts() -> None:
    body = mapping.order_body(parcel(sender=replace(WAREHOUSE, street="")), SETTINGS)

    assert not [name for name in body if name.startswith(("from_", "is_new_from"))]


@pytest.mark.parametrize(("payer", "expected"), [("shop", 1), ("receiver", 2)])
def test_who_pays_the_fee_is_told(payer: str, expected: int) -> None:
    assert mapping.order_body(parcel(fee_payer=payer), SETTINGS)["payment_type_id"] == expected


@pytest.mark.parametrize(("grams", "kind"), [(1, 2), (19_999, 2), (20_000, 5), (45_000, 5)])
def test_the_service_follows_from_the_weight(grams: int, kind: int) -> None:
    assert mapping.order_body(parcel(weight_g=grams), SETTINGS)["service_type_id"] == kind


def test_a_heavy_order_is_one_item_with_the_parcels_own_size() -> None:
    items = (ParcelItem("Bàn", "BAN", 1, 900_000, 15_000), ParcelItem("Ghế", "GHE", 4, 200_000, 4_000))

    body = mapping.order_body(parcel(items=items, weight_g=31_000, height_cm=60), SETTINGS)

    assert body["items"] == [
        {
            "name": "Bàn x1, Ghế x4",
            "code": "",
            "quantity": 1,
            "price": 0,
            "weight": 31_000,
            "length": 25,
            "width": 20,
            "height": 60,
        }
    ]


def test_a_declared_value_above_the_limit_is_declared_at_the_limit() -> None:
    assert mapping.order_body(parcel(insurance_value=7_500_000), SETTINGS)["insurance_value"] == 5_000_000


def test_texts_too_long_for_ghn_are_cut() -> None:
    items = (ParcelItem("á" * 600, "X", 1, 1, 1),)

    body = mapping.order_body(parcel(items=items, note="n" * 6000), SETTINGS)

    assert (len(body["items"][0]["name"]), len(body["note"])) == (512, 5000)
    assert len(body["content"]) <= 2000


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Phường Hòa Bình", "phường  Hoà bình"),
        ("Phường 01", "Phường 1"),
        ("Thủy Nguyên", "Thuỷ Nguyên"),
        ("Bà Rịa - Vũng Tàu", "Bà Rịa-Vũng Tàu"),
    ],
)
def test_spellings_of_one_name_are_equal(one: str, other: str) -> None:
    assert spelling_key(one) == spelling_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Tân Thanh", "Tân Thành"), ("Phường 1", "Phường 11"), ("Đông Hà", "Dông Hà")]
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert spelling_key(one) != spelling_key(other)
