"""Answers of GHN that its sandbox does not give by itself, settings, and place names."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any

import httpx
import pytest

from core.ports.errors import Misconfigured, OutcomeUnknown, ProviderUnavailable, Rejected
from integrations.carriers.ghn.adapter import GhnCarrier, from_settings
from integrations.carriers.ghn.places import PlaceNames
from integrations.carriers.ghn.settings import GhnSettings

from .conftest import GhnOutside, ghn_settings
from .parcels import NEW_ADDRESS, parcel

Answer = Callable[[str, dict[str, Any]], httpx.Response]


def ghn_that_answers(answer: Answer) -> GhnCarrier:
    """An adapter whose calls are answered by a function of path and body. No place lists are asked for."""

    def transport(request: httpx.Request) -> httpx.Response:
        return answer(request.url.path.removeprefix("/shiip/public-api/"), json.loads(request.content))

    settings = ghn_settings("https://ghn.example", match_places=False)
    return GhnCarrier(settings, httpx.MockTransport(transport))


def always(status: int, body: Any) -> GhnCarrier:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ghn_that_answers(lambda path, sent: httpx.Response(status, content=content))


def envelope(data: Any) -> httpx.Response:
    return httpx.Response(200, json={"code": 200, "message": "Success", "data": data})


ORDER = {"order_code": "LABCDE", "client_order_code": "K1", "status": "delivering"}


def test_token_and_shop_go_out_in_the_headers_and_nowhere_else() -> None:
    seen: list[httpx.Request] = []

    def transport(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return envelope({"shops": [{"_id": 196560, "name": "Shop"}], "last_offset": 1})

    ghn = GhnCarrier(ghn_settings("https://ghn.example"), httpx.MockTransport(transport))

    assert ghn.check() == "Shop (ShopId 196560)"
    (request,) = seen
    assert str(request.url) == "https://ghn.example/shiip/public-api/v2/shop/all"
    assert (request.headers["token"], request.headers["shopid"]) == (ghn.settings.token, "196560")
    assert json.loads(request.content) == {"offset": 0, "limit": 100}


@pytest.mark.parametrize("status", [200, 401, 400])
def test_a_bad_token_is_seen_in_whatever_status_it_comes(status: int) -> None:
    ghn = always(status, {"code": 401, "message": "Token is not valid!", "data": None})

    with pytest.raises(Misconfigured, match="token"):
        ghn.create(parcel())


@pytest.mark.parametrize("code", ["CLIENT_NOT_OWNER_OF_SHOP", "SHOP_NOT_FOUND"])
def test_a_wrong_shop_names_the_setting(code: str) -> None:
    ghn = always(400, {"code": 400, "message": "x", "data": None, "code_message": code})

    with pytest.raises(Misconfigured, match="shop_id"):
        ghn.create(parcel())


def test_a_refusal_carries_ghns_code_and_both_its_sentences() -> None:
    body = {
        "code": 400,
        "message": "Sai thông tin Required Note",
        "data": None,
        "code_message": "USER_ERR_COMMON",
        "code_message_value": "Xin lỗi, có lỗi xảy ra",
    }

    with pytest.raises(Rejected) as caught:
        always(400, body).create(parcel())

    assert caught.value.code == "USER_ERR_COMMON"
    assert caught.value.message == "Xin lỗi, có lỗi xảy ra · Sai thông tin Required Note"


def test_a_create_that_is_still_running_there_is_unknown() -> None:
    body = {"code": 400, "message": "Too many request. This request is processing", "data": None}

    with pytest.raises(OutcomeUnknown):
        always(400, body).create(parcel())


@pytest.mark.parametrize("body", [b"", b"<html>gateway</html>", b"[]", b'{"code": 200}'])
def test_a_success_that_is_not_ghns_envelope_leaves_a_create_unknown(body: bytes) -> None:
    with pytest.raises(OutcomeUnknown):
        always(200, body).create(parcel())
    with pytest.raises(ProviderUnavailable):
        always(200, body).quote(parcel())


@pytest.mark.parametrize(
    "data", [{}, {"order_code": "L1"}, {"total_fee": 5}, {"order_code": "", "total_fee": 5}]
)
def test_a_create_answer_without_code_or_fee_is_unknown(data: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        ghn_that_answers(lambda path, sent: envelope(data)).create(parcel())


def test_a_fee_printed_as_text_is_read() -> None:
    ghn = ghn_that_answers(lambda path, sent: envelope({"order_code": "LABCDE", "total_fee": "34000"}))

    assert ghn.create(parcel()).fee == 34_000


def test_a_quote_never_goes_out_under_the_parcels_key() -> None:
    sent_bodies: list[dict[str, Any]] = []

    def answer(path: str, sent: dict[str, Any]) -> httpx.Response:
        sent_bodies.append(sent)
        return envelope({"order_code": "", "total_fee": 20_900})

    ghn_that_answers(answer).quote(parcel())

    assert "client_order_code" not in sent_bodies[0]


@pytest.mark.parametrize("shape", [ORDER, [ORDER]])
def test_find_reads_an_object_and_a_list(shape: Any) -> None:
    def answer(path: str, sent: dict[str, Any]) -> httpx.Response:
        return envelope({"detail": {"main_service": 9_000}} if path.endswith("soc") else shape)

    found = ghn_that_answers(answer).find("K1")

    assert found is not None
    assert (found.tracking_number, found.state, found.fee) == ("LABCDE", "delivering", 9_000)
    assert found.tracking_url == "https://donhang.ghn.vn?order_code=LABCDE"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"code": 200, "data": None}),
        (200, {"code": 200, "data": []}),
        (400, {"code": 400, "data": None, "code_message": "ORDER_NOT_FOUND", "message": "x"}),
        (404, {"code": 404, "data": None, "message": "x"}),
        (
            400,
            {
                "code": 400,
                "data": None,
                "code_message": "USER_ERR_COMMON",
                "message": "Đơn hàng không tồn tại",
            },
        ),
        (200, {"code": 200, "data": {**ORDER, "client_order_code": "ANOTHER"}}),
    ],
)
def test_find_says_none_in_each_way_that_ghn_says_it(status: int, body: dict[str, Any]) -> None:
    assert always(status, body).find("K1") is None


@pytest.mark.parametrize("status", [404, 400])
def test_find_does_not_take_a_gateways_page_for_a_none(status: int) -> None:
    with pytest.raises(Rejected):
        always(status, b"404 page not found").find("K1")


def test_a_fee_that_ghn_cannot_tell_yet_is_zero() -> None:
    def answer(path: str, sent: dict[str, Any]) -> httpx.Response:
        if path.endswith("soc"):
            body = {"code": 404, "data": None, "message": "Không tìm thấy thông tin đơn hàng"}
            return httpx.Response(404, json=body)
        return envelope(ORDER)

    found = ghn_that_answers(answer).find("K1")

    assert found is not None
    assert found.fee == 0


def test_an_unknown_status_of_a_found_parcel_needs_a_person() -> None:
    def answer(path: str, sent: dict[str, Any]) -> httpx.Response:
        return envelope({"detail": {}} if path.endswith("soc") else {**ORDER, "status": "teleported"})

    found = ghn_that_answers(answer).find("K1")

    assert found is not None
    assert found.state == "exception"


@pytest.mark.parametrize(("status", "refused"), [("cancel", False), ("delivering", True)])
def test_a_refused_cancel_is_fine_when_the_parcel_is_cancelled_already(status: str, refused: bool) -> None:
    def answer(path: str, sent: dict[str, Any]) -> httpx.Response:
        if path.endswith("detail"):
            return envelope({**ORDER, "status": status})
        assert sent["order_codes"] == ["LABCDE"]
        return envelope([{"order_code": "LABCDE", "result": False, "message": "Trạng thái không hợp lệ"}])

    ghn = ghn_that_answers(answer)

    if refused:
        with pytest.raises(Rejected, match="Trạng thái"):
            ghn.cancel("LABCDE")
    else:
        ghn.cancel("LABCDE")


def test_a_cancel_that_worked_asks_nothing_more() -> None:
    asked: list[str] = []

    def answer(path: str, sent: dict[str, Any]) -> httpx.Response:
        asked.append(path)
        return envelope([{"order_code": "LABCDE", "result": True, "message": "OK"}])

    ghn_that_answers(answer).cancel("LABCDE")

    assert asked == ["v2/switch-status/cancel"]


def test_check_refuses_a_shop_that_the_token_does_not_own(outside: GhnOutside) -> None:
    ghn = GhnCarrier(ghn_settings(outside.url, shop_id=5))

    with closing(ghn), pytest.raises(Misconfigured, match="shop_id"):
        ghn.check()


def test_check_shows_the_shops_name(carrier: GhnCarrier) -> None:
    assert carrier.check() == "Cửa hàng mẫu (ShopId 196560)"


def test_the_carrier_gives_no_label_to_store_but_a_link_to_open(
    carrier: GhnCarrier, outside: GhnOutside
) -> None:
    made = carrier.create(parcel())

    token = carrier.client.gen_label_token(made.tracking_number)
    page = outside.http.get(carrier.client.label_url(token))

    assert carrier.label(made.tracking_number) is None
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert made.tracking_number in page.text


def test_names_go_out_as_ghn_spells_them(carrier: GhnCarrier) -> None:
    typed = {
        "is_new_to_address": False,
        "to_province_name": "hồ chí minh",
        "to_district_name": "Quận 01",
        "to_ward_name": "phường bến thành",
    }

    assert PlaceNames(carrier.client).as_ghn_writes(typed) == {
        "to_province_name": "Hồ Chí Minh",
        "to_district_name": "Quận 1",
        "to_ward_name": "Phường Bến Thành",
    }


def test_names_of_the_new_era_are_matched_in_its_own_lists(carrier: GhnCarrier) -> None:
    typed = {
        "is_new_to_address": True,
        "to_province_name": "TP Hà Nội",
        "to_ward_name": "phường  hoàn kiếm",
    }

    assert PlaceNames(carrier.client).as_ghn_writes(typed) == {
        "to_province_name": "Hà Nội",
        "to_ward_name": "Phường Hoàn Kiếm",
    }


def test_a_place_that_ghns_lists_do_not_hold_goes_out_in_our_words(
    carrier: GhnCarrier, outside: GhnOutside
) -> None:
    request = parcel(receiver=replace(NEW_ADDRESS, ward="Xã Yên Nghĩa", province="Tỉnh Ninh Bình"))

    made = carrier.create(request)

    assert outside.parcels(request.key) == [made.tracking_number]


def test_lists_of_places_are_asked_once_and_their_failure_stops_nothing() -> None:
    asked: list[str] = []

    def transport(request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/shiip/public-api/")
        asked.append(path)
        if "master-data" in path:
            return httpx.Response(503)
        return envelope({"order_code": "LABCDE", "total_fee": 1})

    ghn = GhnCarrier(ghn_settings("https://ghn.example"), httpx.MockTransport(transport))

    ghn.create(parcel())
    ghn.create(parcel())

    assert asked == ["master-data/province", "v2/shipping-order/create", "v2/shipping-order/create"]


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"token": ""}, "token"),
        ({"token": "có dấu"}, "token"),
        ({"token": "two\nlines"}, "token"),
        ({"base_url": "ghn.vn"}, "base_url"),
        ({"shop_id": "abc"}, "shop_id"),
        ({"shop_id": 0}, "shop_id"),
        ({"required_note": "ALLOW"}, "required_note"),
        ({"match_places": "perhaps"}, "match_places"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(changed: dict[str, Any], named: str) -> None:
    with pytest.raises(Misconfigured, match=f"setting {named}") as caught:
        ghn_settings(**{"base_url": "http://127.0.0.1:9", **changed})

    assert "two\nlines" not in str(caught.value)


def test_a_missing_setting_is_refused_by_name() -> None:
    with pytest.raises(Misconfigured, match="setting token is missing"):
        GhnSettings.from_values({"base_url": "http://127.0.0.1:9", "shop_id": 1, "webhook_secret": "s"})


def test_settings_may_come_as_text_and_hide_their_secrets() -> None:
    ghn = from_settings(
        {
            "base_url": "https://online-gateway.ghn.vn/",
            "token": "secret-token",
            "shop_id": "196560",
            "webhook_secret": "secret-word",
            "match_places": "no",
            "read_seconds": "12.5",
        }
    )

    assert ghn.settings.base_url == "https://online-gateway.ghn.vn"
    assert (ghn.settings.shop_id, ghn.settings.match_places, ghn.settings.read_seconds) == (
        196560,
        False,
        12.5,
    )
    assert "secret" not in repr(ghn.settings).replace("webhook_secret", "")
