"""What every station needs: figures from times, a server of its own, a free port."""

import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from core.db import Database


def share(times: Sequence[float], of: float) -> float:
    """The time, in ms, within which this share of all was done."""
    ordered = sorted(times)
    return ordered[min(int(len(ordered) * of), len(ordered) - 1)] * 1000


def percentiles(times: Sequence[float]) -> str:
    middle = statistics.median(times) * 1000
    return f"p50 {middle:.1f} ms, p95 {share(times, 0.95):.1f} ms, p99 {share(times, 0.99):.1f} ms"


def analyse(db: Database) -> None:
    """So that the planner knows how much there is."""
    with db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_healthy(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/healthz").status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.02)
    raise SystemExit(f"the server on {url} did not start")


@dataclass
class Running:
    url: str
    pid: int
    seconds_to_healthy: float

    def memory(self) -> int:
        """Resident, in MB; 0 where the system does not tell."""
        status = Path(f"/proc/{self.pid}/status")
        found = re.search(r"VmRSS:\s+(\d+)", status.read_text()) if status.exists() else None
        return int(found.group(1)) // 1024 if found else 0


@contextmanager
def chotdon(command: str, folder: Path, *options: str, **settings: str) -> Iterator[Running]:
    """`chotdon COMMAND` in a data folder; `settings` without their prefix."""
    port = free_port()
    values: Mapping[str, str] = {
        "data_dir": str(folder),
        "port": str(port),
        "sandbox_port": str(free_port()),
        **settings,
    }
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CHOTDON_")}
    environment |= {f"CHOTDON_{name.upper()}": value for name, value in values.items()}
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", command, *options], env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        wait_healthy(url)
        yield Running(url, process.pid, time.monotonic() - began)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
