"""`make bench`: each station prints medians and percentiles, on both databases where it has one."""

import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import acknowledging, at_size, demo_shop, ordering, reporting, resetting
from tests.postgres import EmbeddedPostgres


def main(wanted: list[str]) -> None:
    """All stations, or those named: `python -m tests.bench orders chat`."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}"
    print(f"{machine}, Python {platform.python_version()}", flush=True)
    stations: dict[str, Callable[[], None]] = {
        "orders": lambda: on_both(lambda name, url, _folder: ordering.measure(name, url)),
        "size": lambda: on_both(lambda name, url, _folder: at_size.measure(name, url)),
        "webhooks": lambda: on_both(acknowledging.measure),
        "reset": lambda: on_both(resetting.measure),
        "reports": lambda: on_both(reporting.measure),
        "chat": chat,
    }
    for name in wanted or stations:
        if name not in stations:
            raise SystemExit(f"There is no station {name}; there are: {', '.join(stations)}.")
        stations[name]()


def chat() -> None:
    with _folder() as folder:
        demo_shop.measure(folder)


def on_both(measure: Callable[[str, str, Path], None]) -> None:
    with _folder() as folder:
        measure("SQLite", f"sqlite:///{folder / 'bench.db'}", folder)
    server = EmbeddedPostgres()
    try:
        server.run("CREATE DATABASE bench")
        with _folder() as folder:
            measure("PostgreSQL", server.url("bench"), folder)
    finally:
        server.stop()


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
