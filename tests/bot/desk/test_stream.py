"""The desk's stream: it goes on where the page left off, whatever the page sends for that."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from bot.app import create_app
from bot.bootstrap import Parts
from bot.shop_setup import DEMO_PASSWORD
from tests.small_shop import served, shop_content

# Not numbers, though `isdigit` holds of the first two; numbers that no message has, or no column.
NO_MESSAGES = (
    b"\xc2\xb2", b"\xb2", b"9" * 5_000, b"99999999999", b"2147483648", b"2147483647", b"-1", b"1.5", b"x",
)  # fmt: skip


@contextmanager
def owner_at(parts: Parts) -> Iterator[httpx.Client]:
    with (
        served(create_app(parts, with_worker=False)) as url,
        httpx.Client(base_url=url, timeout=20) as http,
    ):
        answer = http.post("/api/desk/login", json={"login": "owner", "password": DEMO_PASSWORD})
        http.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        yield http


def say(http: httpx.Client, line: str) -> int:
    """The number of the room's newest message, the answer to this line."""
    seq: int = http.post("/api/desk/commands", json={"text": line}).json()["messages"][-1]["seq"]
    return seq


def next_in_room(lines: Iterator[str]) -> dict[str, Any]:
    kind = ""
    for line in lines:
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data: ") and kind == "room":
            message: dict[str, Any] = json.loads(line.removeprefix("data: "))["message"]
            return message
    raise AssertionError("the stream ended")


def test_it_goes_on_after_the_last_message_that_was_seen(parts: Parts) -> None:
    with owner_at(parts) as http:
        seen = say(http, "/help")
        say(http, "/orders")

        with http.stream("GET", "/api/desk/stream", headers={"Last-Event-ID": str(seen)}) as stream:
            assert next_in_room(stream.iter_lines())["text"] == "/orders"


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_what_names_no_message_is_as_good_as_nothing(parts: Parts) -> None:
    with owner_at(parts) as http:
        say(http, "/orders")

        for last in NO_MESSAGES:
            with http.stream("GET", "/api/desk/stream", headers=[(b"Last-Event-ID", last)]) as stream:
                assert stream.status_code == 200, last
                lines = stream.iter_lines()
                next(lines)
                say(http, "/help")

                assert next_in_room(lines)["text"] == "/help", last


def test_a_page_that_was_open_hears_on_after_a_reset(parts: Parts) -> None:
    with owner_at(parts) as http:
        seen = max(say(http, "/help") for _ in range(3))
        assert http.post("/api/v1/test/reset", json=shop_content()).status_code == 200

        say(http, "/orders")

        with http.stream("GET", "/api/desk/stream", headers={"Last-Event-ID": str(seen)}) as stream:
            assert next_in_room(stream.iter_lines())["text"] == "/orders"
        assert http.get("/api/desk/room").json()["messages"][0]["seq"] > seen
