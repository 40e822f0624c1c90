"""Who comes in, what they may open, and what a page lets a browser do."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from core.catalogue.models import Product
from core.db import Database
from core.stock.models import StockLevel
from tests.bot.office.conftest import Person, told

MONEY = ("/product/list", "/variant/list", "/imports", "/warehouse/list", "/supplier/list", "/price/list",
         "/staff/list", "/shop/edit?pk=1", "/audit/list")  # fmt: skip
STOCK = ("/", "/stock/list", "/movement/list")
FORMS = ("/product/create", "/warehouse/create", "/supplier/create", "/price/create", "/staff/create")


@pytest.fixture
def db(sqlite_db: Database) -> Database:
    """Who may open what is no matter of the database."""
    return sqlite_db


@pytest.mark.parametrize("role", ["owner", "manager"])
def test_who_keeps_the_money_opens_every_page(hire: Callable[[str], Person], role: str) -> None:
    person = hire(role)

    assert {path: person.get(path).status_code for path in (*MONEY, *STOCK, *FORMS)} == dict.fromkeys(
        (*MONEY, *STOCK, *FORMS), 200
    )


@pytest.mark.parametrize("role", ["warehouse", "accountant"])
def test_others_look_at_the_stock_alone(hire: Callable[[str], Person], role: str) -> None:
    person = hire(role)

    assert {person.get(path).status_code for path in STOCK} == {200}
    assert {person.get(path).status_code for path in (*MONEY, *FORMS)} == {403}
    assert person.post("/product/create", {"sku": "X", "name": "X", "price": "1"}).status_code == 403
    assert "/office/product/list" not in person.get("/").text


def test_shop_assistants_are_told_who_may(hire: Callable[[str], Person]) -> None:
    answer = hire("sales").get("/")

    assert answer.status_code == 403
    assert "chủ shop" in answer.text


def test_a_stranger_is_sent_to_the_login_and_back(owner: Person) -> None:
    owner.http.cookies.clear()

    assert owner.get("/product/list?q=hoa").headers["location"] == "/desk#/office/product/list?q=hoa"
    assert owner.post("/product/create", {}).status_code == 401
    assert owner.step("product", "x", "archive").status_code == 401


def test_nothing_is_written_without_the_login_s_own_token_or_from_another_site(owner: Person) -> None:
    form = {"sku": "X", "name": "X", "price": "1", "vat_class": "five"}
    product = owner.id_of(Product, sku="LY")
    before = owner.deeds()

    assert owner.http.post("/office/product/create", data=form).status_code == 403
    assert owner.http.post("/office/product/create", data={**form, "csrftoken": "x"}).status_code == 403
    assert owner.post("/product/create", form, headers={"Origin": "https://evil.example"}).status_code == 403
    assert owner.http.post(f"/office/_api/product/row-action?pk={product}&name=archive").status_code == 400
    assert owner.http.post("/office/imports/upload", files={"file": ("a.csv", b"x")}).status_code == 403
    assert owner.deeds() == before


def test_a_page_runs_only_its_own_scripts_and_is_not_kept(owner: Person) -> None:
    answer = owner.get("/product/list")
    policy = answer.headers["content-security-policy"]
    script = next(part for part in policy.split("; ") if part.startswith("script-src"))
    nonce = script.split("'nonce-")[1].rstrip("'")

    assert "unsafe-inline" not in script
    assert answer.text.count("<script") == answer.text.count(f'<script nonce="{nonce}"')
    assert nonce not in owner.get("/product/list").text
    assert answer.headers["cache-control"] == "no-store"
    assert "https://" not in answer.text


def test_the_library_can_neither_write_stock_nor_delete_anything(owner: Person) -> None:
    """Its own ways to write are shut: stock moves by the desk's commands alone."""
    with owner.db.read_transaction() as session:
        before = session.query(StockLevel.on_hand).all()
    row = owner.get("/stock/list").text.split('data-sa-pk="')[1].split('"')[0]
    product = owner.id_of(Product, sku="LY")

    for key in ("stock", "movement", "audit"):
        assert owner.get(f"/{key}/create").status_code == 403
        assert owner.get(f"/{key}/edit?pk={row}").status_code == 403
        assert owner.post(f"/{key}/edit?pk={row}", {"on_hand": "5"}).status_code == 403
    for key, pk in (("stock", row), ("product", product), ("staff", "x")):
        for path in ("action", "row-action"):
            answer = owner.post(f"/_api/{key}/{path}?name=delete&pk={pk}&pks={pk}", {})
            assert (answer.status_code, answer.json()["msg"]) == (400, "Bạn không làm được việc này.")
        assert owner.post(f"/_api/{key}/import", {}).status_code == 403
        assert owner.post(f"/_api/{key}/inline-edit?pk={pk}&field=on_hand", {}).status_code == 403
    with owner.db.read_transaction() as session:
        assert session.query(StockLevel.on_hand).all() == before
    assert owner.form(f"/product/edit?pk={product}").keys().isdisjoint({"stock", "on_hand"})


