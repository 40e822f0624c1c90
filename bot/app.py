"""The web application: the core's API, the chat, the desk and the pages."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware

from bot.bootstrap import DEMO_IMAGES, Parts, build_worker
from bot.channels.widget import ChatDesk, chat_router
from bot.mind import Mind
from bot.replies.cards import product_card
from bot.shop_setup import DEMO_PASSWORD, DEMO_STAFF, reset_shop
from bot.web import assistant_api
from bot.web import desk as desk_pages
from bot.web.nlu_api import nlu_router
from bot.web.office.door import OfficeDoor
from core.api import exchange, knowledge, media
from core.api.error_handlers import REFUSALS, add_error_handlers
from core.api.gate import Gate
from core.api.routers import ROUTERS
from core.catalogue.queries import active_products
from core.shop import shop_profile
from core.shop_file.checking import MAX_BYTES
from core.stock.queries import available_by_variant

STATIC = Path(__file__).parent / "web" / "static"
MAX_REQUEST_BYTES = 2 * 1024 * 1024
_WAKE_AFTER_SECONDS = 1.0
_PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data: https:; style-src 'self'; script-src 'self'; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'self'"
)


def create_app(parts: Parts, *, with_worker: bool, is_demo: bool = False) -> FastAPI:
    """The assistant wakes beside the first requests: LangChain and Chroma load after the port has answered."""
    mind = Mind(parts)
    worker = build_worker(parts, mind) if with_worker else None

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        asyncio.get_running_loop().call_later(_WAKE_AFTER_SECONDS, mind.wake)
        if worker is not None:
            worker.start()
        end_chats = await run_in_threadpool(_start_chats, parts)
        yield
        await run_in_threadpool(end_chats)
        if worker is not None:
            await run_in_threadpool(worker.stop)

    app = FastAPI(title="Chotdon", version=version("chotdon"), lifespan=lifespan)
    app.state.desk = parts.desk
    add_error_handlers(app, desk_pages.wording)
    chat = ChatDesk(
        db=parts.db,
        think=mind.think,
        clock=parts.clock,
        rate_limit=parts.settings.rate_limit_per_minute,
        live=mind.live,
    )
    app.include_router(chat_router(chat))
    for router in ROUTERS:
        app.include_router(router)
    app.include_router(media.files)
    app.include_router(assistant_api.router)
    app.state.lexicon = parts.words.lexicon
    app.include_router(nlu_router(app.state.lexicon, parts.addresses))
    app.include_router(desk_pages.router)
    _add_chat_routers(app, parts)
    if parts.settings.allow_reset:
        _add_reset(app, parts)
    _add_pages(app, parts, is_demo=is_demo)
    _add_middleware(app, parts)
    return app


def _add_chat_routers(app: FastAPI, parts: Parts) -> None:
    app.state.links_staff = parts.telegram is not None
    if parts.telegram is None:
        return
    from bot.channels.telegram.starting import telegram_routers

    for router in telegram_routers(parts.telegram, parts.settings, db=parts.db, clock=parts.clock):
        app.include_router(router)


def _start_chats(parts: Parts) -> Callable[[], None]:
    """Channels that push; returns how to end them."""
    if parts.telegram is None:
        return lambda: None
    from bot.channels.telegram.starting import start

    return start(parts.telegram, parts.settings, db=parts.db, clock=parts.clock)


def _add_middleware(app: FastAPI, parts: Parts) -> None:
    app.add_middleware(Gate, limit_of=_most_bytes)
    origins = [origin.strip() for origin in parts.settings.allowed_origins.split(",") if origin.strip()]
    app.add_middleware(
        CORSMiddleware, allow_origins=origins, allow_methods=["GET", "POST"], expose_headers=["Retry-After"],
        allow_headers=["Content-Type", "Authorization", "Idempotency-Key", "X-Cart-Token"],
    )  # fmt: skip


def _most_bytes(path: str) -> int:
    if path.endswith("/test/reset"):
        return MAX_BYTES
    if path == "/api/v1/knowledge/documents":
        return knowledge.MAX_DOCUMENT_BYTES + 100_000  # and the form around the file
    if path.startswith("/api/v1/imports/") or path == "/office/imports/upload":
        return exchange.MAX_TABLE_BYTES + 100_000
    if path.startswith("/api/v1/products/") and path.endswith("/media") or path == "/office/pictures/upload":
        return media.MAX_UPLOAD_BYTES + 100_000
    return MAX_REQUEST_BYTES


def _add_reset(app: FastAPI, parts: Parts) -> None:
    body = {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}

    @app.post("/api/v1/test/reset", tags=["test"], responses=REFUSALS, openapi_extra={"requestBody": body})
    async def reset(request: Request) -> dict[str, int]:
        """Start afresh from a shop file. Only with CHOTDON_ALLOW_RESET=1; keys and staff stay."""
        return await run_in_threadpool(reset_shop, parts, await request.body())


def _add_pages(app: FastAPI, parts: Parts, *, is_demo: bool) -> None:
    logins = ";".join(f"{login}:{DEMO_PASSWORD}" for login, _, _ in DEMO_STAFF) if is_demo else ""
    sandbox = f"http://127.0.0.1:{parts.settings.sandbox_port}/" if is_demo else ""

    def page(name: str) -> HTMLResponse:
        html = (STATIC / name).read_text("utf-8")
        html = html.replace("{{demo_logins}}", logins).replace("{{sandbox}}", sandbox)
        return HTMLResponse(html, headers={"Content-Security-Policy": _PAGE_POLICY})

    @app.get("/", include_in_schema=False)
    def shop_page() -> HTMLResponse:
        return page("index.html")

    @app.get("/desk", include_in_schema=False)
    def desk_page() -> HTMLResponse:
        return page("desk.html")

    @app.get("/widget.js", include_in_schema=False)
    def widget() -> Response:
        return Response(
            (STATIC / "widget.js").read_bytes(),
            media_type="text/javascript",
            headers={"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"},
        )

    @app.get("/shop/products", include_in_schema=False)
    def shop_products() -> dict[str, Any]:
        with parts.db.read_transaction() as session:
            return _shop_window(session)

    app.mount("/media/demo", StaticFiles(directory=DEMO_IMAGES), name="demo-images")
    app.mount("/office", OfficeDoor(), name="office")
    app.mount("/static", StaticFiles(directory=STATIC), name="static")


def _shop_window(session: Session) -> dict[str, Any]:
    profile = shop_profile(session)
    products = active_products(session)[:200]
    available = available_by_variant(session, [v.id for p in products for v in p.variants])
    return {
        "shop": profile.model_dump(include={"name", "hotline", "address", "opening_hours"}),
        "products": [
            {
                **product_card(product, available, "vi"),
                "title_en": product.name_en,
                "description_en": product.description_en,
                "category": product.category,
                "category_en": product.category_en,
            }
            for product in products
        ],
    }
