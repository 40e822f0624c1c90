"""A placed order is changed while it is unpacked, on both databases: priced, stocked and told anew, or refused."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from core.actor import SYSTEM, Actor
from core.audit import AuditEntry
from core.catalogue.models import Variant
from core.db import Database
from core.errors import AppError, Conflict, NotFound
from core.jobs.models import Job, StaffTask
from core.jobs.worker import Worker
from core.orders.editing import OrderChanges, change_order
from core.orders.fulfilment import pack_order
from core.orders.queries import get_order
from core.payments.recording import outstanding, settle_changed_order
from core.shop import save_shop_profile, shop_profile
from core.stock.models import Reservation, StockLevel
from tests.core.test_api import place
from tests.small_shop import desk_app, fill

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
STAFF = Actor("staff", "s1", "Vy", "sales")


@pytest.fixture
def api(db: Database) -> Iterator[TestClient]:
    key = fill(db)
    client = TestClient(
        desk_app(db), raise_server_exceptions=False, headers={"Authorization": f"Bearer {key}"}
    )
    yield client
    client.close()


def edit(api: TestClient, code: str, *, etag: str | None = None, **body: Any) -> Any:
    headers = {"If-Match": etag} if etag else {}
    return api.patch(f"/api/v1/orders/{code}", json=body, headers=headers)


def stock(db: Database) -> dict[str, tuple[int, int, int]]:
    """SKU → on hand, reserved, sum of the reservations that are held."""
    with db.read_transaction() as session:
        held = dict(
            session.execute(
                select(Reservation.variant_id, func.sum(Reservation.quantity))
                .where(Reservation.state == "held")
                .group_by(Reservation.variant_id)
            ).all()
        )
        return {
            sku: (on_hand, reserved, held.get(variant_id, 0))
            for sku, variant_id, on_hand, reserved in session.execute(
                select(Variant.sku, Variant.id, StockLevel.on_hand, StockLevel.reserved).join(
                    StockLevel, StockLevel.variant_id == Variant.id
                )
            )
        }


def settle(db: Database) -> None:
    """Only this job; the others want the bot's handlers."""
    nothing = {name: lambda _run: None for name in ("notice.staff", "notice.customer", "order.complete")}
    worker = Worker(db, {**nothing, "payment.settle": settle_changed_order}, clock=lambda: NOW, threads=1)
    worker.run_until_idle(ignore_run_at=True)


def test_lines_are_changed_at_their_price_and_added_at_today_s(api: TestClient, db: Database) -> None:
    order = place(api, quantity=2)
    api.patch("/api/v1/variants/HOA-1", json={"price": 70_000})

    changed = edit(
        api, order["code"], lines=[{"sku": "HOA-1", "quantity": 3}, {"sku": "LY-1", "quantity": 1}]
    ).json()

    assert [(x["sku"], x["quantity"], x["unit_price"]) for x in changed["lines"]] == [
        ("HOA-1", 3, 50_000),
        ("LY-1", 1, 30_000),
    ]
    assert (changed["subtotal"], changed["shipping_fee"], changed["total"]) == (180_000, 20_000, 200_000)
    assert stock(db) == {"HOA-1": (20, 3, 3), "LY-1": (1_000_000, 1, 1)}


def test_a_line_goes_and_its_stock_with_it(api: TestClient, db: Database) -> None:
    order = place(api, lines=[{"sku": "HOA-1", "quantity": 5}, {"sku": "LY-1", "quantity": 2}])

    changed = edit(api, order["code"], lines=[{"sku": "HOA-1", "quantity": 0}]).json()

    assert [(x["sku"], x["quantity"]) for x in changed["lines"]] == [("LY-1", 2)]
    assert changed["total"] == 80_000
    assert stock(db)["HOA-1"] == (20, 0, 0)


def test_the_shop_s_free_shipping_follows_the_new_sum(api: TestClient, db: Database) -> None:
    with db.transaction() as session:
        profile = shop_profile(session)
        profile.shipping.free_from_subtotal = 150_000
        save_shop_profile(session, profile=profile, now=NOW)
    order = place(api, quantity=1)

    more = edit(api, order["code"], lines=[{"sku": "HOA-1", "quantity": 3}]).json()
    less = edit(api, order["code"], lines=[{"sku": "HOA-1", "quantity": 2}]).json()

    assert (more["shipping_fee"], more["total"]) == (0, 150_000)
    assert (less["shipping_fee"], less["total"]) == (20_000, 120_000)


