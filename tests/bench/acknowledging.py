"""Carriers' webhooks at a steady 200 a second: how long until the carrier has its 200."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.bench.measuring import chotdon, percentiles

A_SECOND = 200
SECONDS = 10
SECRET = "bench-webhook-secret"


def measure(name: str, url: str, folder: Path) -> None:
    settings = {"database_url": url, "ghn_webhook_secret": SECRET, "ghn_shop_id": "196560"}
    with (
        chotdon("serve", folder, "--no-worker", **settings) as desk,
        httpx.Client(base_url=desk.url, timeout=30, limits=httpx.Limits(max_connections=64)) as http,
        ThreadPoolExecutor(64) as pool,
    ):
        http.get("/healthz")
        start = time.perf_counter() + 0.5

        def send(number: int) -> float:
            """From the moment when it was due, so that waiting for a free connection counts."""
            due = start + number / A_SECOND
            time.sleep(max(0.0, due - time.perf_counter()))
            body = {
                "ShopID": 196560, "OrderCode": f"B{number}", "ClientOrderCode": f"c{number}", "Status": "picked",
                "Time": "2026-11-27T03:00:00Z", "Type": "switch_status",
            }  # fmt: skip
            answer = http.post(
                "/api/v1/webhooks/carriers/ghn", json=body, headers={"X-Chotdon-Token": SECRET}
            )
            answer.raise_for_status()
            return time.perf_counter() - due

        times = list(pool.map(send, range(A_SECOND * SECONDS)))
    print(f"webhook acknowledged, {name}, {A_SECOND}/s: {percentiles(times)}", flush=True)
