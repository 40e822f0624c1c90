"""Tables in and out: whatever a spreadsheet makes of them, all of it comes in, or each wrong row is named."""

import csv
import io
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from core.actor import SYSTEM
from core.api.auth import create_key
from core.catalogue.models import Product
from core.clock import utc_now
from core.db import Database
from core.errors import AppError, Invalid
from core.exchange.importing import JOB, prepare, run_import, write_prepared
from core.exchange.kinds import KindName
from core.exchange.sheets import ImportRefused, read_amount
from core.jobs.worker import Worker
from tests.small_shop import OneTown, cart_body, desk_app, fill

HEADER = "Mã hàng;Mã sản phẩm;Tên;Thuộc tính 1;Giá trị 1;Giá bán;Giá vốn;stock:A"
GOODS = f"""{HEADER}
AO-M;AO;Áo thun;Cỡ;M;120.000;60.000đ;5
AO-L;AO;;Cỡ;L;120,000;;
DEN;;Đèn gốm;;;1200000;;0
"""


@pytest.fixture
def shop(db: Database) -> Database:
    fill(db)
    return db


def bring(
    db: Database, content: bytes | str, kind: KindName = "products", *, name: str = "a.csv", **more: Any
) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    prepared = prepare(
        db, kind=kind, stream=io.BytesIO(raw), filename=name, most_rows=more.pop("most_rows", 100),
        change_existing=more.pop("change_existing", False),
    )  # fmt: skip
    return write_prepared(
        db,
        prepared,
        addresses=OneTown(),
        actor=more.get("actor", SYSTEM),
        dry_run=more.get("dry_run", False),
        now=utc_now(),
    )


def problems(
    db: Database, content: bytes | str, kind: KindName = "products", **more: Any
) -> list[tuple[int, str]]:
    with pytest.raises(ImportRefused) as refusal:
        bring(db, content, kind, **more)
    return [(problem.row, problem.column) for problem in refusal.value.problems.kept]


def refusal_of(db: Database, content: bytes | str, **more: Any) -> str:
    with pytest.raises(AppError) as refusal:
        bring(db, content, **more)
    return refusal.value.code


def products(db: Database) -> int:
    with db.read_transaction() as session:
        return session.scalar(select(func.count()).select_from(Product)) or 0


def workbook(rows: list[list[Any]]) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_table_is_read_in_each_encoding_and_with_each_delimiter(
    sqlite_db: Database, encoding: str, delimiter: str
) -> None:
    fill(sqlite_db)
    rows = csv.reader(io.StringIO(GOODS), delimiter=";")
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)

    assert bring(sqlite_db, text.getvalue().encode(encoding)) == {"products": 2, "variants": 3}


def test_windows_1258_is_known_by_its_vietnamese(shop: Database) -> None:
    table = "sku,name,price\nA1,{},1000\n"
    # Base letters with the tone mark after them, as that encoding has it.
    vietnamese = table.format("Áo sơ mi trắng đẹp".replace("ơ", "\u01a1"))
    decomposed = vietnamese.replace("ắ", "ă\u0301").replace("ẹ", "e\u0323")

    assert bring(shop, decomposed.encode("cp1258"))["products"] == 1
    assert refusal_of(shop, table.format("Größe ÄÖÜ ¼½¾ ßß").encode("cp1252")) == "table_encoding"
    with shop.read_transaction() as session:
        assert session.scalars(select(Product.name).where(Product.sku == "A1")).one() == "Áo sơ mi trắng đẹp"


