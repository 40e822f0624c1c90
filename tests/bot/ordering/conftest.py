"""Shops of two trades with a clock that a test may turn, and talk with them."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.app import create_app
from bot.bootstrap import Parts
from bot.shop_setup import reset_shop, set_up_demo
from core.clock import utc_now
from core.settings import Settings
from tests.bot.conftest import Chat
from tests.demo_shop import empty_parts

DETAILS = {
    "vi": "tên Lan, sđt 0901234567, địa chỉ 12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM",
    "en": "my name is Lan, phone 0901234567, address: 12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM",
    "ko": "0901234567, 주소: 12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM",
}


class Clock:
    def __init__(self) -> None:
        self.moment = utc_now()

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **by: float) -> None:
        self.moment += timedelta(**by)


def lines(answer: dict[str, Any]) -> list[tuple[str, int]]:
    held = answer["state"]["cart"]
    return [(line["sku"], line["quantity"]) for line in held["lines"]] if held else []


def awaiting(answer: dict[str, Any]) -> str:
    return next(iter(answer["state"]["awaiting"]), "")


def said(answer: dict[str, Any]) -> str:
    return "\n".join(reply["text"] for reply in answer["replies"])


def tea_shop() -> dict[str, Any]:
    """Another trade: weights and flavours, one method of payment, orders from 2 million wait for a yes."""

    def option(name: str, english: str, values: dict[str, str]) -> dict[str, Any]:
        return {"name": name, "name_en": english, "values": list(values), "values_en": list(values.values())}

    def variant(sku: str, flavour: str, weight: str, price: int, stock: int) -> dict[str, Any]:
        english = {"Lài": "Jasmine", "Sen": "Lotus"}
        return {
            "sku": sku, "options": {"Hương": flavour, "Khối lượng": weight},
            "options_en": {"Hương": english[flavour], "Khối lượng": weight}, "price": price, "stock": {"A": stock},
        }  # fmt: skip

    return {
        "shop": {
            "name": "Trà Đồi",
            "payment_methods": ["cod"],
            "shipping": {"flat_fee": 25_000},
            "approvals": {"order_total_from": 2_000_000},
            "website": "https://tradoi.example",
            "reminders": {"after_minutes": 60},
        },
        "warehouses": [{"code": "A", "name": "Kho A", "address": "1 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM"}],
        "products": [
            {
                "sku": "TRA", "name": "Trà xanh ướp hoa", "name_en": "Scented green tea",
                "options": [
                    option("Hương", "Flavour", {"Lài": "Jasmine", "Sen": "Lotus"}),
                    option("Khối lượng", "Weight", {"100g": "100g", "500g": "500g"}),
                ],
                "variants": [
                    variant("TRA-LAI-100", "Lài", "100g", 90_000, 30),
                    variant("TRA-LAI-500", "Lài", "500g", 400_000, 3),
                    variant("TRA-SEN-100", "Sen", "100g", 120_000, 30),
                    variant("TRA-SEN-500", "Sen", "500g", 550_000, 0),
                ],
            },
            {
                "sku": "BINH", "name": "Bình pha trà thủy tinh", "name_en": "Glass teapot",
                "variants": [{"sku": "BINH-1", "price": 250_000, "stock": {"A": 50}}],
            },
        ],
    }  # fmt: skip


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def open_shop(tmp_path: Path, clock: Clock) -> Iterator[Callable[..., tuple[Parts, TestClient]]]:
    opened: list[Parts] = []

    def open_one(content: dict[str, Any] | None = None) -> tuple[Parts, TestClient]:
        folder = tmp_path / f"shop{len(opened)}"
        parts = empty_parts(Settings(_env_file=None, data_dir=folder, embeddings="lexical"), clock=clock)
        opened.append(parts)
        if content is None:
            set_up_demo(parts)
        else:
            reset_shop(parts, json.dumps(content).encode())
        return parts, TestClient(create_app(parts, with_worker=False), raise_server_exceptions=False)

    yield open_one
    for parts in opened:
        parts.db.close()


@pytest.fixture
def tea(open_shop: Callable[..., tuple[Parts, TestClient]]) -> tuple[Parts, TestClient]:
    return open_shop(tea_shop())


@pytest.fixture
def tea_chat(tea: tuple[Parts, TestClient]) -> Chat:
    return Chat(tea[1])


@pytest.fixture
def talk(client: TestClient) -> Callable[..., dict[str, Any]]:
    """Say these one after another in a new conversation of the demo shop; gives the last answer."""

    def say(*texts: str, chat: Chat | None = None) -> dict[str, Any]:
        one = chat or Chat(client)
        return [one.say(text) for text in texts][-1]

    return say
