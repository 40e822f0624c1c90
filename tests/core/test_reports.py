"""What each report counts, on both databases: days of Vietnam, returns and refunds taken off, profit at old cost."""

import csv
import io
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import update

from core.actor import SYSTEM, Actor
from core.api.auth import create_key
from core.catalogue.models import Product, Variant
from core.catalogue.queries import variants_by_sku
from core.customers.identities import customer_for
from core.db import Database
from core.errors import NotAllowed
from core.orders.cancellation import cancel_order
from core.orders.carts import set_delivery, set_lines, set_payment_method, start_cart
from core.orders.fulfilment import pack_order
from core.orders.models import Order, OrderLine
from core.orders.placement import place_order
from core.orders.quoting import quote_cart
from core.orders.states import advance_fulfilment
from core.payments.recording import record_payment
from core.payments.refunds import pay_refund, request_refund
from core.reports.making import REPORTS, get_report, make_report
from core.reports.picture import ACCENT, BOTTOM, LEFT, RIGHT, TOP, as_png
from core.reports.tables import Table
from core.reports.tables import fill as fill_table
from core.returns.decisions import approve_return
from core.returns.inspection import Finding, inspect_return, receive_return
from core.returns.requests import Wish, request_return
from core.returns.settlement import settle_return
from core.returns.undelivered import take_undelivered
from core.stock.levels import consume_order, receive
from core.stock.queries import get_warehouse
from tests.small_shop import PLACE, desk_app, fill

LAST_SECOND = datetime(2026, 11, 23, 16, 59, 59, tzinfo=UTC)  # 23:59:59 on the 23rd in Vietnam
MIDNIGHT = LAST_SECOND + timedelta(seconds=1)
BUYER = "customer"
SALES = ("sales-by-day", "sales-by-channel", "sales-by-staff")


class Shop:
    """Flowers at 50.000 that cost 20.000, lilies at 30.000 whose cost nobody knows; 20.000 shipping; VAT 8 %."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.key = fill(db, stock=100, now=LAST_SECOND - timedelta(days=40))
        with db.transaction() as session:
            session.execute(update(Variant).where(Variant.sku == "HOA-1").values(cost=20_000))
            self.customer = customer_for(session, chat_channel="t", external_id="1", now=MIDNIGHT).id

    def sell(
        self,
        quantities: Mapping[str, int],
        now: datetime,
        *,
        actor: Actor | None = None,
        channel: str = "chat",
    ) -> str:
        with self.db.transaction() as session:
            cart = start_cart(session, customer_id=self.customer, sales_channel=channel, now=now).id
            set_lines(session, cart_id=cart, quantities=quantities, now=now)
            set_delivery(session, cart_id=cart, now=now, buyer_name="Lan", phone="0901234567", address=PLACE)
            set_payment_method(session, cart_id=cart, method="cod", now=now)
            quote = quote_cart(session, cart_id=cart, now=now)
            buyer = Actor("customer", self.customer)
            return place_order(session, actor=actor or buyer, quote_id=quote.id, now=now).id

    def send(self, order_id: str, now: datetime) -> None:
        with self.db.transaction() as session:
            pack_order(session, order_id=order_id, actor=SYSTEM, now=now)
            consume_order(session, order_id=order_id, actor=SYSTEM, now=now)
            advance_fulfilment(session, order_id=order_id, to="shipped", actor=SYSTEM, now=now)

    def deliver(self, order_id: str, now: datetime) -> None:
        self.send(order_id, now)
        with self.db.transaction() as session:
            advance_fulfilment(session, order_id=order_id, to="delivered", actor=SYSTEM, now=now)
            record_payment(
                session, actor=SYSTEM, order_id=order_id, kind="cod", reference=order_id, now=now,
                amount=session.get_one(Order, order_id).total,
            )  # fmt: skip

    def take_back(
        self, order_id: str, findings: list[Finding], now: datetime, amount: int | None = None
    ) -> str:
        """Returns the refund's code."""
        wishes: dict[str, int] = {}
        for finding in findings:
            wishes[finding.sku] = wishes.get(finding.sku, 0) + finding.quantity
        with self.db.transaction() as session:
            code = request_return(
                session, order_id=order_id, kind="return", reason="x", actor=SYSTEM, now=now,
                wishes=[Wish(sku, pieces) for sku, pieces in wishes.items()],
            ).code  # fmt: skip
            approve_return(session, code=code, actor=SYSTEM, now=now)
            receive_return(session, code=code, warehouse_code="A", actor=SYSTEM, now=now)
            inspect_return(session, code=code, findings=findings, actor=SYSTEM, now=now)
            settled = settle_return(
                session, code=code, amount=amount, actor=Actor("staff", "m", "Mai", "manager"), now=now
            )
            return str(settled.refund_id)

    def report(self, name: str, *, actor: Actor = SYSTEM, now: datetime = MIDNIGHT, **days: date) -> Table:
        with self.db.read_transaction() as session:
            return make_report(session, name=name, actor=actor, now=now, **days)

    def row(self, name: str, key: str, value: str, **more: Any) -> dict[str, Any]:
        return next(row for row in self.report(name, **more).rows if row[key] == value)


