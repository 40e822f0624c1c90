"""`chotdon chat`: the same chat as the widget's, over HTTP or straight into this data folder's shop."""

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.errors import Invalid

if TYPE_CHECKING:
    from bot.bootstrap import Parts

Send = Callable[[dict[str, Any]], dict[str, Any]]


def run_chat(send: Send) -> None:
    body: dict[str, Any] = {}
    print("Bạn là khách. Nhắn tin rồi Enter; dòng trống để thoát.")
    while True:
        try:
            text = input("bạn> ").strip()
        except (EOFError, KeyboardInterrupt):
            break
        if not text:
            break
        answer = send({**body, "message_id": secrets.token_hex(8), "text": text})
        if "error" in answer:
            print(f"⚠ {answer['error']['message']}")
            continue
        body = {"conversation_id": answer["conversation_id"], "visitor_token": answer["visitor_token"]}
        for reply in answer["replies"]:
            print(f"shop> {reply['text']}")
            if reply["quick_replies"]:
                print(f"      [{'] ['.join(reply['quick_replies'])}]")


def over_http(url: str) -> Send:
    import httpx

    def refused(error: Exception) -> Invalid:
        reason = str(error) or type(error).__name__
        return Invalid("no_chat_there", f"No Chotdon answers at {url}: {reason[:200]}", {})

    try:
        client = httpx.Client(base_url=url if "://" in url else f"http://{url}", timeout=60)
    except httpx.InvalidURL as error:
        raise refused(error) from None

    def send(body: dict[str, Any]) -> dict[str, Any]:
        try:
            return dict(client.post("/api/chat/messages", json=body).json())
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, TypeError) as error:
            raise refused(error) from None

    return send


def in_process(parts: "Parts") -> Send:
    from fastapi.testclient import TestClient

    from bot.app import create_app

    client = TestClient(create_app(parts, with_worker=False), raise_server_exceptions=False)
    return lambda body: dict(client.post("/api/chat/messages", json=body).json())
