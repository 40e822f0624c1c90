"""Warehouses, suppliers and what they ask."""

from sqlalchemy import func, select

from core.purchasing.models import Supplier, SupplierPrice
from core.stock.models import Warehouse
from tests.bot.office.conftest import Person, told


def test_a_warehouse_is_made_and_switched_off_with_a_reason(owner: Person) -> None:
    place = {
        "code": "B",
        "name": "Kho B",
        "address": "12 Lê Lợi, Bến Nghé",
        "phone": "0901234567",
        "priority": "",
    }
    assert owner.send("/warehouse/create", **place).status_code == 303
    with owner.db.read_transaction() as session:
        made = session.scalars(select(Warehouse).where(Warehouse.code == "B")).one()
        assert (made.province_code, made.priority, made.active) == ("79", 0, True)

    path = f"/warehouse/edit?pk={owner.id_of(Warehouse, code='A')}"
    refused = owner.send(path, active="no")
    assert "hoặc ghi lý do tắt kho" in told(refused)
    assert owner.send(path, active="no", reason="Sửa mái").status_code == 303
    assert owner.deeds()[-1] == ("Bạn owner", "warehouse.changed")
    with owner.db.read_transaction() as session:
        assert session.scalars(select(Warehouse.active).where(Warehouse.code == "A")).one() is False


def test_a_warehouse_that_cannot_be_is_refused_in_its_field(owner: Person) -> None:
    assert "Đã có kho mã A" in told(owner.send("/warehouse/create", code="A", name="Kho"))
    assert "Địa chỉ chưa rõ" in told(owner.send("/warehouse/create", code="C", name="Kho", address="đâu?"))
    assert "điện thoại" in told(owner.send("/warehouse/create", code="C", name="Kho", phone="abc"))
    assert "Chưa đúng" in told(owner.send("/warehouse/create", code="C D", name="Kho"))
    assert "số nguyên" in told(owner.send("/warehouse/create", code="C", name="Kho", priority="cao"))
    assert owner.deeds() == [deed for deed in owner.deeds() if deed[1] != "warehouse.added"]
    path = f"/warehouse/edit?pk={owner.id_of(Warehouse, code='A')}"
    form = owner.form(path)
    assert owner.post(path, {**form, "name": "Một"}).status_code == 303
    assert "Có người vừa sửa kho này" in told(owner.post(path, {**form, "name": "Hai"}))


def test_a_form_for_a_supplier_sent_twice_makes_one(owner: Person) -> None:
    form = {**owner.form("/supplier/create"), "name": "Xưởng Bình", "phone": "0901234567"}

    assert [owner.post("/supplier/create", form).status_code for _ in range(2)] == [303, 303]

    with owner.db.read_transaction() as session:
        assert session.scalar(select(func.count()).select_from(Supplier)) == 1
    assert [what for _who, what in owner.deeds()].count("supplier.added") == 1
    assert owner.send("/supplier/create", name="Xưởng khác").status_code == 303
    assert "E-mail" in told(owner.send("/supplier/create", name="X", email="không"))
    assert "Mã số thuế" in told(owner.send("/supplier/create", name="X", tax_code="12"))
    assert "NCC1001" in told(owner.send("/supplier/create", name="X", code="NCC1001"))


def test_a_supplier_is_changed_archived_and_taken_back(owner: Person) -> None:
    owner.send("/supplier/create", code="BINH", name="Xưởng Bình")
    pk = owner.id_of(Supplier, code="BINH")
    path = f"/supplier/edit?pk={pk}"
    form = owner.form(path)

    assert owner.post(path, {**form, "terms": "Trả sau 30 ngày"}).status_code == 303
    assert "Có người vừa sửa BINH" in told(owner.post(path, {**form, "terms": "Trả ngay"}))
    assert owner.step("supplier", pk, "archive").status_code == 200
    assert owner.step("supplier", pk, "restore").status_code == 200
    assert [what for _who, what in owner.deeds()][-3:] == [
        "supplier.changed", "supplier.archived", "supplier.restored",
    ]  # fmt: skip


def test_a_price_list_grows_line_by_line(owner: Person) -> None:
    owner.send("/supplier/create", code="BINH", name="Xưởng Bình")
    line = {"supplier": "BINH", "sku": "HOA-1", "price": "20.000", "lead_days": "3", "usual": "yes"}

    assert owner.send("/price/create", **line).status_code == 303
    path = f"/price/edit?pk={owner.id_of(SupplierPrice, sku='HOA-1')}"
    form = owner.form(path)
    assert owner.post(path, {**form, "price": "21.000"}).status_code == 303
    assert "Có người vừa sửa BINH" in told(owner.post(path, {**form, "price": "22.000"}))
    assert "Không có nhà cung cấp AI" in told(owner.send("/price/create", **{**line, "supplier": "AI"}))
    assert "SKU" in told(owner.send("/price/create", **{**line, "sku": "KHONG"}))
    assert "Nhiều nhất 365" in told(owner.send("/price/create", **{**line, "lead_days": "9999"}))
    with owner.db.read_transaction() as session:
        kept = session.scalars(select(SupplierPrice)).one()
        assert (kept.price, kept.lead_days, kept.usual) == (21_000, 3, True)
    assert owner.step("price", kept.id, "remove").status_code == 200
    assert "không còn" in owner.step("price", kept.id, "remove").json()["msg"]
    assert [what for _who, what in owner.deeds()][-3:] == [
        "supplier.prices", "supplier.prices", "supplier.price_removed",
    ]  # fmt: skip