@pytest.fixture
def shop(db: Database) -> Shop:
    return Shop(db)


@pytest.fixture
def lite(sqlite_db: Database) -> Shop:
    """For what no database can change."""
    return Shop(sqlite_db)


def test_a_day_is_vietnams_from_midnight_to_midnight(shop: Shop) -> None:
    shop.sell({"HOA-1": 1}, LAST_SECOND)
    shop.sell({"HOA-1": 2}, MIDNIGHT)
    called_off = shop.sell({"HOA-1": 3}, MIDNIGHT)
    with shop.db.transaction() as session:
        cancel_order(session, order_id=called_off, reason="", actor=SYSTEM, now=MIDNIGHT)

    both = shop.report("sales-by-day", first=date(2026, 11, 22), last=date(2026, 11, 24))

    assert [(r["day"], r["orders"], r["net"]) for r in both.rows] == [
        ("2026-11-22", 0, 0), ("2026-11-23", 1, 70_000), ("2026-11-24", 1, 120_000),
    ]  # fmt: skip
    assert both.totals == {
        "orders": 2, "goods": 150_000, "shipping": 40_000, "given_back": 0, "net": 190_000,
    }  # fmt: skip
    only = shop.report("sales-by-product", first=date(2026, 11, 24), last=date(2026, 11, 24))
    assert [(r["sku"], r["pieces"]) for r in only.rows] == [("HOA-1", 2)]


def test_returns_come_off_the_day_of_the_order_and_every_report_adds_up_to_the_same(shop: Shop) -> None:
    sold = shop.sell({"HOA-1": 4, "LY-1": 1}, LAST_SECOND)
    shop.sell({"HOA-1": 1}, MIDNIGHT, actor=Actor("staff", "s1", "Hạnh", "sales"), channel="manual")
    shop.deliver(sold, MIDNIGHT)
    later = MIDNIGHT + timedelta(days=2)
    shop.take_back(sold, [Finding("HOA-1", 1, "good"), Finding("HOA-1", 1, "damaged", reason="gãy")], later)

    assert shop.row("sales-by-day", "day", "2026-11-23", now=later) == {
        "day": "2026-11-23", "orders": 1, "goods": 230_000, "shipping": 20_000, "given_back": 100_000,
        "net": 150_000,
    }  # fmt: skip
    assert {shop.report(name, now=later).totals["net"] for name in SALES} == {220_000}
    flowers = shop.row("sales-by-product", "sku", "HOA-1", now=later)
    assert (flowers["pieces"], flowers["returned"], flowers["net"]) == (5, 2, 150_000)
    by_staff = {row["name"]: row["orders"] for row in shop.report("sales-by-staff", now=later).rows}
    assert by_staff == {"customer": 1, "Hạnh": 1}
    assert shop.row("sales-by-channel", "channel", "chat", now=later)["share"] == 6818


