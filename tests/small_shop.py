"""A small shop of the tests' own, and an order desk over HTTP in this process's threads."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.datastructures import State
from starlette.types import ASGIApp, Receive, Scope, Send

from core.api import media
from core.api.access import Desk
from core.api.auth import create_key
from core.api.error_handlers import add_error_handlers
from core.api.routers import ROUTERS
from core.catalogue.media_store import MediaStore
from core.clock import utc_now
from core.db import Database
from core.ports.addresses import AddressReading, DeliveryAddress
from core.shop_file.checking import check_shop_file
from core.shop_file.importing import import_shop

PLACE = DeliveryAddress(
    "old", "12 Lê Lợi", "Phường Bến Nghé", "26740", "Quận 1", "760", "Thành phố Hồ Chí Minh", "79"
)


class OneTown:
    """An address book that knows one place; anything with a question mark is doubtful."""

    def read(self, text: str) -> AddressReading:
        return AddressReading(None, ("ward",)) if "?" in text else AddressReading(PLACE)

    def verify(self, address: DeliveryAddress) -> DeliveryAddress | None:
        return PLACE if address.ward_code == PLACE.ward_code else None


def shop_content(stock: int = 20) -> dict[str, Any]:
    return {
        "shop": {
            "name": "Tiệm",
            "payment_methods": ["cod", "bank_transfer"],
            "shipping": {"flat_fee": 20_000},
        },
        "warehouses": [{"code": "A", "name": "Kho A", "address": "1 Lê Lợi"}],
        "products": [
            {
                "sku": "HOA",
                "name": "Hoa",
                "variants": [{"sku": "HOA-1", "price": 50_000, "stock": {"A": stock}}],
            },
            {
                "sku": "LY",
                "name": "Ly",
                "variants": [{"sku": "LY-1", "price": 30_000, "stock": {"A": 1_000_000}}],
            },
        ],
    }


def large_shop(products: int) -> dict[str, Any]:
    content = shop_content()
    colours, sizes = ["Đen", "Trắng", "Đỏ", "Xanh"], ["S", "M", "L"]
    content["products"] = [
        {
            "sku": f"P{n}", "name": f"Áo mẫu {n}", "category": f"Nhóm {n % 12}", "aliases": [f"ao {n}"],
            "options": [{"name": "Màu", "values": colours}, {"name": "Cỡ", "values": sizes}],
            "variants": [
                {"sku": f"P{n}-{c}-{s}", "options": {"Màu": c, "Cỡ": s}, "price": 100_000 + n, "stock": {"A": n}}
                for c in colours for s in sizes
            ],
        }
        for n in range(products)
    ]  # fmt: skip
    content["faqs"] = [{"id": f"f{n}", "question": f"Câu {n}?", "answer": f"Đáp {n}."} for n in range(60)]
    return content


def fill(db: Database, *, stock: int = 20, now: datetime | None = None) -> str:
    """Import the shop and make an API key for everything; returns the key."""
    moment = now or utc_now()
    with db.transaction() as session:
        import_shop(session, shop=check_shop_file(shop_content(stock)), addresses=OneTown(), now=moment)
        return create_key(session, name="test", scopes=["all"], now=moment)


class DeskApp:
    """The API with a desk of its own over this process's one app: its routes take half a second to build."""

    def __init__(self, desk: Desk) -> None:
        self.state = State({"desk": desk})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        await _routes()(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        return _app().openapi()


def desk_app(db: Database, *, media_dir: Path | None = None) -> DeskApp:
    return DeskApp(Desk(db, utc_now, OneTown(), media=MediaStore(media_dir) if media_dir else None))


@cache
def _routes() -> ASGIApp:
    return _app().build_middleware_stack()


@cache
def _app() -> FastAPI:
    app = FastAPI()
    add_error_handlers(app)
    for router in ROUTERS:
        app.include_router(router)
    app.include_router(media.files)
    return app


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", access_log=False))
    thread = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()


def cart_body(sku: str = "HOA-1", quantity: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "lines": [{"sku": sku, "quantity": quantity}],
        "name": "Lan",
        "phone": "0901234567",
        "address": "12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM",
        **changes,
    }
