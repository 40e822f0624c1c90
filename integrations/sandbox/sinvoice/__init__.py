"""Viettel S-Invoice, played over HTTP: log-in, the web service below it, its controls under `/_sandbox/`.

It shares no code with the adapter or the core: it is the outside.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from integrations.sandbox.app import SandboxContext
from integrations.sandbox.page import Section
from integrations.sandbox.sinvoice.control import control_routes, page_section
from integrations.sandbox.sinvoice.endpoints import NAME, Desk, api_routes
from integrations.sandbox.sinvoice.options import read_options
from integrations.sandbox.sinvoice.tokens import Tokens
from integrations.sandbox.sinvoice.world import World


class PlayedSInvoice:
    name = NAME

    def __init__(self, context: SandboxContext, options: Mapping[str, Any]) -> None:
        tenant, switches = read_options(options)
        self.world = World([tenant], switches, context.clock, context.changed)
        self.desk = Desk(self.world, Tokens(), context.faults)
        self.app = Starlette(
            routes=[
                *api_routes(self.desk),
                *control_routes(self.desk),
                Route("/{rest:path}", _nothing_here, methods=["GET", "POST"]),
            ]
        )

    def tick(self, now: datetime) -> None:
        self.world.decide_due_codes()

    def section(self) -> Section:
        return page_section(self.desk)

    def snapshot(self) -> dict[str, Any]:
        return self.world.snapshot()

    def restore(self, saved: Mapping[str, Any]) -> None:
        self.world.restore(saved)

    def reset(self) -> None:
        self.world.reset()

    def close(self) -> None:
        self.desk.tokens.clear()


async def _nothing_here(request: Request) -> Response:
    return JSONResponse({"status": 404, "error": "Not Found", "path": request.url.path}, 404)


def play(context: SandboxContext, options: Mapping[str, Any]) -> PlayedSInvoice:
    return PlayedSInvoice(context, options)
