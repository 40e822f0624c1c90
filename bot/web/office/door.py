"""The way into the pages: the desk's own login, roles, a strict page policy. The pages load at the first visit."""

import secrets
from collections.abc import Mapping
from contextvars import ContextVar
from html import escape
from threading import Lock
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from bot.staff import accounts
from bot.staff.refusals import staff_refusal
from bot.web.desk import COOKIE
from core.actor import Role
from core.api.access import Desk
from core.errors import AppError, NotAllowed, Unauthenticated

MONEY: tuple[Role, ...] = ("owner", "manager")
"""Who may change anything here, and see what concerns money or staff."""
STOCK: tuple[Role, ...] = (*MONEY, "warehouse", "accountant")
"""Who may come in at all: the others look at the stock."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
nonce: ContextVar[str] = ContextVar("nonce", default="")


class OfficeDoor:
    """Mounted at /office. Every page behind it finds `desk` and `staff` in the request's state."""

    def __init__(self) -> None:
        self._site: ASGIApp | None = None
        self._building = Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await WebSocketClose()(scope, receive, send)
            return
        request = Request(scope)
        desk: Desk = request.app.state.desk
        path = scope["path"].removeprefix(scope["root_path"])
        mark = secrets.token_urlsafe(16)
        nonce.set(mark)
        state: dict[str, object] = {**scope.get("state", {}), "desk": desk}
        if not path.startswith("/static/"):
            try:
                state["staff"] = await run_in_threadpool(_staff, desk, request)
            except AppError as refusal:
                await _refused(request, refusal)(scope, receive, _guarded(send, mark))
                return
        site = self._site if self._site is not None else await run_in_threadpool(self._open)
        inside = {**scope, "state": state, "app_root_path": scope["root_path"]}
        inside.pop("router", None)
        await site(inside, receive, send if path.startswith("/static/") else _guarded(send, mark))

    def _open(self) -> ASGIApp:
        with self._building:
            from bot.web.office.site import build_site

            if self._site is None:
                self._site = build_site()
            return self._site


def page_policy(mark: str) -> str:
    """The library's own inline scripts carry the nonce, which is put into templates, never into what they print.

    Its `style` attributes are all that stays open.
    """
    return (
        f"default-src 'self'; script-src 'self' 'nonce-{mark}'; style-src 'self' 'nonce-{mark}'; "
        "style-src-attr 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'self'"
    )


def _staff(desk: Desk, request: Request) -> accounts.LoggedIn:
    with desk.db.read_transaction() as session:
        staff = accounts.session_of(session, token=request.cookies.get(COOKIE), now=desk.clock())
    staff.actor.require_role(*STOCK, action="open the back office")
    if request.method not in SAFE and not _from_here(request.headers):
        raise NotAllowed("csrf_token_wrong", "This was sent from another site.")
    return staff


def _from_here(headers: Mapping[str, str]) -> bool:
    """Browsers name where a form was sent from; what names nothing still needs the token."""
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")


def _refused(request: Request, refusal: AppError) -> Response:
    if isinstance(refusal, Unauthenticated) and request.method in SAFE:
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/desk#{quote(wanted, safe='/?=&')}", status_code=303)
    return plain_page(staff_refusal(refusal.code, refusal.data), refusal.status)


def plain_page(text: str, status: int) -> Response:
    """For whoever cannot be shown a page of the library."""
    return HTMLResponse(
        '<!doctype html><html lang="vi"><meta charset="utf-8"><title>Chotdon</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/static/office.css"><body class="refused"><main role="alert">'
        f'<p>{escape(text)}</p><p><a href="/desk">← Bàn làm việc</a></p></main>',
        status_code=status,
    )


def _guarded(send: Send, mark: str) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = page_policy(mark)
            headers["Cache-Control"] = "no-store"
        await send(message)

    return guarded