def test_the_receiver_is_changed_and_the_amounts_stay(api: TestClient, db: Database) -> None:
    order = place(api)

    changed = edit(
        api, order["code"], name=" Mai  Anh ", phone="0912 345 678", note="gọi trước", address="12 Lê Lợi"
    ).json()

    assert (changed["buyer_name"], changed["phone"]) == ("Mai Anh", "+84912345678")
    assert changed["total"] == order["total"]
    assert stock(db)["HOA-1"] == (20, 1, 1)
    with db.read_transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "order.changed")).one()
        assert "phone" in entry.data["changed"]
        assert "912" not in str(entry.data)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"lines": [{"sku": "HOA-1", "quantity": 0}]}, 409, "order_would_be_empty"),
        ({"lines": [{"sku": "HOA-1", "quantity": 21}]}, 409, "insufficient_stock"),
        ({"lines": [{"sku": "NOPE", "quantity": 1}]}, 404, "variant_not_found"),
        ({"lines": [{"sku": "HOA-1", "quantity": -1}]}, 422, "request_invalid"),
        ({"phone": "12"}, 422, "phone_invalid"),
        ({"address": "đâu?"}, 422, "address_doubtful"),
        ({}, 422, "nothing_to_change"),
        ({"total": 1}, 422, "request_invalid"),
    ],
)
def test_a_refused_change_changes_nothing(
    api: TestClient, db: Database, body: dict[str, Any], status: int, code: str
) -> None:
    code_placed = place(api, quantity=2)["code"]
    order = api.get(f"/api/v1/orders/{code_placed}").json()

    refused = edit(api, order["code"], **body)

    assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)
    assert api.get(f"/api/v1/orders/{order['code']}").json() == order
    assert stock(db)["HOA-1"] == (20, 2, 2)


def test_what_the_order_holds_itself_counts_as_available(api: TestClient, db: Database) -> None:
    order = place(api, quantity=15)
    place(api, quantity=3)

    assert edit(api, order["code"], lines=[{"sku": "HOA-1", "quantity": 17}]).status_code == 200
    assert edit(api, order["code"], lines=[{"sku": "HOA-1", "quantity": 18}]).status_code == 409
    assert stock(db)["HOA-1"] == (20, 20, 20)


@pytest.mark.parametrize("step", ["pack", "cancel"])
def test_after_packing_or_cancelling_it_is_refused_with_the_reason(api: TestClient, step: str) -> None:
    order = place(api)
    api.post(f"/api/v1/orders/{order['code']}/{step}", json={})

    refused = edit(api, order["code"], name="Mai")

    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "order_not_changeable")


def test_only_the_version_that_was_seen_is_changed(api: TestClient) -> None:
    order = place(api)
    seen = api.get(f"/api/v1/orders/{order['code']}").headers["ETag"]

    first = edit(api, order["code"], etag=seen, name="Mai")
    second = edit(api, order["code"], etag=seen, name="Hoa")
    third = edit(api, order["code"], etag=first.headers["ETag"], name="Hoa")

    assert (first.status_code, second.status_code, third.status_code) == (200, 409, 200)
    assert second.json()["error"]["code"] == "order_changed_meanwhile"
    assert edit(api, order["code"], etag="x", name="Hoa").status_code == 422


def test_a_customer_changes_own_orders_only(api: TestClient, db: Database) -> None:
    order = place(api)
    with db.transaction() as session, pytest.raises(NotFound):
        change_order(
            session, order_id=order["id"], changes=OrderChanges(buyer_name="X"),
            actor=Actor("customer", "somebody"), now=NOW,
        )  # fmt: skip


def test_over_the_limit_a_larger_total_is_asked_again_under_a_new_code(api: TestClient, db: Database) -> None:
    with db.transaction() as session:
        profile = shop_profile(session)
        profile.approvals.order_total_from = 200_000
        save_shop_profile(session, profile=profile, now=NOW)
    order = place(api)

    def approvals() -> list[tuple[str, str, int]]:
        found = api.get("/api/v1/approvals").json()["items"]
        return [(a["code"], a["state"], a["amount"]) for a in found]

    assert approvals() == []
    edit(api, order["code"], lines=[{"sku": "HOA-1", "quantity": 5}])
    [(first, state, amount)] = approvals()
    assert (state, amount) == ("pending", 270_000)
    edit(api, order["code"], lines=[{"sku": "HOA-1", "quantity": 6}])
    [(second, _, amount)] = approvals()
    assert (second != first, amount) == (True, 320_000)
    assert api.post(f"/api/v1/approvals/{first}/approve", json={}).status_code == 404
    assert api.post(f"/api/v1/orders/{order['code']}/pack").status_code == 409
    api.post(f"/api/v1/approvals/{second}/approve", json={})
    edit(api, order["code"], lines=[{"sku": "HOA-1", "quantity": 7}])
    assert [(s, a) for _, s, a in approvals()] == [("pending", 370_000), ("approved", 320_000)]
    edit(api, order["code"], lines=[{"sku": "HOA-1", "quantity": 1}])
    assert len(approvals()) == 2


def test_after_a_paid_transfer_the_state_follows_and_staff_see_to_the_difference(
    api: TestClient, db: Database
) -> None:
    order = place(api, payment_method="bank_transfer", quantity=2)
    url = f"/api/v1/orders/{order['code']}"
    api.post(f"{url}/payments", json={"amount": 120_000, "reference": "r1"})

    more = edit(api, order["code"], lines=[{"sku": "HOA-1", "quantity": 3}]).json()
    assert (more["total"], more["payment_state"]) == (170_000, "part_paid")
    assert api.post(f"{url}/pack").status_code == 409
    settle(db)
    less = edit(api, order["code"], lines=[{"sku": "HOA-1", "quantity": 1}]).json()
    settle(db)

    assert less["total"] == 70_000
    assert api.get(url).json()["payment_state"] == "paid"
    with db.read_transaction() as session:
        titles = [t.title for t in session.scalars(select(StaffTask).order_by(StaffTask.id))]
        assert [order["code"] in title for title in titles] == [True, True]
        assert ["50.000đ" in title for title in titles] == [True, True]


