"""Carriers' webhooks at a steady 200 a second: how long until the carrier has its 200."""

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

from tests.bench.measuring import chotdon, percentiles
from tests.bench.plain_http import Connection

A_SECOND = 200
SECONDS = 10
CONNECTIONS = 64
SECRET = "bench-webhook-secret"


def measure(name: str, url: str, folder: Path) -> None:
    settings = {"database_url": url, "ghn_webhook_secret": SECRET, "ghn_shop_id": "196560"}
    with chotdon("serve", folder, "--no-worker", **settings) as desk:
        time.sleep(10)  # what a server loads after its start is another station's
        times = asyncio.run(_rush(desk.url))
    print(f"webhook acknowledged, {name}, {A_SECOND}/s: {percentiles(times)}", flush=True)


async def _rush(base: str) -> list[float]:
    free: asyncio.Queue[Connection] = asyncio.Queue()
    async with AsyncExitStack() as stack:
        for _ in range(CONNECTIONS):
            connection = Connection(base, {"X-Chotdon-Token": SECRET})
            free.put_nowait(await stack.enter_async_context(connection))
        start = time.perf_counter() + 0.5
        return await asyncio.gather(*(_send(free, start, number) for number in range(A_SECOND * SECONDS)))


async def _send(free: asyncio.Queue[Connection], start: float, number: int) -> float:
    """From the moment when it was due, so that waiting for a free connection counts."""
    due = start + number / A_SECOND
    await asyncio.sleep(max(0.0, due - time.perf_counter()))
    connection = await free.get()
    body = {
        "ShopID": 196560, "OrderCode": f"B{number}", "ClientOrderCode": f"c{number}", "Status": "picked",
        "Time": "2026-11-27T03:00:00Z", "Type": "switch_status",
    }  # fmt: skip
    await connection.post("/api/v1/webhooks/carriers/ghn", body)
    free.put_nowait(connection)
    return time.perf_counter() - due
