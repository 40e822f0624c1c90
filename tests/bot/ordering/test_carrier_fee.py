"""A shop without a fee of its own passes on the carrier's, asked at GHN's sandbox over HTTP."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.app import create_app
from bot.bootstrap import Parts, build_parts
from bot.shop_setup import reset_shop
from core.api.auth import create_key
from core.settings import Settings
from integrations.sandbox.app import SandboxServer
from integrations.sandbox.faults import Fault
from tests.bot.conftest import Chat
from tests.bot.ordering.conftest import DETAILS, awaiting, said, tea_shop

FAR = "xã Mường Phăng, thành phố Điện Biên Phủ, tỉnh Điện Biên"


@dataclass
class Opened:
    parts: Parts
    client: TestClient
    sandbox: SandboxServer

    def total_of(self, answer: dict[str, Any]) -> tuple[int, int]:
        card = next(c for reply in answer["replies"] for c in reply["cards"] if c["type"] == "summary")
        return card["shipping_fee"], card["total"]

    def cart(self) -> str:
        """By the API, of one pack of tea."""
        with self.parts.db.transaction() as session:
            key = create_key(session, name="till", scopes=["all"], now=self.parts.clock())
        self.client.headers["Authorization"] = f"Bearer {key}"
        body = {
            "lines": [{"sku": "TRA-LAI-100", "quantity": 1}], "name": "Lan", "phone": "0901234567",
            "address": "12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM",
        }  # fmt: skip
        answer = self.client.post("/api/v1/carts", json=body)
        assert answer.status_code == 201, answer.text
        cart_id: str = answer.json()["id"]
        return cart_id


Open = Callable[..., Opened]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    parts: list[Parts] = []
    with SandboxServer(providers=("ghn",)) as sandbox:

        def open_with(shipping: dict[str, Any]) -> Opened:
            settings = Settings(
                _env_file=None, data_dir=tmp_path, embeddings="lexical", ghn_base_url=f"{sandbox.url}/ghn"
            )
            parts.append(build_parts(settings))
            content = tea_shop()
            content["shop"]["shipping"] = shipping
            reset_shop(parts[-1], json.dumps(content).encode())
            client = TestClient(create_app(parts[-1], with_worker=False), raise_server_exceptions=False)
            return Opened(parts[-1], client, sandbox)

        yield open_with
        for each in parts:
            each.close()


def test_the_buyer_is_told_and_pays_what_the_carrier_asks(opened: Open) -> None:
    shop = opened({})
    near = Chat(shop.client).say(f"cho mình 1 trà lài 100g, {DETAILS['vi']}")
    far = Chat(shop.client).say(f"cho mình 1 trà lài 100g, tên Lan, sđt 0901234567, địa chỉ 5 Bản Cò, {FAR}")

    near_fee, near_total = shop.total_of(near)
    far_fee, far_total = shop.total_of(far)
    assert (near_total, far_total) == (90_000 + near_fee, 90_000 + far_fee)
    assert 0 < near_fee < far_fee


def test_the_order_keeps_the_fee_that_was_shown(opened: Open) -> None:
    shop = opened({})
    chat = Chat(shop.client)
    fee, total = shop.total_of(chat.say(f"cho mình 1 trà lài 100g, {DETAILS['vi']}"))

    placed = chat.say("ok chốt")

    assert placed["state"]["order"]["total"] == total == 90_000 + fee


@pytest.mark.parametrize("shipping", [{"flat_fee": 25_000}, {"free_from_subtotal": 90_000}])
def test_who_does_not_pay_the_carrier_s_fee_does_not_need_the_carrier(
    opened: Open, shipping: dict[str, Any]
) -> None:
    shop = opened(shipping)
    shop.sandbox.faults.add(Fault("ghn", "preview", "error_before", times=None))

    fee, _total = shop.total_of(Chat(shop.client).say(f"cho mình 1 trà lài 100g, {DETAILS['vi']}"))

    assert fee == shipping.get("flat_fee", 0)


def test_a_carrier_that_does_not_tell_makes_no_order_for_nothing(opened: Open) -> None:
    shop = opened({})
    shop.sandbox.faults.add(Fault("ghn", "preview", "error_before", times=None))
    chat = Chat(shop.client)

    answer = chat.say(f"cho mình 1 trà lài 100g, {DETAILS['vi']}")

    assert "phí giao" in said(answer)
    assert "nhân viên" in said(answer)
    assert answer["state"]["handed_off"]
    assert awaiting(answer) != "confirm"
    assert answer["state"]["cart"]["subtotal"] == 90_000
    assert chat.say("chốt")["state"]["order"] is None


def test_a_carrier_that_keeps_silent_is_not_waited_for(opened: Open) -> None:
    shop = opened({})
    shop.sandbox.faults.add(Fault("ghn", "preview", "hang_before", seconds=12))
    began = time.monotonic()

    answer = Chat(shop.client).say(f"cho mình 1 trà lài 100g, {DETAILS['vi']}")

    assert time.monotonic() - began < 11
    assert answer["state"]["handed_off"]


def test_the_api_quotes_the_carrier_s_fee_or_says_that_it_is_not_known(opened: Open) -> None:
    shop = opened({})
    cart = shop.cart()
    once = {"Idempotency-Key": "one"}

    quote = shop.client.post(f"/api/v1/carts/{cart}/quotes", headers=once)
    shop.sandbox.faults.add(Fault("ghn", "preview", "error_before", times=None))
    again = shop.client.post(f"/api/v1/carts/{cart}/quotes", headers=once)
    other = shop.client.post(f"/api/v1/carts/{cart}/quotes")

    assert quote.status_code == 201, quote.text
    assert quote.json()["total"] > 90_000
    assert again.json() == quote.json()
    assert other.status_code == 503
    assert other.json()["error"]["code"] == "carrier_fee_unknown"
    assert "flat_fee" in other.json()["error"]["message"]
