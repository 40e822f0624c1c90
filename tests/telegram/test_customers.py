"""Customers in private chats with the bot: from a first word to an order, and everything odd in between."""

import base64

import pytest
import telegram
from sqlalchemy import func, select

from bot.conversations.models import Conversation
from core.jobs.models import InboundEvent, Job
from core.orders.models import Order
from tests.telegram.conftest import PATH, SECRET, Shop
from tests.telegram.people import post_to

ORDER_LINE = (
    "cho mình 2 áo thun đen size L, ship về 12 Lê Lợi, phường Bến Nghé, Q1, HCM, sđt 0901234567, tên Lan"
)


def count(shop: Shop, model: type) -> int:
    with shop.parts.db.read_transaction() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_an_order_is_placed_with_a_button(shop: Shop) -> None:
    lan, before = shop.person(), count(shop, Order)

    summary = shop.told(lan, ORDER_LINE)
    assert "328.000đ" in summary
    shown = shop.last(lan)
    assert shown.labels
    query = lan.press(shown, shown.labels[0])
    shop.work(8)

    assert count(shop, Order) == before + 1
    placed = shop.last(lan)
    assert "DH" in placed.text
    assert "328.000đ" in placed.text
    assert shown.keyboard == []
    assert [(q, alert) for q, _, alert in shop.server.answers if q == query] == [(query, False)]
    assert lan.user.id in shop.server.actions


def test_a_button_pressed_twice_or_on_an_old_message_is_answered_and_does_nothing(shop: Shop) -> None:
    lan, before = shop.person(), count(shop, Order)
    shop.told(lan, ORDER_LINE)
    first = shop.last(lan)
    label = first.labels[0]
    query_once, once = lan.press_update(first, label)
    query_twice, twice = lan.press_update(first, label)
    shop.told(lan, "à cho mình lấy 3 cái nha")
    newest = shop.last(lan)
    query_new, new = lan.press_update(newest, newest.labels[0])
    query_again, again = lan.press_update(newest, newest.labels[0])

    for update in (once, twice):
        lan.deliver(update)
    shop.work(3)
    assert count(shop, Order) == before
    for update in (new, again):
        lan.deliver(update)
    shop.work(8)

    assert count(shop, Order) == before + 1
    answers = {query: (text, alert) for query, text, alert in shop.server.answers}
    assert answers[query_once] == answers[query_twice] == (
        "Dạ nút này thuộc tin cũ rồi ạ, mình xem tin mới nhất giúp em nha.", True
    )  # fmt: skip
    assert answers[query_new][1] is False
    assert answers[query_again] == ("Dạ em nhận được lựa chọn này của mình rồi ạ.", True)


def test_a_button_of_somebody_else_or_made_up_opens_nothing(shop: Shop) -> None:
    lan, mallory, before = shop.person(), shop.person(name="Mallory"), count(shop, Order)
    shop.told(lan, ORDER_LINE)
    shown = shop.last(lan)
    shop.told(mallory, "xin chào")
    own = shop.last(mallory)

    queries = []
    for data in (shown.data(shown.labels[0]), "x:0", "/approve YC1", shown.data(shown.labels[0])[:-1] + "99"):
        own.keyboard = [[{"text": "?", "callback_data": data}]]
        queries.append(mallory.press(own, "?"))
    shop.work(5)

    assert count(shop, Order) == before
    answers = {query: (text, alert) for query, text, alert in shop.server.answers}
    assert {answers[query] for query in queries} == {
        ("Dạ nút này không dùng được nữa ạ. Mình nhắn chữ giúp em nha.", True)
    }


def test_several_messages_at_once_get_one_answer(shop: Shop) -> None:
    lan = shop.person()
    for text in ("cho mình", "2 áo thun đen", "size L"):
        lan.say(text)
    shop.work(8)

    assert len(shop.server.texts(lan.user.id)) == 1
    assert "2 × Áo thun" in shop.server.texts(lan.user.id)[0]


def test_an_update_delivered_again_and_out_of_order_is_answered_once(shop: Shop) -> None:
    lan = shop.person()
    updates = [lan.update(message=lan.message(text)) for text in ("shop ơi", "áo thun đen giá bao nhiêu")]
    answers = [lan.deliver(update).json() for update in (*reversed(updates), *updates, *updates)]
    shop.work(8)

    assert answers == [{"received": 1}] * 2 + [{"received": 0}] * 4
    assert len(shop.server.texts(lan.user.id)) == 1
    assert len([m for m in shop.messages(lan) if m.direction == "in"]) == 2


