"""One error shape: {"error": {"code", "message", "data"}}."""

import json
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, NoResultFound, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from core.api.limits import TooManyRequests
from core.errors import AppError

log = logging.getLogger(__name__)


class ErrorBody(BaseModel):
    code: str
    message: str
    data: dict[str, Any]


class ErrorOut(BaseModel):
    error: ErrorBody


_SCHEMAS = "#/components/schemas/"
_ERROR_SCHEMA = {"schema": {"$ref": _SCHEMAS + ErrorOut.__name__}}

# By reference, not by `model`: FastAPI builds a validator for each model of each route, and nine refusals on
# every route were three quarters of the start-up time of the API.
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"description": HTTPStatus(status).phrase, "content": {"application/json": _ERROR_SCHEMA}}
    for status in (400, 401, 403, 404, 409, 413, 422, 429, 503)
}
for _status in (429, 503):
    REFUSALS[_status]["headers"] = {
        "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}
    }


class _ErrorResponse(JSONResponse):
    def render(self, content: Any) -> bytes:
        """A refusal may quote a name that is no UTF-8; a lone surrogate goes out as JSON's own escape."""
        return json.dumps(content, ensure_ascii=False).encode("utf-8", "backslashreplace")


def error_response(status: int, code: str, message: str, data: dict[str, Any] | None = None) -> JSONResponse:
    return _ErrorResponse(
        {"error": {"code": code, "message": message, "data": data or {}}}, status_code=status
    )


Wording = Callable[[str, str, Mapping[str, Any]], str | None]
"""(path, code, data) → the message in the words of whoever looks at this path; None for ours."""


def describe_refusals(app: FastAPI) -> None:
    """Put the error shape that `REFUSALS` refers to among the components of the app's OpenAPI document."""
    ours = ErrorOut.model_json_schema(ref_template=_SCHEMAS + "{model}")
    shapes = ours.pop("$defs") | {ErrorOut.__name__: ours}
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        document.setdefault("components", {}).setdefault("schemas", {}).update(shapes)
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def add_error_handlers(app: FastAPI, wording: Wording = lambda _path, _code, _data: None) -> None:
    describe_refusals(app)

    def answer(
        request: Request, status: int, code: str, message: str, data: dict[str, Any] | None = None
    ) -> JSONResponse:
        return error_response(status, code, wording(request.url.path, code, data or {}) or message, data)

    @app.exception_handler(AppError)
    def refused(request: Request, error: AppError) -> JSONResponse:
        response = answer(request, error.status, error.code, error.message, error.data)
        if isinstance(error, TooManyRequests):
            response.headers["Retry-After"] = str(error.data["retry_after"])
        return response

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        problems = [
            {"place": ".".join(str(part) for part in item["loc"])[:200], "problem": str(item["msg"])[:300]}
            for item in error.errors()[:20]
        ]
        first = "; ".join(f"{p['place']}: {p['problem']}" for p in problems[:3])
        message = f"The request is not valid. {first}"
        return answer(request, 422, "request_invalid", message, {"problems": problems})

    @app.exception_handler(HTTPException)
    def http(_request: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        response = error_response(status, status.phrase.lower().replace(" ", "_"), str(error.detail))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)
    def broken(request: Request, error: Exception) -> JSONResponse:
        log.exception("unexpected error", exc_info=error)
        message = "Something went wrong on our side. Nothing was changed."
        return answer(request, 500, "internal_error", message)

    _add_database_handlers(app, answer)


def _add_database_handlers(app: FastAPI, answer: Callable[..., JSONResponse]) -> None:
    """The walls behind schemas and use cases. Each of these undid its transaction."""

    @app.exception_handler(DataError)
    def unstorable(request: Request, error: DataError) -> JSONResponse:
        """A NUL in a text, a number past a column."""
        log.warning("a value could not be stored: %s", type(error.orig).__name__)
        message = "A value cannot be stored: texts may not hold NUL characters, numbers must fit. Nothing was changed."
        return answer(request, 422, "value_invalid", message)

    @app.exception_handler(IntegrityError)
    def clash(request: Request, error: IntegrityError) -> JSONResponse:
        log.warning("a clash in the database: %s", type(error.orig).__name__)
        message = "This clashes with something stored at the same moment. Nothing was changed. Look, then try again."
        return answer(request, 409, "clash", message)

    @app.exception_handler(NoResultFound)
    def gone(request: Request, _error: NoResultFound) -> JSONResponse:
        message = "What this was about is gone: it was erased or the shop was reset meanwhile. Start again."
        return answer(request, 404, "gone", message)

    def away(request: Request, error: Exception) -> JSONResponse:
        log.error("the database did not answer: %s", type(error).__name__)
        message = "The database does not answer just now. Nothing was changed. Try again in a few seconds."
        response = answer(request, 503, "database_unavailable", message)
        response.headers["Retry-After"] = "5"
        return response

    for kind in (OperationalError, InterfaceError, PoolTimeout):
        app.add_exception_handler(kind, away)
