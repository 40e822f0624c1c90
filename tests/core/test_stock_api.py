"""Transfers, stock-takes, holds, low-stock alerts and warehouses, through the API, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from core.actor import SYSTEM, Actor
from core.api.auth import create_key
from core.audit import AuditEntry
from core.db import Database
from core.errors import NotAllowed
from core.jobs.models import Job
from core.jobs.worker import Run
from core.orders.queries import get_order
from core.stock.counts import post_count
from core.stock.holds import run_expiry
from core.stock.levels import consume_order
from tests.books import books_balance
from tests.small_shop import cart_body, desk_app, fill

SOON = (datetime.now(UTC) + timedelta(days=5)).isoformat()


class Shop:
    def __init__(self, db: Database, client: TestClient) -> None:
        self.db, self.client = db, client

    def send(self, method: str, path: str, status: int = 200, **body: Any) -> Any:
        headers = body.pop("headers", {})
        answer = self.client.request(method, f"/api/v1{path}", json=body or None, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def refused(
        self, error_code: str, method: str, path: str, status: int = 409, **body: Any
    ) -> dict[str, Any]:
        error = self.send(method, path, status, **body)["error"]
        assert error["code"] == error_code
        return dict(error)

    def stock(self, warehouse: str = "A", sku: str = "HOA-1") -> tuple[int, int]:
        rows = self.send("GET", f"/stock?sku={sku}")["items"]
        return next(((r["on_hand"], r["reserved"]) for r in rows if r["warehouse_code"] == warehouse), (0, 0))

    def order(self, quantity: int) -> dict[str, Any]:
        cart = self.send("POST", "/carts", 201, **cart_body(quantity=quantity))
        quote = self.send("POST", f"/carts/{cart['id']}/quotes", 201)
        return dict(self.send("POST", "/orders", 201, quote_id=quote["id"]))

    def hold(self, quantity: int, expires_at: str = SOON) -> dict[str, Any]:
        return dict(
            self.send(
                "POST", "/holds", 201, sku="HOA-1", warehouse_code="A", quantity=quantity, reason="khách quen",
                expires_at=expires_at,
            )
        )  # fmt: skip

    def leave(self, code: str) -> None:
        with self.db.transaction() as session:
            consume_order(session, order_id=get_order(session, code).id, actor=SYSTEM, now=datetime.now(UTC))

    def alerts(self) -> int:
        with self.db.read_transaction() as session:
            jobs = session.scalars(select(Job).where(Job.name == "notice.staff"))
            return sum(job.payload["event"] == "stock.low" for job in jobs)


@contextmanager
def opened(db: Database) -> Iterator[Shop]:
    key = fill(db, stock=20)
    with TestClient(desk_app(db)) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        shop = Shop(db, client)
        shop.send("POST", "/warehouses", 201, code="B", name="Kho B", kind="branch", contact_name="Minh")
        yield shop
        books_balance(db)


@pytest.fixture
def shop(db: Database) -> Iterator[Shop]:
    with opened(db) as shop:
        yield shop


@pytest.fixture
def lite(sqlite_db: Database) -> Iterator[Shop]:
    """For what no database can change: bad input and roles."""
    with opened(sqlite_db) as shop:
        yield shop


def transfer(shop: Shop, quantity: int = 8) -> str:
    lines = [{"sku": "HOA-1", "quantity": quantity}]
    return str(shop.send("POST", "/transfers", 201, source="A", destination="B", lines=lines)["code"])


def came(quantity: int, **more: Any) -> dict[str, Any]:
    return {"lines": [{"sku": "HOA-1", "quantity": quantity}], **more}


def test_a_transfer_lies_between_the_two_until_it_is_received_in_parts(shop: Shop) -> None:
    code = transfer(shop)
    assert shop.stock("A") == (20, 0)

    assert shop.send("POST", f"/transfers/{code}/send")["state"] == "sent"
    books_balance(shop.db)
    assert (shop.stock("A"), shop.stock("B")) == ((12, 0), (0, 0))
    values = {w["warehouse_code"]: w["pieces"] for w in shop.send("GET", "/stock/value")["warehouses"]}
    assert values["~in-transit"] == 8

    assert shop.send("POST", f"/transfers/{code}/receipts", 201, **came(5))["state"] == "sent"
    books_balance(shop.db)
    assert shop.stock("B") == (5, 0)
    assert shop.send("POST", f"/transfers/{code}/receipts", 201, **came(3))["state"] == "closed"
    assert (shop.stock("A"), shop.stock("B")) == ((12, 0), (8, 0))
    ledger = shop.send("GET", "/stock/movements?subject_kind=transfer&sku=HOA-1")["items"]
    assert sum(line["quantity"] for line in ledger) == 0


def test_what_did_not_come_or_came_on_top_needs_a_reason(shop: Shop) -> None:
    code = transfer(shop)
    shop.send("POST", f"/transfers/{code}/send")

    shop.refused("reason_required", "POST", f"/transfers/{code}/receipts", 422, **came(9))
    shop.send("POST", f"/transfers/{code}/receipts", 201, **came(2))
    refusal = shop.refused("reason_required", "POST", f"/transfers/{code}/close", 422, reason="")
    assert refusal["data"]["missing"] == {"HOA-1": 6}
    line = shop.send("POST", f"/transfers/{code}/close", reason="rơi dọc đường")["lines"][0]
    assert (line["received"], line["missing"], line["reason"]) == (2, 6, "rơi dọc đường")
    assert shop.stock("B") == (2, 0)

    second = transfer(shop, 1)
    shop.send("POST", f"/transfers/{second}/send")
    closed = shop.send("POST", f"/transfers/{second}/receipts", 201, **came(3, reason="đếm sót"))
    assert (closed["state"], closed["lines"][0]["extra"]) == ("closed", 2)
    assert shop.stock("B") == (5, 0)


def test_reserved_stock_cannot_be_sent_and_the_draft_can_be_mended(shop: Shop) -> None:
    shop.order(15)
    code = transfer(shop, 6)

    refusal = shop.refused("insufficient_stock", "POST", f"/transfers/{code}/send")
    assert refusal["data"]["lines"] == [{"sku": "HOA-1", "asked": 6, "available": 5}]
    assert shop.send("GET", f"/transfers/{code}")["state"] == "draft"
    assert shop.send("PUT", f"/transfers/{code}/lines", **came(5))["lines"][0]["quantity"] == 5
    shop.send("POST", f"/transfers/{code}/send")
    assert shop.stock("A") == (15, 15)


def test_a_transfer_is_cancelled_before_sending_only_and_steps_know_their_version(shop: Shop) -> None:
    code = transfer(shop)
    stale = {"If-Match": '"7"'}
    shop.refused("transfer_changed_meanwhile", "POST", f"/transfers/{code}/send", headers=stale)
    assert shop.send("POST", f"/transfers/{code}/cancel", headers={"If-Match": '"1"'})["state"] == "cancelled"
    shop.refused("illegal_transition", "POST", f"/transfers/{code}/send")

    sent = transfer(shop)
    shop.send("POST", f"/transfers/{sent}/send")
    shop.refused("illegal_transition", "POST", f"/transfers/{sent}/cancel")
    shop.refused("sku_not_in_transfer", "POST", f"/transfers/{sent}/receipts", 422,
                 lines=[{"sku": "LY-1", "quantity": 1}])  # fmt: skip


def test_the_same_receipt_sent_twice_is_received_once(shop: Shop) -> None:
    code = transfer(shop)
    shop.send("POST", f"/transfers/{code}/send")
    for _ in range(2):
        shop.send("POST", f"/transfers/{code}/receipts", 201, headers={"Idempotency-Key": "k"}, **came(2))
    assert shop.stock("B") == (2, 0)


def test_staff_are_told_once_of_low_stock_until_it_rose_again(shop: Shop) -> None:
    shop.send("PUT", "/stock/low-levels", sku="HOA-1", level=5)
    shop.send("PUT", "/stock/low-levels", sku="HOA-1", warehouse_code="A", level=5)
    order = shop.order(14)
    assert shop.alerts() == 0
    shop.order(1)
    assert shop.alerts() == 2
    shop.order(1)
    assert shop.alerts() == 2
    assert len(shop.send("GET", "/stock/low-levels?low=true")["items"]) == 2

    shop.send("POST", f"/orders/{order['code']}/cancel", reason="")
    assert shop.send("GET", "/stock/low-levels?low=true")["items"] == []
    change = {"sku": "HOA-1", "warehouse_code": "A", "change": -15, "reason": "vỡ", "cause": "damaged"}
    shop.send("POST", "/stock/adjustments", 201, **change)
    assert shop.alerts() == 4
    assert shop.send("GET", "/stock/movements?cause=damaged")["items"][0]["reason"] == "vỡ"
    shop.send("DELETE", "/stock/low-levels?sku=HOA-1", 204)
    shop.refused("low_level_not_found", "DELETE", "/stock/low-levels?sku=HOA-1", 404)


def test_goods_in_a_warehouse_that_is_switched_off_are_low_stock(shop: Shop) -> None:
    shop.send("PUT", "/stock/low-levels", sku="HOA-1", level=5)
    refusal = shop.refused("warehouse_in_use", "PATCH", "/warehouses/A", active=False)
    assert refusal["data"]["on_hand"] == 1_000_020
    off = shop.send("PATCH", "/warehouses/A", active=False, reason="sửa kho", headers={"If-Match": '"1"'})
    assert (off["active"], off["version"]) == (False, 2)
    assert shop.alerts() == 1
    shop.refused("warehouse_changed_meanwhile", "PATCH", "/warehouses/A", name="x",
                 headers={"If-Match": '"1"'})  # fmt: skip
    with shop.db.read_transaction() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "warehouse.changed")).all()
    assert [entry.data["reason"] for entry in entries] == ["sửa kho"]


def test_an_empty_warehouse_is_edited_and_switched_off_without_a_word(lite: Shop) -> None:
    edited = lite.send("PATCH", "/warehouses/B", phone="0901234567", kind="secondary", priority=3)
    assert (edited["phone"], edited["kind"], edited["contact_name"]) == ("+84901234567", "secondary", "Minh")
    assert lite.send("PATCH", "/warehouses/B", active=False)["active"] is False
    lite.refused("warehouse_exists", "POST", "/warehouses", code="B", name="Kho")
    lines = [{"sku": "HOA-1", "quantity": 1}]
    lite.refused("warehouse_inactive", "POST", "/transfers", source="A", destination="B", lines=lines)


def count(shop: Shop, counted: int | None, **more: Any) -> str:
    code = str(shop.send("POST", "/stock-counts", 201, warehouse_code="A", skus=["HOA-1"])["code"])
    if counted is not None:
        shop.send("PUT", f"/stock-counts/{code}/counts", lines=[{"sku": "HOA-1", "counted": counted}], **more)
    return code


def test_a_stock_take_posts_its_difference_while_selling_goes_on(shop: Shop) -> None:
    shop.send("PATCH", "/variants/HOA-1", cost=20_000)
    order = shop.order(4)
    code = count(shop, None)
    shop.leave(order["code"])
    shop.send("PUT", f"/stock-counts/{code}/counts", csv="mã;đếm\nHOA-1;15\n")
    line = shop.send("GET", f"/stock-counts/{code}/lines")["items"][0]
    assert (line["expected"], line["moved"], line["difference"]) == (20, -4, -1)

    shop.leave(shop.order(3)["code"])
    difference = shop.send("GET", f"/stock-counts/{code}")["difference"]
    assert (difference["pieces_short"], difference["value"]) == (1, -20_000)
    assert shop.send("POST", f"/stock-counts/{code}/approve", cancel_orders=[])["state"] == "posted"
    assert shop.stock() == (12, 0)
    shop.refused("illegal_transition", "POST", f"/stock-counts/{code}/approve", cancel_orders=[])
    assert shop.stock() == (12, 0)
    assert shop.send("GET", "/stock/value")["total"] == 12 * 20_000


def test_figures_taken_at_the_opening_are_compared_with_what_was_expected_then(shop: Shop) -> None:
    order = shop.order(4)
    code = count(shop, None)
    shop.leave(order["code"])
    shop.send("PUT", f"/stock-counts/{code}/counts", lines=[{"sku": "HOA-1", "counted": 19}], at_opening=True)
    shop.send("POST", f"/stock-counts/{code}/approve", cancel_orders=[])
    assert shop.stock() == (15, 0)


def test_a_count_below_what_is_promised_names_the_orders_and_lets_staff_choose(shop: Shop) -> None:
    first, second = shop.order(8), shop.order(7)
    hold = shop.hold(2)
    code = count(shop, 10)

    refusal = shop.refused("count_below_reserved", "POST", f"/stock-counts/{code}/approve", cancel_orders=[])
    line = refusal["data"]["lines"][0]
    assert (line["reserved"], line["would_be"], line["short"], line["holds"]) == (17, 10, 7, [hold["code"]])
    assert {order["code"] for order in line["orders"]} == {first["code"], second["code"]}
    assert shop.stock() == (20, 17)

    release = {"release_holds": [hold["code"]]}
    shop.refused("count_below_reserved", "POST", f"/stock-counts/{code}/approve", **release)
    shop.refused("not_affected", "POST", f"/stock-counts/{code}/approve", 422, cancel_orders=["DH1"])
    assert shop.stock() == (20, 17)
    done = shop.send("POST", f"/stock-counts/{code}/approve", cancel_orders=[second["code"]], **release)
    assert done["state"] == "posted"
    assert shop.stock() == (10, 8)
    assert shop.send("GET", f"/orders/{second['code']}")["status"] == "cancelled"


def test_a_stock_take_says_what_is_not_counted_and_runs_alone_in_its_warehouse(shop: Shop) -> None:
    code = shop.send("POST", "/stock-counts", 201, warehouse_code="A")["code"]
    assert shop.refused("count_open", "POST", "/stock-counts", warehouse_code="A")["data"]["code"] == code
    shop.send("PUT", f"/stock-counts/{code}/counts", lines=[{"sku": "HOA-1", "counted": 25}])
    refusal = shop.refused("count_incomplete", "POST", f"/stock-counts/{code}/approve", cancel_orders=[])
    assert refusal["data"]["uncounted"] == ["LY-1"]
    shop.send("POST", f"/stock-counts/{code}/approve", leave_uncounted=True)
    assert (shop.stock(), shop.stock(sku="LY-1")) == ((25, 0), (1_000_000, 0))


@pytest.mark.parametrize(
    ("sheet", "code", "row"),
    [
        ("sku,counted\nHOA-1,-1\n", "sheet_invalid", 2),
        ("sku,counted\nHOA-1,5\nHOA-1,6\n", "sheet_invalid", 3),
        ("sku,counted\n,5\n", "sheet_invalid", 2),
        ("sku,counted\nHOA-1,=1+1\n", "sheet_invalid", 2),
        ("what,ever\n1,2\n", "sheet_invalid", None),
        ("sku,counted\nHOA-1,\n", "sheet_empty", None),
        ("sku,counted\nNO-1,5\n", "sku_not_in_count", None),
    ],
)
def test_a_bad_sheet_names_its_rows_and_enters_nothing(
    lite: Shop, sheet: str, code: str, row: int | None
) -> None:
    opened = count(lite, None)
    refusal = lite.refused(code, "PUT", f"/stock-counts/{opened}/counts", 422, csv=sheet)
    assert [r["row"] for r in refusal["data"].get("rows", [])] == ([row] if row else [])
    assert lite.send("GET", f"/stock-counts/{opened}")["difference"]["counted"] == 0
    given = lite.client.get(f"/api/v1/stock-counts/{opened}/sheet").text
    assert given.splitlines()[1] == "HOA-1,20,"


def test_only_managers_approve_a_stock_take(lite: Shop) -> None:
    code = count(lite, 20)
    clerk = Actor("staff", "s1", "Tú", "warehouse")
    with pytest.raises(NotAllowed), lite.db.transaction() as session:
        post_count(session, count_id=code, actor=clerk, now=datetime.now(UTC))


def test_a_hold_counts_as_reserved_until_it_is_released_or_runs_out(shop: Shop) -> None:
    hold = shop.hold(15)
    assert shop.stock() == (20, 15)
    cart = shop.send("POST", "/carts", 201, **cart_body(quantity=6))
    shop.refused("insufficient_stock", "POST", f"/carts/{cart['id']}/quotes")
    shop.send("POST", f"/holds/{hold['code']}/release")
    shop.refused("hold_over", "POST", f"/holds/{hold['code']}/release")
    assert shop.stock() == (20, 0)

    soon = datetime.now(UTC) + timedelta(hours=1)
    kept, brief = shop.hold(3), shop.hold(4, soon.isoformat())
    run_expiry(Run(shop.db, {}, 1, soon + timedelta(minutes=1)))
    run_expiry(Run(shop.db, {}, 1, soon + timedelta(minutes=2)))
    assert shop.stock() == (20, 3)
    states = {h["code"]: h["state"] for h in shop.send("GET", "/holds")["items"]}
    assert (states[kept["code"]], states[brief["code"]]) == ("held", "expired")


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"expires_at": "2020-01-01T00:00:00Z"}, "expiry_invalid"), ({"sku": "NO"}, "variant_not_found"),
     ({"quantity": 21}, "insufficient_stock"), ({"quantity": 0}, "request_invalid")],
)  # fmt: skip
def test_a_hold_that_cannot_be_is_refused(lite: Shop, changes: dict[str, Any], code: str) -> None:
    soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    body = {
        "sku": "HOA-1",
        "warehouse_code": "A",
        "quantity": 1,
        "reason": "x",
        "expires_at": soon,
        **changes,
    }
    answer = lite.client.post("/api/v1/holds", json=body)
    assert answer.json()["error"]["code"] == code


def test_the_ledger_is_paged_and_filtered(shop: Shop) -> None:
    for quantity in (1, 2, 3):
        shop.send("POST", "/stock/receipts", 201, sku="HOA-1", warehouse_code="B", quantity=quantity)
    first = shop.send("GET", "/stock/movements?warehouse=B&limit=2")
    rest = shop.send("GET", f"/stock/movements?warehouse=B&limit=2&cursor={first['next_cursor']}")
    assert [line["quantity"] for line in first["items"] + rest["items"]] == [3, 2, 1]
    assert rest["next_cursor"] is None
    assert shop.send("GET", "/stock/movements?moved_from=2099-01-01T00:00:00")["items"] == []


def test_a_key_without_the_scope_sees_and_moves_nothing(lite: Shop) -> None:
    with lite.db.transaction() as session:
        other = create_key(session, name="x", scopes=["orders"], now=datetime.now(UTC))
    lite.client.headers["Authorization"] = f"Bearer {other}"
    for method, path in (("GET", "/transfers"), ("GET", "/stock/value"), ("GET", "/holds"),
                         ("POST", "/stock-counts/KK1/cancel"), ("PATCH", "/warehouses/A")):  # fmt: skip
        body = {"name": "x"} if method == "PATCH" else {}
        lite.refused("scope_missing", method, path, 403, **body)