@pytest.mark.parametrize("secret", ["", "wrong", SECRET[:-1], SECRET + "x", "đ"])
def test_without_our_secret_nothing_is_stored(shop: Shop, secret: str) -> None:
    lan, before = shop.person(), count(shop, InboundEvent)

    headers = {"X-Telegram-Bot-Api-Secret-Token": secret.encode()} if secret else {}
    answer = shop.client.post(PATH, json=lan.update(message=lan.message("chào")), headers=headers)  # type: ignore[arg-type]

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "webhook_not_authentic"
    assert count(shop, InboundEvent) == before


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422), (b"[]", 422), (b"{}", 422), (b'{"update_id": "7"}', 422), (b'{"update_id": true}', 422),
        (b'{"update_id": 1e400}', 422), (b"\xff\xfe", 422), (b"[" * 100_000, 422),
        (b'{"update_id": 9007199254740993}', 422), (b'{"update_id": 1, "x": "' + b"a" * 600_000 + b'"}', 413),
    ],
)  # fmt: skip
def test_what_is_no_update_is_refused_and_nothing_breaks(shop: Shop, body: bytes, status: int) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}

    assert shop.client.post(PATH, content=body, headers=headers).status_code == status


def test_kinds_of_updates_that_nobody_works_on_are_recorded(shop: Shop) -> None:
    lan = shop.person()
    deliver = post_to(shop.client, SECRET, PATH)
    odd = [
        {"update_id": 1_000_001, "poll": {"id": "1"}},
        {"update_id": 1_000_002, "a_kind_of_next_year": {"x": [1, {"y": "\x00"}]}},
        {"update_id": 1_000_003, "message": {"message_id": "what", "chat": 7}},
        {"update_id": 1_000_004, "message": None},
        {"update_id": 1_000_005, "callback_query": {"id": 5}},
        lan.update(inline_query=telegram.InlineQuery("1", lan.user, "áo", "")),
    ]
    for update in odd:
        assert deliver(update).json() == {"received": 1}
    shop.work(2)

    assert all(shop.outcome(update) for update in odd)
    assert "unreadable" in {shop.outcome(update) for update in odd}


def test_pictures_voices_stickers_places_and_contacts_are_understood_as_such(shop: Shop) -> None:
    lan = shop.person()
    user, sized = lan.user, {"file_unique_id": "u", "file_size": 10}
    for more in (
        {"photo": (telegram.PhotoSize("photo-file-id-1", width=9, height=9, **sized),)},
        {"voice": telegram.Voice("voice-file-id", duration=2, **sized)},
        {"location": telegram.Location(106.7, 10.77)},
        {"sticker": telegram.Sticker("s", "u", 9, 9, False, False, "regular", emoji="👍")},
        {"document": telegram.Document("doc-file-id", "u", file_name="don.pdf")},
        {"contact": telegram.Contact("+84901234567", "Lan", user_id=user.id)},
    ):
        lan.send(**more)
        shop.work(8)

    got = [m for m in shop.messages(lan) if m.direction == "in"]
    assert [m.attachments[0]["type"] if m.attachments else m.text for m in got] == [
        "image", "voice", "location", "sticker", "file", "0901234567"
    ]  # fmt: skip
    assert len(shop.server.texts(user.id)) == 6
    assert got[0].attachments[0]["url"] == "/api/desk/telegram/files/photo-file-id-1"


def test_staff_see_what_a_customer_sent_and_nobody_else_does(shop: Shop) -> None:
    shop.server.files["photo-file-id-1"] = b"\xff\xd8picture"
    url = "/api/desk/telegram/files/photo-file-id-1"

    assert shop.client.get(url).status_code == 401
    shop.client.post(
        "/api/desk/login", json={"login": "owner", "password": "chotdon-demo"}
    ).raise_for_status()
    seen, gone = shop.client.get(url), shop.client.get(url[:-1] + "2")
    shop.client.cookies.clear()

    assert (seen.content, gone.status_code) == (b"\xff\xd8picture", 404)
    assert seen.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("payload", ["AT01", base64.urlsafe_b64encode(b"AT01").decode().rstrip("=")])
def test_a_link_from_the_site_brings_the_product_along(shop: Shop, payload: str) -> None:
    lan = shop.person()

    assert "Áo thun" in shop.told(lan, f"/start {payload}")
    assert "149.000đ" in shop.last(lan).text


def test_a_start_without_or_with_a_strange_payload_is_a_greeting_in_their_language(shop: Shop) -> None:
    for payload in ("", " khong-co", " ' OR 1=1"):
        assert "chào" in shop.told(shop.person(), f"/start{payload}")
    john = shop.person(language="en-GB", name="John")
    assert shop.told(john, "/start").startswith(("Hello", "Hi", "Welcome"))


def test_a_command_of_staff_is_kindly_refused_and_does_nothing(shop: Shop) -> None:
    lan = shop.person()

    assert "dành cho nhân viên" in shop.told(lan, "/pack DH1001")
    assert "Mã liên kết sai" in shop.told(lan, "/link ABCDEFGHJK")
    assert "dành cho nhân viên" in shop.told(lan, "/todo")


