"""Staff in their Telegram group and in private: linking, commands, approvals on cards, one decision of many presses."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import telegram
from sqlalchemy import select

from bot.staff.linking import linked_actor, new_code
from bot.staff.models import StaffAccount
from core.actor import SYSTEM
from core.approvals.decisions import expire_due, request_approval
from core.approvals.models import Approval
from core.orders.models import Order
from core.shop import save_shop_profile, shop_profile
from tests.telegram.conftest import GROUP, Shop
from tests.telegram.people import Person
from tests.telegram.server import BOT, Sent

ORDER_LINE = (
    "cho mình {n} áo thun đen size L, ship về 12 Lê Lợi, phường Bến Nghé, Q1, HCM, sđt 0901234567, tên Lan"
)


def newest(shop: Shop, model: Any) -> Any:
    with shop.parts.db.read_transaction() as session:
        return session.scalars(select(model).order_by(model.id.desc()).limit(1)).one()


def order(shop: Shop, customer: Person, n: int = 2) -> Order:
    shop.told(customer, ORDER_LINE.format(n=n))
    shop.told(customer, "ok chốt")
    found: Order = newest(shop, Order)
    return found


def big_orders_wait(shop: Shop, amount: int | None) -> None:
    with shop.parts.db.transaction() as session:
        profile = shop_profile(session)
        approvals = profile.approvals.model_copy(update={"order_total_from": amount})
        save_shop_profile(session, profile=profile.model_copy(update={"approvals": approvals}), now=shop.now)


def test_the_main_job_on_telegram(shop: Shop) -> None:
    owner, customer = shop.staff("owner"), shop.person()
    big_orders_wait(shop, 1_000_000)
    said = shop.group_after(lambda: order(shop, customer, 8))
    big_orders_wait(shop, None)
    placed = newest(shop, Order)
    assert any(f"Đơn mới {placed.code}" in text for text in said)
    card = next(m for m in reversed(shop.server.sent) if m.chat == GROUP and "Duyệt" in m.labels)
    assert "Nhận đơn này không?" in card.text

    owner.press(card, "Duyệt")
    shop.work(20)
    assert "đã duyệt" in card.text
    assert card.keyboard == []
    assert newest(shop, Approval).state in ("approved", "used")

    shop.group_after(lambda: owner.say(f"/pack {placed.code}", group=GROUP))
    assert "đóng gói" in shop.last(customer).text
    assert placed.code in shop.last(customer).text


def test_one_approval_pressed_by_ten_at_once_counts_once_and_nine_see_who_decided(shop: Shop) -> None:
    team = [shop.staff(f"manager{number}", role="manager") for number in range(10)]
    big_orders_wait(shop, 1_000_000)
    shop.group_after(lambda: order(shop, shop.person(), 9))
    big_orders_wait(shop, None)
    card = next(m for m in reversed(shop.server.sent) if m.chat == GROUP and "Duyệt" in m.labels)
    presses = [who.press_update(card, "Duyệt" if n % 3 else "Từ chối") for n, who in enumerate(team)]

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda each: each[0].deliver(each[1][1]), zip(team, presses, strict=True)))
        list(pool.map(lambda _: shop.worker.run_until_idle(), range(4)))
    shop.work(30)

    approval = newest(shop, Approval)
    told = {query: (text, alert) for query, text, alert in shop.server.answers}
    won = [n for n, (query, _) in enumerate(presses) if not told[query][1]]
    assert [f"manager{n}" for n in won] == [approval.decided_by_name]
    lost = [told[query][0] for n, (query, _) in enumerate(presses) if n not in won]
    assert len(lost) == 9
    assert all(f"rồi bởi {approval.decided_by_name}" in text for text in lost)
    assert approval.decided_by_name in card.text


def test_a_press_of_someone_without_the_role_or_without_a_link_decides_nothing(shop: Shop) -> None:
    stranger, warehouse = shop.person(name="Stranger"), shop.staff("kho-1", role="warehouse")
    big_orders_wait(shop, 1_000_000)
    shop.group_after(lambda: order(shop, shop.person(), 7))
    big_orders_wait(shop, None)
    card = next(m for m in reversed(shop.server.sent) if m.chat == GROUP and "Duyệt" in m.labels)

    queries = [who.press(card, "Duyệt") for who in (stranger, warehouse)]
    shop.work(5)

    told = {query: (text, alert) for query, text, alert in shop.server.answers}
    assert "chưa liên kết" in told[queries[0]][0]
    assert "quản lý" in told[queries[1]][0]
    assert all(told[query][1] for query in queries)
    assert newest(shop, Approval).state == "pending"
    assert card.labels[:2] == ["Duyệt", "Từ chối"]


def test_what_is_decided_at_the_desk_changes_the_card_in_the_group(shop: Shop) -> None:
    big_orders_wait(shop, 1_000_000)
    shop.group_after(lambda: order(shop, shop.person(), 8), seconds=40)
    big_orders_wait(shop, None)
    approval = newest(shop, Approval)
    card = next(m for m in reversed(shop.server.sent) if m.chat == GROUP and approval.code in m.text)
    login = shop.client.post("/api/desk/login", json={"login": "owner", "password": "chotdon-demo"}).json()
    headers = {"X-CSRF-Token": login["csrf_token"]}

    shop.client.post("/api/desk/commands", json={"text": f"/reject {approval.code}"}, headers=headers)
    shop.client.cookies.clear()
    shop.work(20)

    assert "đã từ chối" in card.text
    assert card.keyboard == []


def asked(shop: Shop, subject: str) -> tuple[str, Sent]:
    """A question about nothing that the shop holds, and its card in the group."""
    with shop.parts.db.transaction() as session:
        approval = request_approval(
            session, kind="discount_over_limit", subject_kind="talk", subject_id=subject, subject_code=subject,
            question="Giảm giá?", amount=1_000, payload={"discount_percent": 20}, actor=SYSTEM, expires_minutes=60,
            now=shop.now,
        )  # fmt: skip
    shop.work(40)
    return approval.code, next(
        m for m in reversed(shop.server.sent) if m.chat == GROUP and approval.code in m.text
    )


def test_a_card_shows_the_decision_also_where_the_answer_says_just_the_same(shop: Shop) -> None:
    owner = shop.staff("owner")
    _, card = asked(shop, "T1")

    owner.press(card, "Duyệt")
    shop.work(30)

    assert "đã duyệt" in card.text
    assert card.keyboard == []


def test_a_question_that_ran_out_is_answered_so_and_its_card_says_it(shop: Shop) -> None:
    owner = shop.staff("owner")
    code, card = asked(shop, "T2")
    shop.times[0] += timedelta(minutes=61)
    with shop.parts.db.transaction() as session:
        expire_due(session, now=shop.now)

    query = owner.press(card, "Duyệt")
    shop.work(30)

    text, is_alert = next((t, alert) for q, t, alert in shop.server.answers if q == query)
    assert is_alert
    assert (code in text, "hết hạn" in text) == (True, True)
    assert "hết hạn" in card.text
    assert card.keyboard == []


def test_the_bot_reads_in_the_group_only_what_is_said_to_it(shop: Shop) -> None:
    owner = shop.staff("owner")
    shop.work(60)
    told = [
        shop.group_after(lambda text=text: owner.say(text, group=GROUP), seconds=12)  # type: ignore[misc]
        for text in (
            "mai ai đi làm?", "/todo@other_bot", "nhờ @someone xem đơn", "/todo", f"/todo@{BOT.username}",
            f"@{BOT.username} /stock AT01",
        )
    ]  # fmt: skip

    assert told[:3] == [[], [], []]
    assert all(told[3:])
    answered = telegram.Message(
        5, shop.now, telegram.Chat(GROUP, "supergroup"), from_user=BOT, text="Việc đang chờ"
    )
    assert shop.group_after(lambda: owner.say("/help", group=GROUP, reply_to_message=answered))


def test_who_is_not_linked_is_told_how_and_other_groups_are_none_of_the_staff_s(shop: Shop) -> None:
    stranger, owner = shop.person(), shop.staff("owner")
    shop.work(60)

    said = shop.group_after(lambda: stranger.say("/orders", group=GROUP), seconds=5)
    owner.say("/orders", group=GROUP - 77)
    owner.say("/id", group=GROUP - 77)
    shop.work(5)

    assert ["chưa liên kết" in text for text in said] == [True]
    assert [str(GROUP - 77) in text for text in shop.server.texts(GROUP - 77)] == [True]


def test_a_code_links_once_for_a_quarter_of_an_hour_and_only_privately(shop: Shop) -> None:
    first, second, late, loud = (shop.person() for _ in range(4))

    def code() -> str:
        with shop.parts.db.transaction() as session:
            staff_id = session.scalars(select(StaffAccount.id).where(StaffAccount.login == "owner")).one()
            return new_code(session, staff_id=staff_id, now=shop.now)

    def is_linked(person: Person) -> bool:
        with shop.parts.db.read_transaction() as session:
            return linked_actor(session, channel="telegram", external_id=str(person.user.id)) is not None

    once = code()
    assert "Xin chào" in shop.told(first, f"/link {once.lower()}")
    assert "sai, đã dùng" in shop.told(second, f"/link {once}")
    outdated = code()
    shop.times[0] += timedelta(minutes=16)
    assert "hết hạn" in shop.told(late, f"/link {outdated}")
    spoilt = code()
    shop.group_after(lambda: loud.say(f"/link {spoilt}", group=GROUP), seconds=5)
    assert "sai, đã dùng" in shop.told(loud, f"/link {spoilt}")

    assert [is_linked(person) for person in (first, second, late, loud)] == [True, False, False, False]
    assert "Đã gỡ" in shop.told(first, "/unlink")
    assert not is_linked(first)


def test_an_anonymous_admin_is_told_why_nothing_happens(shop: Shop) -> None:
    owner = shop.staff("owner")
    shop.work(30)
    owner.user = telegram.User(1087968824, "Group", is_bot=True, username="GroupAnonymousBot")

    assert ["ẩn danh" in text for text in shop.group_after(lambda: owner.say("/todo", group=GROUP), 5)] == [
        True
    ]


def test_who_is_switched_off_can_do_nothing_from_telegram(shop: Shop) -> None:
    person = shop.staff("temporary", role="manager")
    with shop.parts.db.transaction() as session:
        session.scalars(select(StaffAccount).where(StaffAccount.login == "temporary")).one().active = False

    assert "dành cho nhân viên" in shop.told(person, "/todo")


def test_a_label_and_a_report_come_as_files(shop: Shop) -> None:
    owner = shop.staff("owner")

    shop.told(owner, "/report sales-by-day 7 ngày", seconds=6)
    sent = [m for m in shop.server.sent if m.chat == owner.user.id][-3:]
    picture = next(m for m in sent if m.method == "sendPhoto")
    assert picture.files[0][1].startswith(b"\x89PNG")
    table = next(m for m in sent if "CSV" in m.labels)
    owner.press(table, "CSV")
    shop.work(5)

    file = shop.last(owner)
    assert (file.method, file.files[0][0].endswith(".csv")) == ("sendDocument", True)


def test_what_not_every_role_may_read_goes_to_who_asked_alone(shop: Shop) -> None:
    owner = shop.staff("owner")
    shop.work(60)

    said = shop.group_after(lambda: owner.say("/report profit", group=GROUP), seconds=12)

    assert said == ["Hà (chủ shop): em gửi riêng cho bạn rồi."]
    assert "Lãi gộp" in "".join(m.text for m in shop.server.sent if m.chat == owner.user.id)


def test_a_refused_command_says_why_and_the_group_stays_one_room_with_the_desk(shop: Shop) -> None:
    warehouse = shop.staff("kho-2", role="warehouse")
    shop.work(60)

    said = shop.group_after(lambda: warehouse.say("/invoice DH1001", group=GROUP), seconds=8)

    assert [text.startswith("⚠ Việc này dành cho") for text in said] == [True]


def test_a_group_that_becomes_a_supergroup_goes_on(own_shop: Shop) -> None:
    shop = own_shop
    owner, moved = shop.staff("owner"), GROUP - 500
    message = owner.message(None, group=GROUP, migrate_to_chat_id=moved)
    owner.deliver(owner.update(message=message))
    shop.server.moved[GROUP] = moved
    shop.work(3)

    owner.say("/todo", group=moved)
    order(shop, shop.person())
    shop.work(40)

    assert any("Đơn mới" in text for text in shop.server.texts(moved))
    assert len(shop.server.texts(moved)) >= 2
