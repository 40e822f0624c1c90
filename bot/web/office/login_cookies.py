"""The token against forged forms, and notes to the next page: both belong to the login, in whatever process."""

import hmac
from collections.abc import Awaitable, Callable

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp
from starlette_admin.flash import FlashMiddleware

from bot.web.office.door import SAFE
from bot.web.office.words import refusal_text
from core.errors import Invalid, NotAllowed

Tell = Callable[[Request, Exception], Awaitable[Response]]
TOKEN_COOKIE = "starlette_admin_csrftoken"  # noqa: S105 - the name under which the library's scripts look for it
TOKEN_FIELD = "csrftoken"  # noqa: S105
TAKES_FILES = ("/imports/upload", "/pictures/upload")


class LoginCookies(BaseHTTPMiddleware):
    """`tell` draws the page for an HTTPException."""

    def __init__(self, app: ASGIApp, tell: Tell) -> None:
        super().__init__(app)
        self._tell = tell

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        staff = getattr(request.state, "staff", None)
        if staff is None:  # the library's own files
            return await call_next(request)
        token: str = staff.csrf_token
        request.state.csrf_token = token

        async def checked(request: Request) -> Response:
            try:
                if request.method not in SAFE and not hmac.compare_digest(
                    (await _sent(request)).encode(), token.encode()
                ):
                    return await self._refuse(request)
            except HTTPException as error:  # a form that cannot be read, or is too long
                return await self._tell(request, error)
            return await call_next(request)

        response = await FlashMiddleware(self.app, secret_key=token).dispatch(request, checked)
        if request.cookies.get(TOKEN_COOKIE) != token:
            response.set_cookie(
                TOKEN_COOKIE, token, path=request.scope["root_path"] or "/", samesite="strict",
                secure=request.url.scheme == "https",
            )  # fmt: skip
        return response

    async def _refuse(self, request: Request) -> Response:
        text = refusal_text(
            NotAllowed("csrf_token_wrong", "The page is out of date. Reload it and try again.")
        )
        if "/_api/" in request.url.path:  # asked by a script, which shows the text of a 400
            return JSONResponse({"msg": text}, status_code=400)
        return await self._tell(request, HTTPException(403, text))


async def _sent(request: Request) -> str:
    header = request.headers.get("x-csrftoken")
    if header is not None:
        return header
    if not request.headers.get("content-type", "").startswith(
        ("multipart/form-data", "application/x-www-form-urlencoded")
    ):
        return ""
    await request.body()  # kept, so that the page can read the form again
    async with request.form() as form:
        if not request.url.path.endswith(TAKES_FILES) and any(
            isinstance(v, UploadFile) for v in form.values()
        ):
            raise HTTPException(422, refusal_text(Invalid("request_invalid", "This form takes no files.")))
        return str(form.get(TOKEN_FIELD) or "")
