"""What a stranger may send to our address, and why none of it gets in."""

import json
from typing import Any

import pytest

from core.ports.carrier import IncomingRequest
from core.ports.errors import Rejected, SignatureInvalid
from integrations.carriers.ghn.adapter import GhnCarrier

from .conftest import SECRET, ghn_settings
from .test_ghn_mapping import message

GHN = GhnCarrier(ghn_settings("http://127.0.0.1:9"))
PROOF = {"x-chotdon-token": SECRET}


def incoming(body: Any, headers: dict[str, str] = PROOF) -> IncomingRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return IncomingRequest(raw, headers)


def test_a_message_with_the_shops_own_header_is_read() -> None:
    (update,) = GHN.read_webhook(incoming(message()))

    assert (update.tracking_number, update.state) == ("LABCDE", "delivered")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-chotdon-token": ""},
        {"x-chotdon-token": SECRET[:-1]},
        {"x-chotdon-token": SECRET + "x"},
        {"x-chotdon-token": SECRET.upper()},
        {"x-chotdon-token": "mật khẩu"},
        {"authorization": SECRET},
        {"token": SECRET},
    ],
)
def test_a_message_without_the_right_header_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(SignatureInvalid) as caught:
        GHN.read_webhook(incoming(message(), headers))

    assert SECRET not in str(caught.value)


def test_without_a_secret_of_ours_nobody_gets_in() -> None:
    open_door = GhnCarrier(ghn_settings("http://127.0.0.1:9", webhook_secret=""))

    with pytest.raises(SignatureInvalid):
        open_door.read_webhook(incoming(message(), {"x-chotdon-token": ""}))


def test_the_header_is_the_one_that_the_shop_chose() -> None:
    ghn = GhnCarrier(ghn_settings("http://127.0.0.1:9", webhook_header="X-My-Door"))

    assert ghn.read_webhook(incoming(message(), {"x-my-door": SECRET}))
    with pytest.raises(SignatureInvalid):
        ghn.read_webhook(incoming(message()))


@pytest.mark.parametrize("shop_id", [196561, 0, -1, "196560 ", None, [196560], True, 196560.5])
def test_a_message_for_another_shop_is_refused(shop_id: Any) -> None:
    with pytest.raises(Rejected) as caught:
        GHN.read_webhook(incoming(message(ShopID=shop_id)))

    assert caught.value.code == "other_shop"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b"[" * 20_000,
        b'{"ShopID": ' + b"9" * 5000 + b"}",
        b"Status=delivered",
    ],
)
def test_a_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(Rejected) as caught:
        GHN.read_webhook(incoming(body))

    assert caught.value.code == "bad_json"


def test_a_huge_body_is_refused_before_it_is_parsed() -> None:
    body = json.dumps(message(Description="x" * 70_000)).encode()

    with pytest.raises(Rejected) as caught:
        GHN.read_webhook(incoming(body))

    assert caught.value.code == "too_large"


def test_the_header_is_checked_before_anything_is_said_about_the_body() -> None:
    with pytest.raises(SignatureInvalid):
        GHN.read_webhook(incoming(b"{" * 100_000, {}))


@pytest.mark.parametrize("broken", [{"OrderCode": ""}, {"OrderCode": 5}, {"Status": ""}, {"Status": None}])
def test_a_message_that_names_no_parcel_or_no_status_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(Rejected) as caught:
        GHN.read_webhook(incoming(message(**broken)))

    assert caught.value.code == "incomplete"


def test_a_message_of_2021_without_the_newer_keys_is_read() -> None:
    old = {
        "ShopID": 196560,
        "Time": "2021-11-11T03:52:50.158Z",
        "OrderCode": "LABCDE",
        "ClientOrderCode": "",
        "Type": "Create",
        "Status": "ready_to_pick",
    }

    (update,) = GHN.read_webhook(incoming(old))

    assert (update.state, update.key, update.cod_amount, update.fee) == ("created", "", None, None)