@pytest.mark.parametrize(
    ("address", "shown", "hidden"),
    [
        ("/product/list?q=hoa", "HOA", "LY-"),
        ("/product/list?filter=status__in=archived", "Không có gì", "HOA"),
        ("/variant/list?filter=price__gte=40000 AND price__lte=60000", "HOA-1", "LY-1"),
        ("/stock/list?filter=sku__contains=ly OR on_hand__gte=999999", "LY-1", "HOA-1"),
        ("/stock/list?sort=on_hand__desc&page_size=25", "LY-1", "Không có gì"),
        ("/movement/list?filter=at__between=2020-01-01T00:00..2020-01-02T00:00", "Không có gì", "HOA-1"),
        ("/movement/list?filter=kind__in=receipt", "HOA-1", "Không có gì"),
        ("/audit/list?filter=actor_kind__in=staff", "Không có gì", "Tự động"),
        ("/audit/list?q=100%25_", "Không có gì", "Tự động"),
    ],
)
def test_lists_are_searched_filtered_and_sorted(owner: Person, address: str, shown: str, hidden: str) -> None:
    answer = owner.get(address)

    assert answer.status_code == 200
    rows = answer.text.split("<tbody>")[1].split("</tbody>")[0]
    assert shown in rows
    assert hidden not in rows


@pytest.mark.parametrize(
    "path",
    [
        "/product/list?page=99999999999999999999999",
        "/product/list?q=%00%F0%9F%92%A9%25_" + "x" * 5_000,
        "/product/list?sort=password__desc&page_size=7",
        "/product/list?filter=price__gte=nan",
        "/product/list?filter=" + "(" * 3_000,
        "/audit/list?filter=at__between=x..y",
        "/product/edit?pk=%00",
        "/product/detail?pk=" + "9" * 4_000,
        "/nothing/list",
        "/imports/run/%00",
        "/staff/edit?pk=nobody",
    ],
)
def test_a_strange_address_is_answered_plainly(owner: Person, path: str) -> None:
    assert owner.get(path).status_code < 500


def test_a_form_of_the_wrong_shape_is_refused_plainly(owner: Person) -> None:
    form = {"sku": "X", "name": "X", "price": "1", "vat_class": "five"}
    product = f"/product/edit?pk={owner.id_of(Product, sku='HOA')}"
    before = owner.deeds()

    answers = [
        owner.post("/product/create", form, files={"name": ("a.txt", b"x")}),
        owner.post("/product/create", {**form, "name": "x" * 3_000_000}, files={"y": ("", b"")}),
        owner.post("/product/create", {**form, **{f"f{n}": "1" for n in range(3_000)}}),
        owner.post("/product/create", {}),
        owner.post(product, {}),
        owner.post(product, {"version": "9" * 400, "name": "X", "vat_class": "five"}),
        owner.post("/staff/create", {}),
        owner.post("/shop/edit?pk=1", {}),
        owner.post("/shop/edit?pk=2", {}),
        owner.http.post("/office/product/create", content=b"\xff", headers={"X-CSRFToken": owner.token}),
    ]

    assert {answer.status_code for answer in answers} <= {400, 404, 413, 422}
    assert owner.deeds() == before


def test_the_pages_and_their_library_wait_for_the_first_visit() -> None:
    script = (
        "import sys, bot.web.office.door; print([m for m in sys.modules if m.startswith('starlette_admin')])"
    )

    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)

    assert done.stdout == "[]\n"


def test_the_pages_speak_the_language_that_was_chosen(owner: Person) -> None:
    assert "Thêm sản phẩm" in owner.get("/product/list").text
    owner.http.cookies.set("chotdon_language", "en")

    page = owner.get("/product/list").text

    assert "New product" in page
    assert "Thêm" not in page
    refused = owner.send("/product/create", sku="HOA", name="Hoa", price="1", vat_class="five")
    assert "exists already" in told(refused)
