"""Orders in the hands of staff: found, tagged, merged, split, done in bulk, weighed for risk, written down."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from core.actor import SYSTEM, Actor
from core.audit import AuditEntry
from core.db import Database
from core.errors import NotAllowed
from core.jobs.models import Job
from core.orders.bulk import read_codes
from core.orders.manual import ManualOrder, place_manual_order
from core.orders.models import Order
from core.orders.risk import override_risk, weigh
from core.orders.watching import overdue_orders
from core.payments.models import Payment
from core.shop import BankAccount, CodRiskRule, save_shop_profile, shop_profile
from core.stock.levels import consume_order
from tests.books import books_balance
from tests.small_shop import PLACE, cart_body, desk_app, fill

LAN, HUE = "0901234567", "0907654321"


class Shop:
    def __init__(self, db: Database, client: TestClient) -> None:
        self.db, self.client = db, client

    def send(self, method: str, path: str, status: int = 200, **body: Any) -> Any:
        headers = body.pop("headers", {})
        answer = self.client.request(method, f"/api/v1{path}", json=body or None, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    def refused(self, error_code: str, method: str, path: str, status: int = 409, **body: Any) -> Any:
        error = self.send(method, path, status, **body)["error"]
        assert error["code"] == error_code
        return error

    def order(self, sku: str = "HOA-1", quantity: int = 1, **more: Any) -> Any:
        return self.send("POST", "/orders/manual", 201, **cart_body(sku, quantity, **more))

    def get(self, code: str) -> Any:
        return self.send("GET", f"/orders/{code}")

    def rule(self, **changes: Any) -> None:
        with self.db.transaction() as session:
            profile = shop_profile(session).model_copy(update=changes)
            save_shop_profile(session, profile=profile, now=datetime.now(UTC))

    def pay(self, code: str, amount: int) -> Any:
        return self.send("POST", f"/orders/{code}/payments", 201, amount=amount, reference=f"{code}:{amount}")

    def refuse_parcel(self, code: str) -> None:
        """It left, and came back without being taken in."""
        with self.db.transaction() as session:
            order_id = session.scalars(select(Order.id).where(Order.code == code)).one()
            consume_order(session, order_id=order_id, actor=SYSTEM, now=datetime.now(UTC))
            session.execute(update(Order).where(Order.id == order_id).values(fulfilment_state="returned"))

    def told(self, job: str, event: str) -> int:
        with self.db.read_transaction() as session:
            jobs = session.scalars(select(Job).where(Job.name == job))
            return sum(found.payload["event"] == event for found in jobs)


@contextmanager
def opened(db: Database) -> Iterator[Shop]:
    key = fill(db, stock=40)
    with TestClient(desk_app(db)) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        yield Shop(db, client)
        books_balance(db)


@pytest.fixture
def shop(db: Database) -> Iterator[Shop]:
    with opened(db) as shop:
        yield shop


@pytest.fixture
def lite(sqlite_db: Database) -> Iterator[Shop]:
    """For what no database can change: pure rules, bad input and roles."""
    with opened(sqlite_db) as shop:
        yield shop


def codes(page: Any) -> list[str]:
    return [order["code"] for order in page["items"]]


def test_orders_are_found_by_code_phone_name_tag_and_state(shop: Shop) -> None:
    first = shop.order(name="Nguyễn Thị Huệ", phone=HUE)
    second = shop.order(name="Lan")
    tagged = shop.send("PUT", f"/orders/{second['code']}/tags", tags=["Gấp", "gấp ", "quà tặng"])
    assert tagged["tags"] == ["gấp", "quà tặng"]
    shop.send("POST", f"/orders/{first['code']}/pack")

    for query in ("q=nguyen+thi+hue", "q=Huệ", "q=0907+654+321", "q=%2B84907654321", "q=4321", "phone=654321",
                  f"q={first['code']}", f"code={first['code'].lower()}", "fulfilment_state=packed"):  # fmt: skip
        assert codes(shop.send("GET", f"/orders?{query}")) == [first["code"]], query
    for query in ("tag=GAP", "tag=quà tặng", "fulfilment_state=unpacked", "q=lan"):
        assert codes(shop.send("GET", f"/orders?{query}")) == [second["code"]], query
    page = shop.send("GET", "/orders?limit=1&sales_channel=manual")
    rest = shop.send("GET", f"/orders?limit=1&cursor={page['next_cursor']}")
    assert codes(page) + codes(rest) == [second["code"], first["code"]]
    assert codes(shop.send("GET", "/orders?q=_%25_")) == []
    shop.send("PATCH", f"/orders/{second['code']}", name="Hồng Nhung")
    assert codes(shop.send("GET", "/orders?q=nhung")) == [second["code"]]


def test_notes_and_tags_know_the_version_that_was_seen(lite: Shop) -> None:
    code = lite.order()["code"]
    noted = lite.send("PUT", f"/orders/{code}/note", note="gọi trước 9h", headers={"If-Match": '"1"'})
    assert (noted["note"], noted["version"]) == ("gọi trước 9h", 2)
    stale = {"If-Match": '"1"'}
    lite.refused("order_changed_meanwhile", "PUT", f"/orders/{code}/tags", tags=["x"], headers=stale)
    lite.refused("tags_invalid", "PUT", f"/orders/{code}/tags", 422, tags=["x" * 41])
    assert lite.told("notice.customer", "order.changed") == 0


def test_an_edit_is_told_to_the_customer_once(lite: Shop) -> None:
    code = lite.order(quantity=2)["code"]
    lite.send("PATCH", f"/orders/{code}", lines=[{"sku": "HOA-1", "quantity": 3}], name="Hoa")
    assert lite.told("notice.customer", "order.changed") == 1


def test_orders_of_one_customer_become_one_parcel(shop: Shop) -> None:
    kept, other = shop.order(quantity=2), shop.order("LY-1", 3)
    shop.pay(other["code"], 50_000)

    merged = shop.send("POST", f"/orders/{kept['code']}/merge", orders=[other["code"]])

    assert [(x["sku"], x["quantity"]) for x in merged["lines"]] == [("HOA-1", 2), ("LY-1", 3)]
    assert (merged["subtotal"], merged["shipping_fee"], merged["total"]) == (190_000, 20_000, 210_000)
    assert merged["payment_state"] == "part_paid"
    gone = shop.get(other["code"])
    assert (gone["status"], gone["total"], gone["lines"]) == ("cancelled", 0, [])
    books_balance(shop.db)
    assert shop.told("notice.customer", "order.changed") == 1
    assert shop.told("notice.customer", "order.cancelled") == 0
    shop.send("POST", f"/orders/{kept['code']}/cancel", reason="")
    levels = shop.send("GET", "/stock")["items"]
    assert [level["reserved"] for level in levels] == [0, 0]


def test_orders_that_are_not_one_parcel_stay_apart(shop: Shop) -> None:
    one, packed = shop.order(), shop.order()
    stranger = shop.order(phone=HUE)
    transfer = shop.order(payment_method="bank_transfer")
    shop.send("POST", f"/orders/{packed['code']}/pack")

    def merge(*others: str, error: str, status: int = 409) -> None:
        shop.refused(error, "POST", f"/orders/{one['code']}/merge", status, orders=list(others))

    merge(stranger["code"], error="orders_differ")
    merge(transfer["code"], error="orders_differ")
    merge(packed["code"], error="order_not_changeable")
    merge(one["code"], error="orders_invalid", status=422)
    assert shop.get(one["code"])["version"] == 1


def test_a_split_adds_up_to_the_dong_in_goods_discount_and_money(shop: Shop) -> None:
    order = shop.order(quantity=7, discount_percent=7, payment_method="bank_transfer")
    shop.pay(order["code"], order["total"])

    both = shop.send("POST", f"/orders/{order['code']}/split", 201, lines=[{"sku": "HOA-1", "quantity": 3}])

    kept, new = both["order"], both["new_order"]
    assert (kept["lines"][0]["quantity"], new["lines"][0]["quantity"]) == (4, 3)
    for amount in ("subtotal", "discount", "shipping_fee", "total"):
        assert kept[amount] + new[amount] == order[amount]
    assert (kept["shipping_fee"], new["shipping_fee"]) == (20_000, 0)
    assert (kept["payment_state"], new["payment_state"]) == ("paid", "paid")
    with shop.db.read_transaction() as session:
        paid = dict(
            session.execute(
                select(Order.code, func.sum(Payment.amount))
                .join(Order, Order.id == Payment.order_id)
                .group_by(Order.code)
            ).all()
        )
    assert paid == {kept["code"]: kept["total"], new["code"]: new["total"]}
    books_balance(shop.db)
    shop.send("POST", f"/orders/{new['code']}/pack")
    shop.send("POST", f"/orders/{kept['code']}/cancel", reason="")
    assert shop.send("GET", "/stock?sku=HOA-1")["items"][0]["reserved"] == 3


def test_a_split_leaves_something_on_both(lite: Shop) -> None:
    code = lite.order(quantity=2)["code"]
    path = f"/orders/{code}/split"
    lite.refused("order_would_be_empty", "POST", path, lines=[{"sku": "HOA-1", "quantity": 2}])
    lite.refused("lines_invalid", "POST", path, 422, lines=[{"sku": "HOA-1", "quantity": 3}])
    lite.refused("lines_invalid", "POST", path, 422, lines=[{"sku": "LY-1", "quantity": 1}])
    assert lite.get(code)["total"] == 120_000


def test_the_same_goods_for_the_same_phone_are_shown_as_one_order_perhaps(lite: Shop) -> None:
    chat = lite.order(quantity=2)
    again = lite.order(quantity=1)
    lite.order("LY-1")
    lite.order(phone=HUE)
    assert [twin["code"] for twin in lite.get(again["code"])["suspected_duplicates"]] == [chat["code"]]
    lite.send("POST", f"/orders/{chat['code']}/cancel", reason="")
    assert lite.get(again["code"])["suspected_duplicates"] == []
    lite.rule(duplicates_within_hours=0)
    assert lite.get(again["code"])["suspected_duplicates"] == []


def test_many_are_packed_at_once_with_a_row_for_each(shop: Shop) -> None:
    first, second, unpaid = shop.order(), shop.order(), shop.order(payment_method="bank_transfer")
    span = f"{first['code'][2:]}-{int(unpaid['code'][2:]) + 1}"

    rows = shop.send("POST", "/orders/bulk", action="pack", range=span)["results"]
    assert [row["outcome"] for row in rows] == ["done", "done", "refused", "refused"]
    assert "not paid" in rows[2]["message"]
    again = shop.send("POST", "/orders/bulk", action="pack", range=span)["results"]
    assert [row["outcome"] for row in again] == ["already", "already", "refused", "refused"]

    done = shop.send("POST", "/orders/bulk", action="complete", codes=[first["code"]])["results"][0]
    assert "the parcel is packed" in done["message"]
    rows = shop.send("POST", "/orders/bulk", action="cancel", codes=[second["code"], unpaid["code"]])[
        "results"
    ]
    assert [row["outcome"] for row in rows] == ["waiting", "done"]
    assert shop.get(second["code"])["fulfilment_state"] == "packed"


@pytest.mark.parametrize(
    ("text", "found"),
    [("1021-1023", ["DH1021", "DH1022", "DH1023"]), ("dh1021 - dh1022, 1030", ["DH1021", "DH1022", "DH1030"]),
     ("DH7;DH7 WEB5", ["DH7", "WEB5"])],
)  # fmt: skip
def test_codes_are_read_as_people_write_them(text: str, found: list[str]) -> None:
    assert read_codes(text) == found


def test_ranges_that_are_none_are_refused(lite: Shop) -> None:
    for span in ("9-1", "1-900", ","):
        lite.send("POST", "/orders/bulk", 422, action="pack", range=span)
    lite.refused("codes_invalid", "POST", "/orders/bulk", 422, action="pack")


def test_orders_past_the_shops_deadline_are_overdue(lite: Shop) -> None:
    late, early = lite.order(), lite.order()
    lite.rule(pack_within_hours=24)
    placed = datetime.fromisoformat(lite.get(late["code"])["placed_at"])
    assert datetime.fromisoformat(lite.get(late["code"])["pack_by"]) == placed + timedelta(hours=24)
    lite.send("POST", f"/orders/{early['code']}/pack")
    with lite.db.read_transaction() as session:
        profile = shop_profile(session)
        soon = overdue_orders(session, profile=profile, now=placed + timedelta(hours=23))
        then = overdue_orders(session, profile=profile, now=placed + timedelta(hours=25))
    assert (soon, [order.code for order in then]) == ([], [late["code"]])


RULE = CodRiskRule(confirm_from=1, deposit_from=2, prepay_from=3, deposit_percent=30)
BANK = BankAccount(bank="Vietcombank", account="0123456789", holder="TIEM HOA")


@pytest.mark.parametrize(
    ("refused", "takes_transfers", "level", "percent"),
    [(0, True, "none", 0), (1, True, "confirm", 0), (2, True, "deposit", 30), (5, True, "prepay", 100),
     (5, False, "confirm", 0)],
)  # fmt: skip
def test_the_shops_rule_weighs_refused_parcels(
    refused: int, takes_transfers: bool, level: str, percent: int
) -> None:
    risk = weigh(refused, RULE, takes_transfers=takes_transfers)
    assert (risk.level, risk.deposit_percent) == (level, percent)


def test_who_refused_a_parcel_is_called_before_the_next_is_packed(shop: Shop) -> None:
    shop.rule(cod_risk=RULE, bank=BANK)
    shop.refuse_parcel(shop.order()["code"])
    order = shop.order()
    assert (order["risk_level"], order["risk_refused"], order["risk_state"]) == ("confirm", 1, "open")
    assert shop.order(phone=HUE)["risk_level"] == "none"
    assert shop.order(payment_method="bank_transfer")["risk_level"] == "none"

    assert (
        "refused 1 parcels" in shop.refused("risk_open", "POST", f"/orders/{order['code']}/pack")["message"]
    )
    shop.send("POST", f"/orders/{order['code']}/risk", state="confirmed", reason="khách hẹn chiều")
    shop.refused("risk_not_open", "POST", f"/orders/{order['code']}/risk", state="confirmed")
    assert shop.send("POST", f"/orders/{order['code']}/pack")["fulfilment_state"] == "packed"


def test_a_deposit_opens_the_way_and_the_rest_is_paid_on_delivery(shop: Shop) -> None:
    shop.rule(cod_risk=RULE, bank=BANK)
    for _ in range(2):
        shop.refuse_parcel(shop.order()["code"])
    code = shop.order(quantity=3)["code"]
    due = shop.get(code)["deposit_due"]
    assert due == 51_000
    shop.pay(code, due - 1)
    shop.refused("risk_open", "POST", f"/orders/{code}/pack")
    shop.pay(code, 1)
    assert shop.get(code)["risk_state"] == "met"
    shop.send("PATCH", f"/orders/{code}", lines=[{"sku": "HOA-1", "quantity": 2}])
    packed = shop.send("POST", f"/orders/{code}/pack")
    assert (packed["payment_method"], packed["payment_state"]) == ("cod", "part_paid")


def test_all_beforehand_until_a_manager_says_why_not(shop: Shop) -> None:
    shop.rule(cod_risk=RULE, bank=BANK)
    for _ in range(3):
        shop.refuse_parcel(shop.order()["code"])
    order = shop.order()
    assert (order["risk_level"], order["payment_method"]) == ("prepay", "bank_transfer")
    clerk = Actor("staff", "s1", "Vy", "sales")
    with pytest.raises(NotAllowed), shop.db.transaction() as session:
        override_risk(session, order_id=order["code"], reason="quen", actor=clerk, now=datetime.now(UTC))
    shop.refused("reason_required", "POST", f"/orders/{order['code']}/risk", 422, state="overridden")
    shop.send("POST", f"/orders/{order['code']}/risk", state="overridden", reason="khách quen")
    assert shop.send("POST", f"/orders/{order['code']}/pack")["payment_method"] == "cod"
    with shop.db.read_transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "order.risk_overridden")).one()
    assert (entry.data["reason"], entry.data["refused"]) == ("khách quen", 3)


def test_the_reason_stands_on_the_approval_card(lite: Shop) -> None:
    lite.rule(cod_risk=RULE, bank=BANK)
    lite.refuse_parcel(lite.order()["code"])
    code = lite.order(discount_percent=50)["code"]
    waiting = lite.send("GET", "/approvals?state=pending")["items"][0]
    assert (waiting["subject_code"], "refused 1 parcels" in waiting["question"]) == (code, True)


def test_an_order_by_staff_passes_the_same_checks_and_names_who_made_it(lite: Shop) -> None:
    lite.send("POST", "/orders/manual", 409, **cart_body(quantity=41))
    lite.send("POST", "/orders/manual", 422, **cart_body(phone="abc"))
    lite.send("POST", "/orders/manual", 422, **cart_body(address="đâu đó ?"))
    once = {"Idempotency-Key": "call-1"}
    twice = [lite.send("POST", "/orders/manual", 201, headers=once, **cart_body()) for _ in range(2)]
    assert twice[0]["code"] == twice[1]["code"]

    wish = ManualOrder({"HOA-1": 1}, "Lan", LAN, PLACE)
    vy = Actor("staff", "s1", "Vy", "sales")
    with lite.db.transaction() as session:
        order = place_manual_order(session, wish=wish, actor=vy, now=datetime.now(UTC))
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "order.placed", AuditEntry.subject_id == order.id)
        ).one()
        assert (entry.actor_name, order.sales_channel) == ("Vy", "manual")
    clerk = Actor("staff", "s2", "Tú", "accountant")
    with pytest.raises(NotAllowed), lite.db.transaction() as session:
        place_manual_order(session, wish=wish, actor=clerk, now=datetime.now(UTC))
