"""A client that costs next to nothing, so that the bench measures the server and not itself."""

import asyncio
import json
from types import TracebackType
from typing import Any, Self


class Connection:
    """One kept-alive HTTP/1.1 connection; one request at a time."""

    def __init__(self, base: str, headers: dict[str, str]) -> None:
        host, _, port = base.removeprefix("http://").partition(":")
        self._host, self._port = host, int(port)
        self._head = "".join(f"{name}: {value}\r\n" for name, value in {"Host": host, **headers}.items())

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def post(self, path: str, body: Any = None) -> Any:
        """The answer's JSON; anything but 2xx ends the bench."""
        content = b"" if body is None else json.dumps(body).encode()
        self._writer.write(
            f"POST {path} HTTP/1.1\r\n{self._head}Content-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n\r\n".encode()
            + content
        )
        first, *lines = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines if line)
        answer = json.loads(await self._reader.readexactly(int(headers["content-length"])))
        if not first.split(" ")[1].startswith("2"):
            raise SystemExit(f"{path}: {first} {answer}")
        return answer
