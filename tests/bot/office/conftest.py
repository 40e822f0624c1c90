"""The back office of a small shop over HTTP, on both databases. One app of this process serves all of them."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.staff.accounts import add_staff
from bot.web import desk as desk_pages
from bot.web.office.door import OfficeDoor
from core.api.access import Desk
from core.api.error_handlers import add_error_handlers
from core.audit import AuditEntry
from core.catalogue.media_store import MediaStore
from core.clock import utc_now
from core.db import Database
from tests.small_shop import DeskApp, OneTown, fill

PASSWORD = "mat-khau-dai"
Form = dict[str, Any]


class OfficeApp(DeskApp):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        await _routes()(scope, receive, send)


@cache
def _routes() -> ASGIApp:
    app = FastAPI()
    add_error_handlers(app, desk_pages.wording)
    app.include_router(desk_pages.router)
    app.mount("/office", OfficeDoor(), name="office")
    return app.build_middleware_stack()


class Person:
    """Somebody who has logged in at the desk and opens the pages in a browser."""

    def __init__(self, db: Database, login: str, media: MediaStore) -> None:
        self.db, self.media = db, media
        self.http = TestClient(OfficeApp(Desk(db, utc_now, OneTown(), media=media)), raise_server_exceptions=False,
                               follow_redirects=False)  # fmt: skip
        answer = self.http.post("/api/desk/login", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.token: str = answer.json()["csrf_token"]

    def get(self, path: str) -> httpx.Response:
        return self.http.get(f"/office{path}")

    def post(self, path: str, form: Form, **options: Any) -> httpx.Response:
        data = {"csrftoken": self.token, **{name: value for name, value in form.items() if value is not None}}
        return self.http.post(f"/office{path}", data=data, **options)

    def form(self, path: str) -> Form:
        """What a page's form would send when nothing is changed."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        found: Form = {}
        for field in LexborHTMLParser(answer.text).css("form[method] [name]"):
            name = str(field.attributes["name"])
            if field.tag == "select":
                chosen = field.css_first("option[selected]") or field.css_first("option")
                found[name] = chosen.attributes.get("value") or "" if chosen else ""
            elif field.attributes.get("type") == "checkbox":
                if "checked" in field.attributes:
                    found.setdefault(name, []).append(field.attributes["value"])
            else:
                found[name] = field.text() if field.tag == "textarea" else field.attributes.get("value") or ""
        return found

    def send(self, path: str, **changes: Any) -> httpx.Response:
        """Open the form, change something, press save."""
        return self.post(path, {**self.form(path), **changes})

    def step(self, key: str, pk: str, name: str, /, **form: Any) -> httpx.Response:
        return self.http.post(
            f"/office/_api/{key}/row-action", params={"pk": pk, "name": name}, data=form or None,
            headers={"X-CSRFToken": self.token},
        )  # fmt: skip

    def id_of(self, model: Any, **values: Any) -> str:
        with self.db.read_transaction() as session:
            return str(session.scalars(select(model.id).filter_by(**values)).one())

    def deeds(self) -> list[tuple[str, str]]:
        """(who, what) of the audit, oldest first."""
        with self.db.read_transaction() as session:
            rows = session.execute(select(AuditEntry.actor_name, AuditEntry.action).order_by(AuditEntry.id))
            return [(who, what) for who, what in rows]


def told(answer: httpx.Response) -> str:
    """What a page says went wrong, over the form and in its fields."""
    page = LexborHTMLParser(answer.text)
    return " | ".join(node.text().strip() for node in page.css(".alert-description, .invalid-feedback"))


@pytest.fixture
def hire(db: Database, tmp_path: Path) -> Iterator[Callable[[str], Person]]:
    fill(db)
    people: list[Person] = []

    def hired(role: str, login: str = "") -> Person:
        with db.transaction() as session:
            add_staff(session, login=login or role, name=f"Bạn {login or role}", role=role, password=PASSWORD,
                      now=utc_now())  # fmt: skip
        people.append(Person(db, login or role, MediaStore(tmp_path / "media")))
        return people[-1]

    yield hired
    for person in people:
        person.http.close()


@pytest.fixture
def owner(hire: Callable[[str], Person]) -> Person:
    return hire("owner")