def test_products_come_in_with_options_cost_and_stock_on_both_databases(shop: Database) -> None:
    assert bring(shop, GOODS, dry_run=True) == {"products": 2, "variants": 3}
    assert products(shop) == 2
    assert bring(shop, GOODS) == {"products": 2, "variants": 3}

    with TestClient(desk_app(shop)) as api:
        api.headers["Authorization"] = f"Bearer {_key(shop)}"
        shirt = api.get("/api/v1/products/AO").json()
        assert shirt["options"][0]["values"] == ["M", "L"]
        assert [(v["price"], v["cost"]) for v in shirt["variants"]] == [(120_000, 60_000), (120_000, None)]
        assert api.get("/api/v1/stock", params={"sku": "AO-M"}).json()["items"][0]["on_hand"] == 5
        assert [p["sku"] for p in api.get("/api/v1/products", params={"q": "ao thun"}).json()["items"]] == [
            "AO"
        ]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("AO;;Áo;;;149k;;", "price"), ("AO;;Áo;;;-1;;", "price"), ("AO;;Áo;;;99999999999999999999;;", "price"),
        ("AO;;Áo;;;1.2;;", "price"), ("AO;;Áo;;;;;", "price"), ("AO;;Áo;;;1;;-3", "stock:A"),
        ("AO;;Áo;;;1;;2000000", "stock:A"), (";;Áo;;;1;;", "sku"), ("AO;;;;;1;;", "name"),
        ("HOA-1;;Áo;;;1;;", "sku"), ("AO;HOA;Áo;;;1;;", "product_sku"), ("AO;;=1+1;;;1;;", "name"),
        ("AO;;@SUM(A1);;;1;;", "name"), ("AO;;-cmd|'/c calc'!A0;;;1;;", "name"), ("AO;;Áo;Cỡ;;1;;", "option1_value"),
        ("AO;;" + "x" * 301 + ";;;1;;", "name"), ("AO;;Áo;;;1;;;9", "column 9"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named_and_nothing_comes_in(sqlite_db: Database, row: str, column: str) -> None:
    fill(sqlite_db)

    assert (2, column) in problems(sqlite_db, f"{HEADER}\n{row}\nOK;;Được;;;1;;\n")
    assert products(sqlite_db) == 2


def test_every_wrong_row_is_named_at_once(shop: Database) -> None:
    table = "sku,name,price\n" + "".join(f"S{n % 3},Tên,{n}k\n" for n in range(6))

    found = problems(shop, table)

    assert {row for row, column in found if column == "price"} == {2, 3, 4, 5, 6, 7}
    assert {row for row, column in found if column == "sku"} == {5, 6, 7}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "table_empty"), (b"sku,price\n", "table_empty"), (b"sku,cost\nA,1\n", "column_missing"),
        (b"sku,price,colour\nA,1,x\n", "column_unknown"), (b"sku,sku,price\nA,B,1\n", "column_twice"),
        (b'sku,price\n"A,1\n' + b"x" * 200_000, "table_unreadable"), (b"\xd0\xcf\x11\xe0old", "table_old_excel"),
        (b"PK\x03\x04torn", "table_unreadable"), (b"s\x00k\x00u\x00", "table_encoding"),
        (b"sku,price\n\xff\xff\xff,1\n", "table_encoding"), (b",".join([b"sku"] * 101), "table_too_wide"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_clearly(sqlite_db: Database, content: bytes, code: str) -> None:
    fill(sqlite_db)

    assert refusal_of(sqlite_db, content) == code


def test_more_rows_than_are_taken_are_refused_before_any_is_kept(sqlite_db: Database) -> None:
    table = "sku,name,price\n" + "".join(f"S{n},Tên,1\n" for n in range(101))

    assert refusal_of(sqlite_db, table) == "table_too_many_rows"


def test_a_workbook_is_read_and_its_formulas_are_not(shop: Database) -> None:
    rows = [
        ["sku", "name", "price", "weight_g"],
        ["A1", "Áo", 120_000.0, 200],
        [None] * 4,
        ["A2", "Quần", "1.500.000", None],
    ]

    assert bring(shop, workbook(rows), name="a.xlsx") == {"products": 2, "variants": 2}
    assert problems(shop, workbook([*rows[:1], ["A3", "Mũ", "=1+1", 1]]), name="a.xlsx") == [
        (2, "price"),
        (2, "price"),
    ]


def test_a_workbook_that_unpacks_to_a_mountain_is_refused(sqlite_db: Database) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"\0" * 50_000_000)

    assert refusal_of(sqlite_db, file.getvalue(), name="a.xlsx") == "table_too_large"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1200000", 1_200_000), ("1.200.000", 1_200_000), ("1,200,000", 1_200_000), ("1 200 000", 1_200_000),
        ("120.000đ", 120_000), ("120,000 VND", 120_000), ("1200000.00", 1_200_000), ("1.200.000,00", 1_200_000),
        ("0", 0),
    ],
)  # fmt: skip
def test_amounts_are_read_as_they_are_written_here(text: str, amount: int) -> None:
    assert read_amount(text) == amount


