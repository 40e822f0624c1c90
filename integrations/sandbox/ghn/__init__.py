"""GHN, played: `/shiip/public-api/…` as the real gateway, labels, webhooks; its controls under `/_sandbox/`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from integrations.sandbox.app import SandboxContext
from integrations.sandbox.ghn.control import control_routes, page_section
from integrations.sandbox.ghn.endpoints import api_routes
from integrations.sandbox.ghn.options import read_options
from integrations.sandbox.ghn.world import World
from integrations.sandbox.page import Section


class PlayedGhn:
    name = "ghn"

    def __init__(self, context: SandboxContext, options: Mapping[str, Any]) -> None:
        self.world = World(context, read_options(options))
        self.app = Starlette(
            routes=[
                *api_routes(self.world, context.faults),
                *control_routes(self.world),
                Route("/{rest:path}", _nothing_here, methods=["GET", "POST"]),
            ]
        )

    def tick(self, now: datetime) -> None:
        self.world.tick(now)

    def section(self) -> Section:
        return page_section(self.world)

    def snapshot(self) -> dict[str, Any]:
        return self.world.snapshot()

    def restore(self, saved: Mapping[str, Any]) -> None:
        self.world.restore(saved)

    def reset(self) -> None:
        self.world.reset()

    def close(self) -> None:
        self.world.sender.close()


async def _nothing_here(_: Request) -> Response:
    return PlainTextResponse("404 page not found", 404)


def play(context: SandboxContext, options: Mapping[str, Any]) -> PlayedGhn:
    return PlayedGhn(context, options)
