"""A shop grown up: 10,000 products and 100,000 orders in the database, against the same shop when it was empty."""

import io
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import httpx

from bot.addresses import AddressBook
from core.actor import SYSTEM
from core.catalogue.finding import Wish, find_by_wish
from core.catalogue.search import search_products
from core.clock import utc_now
from core.db import Database
from core.exchange.importing import prepare, write_prepared
from core.schema import upgrade
from tests.bench.catalogue import STOCK, TYPED, WISHES, many_products, table_of
from tests.bench.history import FAMILY, GIVEN, write_history
from tests.bench.measuring import analyse, percentiles
from tests.bench.ordering import crowd, order_desk, told
from tests.small_shop import cart_body, fill

PRODUCTS, ORDERS, BUYERS = 10_000, 100_000, 30_000
CLIENTS, CONTENDERS, ROUNDS = 8, 64, 5
LISTS: Sequence[dict[str, Any]] = (
    {}, {"status": "new"}, {"fulfilment_state": "shipped"}, {"payment_state": "unpaid"}, {"sales_channel": "shopee"},
    {"status": "completed", "sales_channel": "phone"}, {"q": "CU050000"}, {"q": "+84912345678"},
    {"q": f"{FAMILY[3]} {GIVEN[2]}"}, {"q": "ngoc mai"}, {"q": "không ai tên thế"}, {"limit": 100},
    {"status": "processing", "q": "tuan kiet"},
)  # fmt: skip


def measure(name: str, url: str) -> None:
    db = Database(url)
    upgrade(db)
    key = fill(db, stock=1_000_000)
    with order_desk(url) as base:
        told(f"orders, {name}, empty shop", CLIENTS, crowd(CLIENTS, [base], key))
    _grow(name, db)
    with order_desk(url) as base:
        told(f"orders, {name}, grown shop", CLIENTS, crowd(CLIENTS, [base], key))
        with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {key}"}, timeout=60) as http:
            print(f"order list, {name}: {percentiles(_list_times(http))}", flush=True)
            print(f"{CONTENDERS} buyers for one variant, {name}: {_contend(http):.2f} s", flush=True)
    wish = _times(db, WISHES, lambda session, text: find_by_wish(session, Wish(text)))
    typed = _times(db, TYPED, lambda session, text: search_products(session, text=text, limit=21))
    print(f"the assistant's search, {name}: {percentiles(wish)}", flush=True)
    print(f"the desk's search, {name}: {percentiles(typed)}", flush=True)
    db.close()


def _grow(name: str, db: Database) -> None:
    content = table_of(many_products(PRODUCTS))
    began, worked = time.perf_counter(), time.process_time()
    prepared = prepare(db, kind="products", stream=io.BytesIO(content), filename="a.csv", most_rows=200_000)
    write_prepared(db, prepared, addresses=AddressBook(), actor=SYSTEM, dry_run=False, now=utc_now())
    took, cpu = time.perf_counter() - began, time.process_time() - worked
    print(
        f"import, {name}: {PRODUCTS} products, {prepared.rows} rows in {took:.1f} s ({cpu:.1f} s of CPU)",
        flush=True,
    )
    write_history(db, ORDERS, BUYERS)
    analyse(db)


def _list_times(http: httpx.Client) -> list[float]:
    times = []
    for _ in range(ROUNDS):
        for parameters in LISTS:
            began = time.perf_counter()
            http.get("/api/v1/orders", params=parameters).raise_for_status()
            times.append(time.perf_counter() - began)
    return times


def _contend(http: httpx.Client) -> float:
    """Seconds until all have their answer, and as many their order as there are pieces."""
    sku = many_products(1)[0]["variants"][0]["sku"]
    quotes = []
    for number in range(CONTENDERS):
        cart = http.post("/api/v1/carts", json=cart_body(sku, phone=f"09{70_000_000 + number}")).json()
        quotes.append(http.post(f"/api/v1/carts/{cart['id']}/quotes").json()["id"])
    together = Barrier(CONTENDERS + 1)

    def buy(quote: str) -> int:
        together.wait()
        return http.post("/api/v1/orders", json={"quote_id": quote}).status_code

    with ThreadPoolExecutor(CONTENDERS) as pool:
        answers = [pool.submit(buy, quote) for quote in quotes]
        together.wait()
        began = time.perf_counter()
        codes = [answer.result() for answer in answers]
        took = time.perf_counter() - began
    if codes.count(201) != STOCK:
        raise SystemExit(f"{codes.count(201)} orders for {STOCK} pieces: {codes}")
    return took


def _times(db: Database, texts: Sequence[str], look: Callable[[Any, str], Any]) -> list[float]:
    times = []
    for _ in range(ROUNDS):
        for text in texts:
            began = time.perf_counter()
            with db.read_transaction() as session:
                look(session, text)
            times.append(time.perf_counter() - began)
    return times