@pytest.mark.parametrize(
    "text", ["149k", "1,5tr", "-5", "1.2", "1.200,000", "12.00.000", "abc", "", "1e6", "٣"]
)
def test_an_amount_that_may_mean_two_things_is_not_guessed(text: str) -> None:
    assert isinstance(read_amount(text), str)


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda t: f"sku,name,price\n{t}".encode()))
)
def test_any_file_is_taken_or_refused(content: bytes) -> None:
    from core.exchange.kinds import KINDS
    from core.exchange.sheets import Problems, read_lines

    found = Problems()
    try:
        lines = read_lines(
            io.BytesIO(content), "a.csv", KINDS["products"].columns, most_rows=50, problems=found
        )
        KINDS["products"].read(lines, found, None)
    except Invalid:
        found.add(1, "file", "refused")
    assert found.count == 0 or found.kept


def test_stock_is_brought_to_what_was_counted_and_never_below_what_is_promised(shop: Database) -> None:
    counted = "sku,warehouse,on_hand\nHOA-1,A,7\nLY-1,A,1000000\n"

    assert bring(shop, counted, "stock") == {"counts": 2, "changed": 1}
    with TestClient(desk_app(shop)) as api:
        api.headers["Authorization"] = f"Bearer {_key(shop)}"
        cart = api.post("/api/v1/carts", json=cart_body(quantity=3)).json()
        quote = api.post(f"/api/v1/carts/{cart['id']}/quotes").json()
        api.post("/api/v1/orders", json={"quote_id": quote["id"]})
        assert api.get("/api/v1/stock", params={"sku": "HOA-1"}).json()["items"][0]["available"] == 4
    assert problems(shop, "sku,warehouse,on_hand\nHOA-1,A,2\nNO,A,1\nHOA-1,B,1\n", "stock") == [
        (2, "on_hand"), (3, "sku"), (4, "warehouse")
    ]  # fmt: skip


def test_customers_come_in_by_their_phone_and_a_second_time_are_brought_up_to_date(shop: Database) -> None:
    table = "Tên,Số điện thoại,Email\nLan,901234567,lan@example.com\nHùng,0907654321,\n"

    assert bring(shop, table, "customers") == {"customers": 2}
    assert bring(shop, table.replace("Lan,", "Lan Anh,"), "customers") == {"customers": 2}
    out = exported(shop, "customers")
    assert [(row["name"], row["phone"], row["email"]) for row in out] == [
        ("Lan Anh", "0901234567", "lan@example.com"), ("Hùng", "0907654321", "")
    ]  # fmt: skip
    assert problems(shop, "name,phone\nLan,abc\n,0901234567\nX,0901234567\n", "customers") == [
        (2, "phone"), (3, "name"), (4, "phone")
    ]  # fmt: skip


def test_closed_orders_come_in_as_history_and_their_money_must_add_up(shop: Database) -> None:
    head = "code,placed_on,customer_name,phone,sku,quantity,unit_price,shipping_fee,total,status\n"
    table = f"{head}CU1,24/11/2025,Lan,0901234567,HOA-1,2,50.000,20000,150.000,completed\nCU1,,,,LY-1,1,30000,,,\n"

    assert bring(shop, table, "orders") == {"orders": 1, "lines": 2}
    assert {(row["code"], row["total"]) for row in exported(shop, "orders")} == {("CU1", "150000")}
    wrong = table.replace("CU1", "CU2").replace("150.000", "99").replace("completed", "new")
    assert set(problems(shop, wrong, "orders")) == {(2, "total"), (2, "status")}


def exported(db: Database, kind: KindName) -> list[dict[str, str]]:
    with TestClient(desk_app(db)) as api:
        api.headers["Authorization"] = f"Bearer {_key(db)}"
        text = api.get(f"/api/v1/exports/{kind}").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("as_format", ["csv", "xlsx"])
