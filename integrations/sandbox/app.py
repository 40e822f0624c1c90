"""The sandbox: every outside service played over real HTTP, with its own state.

Each played provider is a module of this folder that offers `play(context, options) -> PlayedProvider` and is
mounted under its name: `/ghn`, `/sepay`, `/sinvoice`. What only the sandbox can do lies under `/<name>/_sandbox/`.
"""

import json
import logging
import os
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from integrations.sandbox.faults import KINDS, FaultBoard, fault_from_json
from integrations.sandbox.page import Section, render_page

log = logging.getLogger(__name__)

_TICK_SECONDS = 0.1
_SAVE_SECONDS = 1.0
_MAX_BODY = 16 * 1024 * 1024


@dataclass
class SandboxContext:
    """What the sandbox gives each played provider.

    `changed` marks that provider's state as worth saving; `clock` says what time it is.
    """

    faults: FaultBoard
    changed: Callable[[], None] = lambda: None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)


class PlayedProvider(Protocol):
    """One outside service. `tick` and `snapshot` are called from a background thread: hold your own lock."""

    @property
    def name(self) -> str: ...

    @property
    def app(self) -> ASGIApp: ...

    def tick(self, now: datetime) -> None:
        """What happens by itself: a parcel moves on, a webhook is due. Called about ten times a second."""
        ...

    def section(self) -> Section:
        """This provider's table on the sandbox's page."""
        ...

    def snapshot(self) -> dict[str, Any]:
        """All state as JSON values."""
        ...

    def restore(self, saved: Mapping[str, Any]) -> None: ...

    def reset(self) -> None:
        """Forget everything, as on the first day."""
        ...

    def close(self) -> None:
        """Stop what runs in the background. Called once, when the sandbox ends."""
        ...


Options = Mapping[str, Any]
Player = Callable[[SandboxContext, Options], PlayedProvider]


def _play_ghn(context: SandboxContext, options: Options) -> PlayedProvider:
    from integrations.sandbox.ghn import play

    return play(context, options)


def _play_sinvoice(context: SandboxContext, options: Options) -> PlayedProvider:
    from integrations.sandbox.sinvoice import play

    return play(context, options)


def _play_sepay(context: SandboxContext, options: Options) -> PlayedProvider:
    from integrations.sandbox.sepay import play

    return play(context, options)


PLAYERS: Mapping[str, Player] = {"ghn": _play_ghn, "sepay": _play_sepay, "sinvoice": _play_sinvoice}
ALL = tuple(PLAYERS)


@dataclass
class _Kept:
    """One provider with its snapshot file."""

    provider: PlayedProvider
    path: Path | None
    dirty: threading.Event = field(default_factory=threading.Event)

    def load(self) -> None:
        if self.path is None or not self.path.exists():
            return
        try:
            self.provider.restore(json.loads(self.path.read_text("utf-8")))
        except (ValueError, KeyError, TypeError) as error:
            # A sandbox that refuses to start over an old file helps nobody.
            log.warning("sandbox state of %s is unreadable, starting empty: %s", self.provider.name, error)
            self.provider.reset()

    def save(self) -> None:
        if self.path is None or not self.dirty.is_set():
            return
        self.dirty.clear()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(self.provider.snapshot(), ensure_ascii=False), "utf-8")
        os.replace(fresh, self.path)


class Sandbox:
    """All played providers, their faults and their clockwork."""

    def __init__(
        self,
        *,
        data_dir: Path | None = None,
        options: Mapping[str, Options] | None = None,
        providers: Iterable[str] = ALL,
    ) -> None:
        self.faults = FaultBoard()
        self._kept: dict[str, _Kept] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        for name in providers:
            self._add(name, data_dir, (options or {}).get(name, {}))

    def _add(self, name: str, data_dir: Path | None, options: Options) -> None:
        dirty = threading.Event()
        provider = PLAYERS[name](SandboxContext(self.faults, dirty.set), options)
        path = data_dir / "sandbox" / f"{name}.json" if data_dir else None
        self._kept[name] = _Kept(provider, path, dirty)

    @property
    def providers(self) -> Mapping[str, PlayedProvider]:
        return {name: kept.provider for name, kept in self._kept.items()}

    def start(self) -> None:
        for kept in self._kept.values():
            kept.load()
        self._thread = threading.Thread(target=self._run, name="sandbox-clockwork", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5)
        for kept in self._kept.values():
            kept.provider.close()
            kept.save()

    def _run(self) -> None:
        saved = time.monotonic()
        while not self._stop.wait(_TICK_SECONDS):
            for kept in self._kept.values():
                try:
                    kept.provider.tick(datetime.now(UTC))
                except Exception:
                    # The clockwork must outlive one provider's bug; it shows in the log.
                    log.exception("the clockwork of %s failed", kept.provider.name)
            if time.monotonic() - saved > _SAVE_SECONDS:
                saved = time.monotonic()
                for kept in self._kept.values():
                    kept.save()


