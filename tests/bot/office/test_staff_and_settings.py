"""Logins and the settings of the shop."""

import threading
from collections.abc import Callable

from sqlalchemy import select

from bot.staff.account_changes import change_account, mark_of
from bot.staff.models import StaffAccount
from core.actor import Actor
from core.clock import utc_now
from core.db import Database
from core.errors import AppError
from core.shop import shop_profile
from tests.bot.office.conftest import PASSWORD, Person, told

NEW = {"login": "lan", "name": "Lan", "role": "sales", "password": PASSWORD}
SHOP = "/shop/edit?pk=1"


def login(person: Person, name: str, password: str = PASSWORD) -> int:
    return person.http.post("/api/desk/login", json={"login": name, "password": password}).status_code


def test_a_login_is_made_changed_and_switched_off(owner: Person) -> None:
    assert owner.send("/staff/create", **NEW).status_code == 303
    lan = Person(owner.db, "lan", owner.media)
    path = f"/staff/edit?pk={owner.id_of(StaffAccount, login='lan')}"

    assert owner.send(path, role="manager", name="Lan Anh").status_code == 303
    assert lan.get("/product/list").status_code == 200, "the role holds from the next page on"
    assert owner.send(path, password="mat-khau-moi").status_code == 303
    assert lan.get("/product/list").status_code == 303, "a new password ends the old login"
    assert (
        lan.http.post("/api/desk/login", json={"login": "lan", "password": "mat-khau-moi"}).status_code == 200
    )
    assert owner.send(path, active="no").status_code == 303
    assert lan.get("/product/list").status_code == 303
    lan.http.close()
    assert [what for _who, what in owner.deeds()][-4:] == ["staff.added", *["staff.changed"] * 3]
    assert "password_hash" not in str(owner.form(path))
    assert PASSWORD not in owner.get("/audit/list").text


def test_a_login_that_cannot_be_is_refused_in_its_field(owner: Person) -> None:
    for changes, expected in (
        ({"login": "Bạn Lan"}, "2 đến 40 ký tự"),
        ({"login": "owner"}, "Đã có tài khoản owner"),
        ({"password": "ngan"}, "từ 8 đến 200"),
        ({"password": "x" * 201}, "Nhiều nhất 200"),
        ({"role": "king"}, "danh sách"),
        ({"name": ""}, "điền"),
    ):
        answer = owner.send("/staff/create", **{**NEW, **changes})
        assert answer.status_code == 422
        assert expected in told(answer)
        assert changes.get("password", PASSWORD) not in answer.text, "a password is not sent back"


def test_only_owners_change_owners_and_nobody_themselves(owner: Person, hire: Callable[..., Person]) -> None:
    manager = hire("manager")
    boss = f"/staff/edit?pk={owner.id_of(StaffAccount, login='owner')}"
    own = f"/staff/edit?pk={owner.id_of(StaffAccount, login='manager')}"

    assert "Chỉ chủ shop" in told(manager.send(boss, password="chiem-quyen"))
    assert "Chỉ chủ shop" in told(manager.send(own, role="owner"))
    assert "Chỉ chủ shop" in told(manager.send("/staff/create", **{**NEW, "role": "owner"}))
    assert "không tự đổi vai trò" in told(owner.send(boss, role="sales"))
    assert "không tự đổi vai trò" in told(owner.send(boss, active="no"))
    assert owner.send(boss, name="Chủ").status_code == 303
    assert login(owner, "owner") == 200


def test_two_who_change_a_login_at_once_do_not_overwrite_each_other(owner: Person) -> None:
    owner.send("/staff/create", **NEW)
    path = f"/staff/edit?pk={owner.id_of(StaffAccount, login='lan')}"
    form = owner.form(path)

    assert owner.post(path, {**form, "role": "warehouse"}).status_code == 303
    assert "Có người vừa sửa tài khoản này" in told(owner.post(path, {**form, "role": "accountant"}))


