"""What a call brings: JSON, or a form whose fields may also stand in the query."""

import json
from typing import Any

from starlette.requests import Request

from integrations.sandbox.sinvoice.records import Refusal


async def read_json(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Refusal("JSON_PARSE_ERROR", "Dữ liệu JSON không hợp lệ")
    return body


async def read_form(request: Request) -> dict[str, Any]:
    """Some clients put the fields into the query string and send an empty body."""
    await request.body()  # kept, so that a fault can still wait for it
    form = await request.form()
    return {**dict(request.query_params), **{name: str(form[name]) for name in form}}
