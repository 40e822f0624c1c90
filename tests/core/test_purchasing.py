"""From a shortage to goods on the shelf: suppliers, purchase orders, receipts, costs, returns."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from core.actor import Actor
from core.clock import VIETNAM
from core.db import Database
from core.errors import NotAllowed
from core.jobs.models import Job
from core.purchasing.costs import moving_average
from core.purchasing.incoming import expected_again
from core.purchasing.ordering import Wanted, confirm_purchase, draft_purchase
from core.purchasing.receiving import Arrived, receive_purchase
from core.stock.models import Reservation, StockLevel, StockMovement
from tests.small_shop import cart_body, desk_app, fill

OWNER = Actor("staff", "s1", "Hà", "owner")
WAREHOUSE = Actor("staff", "s2", "Minh", "warehouse")
NOW = datetime.now(UTC)
TODAY = NOW.astimezone(VIETNAM).date()
SOON = (TODAY + timedelta(days=3)).isoformat()


@pytest.fixture
def api(db: Database) -> Iterator[TestClient]:
    key = fill(db, stock=0)
    headers = {"Authorization": f"Bearer {key}"}
    with TestClient(desk_app(db), raise_server_exceptions=False, headers=headers) as client:
        yield client


def ok(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    found: dict[str, Any] = answer.json()["error"]
    return found


def supplier(api: TestClient, *prices: dict[str, Any], **changes: Any) -> str:
    code = ok(api.post("/api/v1/suppliers", json={"name": "Xưởng hoa", **changes}), 201)["code"]
    if prices:
        ok(api.put(f"/api/v1/suppliers/{code}/prices", json={"prices": list(prices)}))
    return str(code)


def purchase(
    api: TestClient, quantity: int = 10, *, sku: str = "HOA-1", price: int = 20_000, on: str | None = SOON
) -> str:
    """A confirmed order; with `on` None it stays a draft."""
    lines = [{"sku": sku, "quantity": quantity, "unit_price": price}]
    body = {"supplier": supplier(api), "lines": lines}
    code = ok(api.post("/api/v1/purchase-orders", json=body), 201)["code"]
    if on is not None:
        ok(api.post(f"/api/v1/purchase-orders/{code}/confirm", json={"expected_on": on}))
    return str(code)


def receive(
    api: TestClient, code: str, quantity: int | None = None, *, sku: str = "HOA-1", **more: Any
) -> Any:
    lines = [{"sku": sku, "quantity": quantity}] if quantity is not None else []
    return api.post(f"/api/v1/purchase-orders/{code}/receipts", json={"lines": lines, **more})


def level(api: TestClient, sku: str = "HOA-1") -> dict[str, Any]:
    found: dict[str, Any] = ok(api.get("/api/v1/stock", params={"sku": sku}))["items"][0]
    return found


def cost(api: TestClient, sku: str = "HOA-1") -> int | None:
    variants = ok(api.get(f"/api/v1/products/{sku}"))["variants"]
    found: int | None = next(v["cost"] for v in variants if v["sku"] == sku)
    return found


def order_that_lacks_goods(db: Database, api: TestClient, quantity: int) -> str:
    """Taken while the goods were there; then they were not: what was held is gone."""
    ok(
        api.post(
            "/api/v1/stock/receipts", json={"sku": "HOA-1", "warehouse_code": "A", "quantity": quantity}
        ),
        201,
    )
    cart = ok(api.post("/api/v1/carts", json=cart_body(quantity=quantity)), 201)
    quote = ok(api.post(f"/api/v1/carts/{cart['id']}/quotes"), 201)
    order = ok(api.post("/api/v1/orders", json={"quote_id": quote["id"]}), 201)
    with db.transaction() as session:
        session.execute(delete(Reservation).where(Reservation.order_id == order["id"]))
        held = select(StockLevel.variant_id).where(StockLevel.reserved == quantity)
        session.execute(
            update(StockMovement)
            .where(StockMovement.variant_id.in_(held), StockMovement.quantity == quantity)
            .values(quantity=1)
        )
        session.execute(
            update(StockLevel).where(StockLevel.reserved == quantity).values(reserved=0, on_hand=1)
        )
    ok(api.post("/api/v1/stock/adjustments",
                json={"sku": "HOA-1", "warehouse_code": "A", "change": -1, "reason": "lost"}), 201)  # fmt: skip
    return str(order["code"])


def test_a_supplier_is_kept_with_what_it_sells(api: TestClient) -> None:
    code = supplier(
        api, {"sku": "HOA-1", "price": 20_000, "supplier_sku": "X1", "minimum_quantity": 5, "lead_days": 2},
        phone="0901 234 567", tax_code="0100109106", code="hoa.1",
    )  # fmt: skip
    found = ok(api.get(f"/api/v1/suppliers/{code}"))

    assert (found["code"], found["phone"], found["tax_code"]) == ("HOA.1", "+84901234567", "0100109106")
    assert found["prices"] == [
        {"sku": "HOA-1", "price": 20_000, "supplier_sku": "X1", "minimum_quantity": 5, "lead_days": 2,
         "usual": False},
    ]  # fmt: skip
    assert [s["code"] for s in ok(api.get("/api/v1/suppliers", params={"sku": "HOA-1"}))["items"]] == [
        "HOA.1"
    ]
    assert ok(api.get("/api/v1/suppliers", params={"sku": "LY-1"}))["items"] == []
    assert ok(api.delete(f"/api/v1/suppliers/{code}/prices/HOA-1"))["prices"] == []
    refused(api.delete(f"/api/v1/suppliers/{code}/prices/HOA-1"), 404, "offer_not_found")


def test_a_wrong_supplier_is_refused(api: TestClient) -> None:
    code = supplier(api, code="A1")
    for body, status, reason in (
        ({"name": "B", "code": "a1"}, 409, "supplier_code_taken"),
        ({"name": "B", "tax_code": "0100109107"}, 422, "tax_code_invalid"),
        ({"name": "B", "phone": "12"}, 422, "phone_invalid"),
        ({"name": " "}, 422, "name_missing"),
        ({"name": "B", "code": "?"}, 422, "code_invalid"),
        ({"name": "B", "email": "nobody"}, 422, "email_invalid"),
    ):
        refused(api.post("/api/v1/suppliers", json=body), status, reason)
    wrong = {"prices": [{"sku": "NONE", "price": 1}]}
    refused(api.put(f"/api/v1/suppliers/{code}/prices", json=wrong), 404, "variant_not_found")
    refused(api.get("/api/v1/suppliers/NONE"), 404, "supplier_not_found")


def test_two_edits_of_one_version_do_not_both_win(api: TestClient) -> None:
    code = supplier(api)
    tag = api.get(f"/api/v1/suppliers/{code}").headers["ETag"]

    first = api.patch(f"/api/v1/suppliers/{code}", json={"terms": "30 ngày"}, headers={"If-Match": tag})
    second = api.patch(f"/api/v1/suppliers/{code}", json={"terms": "60 ngày"}, headers={"If-Match": tag})

    assert ok(first)["terms"] == "30 ngày"
    refused(second, 409, "supplier_changed_meanwhile")


def test_nothing_is_bought_from_an_archived_supplier(api: TestClient) -> None:
    code = supplier(api, {"sku": "HOA-1", "price": 1})
    ok(api.patch(f"/api/v1/suppliers/{code}", json={"archived": True}))
    body = {"supplier": code, "lines": [{"sku": "HOA-1", "quantity": 1}]}

    refused(api.post("/api/v1/purchase-orders", json=body), 409, "supplier_archived")
    ok(api.patch(f"/api/v1/suppliers/{code}", json={"archived": False}))
    ok(api.post("/api/v1/purchase-orders", json=body), 201)


def test_a_draft_is_edited_and_summed_up(api: TestClient) -> None:
    code = supplier(api, {"sku": "HOA-1", "price": 20_000}, {"sku": "LY-1", "price": 7_000})
    drafted = ok(
        api.post(
            "/api/v1/purchase-orders", json={"supplier": code, "lines": [{"sku": "HOA-1", "quantity": 3}]}
        ),
        201,
    )
    assert (drafted["state"], drafted["total"], drafted["warehouse_code"]) == ("draft", 60_000, "A")

    change = {"lines": [{"sku": "HOA-1", "quantity": 1}, {"sku": "LY-1", "quantity": 2, "unit_price": 5_000}]}
    edited = ok(api.patch(f"/api/v1/purchase-orders/{drafted['code']}", json=change))

    assert edited["total"] == 30_000
    gone = ok(
        api.patch(
            f"/api/v1/purchase-orders/{drafted['code']}", json={"lines": [{"sku": "HOA-1", "quantity": 0}]}
        )
    )
    assert [line["sku"] for line in gone["lines"]] == ["LY-1"]
    assert gone["total"] == 10_000


def test_only_lawful_steps_are_possible(api: TestClient) -> None:
    code = purchase(api, on=None)
    path = f"/api/v1/purchase-orders/{code}"
    yesterday = (TODAY - timedelta(days=1)).isoformat()

    refused(receive(api, code), 409, "illegal_transition")
    refused(api.post(f"{path}/confirm", json={}), 422, "expected_on_missing")
    refused(api.post(f"{path}/confirm", json={"expected_on": yesterday}), 422, "expected_on_invalid")
    ok(api.post(f"{path}/confirm", json={"expected_on": SOON}))
    refused(api.post(f"{path}/confirm", json={"expected_on": SOON}), 409, "illegal_transition")
    refused(api.patch(path, json={"note": "x"}), 409, "purchase_not_a_draft")
    assert ok(api.put(f"{path}/expected-day", json={"expected_on": TODAY.isoformat()}))["expected_on"] == str(
        TODAY
    )
    assert ok(api.post(f"{path}/cancel", json={"reason": "too dear"}))["lines"][0]["cancelled"] == 10
    refused(receive(api, code), 409, "illegal_transition")
    refused(api.post(f"{path}/cancel", json={}), 409, "illegal_transition")


def test_the_price_list_tells_when_goods_come(api: TestClient) -> None:
    code = supplier(api, {"sku": "HOA-1", "price": 1, "lead_days": 4})
    body = {"supplier": code, "lines": [{"sku": "HOA-1", "quantity": 1}]}
    drafted = ok(api.post("/api/v1/purchase-orders", json=body), 201)

    confirmed = ok(api.post(f"/api/v1/purchase-orders/{drafted['code']}/confirm", json={}))

    assert confirmed["order"]["expected_on"] == (TODAY + timedelta(days=4)).isoformat()


def test_a_large_order_waits_for_a_manager_who_is_asked_again_when_it_grows(api: TestClient) -> None:
    code = purchase(api, 1_000, price=20_000, on=None)
    path = f"/api/v1/purchase-orders/{code}"
    asked = ok(api.post(f"{path}/confirm", json={"expected_on": SOON}))
    assert (asked["order"]["state"], bool(asked["waiting_for"])) == ("draft", True)

    ok(api.patch(path, json={"lines": [{"sku": "HOA-1", "quantity": 2_000}]}))
    ok(api.post(f"/api/v1/approvals/{asked['waiting_for']}/approve", json={}))
    assert ok(api.get(path))["state"] == "draft"

    again = ok(api.post(f"{path}/confirm", json={"expected_on": SOON}))
    assert again["waiting_for"] not in (None, asked["waiting_for"])
    ok(api.post(f"/api/v1/approvals/{again['waiting_for']}/approve", json={}))
    assert ok(api.get(path))["state"] == "confirmed"


def test_goods_come_in_parts_and_the_cost_is_their_average(api: TestClient) -> None:
    code = purchase(api, 10, price=20_000)
    assert (level(api)["incoming"], level(api)["incoming_on"]) == (10, SOON)

    first = ok(receive(api, code, 4), 201)
    assert (first["order"]["state"], first["order"]["lines"][0]["outstanding"]) == ("part_received", 6)
    assert (level(api)["on_hand"], level(api)["incoming"], cost(api)) == (4, 6, 20_000)

    dearer = api.post(
        f"/api/v1/purchase-orders/{code}/receipts",
        json={"lines": [{"sku": "HOA-1", "quantity": 6, "unit_price": 25_001}]},
    )
    assert ok(dearer, 201)["order"]["state"] == "received"
    # (4 × 20 000 + 6 × 25 001) ÷ 10 = 23 000.6
    assert (level(api)["on_hand"], level(api)["incoming"], cost(api)) == (10, 0, 23_001)
    line = dearer.json()["receipt"]["lines"][0]
    assert (line["cost_before"], line["cost_after"]) == (20_000, 23_001)


@given(
    st.integers(0, 10**6),
    st.one_of(st.none(), st.integers(0, 10**9)),
    st.integers(1, 10**6),
    st.integers(0, 10**9),
)
def test_the_average_lies_between_old_and_new_and_is_off_by_half_a_dong_at_most(
    on_hand: int, cost: int | None, received: int, price: int
) -> None:
    average = moving_average(on_hand=on_hand, cost=cost, received=received, unit_price=price)

    if cost is None or on_hand == 0:
        assert average == price
    else:
        assert min(cost, price) <= average <= max(cost, price)
        worth = on_hand * cost + received * price
        assert abs(2 * (average * (on_hand + received) - worth)) <= on_hand + received


def test_the_same_note_is_counted_in_once(api: TestClient) -> None:
    code = purchase(api)
    first, again = (ok(receive(api, code, 4, reference="PX-9"), 201) for _ in range(2))

    assert first["receipt"]["code"] == again["receipt"]["code"]
    assert level(api)["on_hand"] == 4
    refused(receive(api, code, 5, reference="PX-9"), 409, "receipt_reference_used")
    ok(receive(api, code, 6, reference="PX-10"), 201)
    assert ok(receive(api, code, 4, reference="PX-9"), 201)["receipt"]["code"] == first["receipt"]["code"]
    receipts = ok(api.get("/api/v1/purchase-receipts", params={"order": code}))["items"]
    assert [r["reference"] for r in receipts] == ["PX-10", "PX-9"]


def test_a_little_too_much_is_taken_in_and_more_needs_a_yes(api: TestClient) -> None:
    code = purchase(api, 100)

    assert refused(receive(api, code, 106), 409, "over_delivery")["data"]["allowed_percent"] == 5
    assert level(api)["on_hand"] == 0
    taken = ok(receive(api, code, 105), 201)
    assert (taken["order"]["state"], taken["order"]["lines"][0]["over"]) == ("received", 5)
    other = purchase(api, 100)
    accepted = ok(receive(api, other, 150, accept_over=True), 201)
    assert accepted["receipt"]["lines"][0]["over"] == 50


def test_too_little_is_recorded_when_nothing_more_comes(api: TestClient) -> None:
    code = purchase(api, 10)
    closed = ok(receive(api, code, 7, is_last=True), 201)["order"]

    assert (closed["state"], closed["lines"][0]["cancelled"], level(api)["incoming"]) == ("closed", 3, 0)
    other = purchase(api, 10)
    ok(receive(api, other, 1), 201)
    ended = ok(api.post(f"/api/v1/purchase-orders/{other}/cancel", json={}))
    assert (ended["state"], ended["lines"][0]["cancelled"]) == ("closed", 9)


def test_what_was_not_ordered_is_not_received_by_the_way(api: TestClient) -> None:
    code = purchase(api)

    refused(receive(api, code, 1, sku="LY-1"), 404, "purchase_line_not_found")
    twice = {"lines": [{"sku": "HOA-1", "quantity": 1}] * 2}
    refused(api.post(f"/api/v1/purchase-orders/{code}/receipts", json=twice), 422, "sku_twice")
    refused(receive(api, "PO1"), 404, "purchase_not_found")


def test_goods_go_back_for_credit_as_far_as_they_came_and_are_free(db: Database, api: TestClient) -> None:
    code = purchase(api, 10, price=20_000)
    ok(receive(api, code), 201)
    path = f"/api/v1/purchase-orders/{code}/returns"

    def back(quantity: int, **more: Any) -> Any:
        lines = [{"sku": "HOA-1", "quantity": quantity}]
        return api.post(path, json={"lines": lines, "reason": "hỏng", **more})

    first, again = (ok(back(3, reference="R1"), 201) for _ in range(2))
    assert first == again
    assert first["credit"] == 60_000
    assert (level(api)["on_hand"], cost(api)) == (7, 20_000)
    assert ok(api.get(f"/api/v1/purchase-orders/{code}"))["lines"][0]["returned"] == 3
    refused(back(8), 409, "more_than_received")
    cart = ok(api.post("/api/v1/carts", json=cart_body(quantity=5)), 201)
    quote = ok(api.post(f"/api/v1/carts/{cart['id']}/quotes"), 201)
    ok(api.post("/api/v1/orders", json={"quote_id": quote["id"]}), 201)
    assert refused(back(3), 409, "insufficient_stock")["data"]["lines"][0]["available"] == 2
    with db.read_transaction() as session:
        moved = select(func.sum(StockMovement.quantity)).where(StockMovement.subject_kind != "")
        assert session.scalar(moved) == level(api)["on_hand"]


def test_what_orders_lack_is_drafted_at_the_usual_supplier_once(db: Database, api: TestClient) -> None:
    supplier(api, {"sku": "HOA-1", "price": 30_000})
    usual = supplier(api, {"sku": "HOA-1", "price": 20_000, "minimum_quantity": 5, "usual": True})
    order_that_lacks_goods(db, api, 3)

    drafted = ok(api.post("/api/v1/purchase-orders/from-shortage", json={}), 201)

    assert [(o["supplier"], o["origin"], o["lines"][0]["quantity"]) for o in drafted["orders"]] == [
        (usual, "shortage", 5)
    ]
    assert ok(api.post("/api/v1/purchase-orders/from-shortage", json={}), 201) == {
        "orders": [], "without_supplier": {},
    }  # fmt: skip
    order_that_lacks_goods(db, api, 4)
    more = ok(api.post("/api/v1/purchase-orders/from-shortage", json={}), 201)
    assert [(o["code"], o["lines"][0]["quantity"]) for o in more["orders"]] == [
        (drafted["orders"][0]["code"], 7)
    ]


def test_a_shortage_that_nobody_sells_is_named(db: Database, api: TestClient) -> None:
    order_that_lacks_goods(db, api, 3)

    drafted = ok(api.post("/api/v1/purchase-orders/from-shortage", json={}), 201)

    assert drafted == {"orders": [], "without_supplier": {"HOA-1": 3}}


def test_an_order_that_lacks_goods_is_packed_when_they_are_received(db: Database, api: TestClient) -> None:
    older, younger = order_that_lacks_goods(db, api, 3), order_that_lacks_goods(db, api, 4)
    lacking = refused(api.post(f"/api/v1/orders/{older}/pack"), 409, "order_short")
    assert lacking["data"]["lines"] == [{"sku": "HOA-1", "lacking": 3}]
    code = purchase(api, 10)

    first = ok(receive(api, code, 5), 201)
    assert first["filled"] == [older]
    assert level(api)["available"] == 0
    ok(api.post(f"/api/v1/orders/{older}/pack"))
    refused(api.post(f"/api/v1/orders/{younger}/pack"), 409, "order_short")
    assert ok(receive(api, code, 5), 201)["filled"] == [younger]
    assert level(api)["available"] == 3
    with db.read_transaction() as session:
        told = session.scalars(select(Job.payload).where(Job.name == "notice.staff")).all()
    assert [p["event"] for p in told if p["event"] == "order.filled"] == ["order.filled"] * 2


def test_only_a_confirmed_day_that_has_not_passed_is_named(db: Database, api: TestClient) -> None:
    def named(moment: datetime = NOW) -> date | None:
        with db.read_transaction() as session:
            variant = session.scalars(select(StockLevel.variant_id).where(StockLevel.on_hand < 100)).one()
            found = expected_again(session, [variant], now=moment).get(variant)
            return found.on if found else None

    draft = purchase(api, 3, on=None)
    assert named() is None
    ok(api.post(f"/api/v1/purchase-orders/{draft}/confirm", json={"expected_on": SOON}))
    assert named() == date.fromisoformat(SOON)
    assert named(NOW + timedelta(days=4)) is None
    order_that_lacks_goods(db, api, 3)
    assert named() is None, "these three are promised already"
    later = (TODAY + timedelta(days=9)).isoformat()
    purchase(api, 1, on=later)
    assert named() == date.fromisoformat(later)
    late = ok(api.get("/api/v1/stock/incoming", params={"sku": "HOA-1"}))["items"]
    assert [(row["quantity"], row["late"]) for row in late] == [(3, False), (1, False)]


def test_each_step_has_its_roles(db: Database) -> None:
    fill(db, stock=0)
    sales = Actor("staff", "s3", "Lan", "sales")
    with db.transaction() as session:
        from core.purchasing.suppliers import add_supplier

        made = add_supplier(session, details={"name": "X"}, actor=OWNER, now=NOW)
        order = draft_purchase(
            session, supplier_code=made.code, lines=[Wanted("HOA-1", 10, 5)], actor=sales, now=NOW
        )
        for refused_step in (
            lambda: confirm_purchase(session, code=order.code, expected_on=TODAY, actor=sales, now=NOW),
            lambda: receive_purchase(session, code=order.code, actor=sales, now=NOW),
            lambda: receive_purchase(session, code=order.code, actor=WAREHOUSE, accept_over=True, now=NOW),
            lambda: add_supplier(session, details={"name": "Y"}, actor=WAREHOUSE, now=NOW),
        ):
            with pytest.raises(NotAllowed):
                refused_step()
        confirm_purchase(session, code=order.code, expected_on=TODAY, actor=WAREHOUSE, now=NOW)
        done = receive_purchase(
            session, code=order.code, lines=[Arrived("HOA-1", 10)], actor=WAREHOUSE, now=NOW
        )
        assert done.order.state == "received"
