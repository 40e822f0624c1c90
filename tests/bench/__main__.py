"""`make bench`: orders over HTTP on both databases, chat turns, start-up and memory. Prints medians and percentiles."""

import os
import platform
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from core.db import Database
from core.schema import upgrade
from tests.postgres import EmbeddedPostgres
from tests.small_shop import cart_body, fill

SECONDS = 6.0
TURNS = (
    "xin chào",
    "áo thun đen còn size L không shop",
    "cho mình 2 áo thun cotton đen size L",
    "phí ship bao nhiêu vậy",
    "à lấy 3 cái",
    "tên Lan",
    "0901234567",
    "12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM",
    "đổi sang size M",
    "chốt",
)
SERVER = """
import sys, uvicorn, bot.tables
from core.db import Database
from tests.small_shop import desk_app
uvicorn.run(desk_app(Database(sys.argv[1])), port=int(sys.argv[2]), log_config=None, access_log=False, ws="none")
"""


def percentiles(times: list[float]) -> str:
    ordered = sorted(times)
    p95 = ordered[int(len(ordered) * 0.95) - 1]
    return f"p50 {statistics.median(ordered) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms"


def wait_healthy(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/healthz").status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise SystemExit(f"the server on {url} did not start")


def one_order(http: httpx.Client, serial: int) -> None:
    lines = [{"sku": "LY-1", "quantity": 1}, {"sku": "HOA-1", "quantity": 1}]
    cart = http.post("/api/v1/carts", json=cart_body(lines=lines, phone=f"09{serial % 10**8:08d}")).json()
    quote = http.post(f"/api/v1/carts/{cart['id']}/quotes").json()
    answer = http.post("/api/v1/orders", json={"quote_id": quote["id"]})
    answer.raise_for_status()


def orders(name: str, url: str) -> None:
    db = Database(url)
    upgrade(db)
    key = fill(db, stock=1_000_000)
    db.close()
    port = 18_000 + os.getpid() % 1000
    server = subprocess.Popen([sys.executable, "-c", SERVER, url, str(port)])
    base = f"http://127.0.0.1:{port}"
    try:
        wait_healthy(base)
        for clients in (1, 8, 32):
            times = crowd(clients, base, key)
            print(
                f"orders, {name}, {clients:2d} clients: {len(times) / SECONDS:6.1f}/s, {percentiles(times)}"
            )
    finally:
        server.terminate()
        server.wait(20)


def crowd(clients: int, base: str, key: str) -> list[float]:
    end = time.monotonic() + SECONDS

    def client(number: int) -> list[float]:
        times = []
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=base, headers=headers, timeout=60) as http:
            while time.monotonic() < end:
                began = time.perf_counter()
                one_order(http, 1_000_000 * number + len(times) + 10_000_000)
                times.append(time.perf_counter() - began)
        return times

    with ThreadPoolExecutor(clients) as pool:
        return [t for times in pool.map(client, range(clients)) for t in times]


def whole_shop(folder: Path) -> None:
    port = 19_000 + os.getpid() % 1000
    environment = {**os.environ, "CHOTDON_DATA_DIR": str(folder), "CHOTDON_PORT": str(port),
                   "CHOTDON_SANDBOX_PORT": str(port + 1)}  # fmt: skip
    command = [sys.executable, "-m", "bot"]
    for start in ("first", "second"):
        began = time.monotonic()
        shop = subprocess.Popen(
            [*command, "demo"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_healthy(f"http://127.0.0.1:{port}")
        print(f"{start} start of the demo to a healthy /healthz: {time.monotonic() - began:.1f} s")
        if start == "first":
            shop.send_signal(signal.SIGINT)
            shop.wait(20)
    time.sleep(8)
    print(f"memory idle (demo with sandboxes): {memory(shop.pid)} MB")
    times = [t for _ in range(20) for t in dialogue(f"http://127.0.0.1:{port}")]
    print(
        f"chat turns, built-in brain, ten-turn order: {len(times) / sum(times):.0f}/s, {percentiles(times)}"
    )
    print(f"memory after: {memory(shop.pid)} MB")
    shop.send_signal(signal.SIGINT)
    shop.wait(20)


def dialogue(base: str) -> list[float]:
    times, who = [], {}
    with httpx.Client(base_url=base, timeout=60) as http:
        for number, text in enumerate(TURNS):
            began = time.perf_counter()
            answer = http.post(
                "/api/chat/messages", json={**who, "message_id": str(number), "text": text}
            ).json()
            times.append(time.perf_counter() - began)
            who = {k: answer[k] for k in ("conversation_id", "visitor_token")}
    return times


def memory(pid: int) -> int:
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0
    found = re.search(r"VmRSS:\s+(\d+)", status.read_text())
    return int(found.group(1)) // 1024 if found else 0


def main() -> None:
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    )
    stations: list[Callable[[Path], None]] = [
        lambda folder: orders("SQLite", f"sqlite:///{folder / 'bench.db'}"),
        lambda _folder: postgres_orders(),
        whole_shop,
    ]
    for station in stations:
        with tempfile.TemporaryDirectory() as folder:
            station(Path(folder))


def postgres_orders() -> None:
    server = EmbeddedPostgres()
    try:
        server.run("CREATE DATABASE bench")
        orders("PostgreSQL", server.url("bench"))
    finally:
        server.stop()


if __name__ == "__main__":
    main()
