"""What waits for people, on both databases: filed once, added to, closed once, listed over the API."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from core.actor import Actor
from core.api.auth import create_key
from core.db import Database
from core.errors import Conflict
from core.jobs.models import Job
from core.orders.queries import get_order
from core.tickets.filing import close_handoffs, close_ticket, open_ticket
from core.tickets.models import Ticket
from tests.core.test_api import place
from tests.small_shop import desk_app, fill

STAFF = Actor("staff", "s1", "Vy", "sales")


@pytest.fixture
def api(db: Database) -> Iterator[TestClient]:
    key = fill(db)
    client = TestClient(
        desk_app(db), raise_server_exceptions=False, headers={"Authorization": f"Bearer {key}"}
    )
    yield client
    client.close()


def count_notices(db: Database) -> int:
    with db.read_transaction() as session:
        jobs = session.scalars(select(Job.payload).where(Job.name == "notice.staff"))
        return sum(payload["event"] == "ticket.opened" for payload in jobs)


def test_a_repeat_adds_to_the_open_ticket_and_calls_staff_once(db: Database, now: datetime) -> None:
    with db.transaction() as session:
        first = open_ticket(
            session, kind="complaint", summary="áo bị rách", conversation_id="c1", skus=["A"], now=now,
            details={"photos": 1},
        )  # fmt: skip
        again = open_ticket(
            session, kind="complaint", summary="mãi chưa ai trả lời", conversation_id="c1", skus=["B", "A"],
            now=now,
        )  # fmt: skip

    assert (again.id, again.skus, again.details) == (first.id, ["A", "B"], {"photos": 1})
    assert again.summary == "áo bị rách\nmãi chưa ai trả lời"
    assert count_notices(db) == 1


def test_other_kinds_and_other_conversations_are_other_tickets(db: Database, now: datetime) -> None:
    with db.transaction() as session:
        codes = {
            open_ticket(session, kind=kind, summary="x", conversation_id=chat, now=now).code
            for kind, chat in (("complaint", "c1"), ("return", "c1"), ("complaint", "c2"))
        }

    assert len(codes) == 3


def test_after_closing_a_new_one_is_opened(db: Database, now: datetime) -> None:
    with db.transaction() as session:
        first = open_ticket(session, kind="handoff", summary="a", conversation_id="c1", now=now)
        close_ticket(session, code=first.code.lower(), actor=STAFF, now=now)
        second = open_ticket(session, kind="handoff", summary="b", conversation_id="c1", now=now)

        assert (second.id != first.id, second.state, second.summary) == (True, "open", "b")
        assert close_handoffs(session, conversation_id="c1", actor=STAFF, now=now) == 1


def test_closing_twice_is_said(db: Database, now: datetime) -> None:
    with db.transaction() as session:
        ticket = open_ticket(session, kind="question", summary="a", now=now)
        close_ticket(session, code=ticket.code, actor=STAFF, now=now)

        with pytest.raises(Conflict, match="by Vy"):
            close_ticket(session, code=ticket.code, actor=STAFF, now=now)


def test_many_at_once_about_the_same_make_one_ticket_with_all_that_was_said(
    db: Database, now: datetime
) -> None:
    def file(number: int) -> str:
        with db.transaction() as session:
            return open_ticket(
                session, kind="complaint", summary=f"lần {number}.", conversation_id="c1", now=now
            ).id

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(file, range(8)))

    assert len(ids) == 1
    with db.read_transaction() as session:
        ticket = session.get_one(Ticket, ids.pop())
        assert all(f"lần {number}." in ticket.summary for number in range(8))
        assert session.scalar(select(func.count()).select_from(Ticket)) == 1
    assert count_notices(db) == 1


def test_tickets_over_the_api(api: TestClient, db: Database, now: datetime) -> None:
    order = place(api)
    with db.transaction() as session:
        held = get_order(session, order["code"])
        open_ticket(
            session, kind="return", summary="trả", conversation_id="c1", order=held, skus=["HOA-1"], now=now
        )
        for chat in ("c1", "c2", "c3"):
            open_ticket(session, kind="handoff", summary="gặp người", conversation_id=chat, now=now)

    found = api.get("/api/v1/tickets", params={"order": order["code"]}).json()["items"]
    assert [(t["kind"], t["order"], t["skus"], t["summary"], t["state"]) for t in found] == [
        ("return", order["code"], ["HOA-1"], "trả", "open")
    ]
    first = api.get("/api/v1/tickets", params={"kind": "handoff", "limit": 2}).json()
    rest = api.get("/api/v1/tickets", params={"kind": "handoff", "cursor": first["next_cursor"]}).json()
    assert [t["conversation_id"] for t in first["items"] + rest["items"]] == ["c3", "c2", "c1"]
    assert rest["next_cursor"] is None

    closed = api.post(f"/api/v1/tickets/{found[0]['code']}/close")
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    assert api.post(f"/api/v1/tickets/{found[0]['id']}/close").status_code == 409
    assert len(api.get("/api/v1/tickets", params={"state": "open"}).json()["items"]) == 3


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/tickets?kind=nonsense", 422),
        ("/api/v1/tickets?order=DH9", 404),
        ("/api/v1/tickets/T9", 404),
        ("/api/v1/invoice-requests?order=DH9", 404),
        ("/api/v1/tickets?limit=0", 422),
    ],
)
def test_wrong_questions_are_refused(api: TestClient, path: str, status: int) -> None:
    answer = api.get(path)

    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_a_key_without_the_scope_sees_and_closes_nothing(
    api: TestClient, db: Database, now: datetime
) -> None:
    with db.transaction() as session:
        code = open_ticket(session, kind="question", summary="?", now=now).code
        key = create_key(session, name="k", scopes=["products", "read"], now=now)
    headers = {"Authorization": f"Bearer {key}"}

    assert api.get("/api/v1/tickets", headers=headers).status_code == 200
    assert api.post(f"/api/v1/tickets/{code}/close", headers=headers).status_code == 403


def test_wishes_for_invoices_over_the_api(api: TestClient) -> None:
    orders = [place(api) for _ in range(3)]
    wish = {"company": "Công ty Nắng", "tax_code": "0100109106", "address": "1 Lê Lợi", "email": "a@b.vn"}
    for order in orders[:2]:
        assert api.put(f"/api/v1/orders/{order['code']}/invoice-request", json=wish).status_code == 204

    first = api.get("/api/v1/invoice-requests", params={"limit": 1}).json()
    rest = api.get("/api/v1/invoice-requests", params={"cursor": first["next_cursor"]}).json()

    assert [r["order"] for r in first["items"] + rest["items"]] == [orders[1]["code"], orders[0]["code"]]
    assert rest["items"][0]["requested_at"]
    assert {k: rest["items"][0][k] for k in wish} == wish
    assert rest["items"][0]["state"] == "requested"