def test_cash_on_delivery_follows_the_new_total(api: TestClient, db: Database) -> None:
    order = place(api)
    edit(api, order["code"], lines=[{"sku": "LY-1", "quantity": 1}])

    with db.read_transaction() as session:
        assert outstanding(session, get_order(session, order["code"])) == 100_000


def test_staff_are_told_and_the_customer_when_somebody_else_did_it(api: TestClient, db: Database) -> None:
    order = place(api)
    edit(api, order["code"], name="Mai")

    with db.read_transaction() as session:
        told = [j.name for j in session.scalars(select(Job)) if j.payload.get("event") == "order.changed"]
    assert sorted(told) == ["notice.customer", "notice.staff", "payment.settle"]


def test_history_from_a_file_holds_only_what_is_added_and_staff_put_the_rest_back(
    api: TestClient, db: Database
) -> None:
    """The stock of an imported order stands in the counters already: it is never given back twice."""
    order = place(api, quantity=4)
    with db.transaction() as session:
        session.execute(update(Reservation).values(state="released"))
        session.execute(update(StockLevel).values(reserved=0))

    edit(api, order["code"], lines=[{"sku": "HOA-1", "quantity": 6}])
    assert stock(db)["HOA-1"] == (20, 2, 2)
    edit(api, order["code"], lines=[{"sku": "HOA-1", "quantity": 1}])
    assert stock(db)["HOA-1"] == (20, 0, 0)
    with db.read_transaction() as session:
        task = session.scalars(select(StaffTask).where(StaffTask.kind == "stock_to_put_back")).one()
        assert task.detail == "3 × HOA-1"


def together(db: Database, *works: Callable[[Any], object]) -> list[object]:
    def run(work: Callable[[Any], object]) -> object:
        try:
            with db.transaction() as session:
                return work(session)
        except AppError as error:
            return error.code

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_many_edits_at_once_leave_one_consistent_order(api: TestClient, db: Database) -> None:
    order = place(api)

    def work(quantity: int) -> Callable[[Any], object]:
        changes = OrderChanges({"HOA-1": quantity})
        return lambda session: change_order(
            session, order_id=order["id"], changes=changes, actor=STAFF, now=NOW, expected_version=1
        )

    answers = together(db, *(work(n) for n in range(2, 10)))

    assert answers.count("order_changed_meanwhile") == 7
    held = api.get(f"/api/v1/orders/{order['code']}").json()["lines"][0]["quantity"]
    assert stock(db)["HOA-1"] == (20, held, held)


def test_edits_of_many_orders_never_promise_more_than_there_is(api: TestClient, db: Database) -> None:
    orders = [
        place(api, lines=[{"sku": "HOA-1", "quantity": 1}, {"sku": "LY-1", "quantity": 1}]) for _ in range(8)
    ]

    def work(index: int) -> Callable[[Any], object]:
        swap = {"HOA-1": 4, "LY-1": 0} if index % 2 else {"LY-1": 0, "HOA-1": 4}
        return lambda session: change_order(
            session, order_id=orders[index]["id"], changes=OrderChanges(swap), actor=STAFF, now=NOW
        )

    answers = together(db, *(work(n) for n in range(8)))

    # 20 pieces, 8 held: each success takes three more.
    assert answers.count("insufficient_stock") == 4
    assert stock(db)["HOA-1"] == (20, 20, 20)
    assert stock(db)["LY-1"] == (1_000_000, 4, 4)


def test_an_edit_and_a_packing_at_once_agree_on_what_is_in_the_box(api: TestClient, db: Database) -> None:
    for _ in range(5):
        order = place(api)
        edited, packed = together(
            db,
            lambda s, order=order: change_order(
                s, order_id=order["id"], changes=OrderChanges({"HOA-1": 2}), actor=STAFF, now=NOW
            ),
            lambda s, order=order: pack_order(s, order_id=order["id"], actor=SYSTEM, now=NOW),
        )
        held = api.get(f"/api/v1/orders/{order['code']}").json()
        assert held["fulfilment_state"] == "packed"
        assert not isinstance(packed, str)
        late = edited in ("order_not_changeable", "order_changed_meanwhile")
        assert held["lines"][0]["quantity"] == (1 if late else 2)
    on_hand, reserved, held_sum = stock(db)["HOA-1"]
    assert reserved == held_sum <= on_hand


def test_two_refused_transactions_leave_no_trace(api: TestClient, db: Database) -> None:
    order = place(api)
    with pytest.raises(Conflict), db.transaction() as session:
        change_order(
            session, order_id=order["id"], changes=OrderChanges({"LY-1": 1}), actor=STAFF, now=NOW,
            expected_version=99,
        )  # fmt: skip

    assert stock(db)["LY-1"] == (1_000_000, 0, 0)
