"""What waits for a yes, whose yes counts, how often, how long; and cancelling with all that follows."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from bot.bootstrap import Parts, build_parts, build_worker
from core.actor import Actor
from core.approvals.decisions import decide, pending_approvals
from core.approvals.models import Approval
from core.customers.identities import customer_for
from core.db import Database
from core.errors import AlreadyDecided, Conflict, NotAllowed
from core.jobs.tasks import list_open
from core.jobs.worker import Run
from core.orders.approving import run_expiry
from core.orders.cancellation import cancel_order
from core.orders.carts import set_delivery, set_discount, set_lines, set_payment_method, start_cart
from core.orders.fulfilment import pack_order
from core.orders.models import Order
from core.orders.placement import place_order
from core.orders.queries import get_order
from core.orders.quoting import quote_cart
from core.settings import Settings
from core.shipping.booking import request_shipment
from core.shipping.models import Shipment
from core.shop import save_shop_profile, shop_profile
from core.stock.queries import levels
from integrations.sandbox.app import SandboxServer
from tests.small_shop import PLACE, cart_body, desk_app, fill, served

MINH = Actor("staff", "s1", "Minh", "manager")
VY = Actor("staff", "s2", "Vy", "sales")
TUAN = Actor("staff", "s3", "Tuấn", "warehouse")


@pytest.fixture
def api(db: Database) -> Iterator[TestClient]:
    headers = {"Authorization": f"Bearer {fill(db, stock=500)}"}
    with TestClient(desk_app(db), raise_server_exceptions=False, headers=headers) as client:
        yield client


def place(api: TestClient | httpx.Client, quantity: int = 1) -> str:
    cart = api.post("/api/v1/carts", json=cart_body(quantity=quantity)).json()
    quote = api.post(f"/api/v1/carts/{cart['id']}/quotes").json()
    code: str = api.post("/api/v1/orders", json={"quote_id": quote["id"]}).json()["code"]
    return code


def order_with_discount(
    db: Database, percent: int, now: datetime, quantity: int = 1, asker: Actor = VY
) -> Order:

    with db.transaction() as session:
        customer = customer_for(session, chat_channel="t", external_id="1", now=now)
        cart_id = start_cart(session, customer_id=customer.id, sales_channel="manual", now=now).id
        set_lines(session, cart_id=cart_id, quantities={"HOA-1": quantity}, now=now)
        set_delivery(session, cart_id=cart_id, now=now, buyer_name="Lan", phone="0901234567", address=PLACE)
        set_payment_method(session, cart_id=cart_id, method="cod", now=now)
        set_discount(session, cart_id=cart_id, percent=percent, actor=asker, now=now)
        quote = quote_cart(session, cart_id=cart_id, now=now)
        return place_order(session, actor=asker, quote_id=quote.id, now=now)


def available(db: Database) -> int:
    with db.read_transaction() as session:
        return next(row.available for row in levels(session, skus=["HOA-1"]))


def test_an_order_over_the_amount_waits_for_a_yes_before_packing(api: TestClient) -> None:
    code = place(api, quantity=400)

    refused = api.post(f"/api/v1/orders/{code}/pack").json()["error"]
    assert (refused["code"], refused["data"]["state"]) == ("approval_needed", "pending")
    approval = refused["data"]["approval"]
    assert approval in refused["message"]
    assert api.post(f"/api/v1/orders/{code}/accept").status_code == 409
    assert api.post(f"/api/v1/approvals/{approval}/approve", json={}).json()["state"] == "approved"

    assert api.post(f"/api/v1/orders/{code}/pack").json()["fulfilment_state"] == "packed"


def test_an_order_below_it_does_not(api: TestClient) -> None:
    assert api.post(f"/api/v1/orders/{place(api)}/pack").status_code == 200
    assert api.get("/api/v1/approvals").json()["items"] == []


def test_a_no_stays_a_no_and_says_what_to_do(api: TestClient) -> None:
    code = place(api, quantity=400)
    approval = api.get("/api/v1/approvals").json()["items"][0]["code"]
    assert api.post(f"/api/v1/approvals/{approval}/reject", json={"note": "too much"}).status_code == 200

    answer = api.post(f"/api/v1/orders/{code}/pack").json()["error"]

    assert "said no: cancel the order" in answer["message"]
    assert api.post(f"/api/v1/approvals/{approval}/approve", json={}).status_code == 409


def test_one_of_many_who_press_at_once_decides(db: Database) -> None:
    headers = {"Authorization": f"Bearer {fill(db, stock=500)}"}
    with served(desk_app(db)) as url, httpx.Client(base_url=url, headers=headers, timeout=30) as http:
        place(http, quantity=400)
        approval = http.get("/api/v1/approvals").json()["items"][0]["code"]
        paths = [f"/api/v1/approvals/{approval}/{word}" for word in ("approve", "reject") * 5]
        with ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(lambda path: http.post(path, json={}), paths))

    assert sorted(a.status_code for a in answers) == [200] + [409] * 9
    assert {a.json()["error"]["code"] for a in answers if a.status_code == 409} == {"already_decided"}


@pytest.mark.parametrize(("percent", "asked"), [(10, 0), (11, 1), (90, 1)])
def test_a_discount_over_the_limit_waits(db: Database, now: datetime, percent: int, asked: int) -> None:
    fill(db, now=now)
    order = order_with_discount(db, percent, now)

    with db.read_transaction() as session:
        assert [a.kind for a in pending_approvals(session, now=now)] == ["discount_over_limit"] * asked
    assert order.total == 50_000 - 50_000 * percent // 100 + 20_000


def test_only_whose_yes_it_is_may_decide(db: Database, now: datetime) -> None:
    fill(db, now=now)
    order_with_discount(db, 50, now)
    with db.transaction() as session:
        code = pending_approvals(session, now=now)[0].code
        for actor in (VY, TUAN):
            with pytest.raises(NotAllowed):
                decide(session, code=code, approve=True, actor=actor, now=now)
        assert decide(session, code=code, approve=True, actor=MINH, now=now).decided_by_name == "Minh"


HA = Actor("staff", "s0", "Hà", "owner")


@pytest.mark.parametrize(
    ("rule", "asker", "alone", "may"),
    [
        ("owner", MINH, False, False), ("owner", MINH, True, True), ("owner", HA, False, True),
        ("anyone", MINH, False, True), ("nobody", HA, False, False), ("nobody", HA, True, True),
    ],
)  # fmt: skip
def test_who_asked_gives_no_yes_to_it_but_by_the_shop_s_rule(
    db: Database, now: datetime, rule: Any, asker: Actor, alone: bool, may: bool
) -> None:
    fill(db, now=now)
    order_with_discount(db, 50, now, asker=asker)
    with db.transaction() as session:
        profile = shop_profile(session)
        profile.approvals.by_asker = rule
        save_shop_profile(session, profile=profile, now=now)
        code = pending_approvals(session, now=now)[0].code

    def answer(actor: Actor, *, approve: bool = True) -> str:
        with db.transaction() as session:
            return decide(session, code=code, approve=approve, actor=actor, now=now, alone=alone).state

    if may:
        assert answer(asker) == "approved"
        return
    with pytest.raises(NotAllowed, match="somebody else's \\(manager, owner\\)") as refusal:
        answer(asker)
    assert refusal.value.code == "own_question"
    assert answer(Actor("staff", "s9", "Lan", "manager")) == "approved"


def test_who_asked_may_take_the_question_back(db: Database, now: datetime) -> None:
    fill(db, now=now)
    order_with_discount(db, 50, now, asker=MINH)
    with db.transaction() as session:
        code = pending_approvals(session, now=now)[0].code
        assert decide(session, code=code, approve=False, actor=MINH, now=now).state == "rejected"


def test_a_question_that_ran_out_decides_nothing_and_is_asked_again(db: Database, now: datetime) -> None:
    fill(db, now=now)
    order = order_with_discount(db, 50, now)
    later = now + timedelta(days=2)
    with db.transaction() as session:
        first = pending_approvals(session, now=now)[0].code
    with pytest.raises(AlreadyDecided, match="expired"), db.transaction() as session:
        decide(session, code=first, approve=True, actor=MINH, now=later)
    with pytest.raises(Conflict, match="asked again"), db.transaction() as session:
        pack_order(session, order_id=order.id, actor=MINH, now=later)

    run_expiry(Run(db, {}, 1, later))
    run_expiry(Run(db, {}, 1, later))

    with db.transaction() as session:
        (second,) = pending_approvals(session, now=later)
        assert second.code != first
        decide(session, code=second.code, approve=True, actor=MINH, now=later)
        assert pack_order(session, order_id=order.id, actor=MINH, now=later).fulfilment_state == "packed"


def test_cancelling_after_packing_waits_and_the_yes_does_it_once(api: TestClient, db: Database) -> None:
    code = place(api, quantity=3)
    api.post(f"/api/v1/orders/{code}/pack")

    waits = [api.post(f"/api/v1/orders/{code}/cancel", json={"reason": "late"}).json() for _ in range(2)]

    assert waits[0]["waiting_for"] == waits[1]["waiting_for"]
    assert waits[0]["order"]["status"] == "processing"
    assert available(db) == 497
    approval = waits[0]["waiting_for"]
    assert api.post(f"/api/v1/approvals/{approval}/approve", json={}).json()["state"] == "used"
    assert api.get(f"/api/v1/orders/{code}").json()["status"] == "cancelled"
    assert available(db) == 500
    assert api.post(f"/api/v1/approvals/{approval}/approve", json={}).status_code == 409
    assert api.post(f"/api/v1/orders/{code}/cancel", json={}).status_code == 409
    assert available(db) == 500


def test_a_yes_that_comes_too_late_is_looked_at_again(api: TestClient, db: Database) -> None:
    code = place(api)
    api.post(f"/api/v1/orders/{code}/pack")
    approval = api.post(f"/api/v1/orders/{code}/cancel", json={}).json()["waiting_for"]
    with db.transaction() as session:
        get_order(session, code).fulfilment_state = "shipped"

    answer = api.post(f"/api/v1/approvals/{approval}/approve", json={})

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "order_not_cancellable")
    with db.read_transaction() as session:
        assert session.scalar(select(Approval.state)) == "pending"


@pytest.fixture
def shipping(tmp_path: Path) -> Iterator[tuple[Parts, SandboxServer]]:
    with SandboxServer() as sandbox:
        settings = Settings(
            _env_file=None, data_dir=tmp_path, embeddings="lexical", ghn_base_url=f"{sandbox.url}/ghn"
        )
        parts = build_parts(settings)
        fill(parts.db)
        yield parts, sandbox
        parts.close()


def packed(parts: Parts, now: datetime) -> str:
    order = order_with_discount(parts.db, 0, now)
    with parts.db.transaction() as session:
        pack_order(session, order_id=order.id, actor=MINH, now=now)
        request_shipment(session, actor=MINH, order_id=order.id, now=now)
    return order.id


def cancel(parts: Parts, order_id: str, now: datetime) -> None:
    with parts.db.transaction() as session:
        cancel_order(session, order_id=order_id, reason="", actor=MINH, now=now)


def played(sandbox: SandboxServer) -> list[Any]:
    parcels: list[Any] = httpx.get(f"{sandbox.url}/ghn/_sandbox/parcels").json()["parcels"]
    return parcels


def test_a_cancelled_order_s_parcel_is_stopped_at_the_carrier(
    shipping: tuple[Parts, SandboxServer], now: datetime
) -> None:
    parts, sandbox = shipping
    order_id = packed(parts, now)
    build_worker(parts).run_until_idle()

    cancel(parts, order_id, now)
    build_worker(parts).run_until_idle()

    assert [parcel["status"] for parcel in played(sandbox)] == ["cancel"]
    with parts.db.read_transaction() as session:
        assert list(session.scalars(select(Shipment.state))) == ["cancelled"]


def test_an_order_cancelled_before_its_parcel_is_booked_never_gets_one(
    shipping: tuple[Parts, SandboxServer], now: datetime
) -> None:
    parts, sandbox = shipping
    order_id = packed(parts, now)

    cancel(parts, order_id, now)
    build_worker(parts).run_until_idle(ignore_run_at=True, limit=30)

    assert played(sandbox) == []
    with parts.db.read_transaction() as session:
        assert list(session.scalars(select(Shipment.state))) == ["cancelled"]


def test_a_parcel_that_cannot_be_stopped_any_more_is_a_task_for_staff(
    shipping: tuple[Parts, SandboxServer], now: datetime
) -> None:

    parts, sandbox = shipping
    order_id = packed(parts, now)
    build_worker(parts).run_until_idle()
    number = played(sandbox)[0]["order_code"]
    for status in ("picking", "picked"):
        httpx.post(f"{sandbox.url}/ghn/_sandbox/advance", json={"order_code": number, "status": status})

    cancel(parts, order_id, now)
    build_worker(parts).run_until_idle()

    with parts.db.read_transaction() as session:
        assert [task.kind for task in list_open(session)] == ["parcel_not_stopped"]
