"""The desk of a small shop over HTTP, on both databases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.app import create_app
from bot.bootstrap import Parts, build_parts
from bot.shop_setup import DEMO_PASSWORD, set_up_demo
from core.db import Database
from core.settings import Settings
from tests.demo_shop import demo_parts


class Desk:
    """One member of staff at the desk."""

    def __init__(self, client: TestClient, login: str) -> None:
        self.client = client
        answer = client.post("/api/desk/login", json={"login": login, "password": DEMO_PASSWORD})
        assert answer.status_code == 200, answer.text
        self.headers = {
            "X-CSRF-Token": answer.json()["csrf_token"],
            "Cookie": f"chotdon_desk={answer.cookies['chotdon_desk']}",
        }
        self.me = answer.json()
        client.cookies.clear()  # each request names whose session it is

    def get(self, path: str, **options: Any) -> Any:
        return self.client.get(f"/api/desk{path}", headers=self.headers, **options)

    def post(self, path: str, body: Any = None) -> Any:
        return self.client.post(f"/api/desk{path}", json=body or {}, headers=self.headers)

    def says(self, line: str) -> dict[str, Any]:
        """The room's answer to a command."""
        answer = self.post("/commands", {"text": line})
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()["messages"][-1]
        return said


@pytest.fixture
def parts(db: Database, tmp_path: Path) -> Iterator[Parts]:
    url = db.engine.url.render_as_string(hide_password=False)
    settings = Settings(
        _env_file=None, data_dir=tmp_path, embeddings="lexical", allow_reset=True,
        database_url=url.replace("postgresql+psycopg", "postgresql"),
    )  # fmt: skip
    if db.engine.dialect.name == "sqlite":
        parts = demo_parts(settings)
    else:
        parts = build_parts(settings)
        set_up_demo(parts)
    yield parts
    parts.close()


@pytest.fixture
def client(parts: Parts) -> Iterator[TestClient]:
    client = TestClient(create_app(parts, with_worker=False), raise_server_exceptions=False)
    yield client
    client.close()
