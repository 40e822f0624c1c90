"""A port of our own, or a sentence about who has it; and serving on it until told to end."""

import socket
from contextlib import suppress

from fastapi import FastAPI

from core.errors import Conflict


def listen_on(host: str, port: int, *, setting: str) -> socket.socket:
    """Taken before anything is built, so that a port in use is said at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise Conflict(
            "cannot_listen",
            f"Cannot listen on {host} port {port}: {error.strerror or error}. Stop what uses it, or set {setting}.",
            {},
        ) from None


def serve_until_told(application: FastAPI, listening: socket.socket) -> None:
    """Ctrl-C and SIGTERM end it in good order."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(application, log_config=None, access_log=False))
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listening])
    if not server.started:
        raise SystemExit(3)
