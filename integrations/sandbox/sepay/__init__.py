"""SePay, played: transfers are made by hand under `/_sandbox/` and told to the shop's address over real HTTP.

It shares no code with the adapter or the core: it is the outside.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from integrations.sandbox.app import SandboxContext
from integrations.sandbox.page import Button, Row, Section
from integrations.sandbox.sepay.account import Account, read_options
from integrations.sandbox.sepay.sender import Sender


class PlayedSepay:
    name = "sepay"

    def __init__(self, context: SandboxContext, options: Mapping[str, Any]) -> None:
        settings = read_options(options)
        self.sender = Sender(settings, context.faults)
        self.account = Account(context.clock, context.changed, options)
        self.app = Starlette(
            routes=[
                Route("/_sandbox/transfers", self._transfers, methods=["GET", "POST"]),
                Route("/_sandbox/repeat", self._repeat, methods=["POST"]),
                Route("/_sandbox/webhooks", self._webhooks),
                Route("/{rest:path}", _nothing_here, methods=["GET", "POST"]),
            ]
        )

    def tick(self, now: datetime) -> None:
        self.sender.tick(now.timestamp())

    def section(self) -> Section:
        rows = tuple(
            Row(
                (str(t["id"]), str(t["transactionDate"]), str(t["content"]), f"{t['transferAmount']:,}"),
                (Button("Tell again", "/sepay/_sandbox/repeat", (("id", str(t["id"])),)),),
            )
            for t in reversed(self.account.transfers[-100:])
        )
        note = (
            f"Account {self.account.number} ({self.account.gateway}). "
            f"Webhooks go to {self.sender.settings.url or 'nowhere'}."
        )
        return Section("SePay: transfers", ("Id", "Time", "Memo", "Amount (đ)"), rows, note)

    def snapshot(self) -> dict[str, Any]:
        return {**self.account.snapshot(), "pending": self.sender.pending()}

    def restore(self, saved: Mapping[str, Any]) -> None:
        self.account.restore(saved)
        self.sender.restore(saved["pending"])

    def reset(self) -> None:
        self.account.reset()
        self.sender.clear()

    def close(self) -> None:
        self.sender.close()

    async def _transfers(self, request: Request) -> Response:
        if request.method == "GET":
            return JSONResponse({"transfers": self.account.transfers})
        try:
            made = self.account.make(await _given(request))
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        self.sender.enqueue(made)
        return JSONResponse(made)

    async def _repeat(self, request: Request) -> Response:
        given = await _given(request)
        found = next((t for t in self.account.transfers if str(t["id"]) == str(given.get("id"))), None)
        if found is None:
            return JSONResponse({"error": "no transfer has this id"}, 404)
        self.sender.enqueue(found)
        form = "form" in request.headers.get("content-type", "")
        return RedirectResponse("/", 303) if form else JSONResponse(found)

    async def _webhooks(self, _: Request) -> Response:
        return JSONResponse({"sent": self.sender.records(), "pending": self.sender.pending()})


async def _given(request: Request) -> dict[str, Any]:
    if "form" in request.headers.get("content-type", ""):
        form = await request.form()
        return {key: str(form[key]) for key in form}
    data = await request.json()
    if not isinstance(data, dict):
        raise ValueError("send one JSON object")
    return data


async def _nothing_here(request: Request) -> Response:
    return JSONResponse({"status": 404, "error": "Not Found"}, 404)


def play(context: SandboxContext, options: Mapping[str, Any]) -> PlayedSepay:
    return PlayedSepay(context, options)
