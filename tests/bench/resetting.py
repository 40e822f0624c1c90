"""Starting afresh from a shop file, again and again."""

import json
import time
from pathlib import Path
from typing import Any

import httpx

from bot.demo import shop_file_path
from core.api.auth import create_key
from core.clock import utc_now
from core.db import Database
from core.schema import upgrade
from tests.bench.measuring import chotdon, percentiles
from tests.small_shop import large_shop


def measure(name: str, url: str, folder: Path) -> None:
    db = Database(url)
    upgrade(db)
    with db.transaction() as session:
        key = create_key(session, name="bench", scopes=["all"], now=utc_now())
    db.close()
    shops: dict[str, Any] = {
        "the demo": json.loads(shop_file_path().read_bytes()),
        "300 products": large_shop(300),
    }
    with (
        chotdon("serve", folder, database_url=url, allow_reset="1") as desk,
        httpx.Client(base_url=desk.url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as http,
    ):
        for what, content in shops.items():
            times = []
            for _ in range(5):
                began = time.perf_counter()
                http.post("/api/v1/test/reset", json=content).raise_for_status()
                times.append(time.perf_counter() - began)
            print(f"reset to {what}, {name}: {percentiles(times)}", flush=True)
