"""The shapes of the provider's answers. A success never carries a `code`: clients take one for an error."""

from typing import Any

from starlette.responses import JSONResponse, Response

from integrations.sandbox.sinvoice.records import Refusal


def success(**more: Any) -> Response:
    return JSONResponse({"errorCode": None, "description": None, **more})


def refused(refusal: Refusal) -> Response:
    return JSONResponse({"code": 400, "message": refusal.code, "data": refusal.text}, 400)


def general() -> Response:
    """What the real one says to an expired token, and to anything else that went wrong inside."""
    return JSONResponse({"error": "Internal Server Error", "message": "GENERAL"}, 500)


def wrong_media_type() -> Response:
    return JSONResponse({"status": 415, "error": "Unsupported Media Type", "path": "/auth/login"}, 415)


def stale_token(how: str) -> Response:
    if how == "unauthorised":
        return JSONResponse({"error": "Unauthorized", "message": "Unauthorized", "status": 401}, 401)
    if how == "invalid_token_xml":
        return Response(
            "<InvalidTokenException><error>invalid_token</error>"
            "<error_description>Access token expired</error_description></InvalidTokenException>",
            401,
            media_type="application/xml",
        )
    return general()


def bad_credentials() -> Response:
    """No source shows the real answer; this is what the sign-in framework behind it says by default."""
    return JSONResponse({"error": "invalid_grant", "error_description": "Bad credentials"}, 400)


def plain(body: dict[str, Any]) -> Response:
    return JSONResponse(body)


def inner_error(message: str, path: str) -> Response:
    return JSONResponse({"error": "Internal Server Error", "message": message, "path": path}, 500)
