"""Whole orders through the API: draft of two lines with an address, quote, place."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from core.db import Database
from core.schema import upgrade
from tests.bench.measuring import free_port, percentiles, wait_healthy
from tests.bench.plain_http import Connection
from tests.small_shop import cart_body, fill

SECONDS = 6.0
SERVER = """
import sys, uvicorn, bot.tables
from core.db import Database
from tests.small_shop import desk_app
uvicorn.run(desk_app(Database(sys.argv[1])), port=int(sys.argv[2]), log_config=None, access_log=False, ws="none")
"""


def measure(name: str, url: str) -> None:
    db = Database(url)
    upgrade(db)
    key = fill(db, stock=1_000_000)
    db.close()
    with order_desk(url) as base:
        for clients in (1, 8, 32):
            told(f"orders, {name}", clients, crowd(clients, [base], key))
    if name != "SQLite":  # whose file has one writer, however many processes there are
        with order_desk(url) as one, order_desk(url) as other:
            told(f"orders, {name}, 2 processes", 8, crowd(8, [one, other], key))


def told(what: str, clients: int, times: list[float]) -> None:
    print(f"{what}, {clients:2d} clients: {len(times) / SECONDS:6.1f}/s, {percentiles(times)}", flush=True)


@contextmanager
def order_desk(database_url: str) -> Iterator[str]:
    """The core's API alone, in a process of its own."""
    port = free_port()
    server = subprocess.Popen([sys.executable, "-c", SERVER, database_url, str(port)])
    try:
        wait_healthy(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def crowd(clients: int, bases: Sequence[str], key: str) -> list[float]:
    """So many clients, shared out among these servers, order for a while, each one order after another."""

    async def all_of_them() -> list[float]:
        end = time.monotonic() + SECONDS
        each = await asyncio.gather(
            *(_client(number, bases[number % len(bases)], key, end) for number in range(clients))
        )
        return [t for times in each for t in times]

    return asyncio.run(all_of_them())


async def _client(number: int, base: str, key: str, end: float) -> list[float]:
    times: list[float] = []
    async with Connection(base, {"Authorization": f"Bearer {key}"}) as http:
        while time.monotonic() < end:
            began = time.perf_counter()
            await _one_order(http, 1_000_000 * number + len(times) + 10_000_000)
            times.append(time.perf_counter() - began)
    return times


async def _one_order(http: Connection, serial: int) -> None:
    lines = [{"sku": "LY-1", "quantity": 1}, {"sku": "HOA-1", "quantity": 1}]
    cart = await http.post("/api/v1/carts", cart_body(lines=lines, phone=f"09{serial % 10**8:08d}"))
    quote = await http.post(f"/api/v1/carts/{cart['id']}/quotes")
    await http.post("/api/v1/orders", {"quote_id": quote["id"]})