def test_profit_is_before_vat_at_the_cost_of_then(shop: Shop) -> None:
    sold = shop.sell({"HOA-1": 4, "LY-1": 1}, LAST_SECOND)
    with shop.db.transaction() as session:
        session.execute(update(Variant).where(Variant.sku == "HOA-1").values(cost=45_000))
    shop.deliver(sold, MIDNIGHT)
    later = MIDNIGHT + timedelta(days=1)
    shop.take_back(sold, [Finding("HOA-1", 1, "good"), Finding("HOA-1", 1, "damaged", reason="gãy")], later)

    # Two flowers stay sold: 100.000 hold 7.407 VAT. Three are gone at 20.000 each: two sold, one written off.
    assert shop.row("profit", "day", "2026-11-23", now=later) == {
        "day": "2026-11-23", "revenue": 92_593, "cost": 60_000, "other": 0, "profit": 32_593, "margin": 3520,
        "without_cost": 27_778,
    }  # fmt: skip
    assert shop.row("profit-by-product", "sku", "HOA-1", now=later)["profit"] == 32_593
    assert shop.row("profit-by-product", "sku", "LY-1", now=later)["without_cost"] == 27_778


def test_goodwill_comes_off_the_profit_and_a_refused_parcel_earns_nothing(shop: Shop) -> None:
    pleased, refused = shop.sell({"HOA-1": 2}, MIDNIGHT), shop.sell({"HOA-1": 3}, MIDNIGHT)
    shop.deliver(pleased, MIDNIGHT)
    shop.send(refused, MIDNIGHT)
    with shop.db.transaction() as session:
        refund = request_refund(
            session, order_id=pleased, amount=25_000, reason="trễ", kind="goodwill", now=MIDNIGHT,
            actor=Actor("staff", "m", "Mai", "manager"),
        )  # fmt: skip
        pay_refund(session, code=refund.code, method="cash", reference="phiếu 1", actor=SYSTEM, now=MIDNIGHT)
        code = take_undelivered(session, order_id=refused, actor=SYSTEM, now=MIDNIGHT).code
        receive_return(session, code=code, warehouse_code="A", actor=SYSTEM, now=MIDNIGHT)
        findings = [Finding("HOA-1", 2, "good"), Finding("HOA-1", 1, "missing")]
        inspect_return(session, code=code, findings=findings, actor=SYSTEM, now=MIDNIGHT)

    day = shop.row("profit", "day", "2026-11-24")
    # 25.000 given back: 20.000 of it are the fee, the rest is the goods'. The missing piece cost 20.000.
    assert (day["revenue"], day["cost"], day["other"]) == (92_593, 40_000 + 20_000, 5_000)
    assert shop.row("sales-by-day", "day", "2026-11-24")["net"] == 95_000
    assert shop.row("sales-by-product", "sku", "HOA-1")["net"] == 100_000


def test_stock_value_and_turnover_come_from_the_ledger(shop: Shop) -> None:
    sold = shop.sell({"HOA-1": 30}, MIDNIGHT)
    shop.deliver(sold, MIDNIGHT)
    shop.take_back(sold, [Finding("HOA-1", 5, "good")], MIDNIGHT)
    with shop.db.transaction() as session:
        flower = {"variant_id": variants_by_sku(session, ["HOA-1"])["HOA-1"].id}
        place = {"warehouse_id": get_warehouse(session, "A").id}
        next_week = MIDNIGHT + timedelta(days=7)
        receive(session, **flower, **place, quantity=500, actor=SYSTEM, now=next_week)

    row = shop.row("stock-turnover", "sku", "HOA-1", first=date(2026, 11, 20), last=date(2026, 11, 24))

    assert row == {
        "sku": "HOA-1", "name": "Hoa", "opening": 100, "received": 0, "sold": 25, "other": 0, "closing": 75,
        "value": 75 * 20_000, "turnover": 2857, "days_left": 15,
    }  # fmt: skip
    worth = shop.report("stock-value")
    assert worth.totals["value"] == 575 * 20_000
    assert worth.period is None