class _Doorkeeper:
    """Bounds what comes in and keeps other sites' pages away from the controls."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    @staticmethod
    def _refusal(scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length[:12]) > _MAX_BODY:
            return PlainTextResponse("request too large", 413)
        origin = headers.get("origin")
        if origin and "/_sandbox/" in scope["path"] and urlsplit(origin).netloc != headers.get("host"):
            return PlainTextResponse("the controls answer their own page only", 403)
        return None


def create_sandbox_app(
    *,
    data_dir: Path | None = None,
    options: Mapping[str, Options] | None = None,
    providers: Iterable[str] = ALL,
) -> Starlette:
    """Without `data_dir` nothing is written. `options` holds each provider's own, by name."""
    sandbox = Sandbox(data_dir=data_dir, options=options, providers=providers)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        sandbox.start()
        try:
            yield
        finally:
            sandbox.stop()

    async def page(_: Request) -> Response:
        return HTMLResponse(render_page([provider.section() for provider in sandbox.providers.values()]))

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok", "providers": list(sandbox.providers)})

    async def faults(request: Request) -> Response:
        return await _switch_faults(sandbox, request)

    async def reset(request: Request) -> Response:
        return _reset(sandbox, request.path_params["name"])

    routes = [
        Route("/", page),
        Route("/healthz", health),
        Route("/{name}/_sandbox/faults", faults, methods=["GET", "POST", "DELETE"]),
        Route("/{name}/_sandbox/reset", reset, methods=["POST"]),
        *(Mount(f"/{name}", app=provider.app) for name, provider in sandbox.providers.items()),
    ]
    app = Starlette(routes=routes, lifespan=lifespan)
    app.add_middleware(_Doorkeeper)
    app.state.sandbox = sandbox
    return app


async def _switch_faults(sandbox: Sandbox, request: Request) -> Response:
    name = request.path_params["name"]
    if name not in sandbox.providers:
        return JSONResponse({"error": f"no provider {name!r} here"}, 404)
    if request.method == "DELETE":
        sandbox.faults.clear(name)
    if request.method == "POST":
        try:
            data = await request.json()
            if not isinstance(data, dict):
                raise ValueError("send one JSON object")
            sandbox.faults.add(fault_from_json(name, data))
        except ValueError as error:
            return JSONResponse({"error": str(error), "kinds": KINDS}, 400)
    active = [vars(fault) for fault in sandbox.faults.active(name)]
    return JSONResponse({"faults": active})


def _reset(sandbox: Sandbox, name: str) -> Response:
    if name not in sandbox.providers:
        return JSONResponse({"error": f"no provider {name!r} here"}, 404)
    sandbox.faults.clear(name)
    sandbox.providers[name].reset()
    return JSONResponse({"status": "empty"})


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=2,
    )


def run_sandbox(
    listening: socket.socket,
    data_dir: Path | None = None,
    *,
    options: Mapping[str, Options] | None = None,
    providers: Iterable[str] = ALL,
) -> None:
    """Serve until the process is told to end; state is saved then."""
    app = create_sandbox_app(data_dir=data_dir, options=options, providers=providers)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(_config(app)).run(sockets=[listening])


class SandboxServer:
    """A sandbox in a thread of this process on a free port: `with SandboxServer() as server: server.url`."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        listening: socket.socket | None = None,
        data_dir: Path | None = None,
        options: Mapping[str, Options] | None = None,
        providers: Iterable[str] = ALL,
    ) -> None:
        self.app = create_sandbox_app(data_dir=data_dir, options=options, providers=providers)
        self.sandbox: Sandbox = self.app.state.sandbox
        self._socket = listening or socket.create_server((host, port))
        self.host, self.port = host, int(self._socket.getsockname()[1])
        self._server = uvicorn.Server(_config(self.app))
        self._thread = threading.Thread(target=self._serve, name="sandbox", daemon=True)

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket])

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def faults(self) -> FaultBoard:
        return self.sandbox.faults

    def start(self) -> Self:
        self._thread.start()
        deadline = time.monotonic() + 15
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError(f"the sandbox did not start on {self.url}")
            time.sleep(0.01)
        return self

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
