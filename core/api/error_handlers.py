"""One error shape: {"error": {"code", "message", "data"}}."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException

from core.errors import AppError

log = logging.getLogger(__name__)


class ErrorBody(BaseModel):
    code: str
    message: str
    data: dict[str, Any]


class ErrorOut(BaseModel):
    error: ErrorBody


REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorOut, "description": HTTPStatus(status).phrase}
    for status in (400, 401, 403, 404, 409, 413, 422, 429)
}


def error_response(status: int, code: str, message: str, data: dict[str, Any] | None = None) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message, "data": data or {}}}, status_code=status)


def add_error_handlers(app: FastAPI) -> None:
    @app.exception_handler(AppError)
    def refused(_request: Request, error: AppError) -> JSONResponse:
        return error_response(error.status, error.code, error.message, error.data)

    @app.exception_handler(RequestValidationError)
    def malformed(_request: Request, error: RequestValidationError) -> JSONResponse:
        problems = [
            {"place": ".".join(str(part) for part in item["loc"]), "problem": str(item["msg"])}
            for item in error.errors()[:20]
        ]
        first = "; ".join(f"{p['place']}: {p['problem']}" for p in problems[:3])
        return error_response(
            422, "request_invalid", f"The request is not valid. {first}", {"problems": problems}
        )

    @app.exception_handler(HTTPException)
    def http(_request: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        response = error_response(status, status.phrase.lower().replace(" ", "_"), str(error.detail))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(DataError)
    def unstorable(_request: Request, error: DataError) -> JSONResponse:
        """The wall behind the schemas: a NUL in a text, a number past a column. The transaction is undone."""
        log.warning("a value could not be stored: %s", type(error.orig).__name__)
        message = "A value cannot be stored: texts may not hold NUL characters, numbers must fit. Nothing was changed."
        return error_response(422, "value_invalid", message)

    @app.exception_handler(Exception)
    def broken(_request: Request, error: Exception) -> JSONResponse:
        log.exception("unexpected error", exc_info=error)
        return error_response(500, "internal_error", "Something went wrong on our side. Nothing was changed.")
