"""Products, their options and variants, typed in: every write by its use case, every refusal in the form."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from core.catalogue.models import Product, Variant
from core.stock.models import StockLevel, StockMovement
from tests.bot.office.conftest import Person, told

SHIRT = {"sku": "AO", "name": "Áo thun", "price": "149.000đ", "cost": "80,000", "weight_g": "200",
         "vat_class": "five", "options": "Màu: Đen, Trắng\nCỡ: M, L", "aliases": "ao phong\náo tee",
         "specifications": "Chất liệu: cotton"}  # fmt: skip


def product(person: Person, sku: str) -> Product:
    with person.db.read_transaction() as session:
        return session.scalars(select(Product).where(Product.sku == sku)).one()


def variants(person: Person, sku: str) -> list[Variant]:
    with person.db.read_transaction() as session:
        own = select(Variant).where(
            Variant.product_id == select(Product.id).where(Product.sku == sku).scalar_subquery()
        )
        return list(session.scalars(own.order_by(Variant.position)))


def count(person: Person, model: Any) -> int:
    with person.db.read_transaction() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_product_is_made_with_all_its_variants(owner: Person) -> None:
    answer = owner.send("/product/create", **SHIRT)

    assert answer.status_code == 303, told(answer)
    assert "Đã thêm AO · Áo thun" in owner.get("/product/list").text
    made = product(owner, "AO")
    assert (made.aliases, made.vat_class) == (["ao phong", "áo tee"], "five")
    assert made.specifications == [{"name": "Chất liệu", "value": "cotton"}]
    assert [(v.sku, v.price, v.cost, v.weight_g) for v in variants(owner, "AO")] == [
        (sku, 149_000, 80_000, 200) for sku in ("AO-DEN-M", "AO-DEN-L", "AO-TRANG-M", "AO-TRANG-L")
    ]
    assert owner.deeds()[-1] == ("Bạn owner", "product.created")


def test_pressing_save_twice_makes_one_product(owner: Person) -> None:
    form = {**owner.form("/product/create"), **SHIRT}
    before = count(owner, Product)

    assert owner.post("/product/create", form).status_code == 303
    again = owner.post("/product/create", form)

    assert again.status_code == 422
    assert "Mã SKU AO đã có" in told(again)
    assert count(owner, Product) == before + 1


def test_what_is_changed_is_in_the_audit_with_its_author(owner: Person) -> None:
    path = f"/product/edit?pk={owner.id_of(Product, sku='HOA')}"

    assert owner.send(path, name="Hoa hồng", category="Hoa tươi", related="LY").status_code == 303

    changed = product(owner, "HOA")
    assert (changed.name, changed.category, changed.related, changed.version) == (
        "Hoa hồng",
        "Hoa tươi",
        ["LY"],
        2,
    )
    assert owner.deeds()[-1] == ("Bạn owner", "product.changed")
    assert owner.form(path)["name"] == "Hoa hồng"
    assert "Hoa hồng" in owner.get("/product/list?q=HOA%20HONG").text


def test_saving_without_a_change_keeps_every_text_as_it_was(owner: Person) -> None:
    owner.send("/product/create", **SHIRT, description="Dòng một\r\nDòng hai", size_chart="M: 50 kg")
    before = product(owner, "AO")

    owner.send(f"/product/edit?pk={before.id}")

    after = product(owner, "AO")
    kept = (
        "name",
        "description",
        "size_chart",
        "aliases",
        "specifications",
        "options",
        "vat_class",
        "related",
    )
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]


def test_the_second_of_two_who_edit_at_once_is_told(owner: Person, hire: Callable[[str], Person]) -> None:
    other = hire("manager")
    path = f"/product/edit?pk={owner.id_of(Product, sku='HOA')}"
    first, second = owner.form(path), other.form(path)

    assert owner.post(path, {**first, "name": "Hoa một"}).status_code == 303
    late = other.post(path, {**second, "name": "Hoa hai"})

    assert late.status_code == 422
    assert "Có người vừa sửa sản phẩm HOA" in told(late)
    assert "Hoa hai" in late.text, "what was typed is not lost"
    assert product(owner, "HOA").name == "Hoa một"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"price": "một trăm"}, "số nguyên"),
        ({"price": "-5"}, "Ít nhất 0"),
        ({"price": "9" * 18}, "Nhiều nhất 1.000.000.000.000"),
        ({"price": "9" * 6_000}, "số nguyên"),
        ({"price": ""}, "điền"),
        ({"name": "  "}, "điền"),
        ({"name": "x" * 301}, "Nhiều nhất 300"),
        ({"name": "a\x00b"}, "Chưa đúng"),
        ({"vat_class": "everything"}, "danh sách"),
        ({"vat_class": None}, "điền"),
        ({"sku": "HOA-1"}, "Mã SKU HOA-1 đã có"),
        ({"sku": "x" * 65}, "Nhiều nhất 64"),
        ({"options": "đen, trắng"}, "Mỗi dòng ghi một tùy chọn"),
        ({"options": "A: 1\nB: 2\nC: 3\nD: 4"}, "Nhiều nhất 3 dòng"),
        ({"options": "\n".join(f"{n}: {','.join(map(str, range(99)))}" for n in "ABC")}, "1.000 biến thể"),
        ({"related": "KHONG-CO"}, "KHONG-CO"),
        ({"aliases": "\n".join("x" * n for n in range(1, 120))}, "Nhiều nhất 100 dòng"),
    ],
)
def test_what_is_wrong_is_said_in_the_form_and_nothing_is_made(
    owner: Person, changes: dict[str, Any], expected: str
) -> None:
    before = count(owner, Product), count(owner, Variant), owner.deeds()

    answer = owner.send("/product/create", **{**SHIRT, **changes})

    assert answer.status_code == 422, answer.text
    assert expected in told(answer)
    assert (count(owner, Product), count(owner, Variant), owner.deeds()) == before


def test_a_script_in_a_name_is_shown_as_it_is_typed_and_never_run(owner: Person) -> None:
    nasty = "<script>alert(1)</script>\"'{{7*7}}<img src=x onerror=alert(1)>"
    owner.send("/product/create", **{**SHIRT, "name": nasty, "options": "<b>Màu</b>: <i>\"'</i>"})
    pk = owner.id_of(Product, sku="AO")

    for path in ("/product/list", f"/product/detail?pk={pk}", f"/product/edit?pk={pk}", "/variant/list?q=AO"):
        page = owner.get(path).text
        assert "alert(1)" in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>Màu" not in page
        assert "49<" not in page


def test_options_grow_and_shrink_step_by_step(owner: Person) -> None:
    owner.send("/product/create", **SHIRT)
    pk = product(owner, "AO").id

    def step(name: str, /, **form: Any) -> tuple[int, dict[str, Any]]:
        answer = owner.step("product", pk, name, version=str(product(owner, "AO").version), **form)
        return answer.status_code, answer.json()

    assert step("add_value", option="Màu", value="Đỏ")[0] == 200
    assert step("make_missing", price="159.000")[0] == 200
    assert {v.price for v in variants(owner, "AO") if v.option_values["Màu"] == "Đỏ"} == {159_000}
    assert step("rename_value", place="Màu\tĐỏ", new_value="Đỏ đô")[0] == 200
    assert step("remove_value", place="Màu\tĐỏ đô")[0] == 200
    assert step("add_option", name="Vải", value="Cotton")[0] == 200
    assert step("remove_option", option="Vải")[0] == 200
    assert len(variants(owner, "AO")) == 4
    assert step("make_missing") == (400, {"msg": "Mọi tổ hợp đều đã có biến thể."})
    assert "trùng nhau" in step("remove_option", option="Cỡ")[1]["msg"]
    assert "điền" in step("add_value", option="Màu", value="")[1]["msg"]
    stale = owner.step("product", pk, "add_value", version="1", option="Màu", value="Xanh")
    assert "Có người vừa sửa" in stale.json()["msg"]
    assert owner.step("product", pk, "add_value", option="Màu", value="Xanh").status_code == 400
    assert [what for _who, what in owner.deeds()][-6:] == [
        "option_value.added", "variants.added", "option_value.renamed", "option_value.removed", "option.added",
        "option.removed",
    ]  # fmt: skip


def test_a_product_is_archived_only_when_nothing_hangs_on_it(owner: Person) -> None:
    pk = owner.id_of(Product, sku="HOA")

    assert "Còn 20 cái trong kho" in owner.step("product", pk, "archive").json()["msg"]
    assert owner.step("product", pk, "archive", keep_stock="1").status_code == 200
    assert product(owner, "HOA").status == "archived"
    assert owner.step("product", pk, "restore").status_code == 200
    assert [what for _who, what in owner.deeds()][-2:] == ["product.archived", "product.restored"]


def test_a_price_is_changed_and_the_stock_stays(owner: Person) -> None:
    pk = owner.id_of(Variant, sku="HOA-1")
    path = f"/variant/edit?pk={pk}"
    before = count(owner, StockMovement)
    form = owner.form(path)
    assert form["price"] == "50.000"

    answer = owner.post(
        path, {**form, "price": "55.000", "cost": "", "active": "no", "on_hand": "9", "stock": "9"}
    )

    assert answer.status_code == 303
    with owner.db.read_transaction() as session:
        changed = session.get_one(Variant, pk)
        assert (changed.price, changed.cost, changed.active, changed.version) == (55_000, None, False, 2)
        assert session.scalars(select(StockLevel.on_hand).where(StockLevel.variant_id == pk)).one() == 20
    assert count(owner, StockMovement) == before
    assert owner.deeds()[-1] == ("Bạn owner", "variant.changed")
    late = owner.post(path, {**form, "price": "60.000"})
    assert "Có người vừa sửa biến thể HOA-1" in told(late)
    for lost in ("version", "active"):
        assert owner.post(path, {k: v for k, v in form.items() if k != lost}).status_code == 422
