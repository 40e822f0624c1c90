"""Staff type: stock is moved and counted, orders are done in bulk or written down; customers are asked kindly."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.bootstrap import Parts
from bot.conversations.notices import tell_staff
from bot.replies.cards import summary_text
from bot.staff.command import Said, Tools, read_pairs
from bot.staff.commands import run
from bot.staff.models import DeskMessage
from bot.staff.refusals import staff_refusal
from core.actor import SYSTEM, Actor, Role
from core.errors import AppError
from core.jobs.models import Job
from core.jobs.worker import Run
from core.orders.manual import ManualOrder, place_manual_order, quote_manual_order
from core.orders.models import Order
from core.orders.queries import get_order
from core.settings import Settings
from core.shop import BankAccount, CodRiskRule, save_shop_profile, shop_profile
from core.shop_file.importing import add_products
from core.shop_file.schema import ProductPart
from core.stock.warehouses import add_warehouse
from tests.books import books_balance
from tests.demo_shop import empty_parts
from tests.small_shop import PLACE, fill


class Room:
    def __init__(self, parts: Parts) -> None:
        self.parts, self.db = parts, parts.db
        self.tools = Tools(parts.addresses, parts.words.lexicon)

    def type(self, text: str, role: Role = "owner") -> Said:
        actor = Actor("staff", f"s-{role}", "Hà", role)
        with self.db.transaction() as session:
            return run(session, text=text, actor=actor, now=datetime.now(UTC), tools=self.tools)

    def refused(self, text: str, role: Role = "owner") -> str:
        with pytest.raises(AppError) as refused:
            self.type(text, role)
        return staff_refusal(refused.value.code, refused.value.data)

    def press(self, said: Said, label: str) -> Said:
        return self.type(next(b["command"] for b in said.cards[0]["buttons"] if b["label"] == label))

    def order(self, quantity: int = 1, phone: str = "0901234567") -> str:
        wish = ManualOrder({"HOA-1": quantity}, "Lan", phone, PLACE)
        with self.db.transaction() as session:
            return place_manual_order(session, wish=wish, actor=SYSTEM, now=datetime.now(UTC)).code

    def rule(self, **changes: object) -> None:
        with self.db.transaction() as session:
            profile = shop_profile(session).model_copy(update=changes)
            save_shop_profile(session, profile=profile, now=datetime.now(UTC))


@pytest.fixture
def room(tmp_path) -> Iterator[Room]:
    parts = empty_parts(Settings(_env_file=None, data_dir=tmp_path, embeddings="lexical"))
    fill(parts.db, stock=20)
    with parts.db.transaction() as session:
        add_warehouse(session, code="B", name="Kho B", values={}, actor=SYSTEM, now=datetime.now(UTC))
    yield Room(parts)
    books_balance(parts.db)
    parts.close()


def test_a_transfer_is_typed_sent_and_received_by_its_buttons(room: Room) -> None:
    drafted = room.type("/transfer A B HOA-1 x 5")
    assert "CK1 · A → B · nháp" in drafted.cards[0]["title"]
    sent = room.press(drafted, "Gửi đi")
    assert room.type("/transfer receive CK1 HOA-1 2").cards[0]["lines"] == ["5 × HOA-1 · nhận 2/5"]
    assert "xong" in room.press(sent, "Nhận đủ").cards[0]["title"]
    assert [row[1:3] for row in room.type("/stock HOA-1").cards[0]["table"]["rows"]] == [
        ["A", "15"],
        ["B", "5"],
    ]
    assert "/transfer send CK1" in room.refused("/transfer send")
    room.refused("/transfer A B HOA-1 5", "sales")


def test_a_stock_take_is_typed_and_says_whose_orders_it_hurts(room: Room) -> None:
    code = room.order(8)
    room.type("/count A HOA-1")
    entered = room.type("/count KK1\nsku;counted\nHOA-1;7")
    assert "thiếu 13" in entered.cards[0]["lines"][1]
    assert f"{code} (8)" in room.refused("/count approve KK1")
    assert "đã chốt" in room.type(f"/count approve KK1 {code}").cards[0]["title"]
    assert room.type("/stock HOA-1").cards[0]["table"]["rows"][0][2:] == ["7", "0", "7"]
    assert "-2" in room.type("/stock HOA-1 A -2 vỡ khi dọn").text
    room.refused("/stock HOA-1 A -2 vỡ", "sales")


def test_a_product_that_never_was_in_stock_is_known(room: Room) -> None:
    hat = ProductPart.model_validate(
        {"sku": "MU-1", "name": "Mũ len", "variants": [{"sku": "MU-1", "price": 89_000}]}
    )
    with room.db.transaction() as session:
        add_products(session, [hat], now=datetime.now(UTC), actor=SYSTEM)

    assert room.type("/stock MU-1").text == "Mũ len (MU-1): chưa nhập vào kho nào."
    assert room.type("/stock mũ len").text == "Mũ len (MU-1): chưa nhập vào kho nào."
    assert "MU-2" in room.refused("/stock MU-2")


def test_an_approval_that_was_carried_out_is_told_as_approved(room: Room) -> None:
    code = room.order()
    room.type(f"/pack {code}")
    asked = room.type(f"/cancel {code} khách đổi ý", "sales").text.rstrip(".").split()[-1]

    room.type(f"/approve {asked}")

    with room.db.read_transaction() as session:
        jobs = session.scalars(select(Job).where(Job.name == "notice.staff")).all()
    decided = next(job for job in jobs if job.payload["event"] == "approval.decided")
    tell_staff(Run(room.db, decided.payload, 1, datetime.now(UTC)))
    with room.db.read_transaction() as session:
        assert [m.text for m in session.scalars(select(DeskMessage))] == [f"{asked}: đã duyệt · Hà"]


def test_goods_are_kept_aside_and_given_back(room: Room) -> None:
    kept = room.type("/hold HOA-1 A 3 khách hẹn lấy", "sales")
    assert room.type("/stock HOA-1").cards[0]["table"]["rows"][0][3] == "3"
    assert room.type("/hold").cards[0]["table"]["rows"][0][:4] == ["GH1", "HOA-1", "A", "3"]
    assert "GH1" in room.press(kept, "Trả về bán").text


def test_many_orders_are_packed_by_a_range(room: Room) -> None:
    first, last = room.order(), room.order()
    said = room.type(f"/pack {first[2:]}-{last[2:]}")
    assert said.text == "Đóng gói: 2/2 đơn"
    again = room.type(f"/pack {first[2:]}-{last[2:]}")
    assert [row[1] for row in again.cards[0]["table"]["rows"]] == ["đã làm rồi", "đã làm rồi"]
    assert "chờ duyệt" in room.type(f"/cancel {first} khách đổi ý", "sales").text


def test_an_order_is_written_down_in_free_words_and_placed_by_a_button(room: Room) -> None:
    told = (
        "2 hoa và LY-1×3, người nhận Nguyễn Thị Lan, 0901234567, 12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM"
    )
    quoted = room.type(f"/new {told}", "sales")
    lines = "\n".join(quoted.cards[0]["lines"])
    assert "Tổng cộng: 210.000đ" in lines
    placed = room.press(quoted, "Đặt đơn")
    assert room.press(quoted, "Đặt đơn").text == placed.text
    with room.db.read_transaction() as session:
        order = session.scalars(select(Order)).one()
        assert (order.buyer_name, order.phone, order.sales_channel) == (
            "Nguyễn Thị Lan", "+84901234567", "manual",
        )  # fmt: skip


def test_what_is_missing_in_an_order_by_phone_is_named_at_once(room: Room) -> None:
    message = room.refused("/new 2 hoa")
    assert all(what in message for what in ("tên người nhận", "số điện thoại", "địa chỉ"))
    room.refused("/new")
    room.refused("/new 2 hoa, Lan", "accountant")


def test_what_is_overdue_and_perhaps_twice_is_seen_before_packing(room: Room) -> None:
    first, second = room.order(), room.order()
    room.rule(pack_within_hours=24)
    with room.db.transaction() as session:
        early = datetime.now(UTC) - timedelta(hours=30)
        session.execute(update(Order).where(Order.code == first).values(placed_at=early))
    late = next(card for card in room.type("/todo").cards if card["title"] == "Quá hạn đóng gói")
    assert [row[0] for row in late["table"]["rows"]] == [first]
    room.rule(duplicates_within_hours=48)
    assert any(f"trùng đơn: {first}" in line for line in room.type(f"/order {second}").cards[0]["lines"])


def test_low_stock_reaches_the_room_once(room: Room) -> None:
    from core.stock.alerts import set_low_level
    from core.stock.queries import stocked_variants

    with room.db.transaction() as session:
        variant_id = stocked_variants(session, ["HOA-1"])["HOA-1"].id
        set_low_level(
            session, variant_id=variant_id, warehouse_id=None, level=19, actor=SYSTEM, now=datetime.now(UTC)
        )
    room.order()
    with room.db.read_transaction() as session:
        jobs = session.scalars(select(Job).where(Job.name == "notice.staff")).all()
    low = next(job for job in jobs if job.payload["event"] == "stock.low")
    for _ in range(2):
        tell_staff(Run(room.db, low.payload, 1, datetime.now(UTC)))
    with room.db.read_transaction() as session:
        assert [m.text for m in session.scalars(select(DeskMessage))] == ["HOA-1 sắp hết: còn 19"]


@pytest.mark.parametrize("language", ["vi", "en", "ko"])
def test_a_deposit_is_told_to_the_buyer_without_the_reason(room: Room, language: str) -> None:
    bank = BankAccount(bank="Vietcombank", account="0123456789", holder="TIEM HOA")
    room.rule(cod_risk=CodRiskRule(confirm_from=None, deposit_from=1, prepay_from=None), bank=bank)
    code = room.order()
    with room.db.transaction() as session:
        session.execute(update(Order).where(Order.code == code).values(fulfilment_state="returned"))
        wish = ManualOrder({"HOA-1": 1}, "Lan", "0901234567", PLACE)
        quote = quote_manual_order(session, wish=wish, actor=SYSTEM, now=datetime.now(UTC))
        told = summary_text(quote, language)
    assert "21.000đ" in told
    assert "49.000đ" in told

    waiting = room.order()
    card = room.type(f"/order {waiting}").cards[0]
    assert any("từng không nhận 1 đơn" in line and "21.000đ" in line for line in card["lines"])
    assert "21.000đ" in room.type(f"/paid {waiting}").text
    room.type(f"/pack {waiting}")
    with room.db.transaction() as session:
        session.execute(update(Order).where(Order.code == code).values(fulfilment_state="cancelled"))
        assert get_order(session, waiting).payment_state == "part_paid"


def test_pairs_are_read_as_people_type_them() -> None:
    assert read_pairs("HOA-1 5, LY-1×3; A:2\nB x 4") == {"HOA-1": 5, "LY-1": 3, "A": 2, "B": 4}
    for text in ("HOA-1", "5 HOA-1 cái", ""):
        with pytest.raises(AppError):
            read_pairs(text)