def test_two_owners_who_take_each_other_s_role_leave_one(db: Database, hire: Callable[..., Person]) -> None:
    hire("owner", "mai")
    hire("owner", "nam")
    with db.read_transaction() as session:
        owners = {a.login: a for a in session.scalars(select(StaffAccount))}
    start = threading.Barrier(2)
    refused: list[AppError] = []

    def demote(by: StaffAccount, whom: StaffAccount) -> None:
        start.wait()
        try:
            with db.transaction() as session:
                change_account(
                    session, account_id=whom.id, name=whom.name, role="sales", active=True, password="",
                    seen=mark_of(whom), actor=Actor("staff", by.id, by.name, "owner"), now=utc_now(),
                )  # fmt: skip
        except AppError as error:
            refused.append(error)

    mai, nam = owners["mai"], owners["nam"]
    threads = [threading.Thread(target=demote, args=pair) for pair in ((mai, nam), (nam, mai))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with db.read_transaction() as session:
        roles = sorted(session.scalars(select(StaffAccount.role)))
    assert roles == ["owner", "sales"]
    assert [error.code for error in refused] == ["not_logged_in"]


def test_the_shop_s_settings_are_changed_in_one_form(owner: Person) -> None:
    form = owner.form(SHOP)
    assert form["shipping.flat_fee"] == "20.000"

    answer = owner.post(SHOP, {
        **form, "name": "Tiệm Hoa", "shipping.free_from_subtotal": "500.000", "haggling.max_percent": "10",
        "bank.bank": "Vietcombank", "bank.account": "0123456789", "bank.holder": "LE LAN", "return_days": "14",
        "cod_risk.on": "yes", "cod_risk.prepay_from": "", "languages": ["vi", "en"],
    })  # fmt: skip

    assert answer.status_code == 303, told(answer)
    with owner.db.read_transaction() as session:
        profile = shop_profile(session)
    assert (profile.name, profile.return_days, profile.languages) == ("Tiệm Hoa", 14, ["vi", "en"])
    assert profile.shipping.free_from_subtotal == 500_000
    assert profile.haggling is not None
    assert (profile.haggling.max_percent, profile.haggling.from_subtotal) == (10, 0)
    assert profile.bank is not None
    assert profile.cod_risk is not None
    assert (profile.cod_risk.prepay_from, profile.cod_risk.deposit_percent) == (None, 30)
    assert profile.approvals.expires_minutes == 24 * 60
    assert owner.deeds()[-1] == ("Bạn owner", "shop.changed")
    assert "Có người vừa sửa cài đặt" in told(owner.post(SHOP, {**form, "name": "Tiệm khác"}))
    assert (
        owner.send(SHOP, **{"haggling.max_percent": "", "bank.account": "", "cod_risk.on": "no"}).status_code
        == 303
    )
    with owner.db.read_transaction() as session:
        profile = shop_profile(session)
    assert (profile.haggling, profile.bank, profile.cod_risk) == (None, None, None)


def test_settings_that_cannot_be_are_refused_in_their_fields(owner: Person) -> None:
    bank = {"bank.bank": "Ngân hàng Mây", "bank.account": "0123456789", "bank.holder": "LE LAN"}
    for changes, expected in (
        ({"shipping.flat_fee": "miễn phí"}, "số nguyên"),
        ({"return_days": "9999"}, "Nhiều nhất 365"),
        ({"haggling.max_percent": "95"}, "Nhiều nhất 90"),
        ({"languages": None}, "ít nhất một"),
        ({"website": "javascript:alert(1)"}, "Chưa đúng"),
        ({"assistant.mode": "wild"}, "danh sách"),
        (bank, "ngân hàng"),
        ({**bank, "bank.bank": ""}, "điền"),
        ({"name": "a\x00"}, "Chưa đúng"),
    ):
        answer = owner.send(SHOP, **changes)
        assert answer.status_code == 422, changes
        assert expected.casefold() in told(answer).casefold(), changes
    assert "shop.changed" not in [what for _who, what in owner.deeds()]
