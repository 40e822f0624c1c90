"""What a caller sent: the query of a GET or the JSON of a POST. GHN takes both on every read."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from integrations.sandbox.ghn.answers import Refusal


class Params:
    """Typed access that refuses as GHN's Go code does: a wrong type is an unmarshalling error."""

    def __init__(self, values: Mapping[str, Any], *, from_query: bool = False) -> None:
        self.values = values
        self._from_query = from_query

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise _wrong_type("string", value, name)
        return value

    def number(self, name: str, default: int = 0) -> int:
        value = self.values.get(name)
        if value is None:
            return default
        if self._from_query and isinstance(value, str) and value.isascii() and value.lstrip("-").isdigit():
            value = int(value[:12])
        if isinstance(value, bool) or not isinstance(value, int):
            raise _wrong_type("int", value, name)
        return value

    def switch(self, name: str) -> bool:
        value = self.values.get(name)
        if value is None:
            return False
        if self._from_query and value in ("true", "false"):
            value = value == "true"
        if not isinstance(value, bool):
            raise _wrong_type("bool", value, name)
        return value

    def texts(self, name: str) -> list[str]:
        value = self.values.get(name)
        if self._from_query and isinstance(value, str):
            value = value.split(",")
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise _wrong_type("[]string", value, name)
        return value

    def objects(self, name: str) -> list["Params"]:
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise _wrong_type("[]object", value, name)
        return [Params(item) for item in value]


def _wrong_type(expected: str, value: Any, name: str) -> Refusal:
    got = {str: "string", bool: "bool", int: "number", float: "number", list: "array", dict: "object"}
    return Refusal(
        f"code=400, message=Unmarshal type error: expected={expected}, "
        f"got={got.get(type(value), 'null')}, field={name}"
    )


async def read_params(request: Request) -> Params:
    if request.method == "GET":
        return Params(dict(request.query_params), from_query=True)
    body = await request.body()
    if not body.strip():
        return Params({})
    try:
        values = json.loads(body)
    except json.JSONDecodeError as error:
        raise Refusal(
            f"code=400, message=Syntax error: offset={error.pos + 1}, error=invalid character"
        ) from None
    except (ValueError, RecursionError):
        raise Refusal("code=400, message=Syntax error: offset=1, error=invalid character") from None
    if not isinstance(values, dict):
        raise Refusal("code=400, message=Unmarshal type error: expected=object, got=array, field=")
    return Params(values)