def test_an_edit_in_time_is_what_is_answered(shop: Shop) -> None:
    lan = shop.person()
    message = lan.message("cho mình 2 áo thun đen size L")
    lan.deliver(lan.update(message=message))
    edited = {
        **message.to_dict(),
        "text": "cho mình 3 áo thun đen size L",
        "edit_date": int(shop.now.timestamp()),
    }
    lan.deliver({"update_id": shop.server.take_number("update"), "edited_message": edited})
    shop.work(8)

    assert "3 × Áo thun" in shop.last(lan).text


def test_an_edit_after_the_answer_changes_nothing_and_is_asked_about(shop: Shop) -> None:
    lan = shop.person()
    message = lan.message("cho mình 2 áo thun đen size L")
    lan.deliver(lan.update(message=message))
    shop.work(8)
    edited = {
        **message.to_dict(),
        "text": "cho mình 3 áo thun đen size L",
        "edit_date": int(shop.now.timestamp()),
    }
    lan.deliver({"update_id": shop.server.take_number("update"), "edited_message": edited})
    shop.work(5)

    assert "vừa sửa tin nhắn" in shop.last(lan).text
    assert [m.text for m in shop.messages(lan) if m.direction == "in"] == ["cho mình 2 áo thun đen size L"]


def test_an_edit_that_comes_before_its_message_is_read_once(shop: Shop) -> None:
    lan = shop.person()
    message = lan.message("cho mình 2 áo thun đen size L")
    edited = {
        **message.to_dict(),
        "text": "cho mình 3 áo thun đen size L",
        "edit_date": int(shop.now.timestamp()),
    }
    lan.deliver({"update_id": shop.server.take_number("update"), "edited_message": edited})
    lan.deliver(lan.update(message=message))
    shop.work(8)

    assert "3 × Áo thun" in shop.last(lan).text
    assert len(shop.server.texts(lan.user.id)) == 1


def test_the_longest_message_that_telegram_takes_is_read_whole(shop: Shop) -> None:
    lan = shop.person()
    text = ("a" * 4_095) + "z"

    shop.told(lan, text)

    assert "".join(m.text for m in shop.messages(lan) if m.direction == "in") == text
    assert len(shop.server.texts(lan.user.id)) == 1


def test_who_writes_too_fast_is_told_once_and_answered_later(shop: Shop) -> None:
    lan = shop.person()
    for number in range(34):
        lan.say(f"tin {number}")
    shop.work(25)

    told = shop.server.texts(lan.user.id)
    assert sum("nhanh quá" in text for text in told) == 1
    assert len([m for m in shop.messages(lan) if m.direction == "in"]) == 30
    shop.work(60)
    assert shop.told(lan, "áo thun đen giá bao nhiêu")


def test_whoever_blocks_the_bot_and_comes_back_goes_on_in_the_same_conversation(shop: Shop) -> None:
    lan = shop.person()
    shop.told(lan, "xin chào")
    shop.server.blocked.add(lan.user.id)
    lan.say("còn áo không")
    shop.work(8)
    with shop.parts.db.read_transaction() as session:
        before = session.scalars(
            select(Conversation.id).where(Conversation.external_id == str(lan.user.id))
        ).one()
    shop.server.blocked.discard(lan.user.id)

    assert shop.told(lan, "/start")
    assert shop.messages(lan)[-1].conversation_id == before


def test_the_desk_shows_which_message_did_not_arrive(shop: Shop) -> None:
    lan = shop.person()
    shop.told(lan, "xin chào")
    shop.server.blocked.add(lan.user.id)
    lan.say("còn áo thun đen không")
    shop.work(8)
    shop.client.post(
        "/api/desk/login", json={"login": "owner", "password": "chotdon-demo"}
    ).raise_for_status()
    conversation = shop.messages(lan)[0].conversation_id
    shown = shop.client.get(f"/api/desk/conversations/{conversation}").json()["messages"]
    shop.client.cookies.clear()

    assert [m.get("delivery") for m in shown if m["direction"] == "out"] == [None, "refused"]


def test_a_press_counts_even_when_telegram_no_longer_takes_its_answer(shop: Shop) -> None:
    lan, before = shop.person(), count(shop, Order)
    shop.told(lan, ORDER_LINE)
    shown = shop.last(lan)
    query, update = lan.press_update(shown, shown.labels[0])
    shop.server.open_queries.discard(query)
    shop.server.fail("answerCallbackQuery", "429", retry_after=2)
    lan.deliver(update)
    shop.work(12)

    assert count(shop, Order) == before + 1
    with shop.parts.db.read_transaction() as session:
        states = session.scalars(select(Job.state).where(Job.name == "telegram.update").distinct()).all()
    assert states == ["done"]


def test_commands_in_both_languages_and_the_webhook_are_set_at_the_start(shop: Shop) -> None:
    shop.work(1)

    menus = shop.server.commands
    assert {("default", ""), ("default", "en"), ("chat", ""), ("chat", "en")} <= set(menus)
    assert {c["command"] for c in menus["chat", ""]} >= {"todo", "pack", "approve", "link"}
    assert shop.server.webhook["url"] == f"http://shop.test{PATH}"
    assert shop.server.webhook["secret_token"] == SECRET