def test_what_is_exported_comes_in_again_the_same_and_runs_no_formula(
    db: Database, sqlite_template: Path, tmp_path: Path, as_format: str
) -> None:
    fill(db)
    nasty = "=HYPERLINK(1)"
    with TestClient(desk_app(db)) as api:
        api.headers["Authorization"] = f"Bearer {_key(db)}"
        api.post("/api/v1/products", json={"sku": "N", "name": nasty, "variants": [{"sku": "N", "price": 5}]})
        answer = api.get("/api/v1/exports/products", params={"format": as_format})
        assert answer.status_code == 200
        assert b"'=HYPERLINK" in answer.content or as_format == "xlsx"
    other_path = tmp_path / "other.db"
    other_path.write_bytes(sqlite_template.read_bytes())
    other = Database(f"sqlite:///{other_path}")
    fill(other)
    with other.transaction() as session:
        session.execute(Product.__table__.update().values(sku="X" + Product.sku))
        session.connection().exec_driver_sql("UPDATE variants SET sku = 'X' || sku")

    assert bring(other, answer.content, name=f"a.{as_format}") == {"products": 3, "variants": 3}
    with other.read_transaction() as session:
        assert session.scalars(select(Product.name).where(Product.sku == "N")).one() == nasty
    other.close()


@pytest.fixture
def api(shop: Database) -> Iterator[TestClient]:
    headers = {"Authorization": f"Bearer {_key(shop)}"}
    with TestClient(desk_app(shop), raise_server_exceptions=False, headers=headers) as client:
        yield client


def work_off(db: Database) -> None:
    handler = partial(run_import, addresses=OneTown(), most_rows=100, clock=utc_now)
    Worker(db, {JOB: handler}, clock=utc_now).run_until_idle()


def test_an_import_over_the_api_is_worked_off_beside_and_can_be_watched(
    api: TestClient, shop: Database
) -> None:
    sent = {"file": ("hang.csv", GOODS.encode())}
    started = api.post("/api/v1/imports/products", files=sent, headers={"Idempotency-Key": "1"})
    again = api.post("/api/v1/imports/products", files=sent, headers={"Idempotency-Key": "1"})

    assert started.status_code == 202
    assert started.json()["state"] == "waiting"
    assert again.json()["id"] == started.json()["id"]
    work_off(shop)
    seen = api.get(f"/api/v1/imports/products/{started.json()['id']}").json()
    assert (seen["state"], seen["rows"], seen["counts"]) == ("done", 3, {"products": 2, "variants": 3})
    assert products(shop) == 4
    assert [row["id"] for row in api.get("/api/v1/imports/products").json()["items"]] == [seen["id"]]
    assert api.get(f"/api/v1/imports/stock/{seen['id']}").status_code == 404


def test_a_refused_import_gives_its_problems_as_a_file(api: TestClient, shop: Database) -> None:
    wrong = f"{HEADER}\nAO;;=cmd;;;149k;;\n".encode()
    made = api.post("/api/v1/imports/products", files={"file": ("a.csv", wrong)}).json()
    work_off(shop)

    seen = api.get(f"/api/v1/imports/products/{made['id']}").json()
    report = api.get(f"/api/v1/imports/products/{made['id']}/problems").content.decode("utf-8-sig")

    assert (seen["state"], seen["problem_count"]) == ("refused", len(seen["problems"]))
    assert "149000 for 149k" in report
    assert report.splitlines()[0] == "row,column,problem"
    assert products(shop) == 2


def test_a_dry_run_over_the_api_writes_nothing(api: TestClient, shop: Database) -> None:
    sent = {"file": ("hang.csv", GOODS.encode())}
    made = api.post("/api/v1/imports/products", files=sent, data={"dry_run": "true"}).json()
    work_off(shop)

    seen = api.get(f"/api/v1/imports/products/{made['id']}").json()
    assert (seen["state"], seen["counts"]["variants"]) == ("done", 3)
    assert products(shop) == 2


def _key(db: Database) -> str:

    with db.transaction() as session:
        return create_key(session, name="more", scopes=["all"], now=utc_now())
