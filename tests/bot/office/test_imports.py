"""Products from a file: checked first, brought in once."""

from functools import partial
from typing import Any

import httpx
from sqlalchemy import func, select

from bot.staff.models import StaffAccount
from core.audit import AuditEntry
from core.catalogue.models import Product, Variant
from core.catalogue.queries import get_product
from core.clock import utc_now
from core.exchange.importing import JOB, run_import
from core.exchange.models import TableImport
from core.jobs.worker import Worker
from core.stock.models import StockMovement
from tests.bot.office.conftest import Person, told
from tests.small_shop import OneTown

GOODS = "sku,tên,giá\nMU,Mũ len,89000\nVO,Vớ,25.000\n".encode()


def upload(person: Person, content: bytes, name: str = "hang.csv", **form: Any) -> httpx.Response:
    sent = {**person.form("/imports"), **form}
    sent.pop("file", None)
    return person.post("/imports/upload", sent, files={"file": (name, content)})


def path_of(answer: httpx.Response) -> str:
    assert answer.status_code == 303
    return answer.headers["location"].partition("/office")[2]


def work_off(person: Person) -> None:
    handler = partial(run_import, addresses=OneTown(), most_rows=1_000, clock=utc_now)
    Worker(person.db, {JOB: handler}, clock=utc_now).run_until_idle()


def products(person: Person) -> int:
    with person.db.read_transaction() as session:
        return session.scalar(select(func.count()).select_from(Product)) or 0


def test_a_file_is_checked_watched_and_then_brought_in_once(owner: Person) -> None:
    before = products(owner)
    page = path_of(upload(owner, GOODS))
    waiting = owner.get(page).text
    assert "Đang chờ" in waiting
    assert 'http-equiv="refresh"' in waiting, "the page follows the work"
    work_off(owner)

    checked = owner.get(page).text
    assert "2 sản phẩm, 2 biến thể" in checked
    assert "refresh" not in checked
    assert products(owner) == before, "a dry run writes nothing"

    started = path_of(owner.post(f"{page}/confirm", {}))
    again = owner.post(f"{page}/confirm", {})
    assert again.headers["location"].endswith("/office/imports")
    assert "đã nhập rồi" in told(owner.get("/imports"))
    work_off(owner)
    assert "Đã nhập" in owner.get(started).text
    assert products(owner) == before + 2
    assert "Nhập vào cửa hàng" not in owner.get(page).text
    deeds = owner.deeds()
    assert deeds.count(("Bạn owner", "import.started")) == 2
    assert deeds.count(("Bạn owner", "product.created")) == 2


def test_what_comes_in_is_written_down_as_the_doing_of_who_sent_the_file(owner: Person) -> None:
    page = path_of(upload(owner, b"sku,name,price,stock:A\nMU,Hat,89000,4\n"))
    work_off(owner)
    owner.post(f"{page}/confirm", {})
    work_off(owner)

    me = owner.id_of(StaffAccount, login="owner")
    with owner.db.read_transaction() as session:
        made = session.scalars(select(AuditEntry).where(AuditEntry.action == "product.created")).one()
        counted = session.scalars(
            select(StockMovement.actor_id)
            .join(Variant, Variant.id == StockMovement.variant_id)
            .where(Variant.sku == "MU")
        ).all()
    assert (made.actor_kind, made.actor_id) == ("staff", me)
    assert counted == [me]


def test_what_is_in_the_shop_is_changed_only_where_that_is_chosen(owner: Person) -> None:
    rows = "sku,tên,giá\nHOA-1,<b>Hoa</b> mới,1000\nMU,Mũ,5\n".encode()
    page = path_of(upload(owner, rows, change_existing="1"))
    work_off(owner)

    checked = owner.get(page).text
    assert "Hoa&lt;/b&gt; mới" in checked
    assert "Thêm mới" in checked
    assert "Sửa: 1 sản phẩm" in checked
    owner.post(f"{page}/confirm", {})
    work_off(owner)
    with owner.db.read_transaction() as session:
        assert get_product(session, "HOA-1").name == "<b>Hoa</b> mới"
        changed = session.scalars(select(AuditEntry).where(AuditEntry.action == "product.changed")).one()
    assert changed.actor_kind == "staff"


def test_the_same_form_sent_twice_is_one_import(owner: Person) -> None:
    number = owner.form("/imports")["number"]

    first, second = (upload(owner, GOODS, number=number) for _ in range(2))

    assert path_of(first) == path_of(second)
    with owner.db.read_transaction() as session:
        assert session.scalar(select(func.count()).select_from(TableImport)) == 1


def test_every_wrong_row_is_named_in_the_staff_s_words(owner: Person) -> None:
    wrong = "sku,tên,giá\nHOA-1,Hoa,1000\n,Không mã,1000\nX1,Áo,149k\nX2,=1+1|cmd,abc\nX3,<b>Nón</b>,\n"
    page = path_of(upload(owner, wrong.encode()))
    work_off(owner)

    seen = owner.get(page).text

    for words in (
        "Bị từ chối",
        "Chưa nhập gì: có",
        "đã có trong cửa hàng",
        "cần mã SKU",
        "149000",
        "công thức",
        "chỉ ghi chữ số",
        "đang trống",
    ):
        assert words in seen, words
    assert "Nhập vào cửa hàng" not in seen
    assert "<b>Nón" not in seen
    listed = owner.get(f"{page}/problems.csv").content.decode("utf-8-sig").splitlines()
    assert listed[0] == "Dòng,Cột,Lỗi"
    assert listed[1].startswith("2,sku,")
    assert owner.post(f"{page}/confirm", {}).headers["location"].endswith("/office/imports")


def test_what_is_no_table_is_refused_plainly(owner: Person) -> None:
    for content, words in (
        (b"\xd0\xcf\x11\xe0" + bytes(40), "Excel cũ"),
        (b"sku,gia ban la\n1,2\n", "không phải một trong"),
        (b"sku\nX\n", "Thiếu cột"),
        (b"", "không có dòng nào"),
    ):
        page = path_of(upload(owner, content))
        work_off(owner)
        assert words in owner.get(page).text
    assert owner.post("/imports/upload", {"number": "x"}).headers["location"].endswith("/office/imports")
    assert "chọn file" in told(owner.get("/imports"))


def test_all_products_come_out_as_the_table_that_goes_in(owner: Person) -> None:
    answer = owner.get("/imports/products.xlsx")

    assert answer.status_code == 200
    assert answer.content.startswith(b"PK")