def test_cod_refunds_and_missing_invoices(shop: Shop) -> None:
    out, done = shop.sell({"HOA-1": 1}, LAST_SECOND), shop.sell({"HOA-1": 2}, MIDNIGHT)
    shop.send(out, MIDNIGHT)
    shop.deliver(done, MIDNIGHT)

    assert shop.report("cod-outstanding").rows == (
        {"carrier": "", "state": "shipped", "orders": 1, "amount": 70_000, "oldest": "2026-11-23"},
    )
    missing = shop.report("not-invoiced")
    assert [(r["delivered"], r["amount"]) for r in missing.rows] == [("2026-11-24", 120_000)]

    refund = shop.take_back(done, [Finding("HOA-1", 1, "good")], MIDNIGHT)
    promised = shop.row("refunds", "day", "2026-11-24")
    assert (promised["sent"], promised["promised"]) == (0, 50_000)
    with shop.db.transaction() as session:
        pay_refund(session, code=refund, method="cash", reference="phiếu", actor=SYSTEM, now=MIDNIGHT)
    sent = shop.row("refunds", "day", "2026-11-24")
    assert (sent["for_returns"], sent["sent"], sent["promised"], sent["refunds"]) == (50_000, 50_000, 0, 1)


def test_the_assistants_share_of_the_orders(shop: Shop) -> None:
    for actor in (None, None, Actor("staff", "s1", "Hạnh", "sales")):
        shop.sell({"HOA-1": 1}, MIDNIGHT, actor=actor)

    day = shop.row("assistant", "day", "2026-11-24")

    assert (day["orders"], day["by_assistant"], day["share"]) == (3, 2, 6667)


def test_staff_see_what_their_role_may_see(lite: Shop) -> None:
    lite.sell({"HOA-1": 1}, MIDNIGHT)
    sales, owner = Actor("staff", "s", "Hạnh", "sales"), Actor("staff", "o", "An", "owner")

    own = lite.report("sales-by-product", actor=sales)
    assert [c.key for c in own.columns] == ["sku", "name", "options", "pieces", "returned"]
    assert set(own.rows[0]) == set(own.totals) | {"sku", "name", "options"}
    for name in ("profit", "profit-by-product", "refunds", "cod-outstanding", "stock-value"):
        with pytest.raises(NotAllowed):
            lite.report(name, actor=sales)
    assert lite.report("profit", actor=owner).totals["profit"] == 26_296


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("from=2026-11-25&to=2026-11-24", "period_invalid"),
        ("from=2025-01-01&to=2026-11-24", "period_invalid"),
        ("from=1999-12-31", "period_invalid"),
        ("to=9999-12-31", "period_invalid"),
        ("from=yesterday", "request_invalid"),
        ("format=xls", "request_invalid"),
    ],
)
def test_a_wrong_period_or_format_is_refused_with_the_reason(lite: Shop, query: str, code: str) -> None:
    with TestClient(desk_app(lite.db)) as client:
        client.headers["Authorization"] = f"Bearer {lite.key}"
        answer = client.get(f"/api/v1/reports/sales-by-day?{query}")

    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == code


