"""ETag and If-Match of what is edited."""

from typing import Annotated

from fastapi import Header, Response

from core.errors import Invalid

IfMatch = Annotated[
    str | None, Header(max_length=40, description="The ETag that you saw; another version is refused.")
]


def expected_version(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    digits = if_match.strip().strip('"')
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 9:
        raise Invalid("if_match_invalid", "Send If-Match as the ETag that you were given.", {})
    return int(digits)


def set_etag(response: Response, version: int) -> None:
    response.headers["ETag"] = f'"{version}"'