def test_the_api_lists_the_reports_and_gives_each_in_three_forms(shop: Shop) -> None:
    order = shop.sell({"HOA-1": 2}, MIDNIGHT)
    with shop.db.transaction() as session:
        session.execute(
            update(OrderLine).where(OrderLine.order_id == order).values(name='=HYPERLINK("x")\nHoa')
        )
        only_reports = create_key(session, name="r", scopes=["reports"], now=MIDNIGHT)
        other = create_key(session, name="o", scopes=["products"], now=MIDNIGHT)
    days = "from=2026-11-24&to=2026-11-24"
    with TestClient(desk_app(shop.db)) as client:
        assert client.get("/api/v1/reports", headers={"Authorization": f"Bearer {other}"}).status_code == 403
        client.headers["Authorization"] = f"Bearer {only_reports}"
        listed = client.get("/api/v1/reports").json()["items"]
        assert [item["name"] for item in listed] == list(REPORTS)
        for item in listed:
            told = client.get(f"/api/v1/reports/{item['name']}?{days}").json()
            assert told["definition"]["vi"]
            assert told["definition"]["en"]
            picture = client.get(f"/api/v1/reports/{item['name']}?{days}&format=png&language=en")
            assert picture.headers["content-type"] == "image/png"
            assert Image.open(io.BytesIO(picture.content)).size == (1200, 720)
        told = client.get(f"/api/v1/reports/sales-by-product?{days}").json()
        table = client.get(f"/api/v1/reports/sales-by-product?{days}&format=csv")
        assert client.get("/api/v1/reports/nothing").json()["error"]["code"] == "report_not_found"
    assert told["period"] == {"from": "2026-11-24", "to": "2026-11-24"}
    assert (told["rows"][0]["net"], told["totals"]["net"], told["left_off"]) == (100_000, 100_000, 0)
    assert table.content.startswith(b"\xef\xbb\xbf")
    header, row, total = csv.reader(io.StringIO(table.content.decode("utf-8-sig")))
    assert header[:2] == ["SKU", "Sản phẩm"]
    assert row[1].startswith("'=")
    assert row[7:] == ["100000", "100"]
    assert total[0] == "Tổng"


def test_sums_of_the_largest_orders_stay_exact(shop: Shop) -> None:
    """Ten times the largest total that an order may have, with a discount that divides badly."""
    largest = 10**13
    for _ in range(10):
        order = shop.sell({"HOA-1": 3}, MIDNIGHT)
        with shop.db.transaction() as session:
            session.execute(
                update(OrderLine)
                .where(OrderLine.order_id == order)
                .values(unit_price=largest // 3, discount=1, amount=largest // 3 * 3 - 1)
            )
    amount = largest // 3 * 3 - 1

    assert shop.report("sales-by-product").totals["net"] == 10 * amount
    assert shop.report("profit").totals["revenue"] == 10 * ((amount * 200 + 108) // 216)


def test_a_product_in_every_vat_class_is_reckoned_as_its_invoice_would_be(shop: Shop) -> None:
    expected = {
        "not_subject": 50_000,
        "zero": 50_000,
        "five": 47_619,
        "ten_excluded": 45_455,
        "ten_reducible": 46_296,
    }
    for vat_class, revenue in expected.items():
        with shop.db.transaction() as session:
            session.execute(update(Product).values(vat_class=vat_class))
        day = MIDNIGHT + timedelta(days=list(expected).index(vat_class))
        shop.sell({"HOA-1": 1}, day)
        assert (
            shop.row("profit", "day", f"{day + timedelta(hours=7):%Y-%m-%d}", now=day)["revenue"] == revenue
        )
    new_year = datetime(2026, 12, 31, 17, tzinfo=UTC)
    shop.sell({"HOA-1": 1}, new_year)
    assert shop.row("profit", "day", "2027-01-01", now=new_year)["revenue"] == 45_455


@pytest.mark.parametrize(("days", "is_bar"), [(1, True), (3, False)])
def test_a_single_day_is_a_bar_and_several_are_a_line(days: int, is_bar: bool) -> None:
    report = get_report("sales-by-day")
    rows = [
        {**{c.key: 1_000_000 for c in report.columns}, report.chart.label: f"2026-11-{day:02}"}
        for day in range(1, days + 1)
    ]
    table = fill_table(report, report.columns, rows, period=None, made_at=datetime(2026, 11, 4, tzinfo=UTC))

    drawn = Image.open(io.BytesIO(as_png(table))).convert("RGB")

    accent = tuple(int(ACCENT[n : n + 2], 16) for n in (1, 3, 5))
    middle = (LEFT + RIGHT) // 2
    height = sum(drawn.getpixel((middle + 40, y)) == accent for y in range(TOP, BOTTOM))
    assert (height > (BOTTOM - TOP) // 2) is is_bar
