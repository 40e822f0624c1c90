"""What is put out for Telegram arrives once, in order, no faster than Telegram bears; what cannot, staff see."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.channels.delivering import Post, run_delivery, run_edit
from bot.channels.files import Files
from bot.channels.models import Delivery
from bot.channels.outbox import DELIVER_JOB, EDIT_JOB, change_cards, put_out
from bot.channels.telegram.api import TelegramApi
from bot.channels.telegram.channel import TelegramChannel
from bot.conversations.intake import open_trusted_conversation
from core.catalogue.media_store import MediaStore
from core.db import Database
from core.jobs.models import Job, StaffTask
from core.jobs.worker import Worker
from core.payments.vietqr import qr_png
from tests.telegram.server import TOKEN, TelegramServer, telegram_server

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
CHAT, GROUP = 501, -1001234


class Office:
    """A queue, a worker and Telegram on one clock."""

    def __init__(self, db: Database, server: TelegramServer, folder: Path, api: TelegramApi) -> None:
        self.db, self.server, self.now = db, server, START
        server.clock = lambda: self.now
        post = Post({"telegram": TelegramChannel(api)}, Files(MediaStore(folder), {}), lambda: self.now)
        handlers = {
            DELIVER_JOB: lambda run: run_delivery(run, post=post),
            EDIT_JOB: lambda run: run_edit(run, post=post),
            "notice.staff": lambda run: None,
        }
        self.worker = Worker(db, handlers, clock=lambda: self.now, lease_seconds=5)

    def put(self, text: str, *, chat: int = CHAT, **more: Any) -> str:
        content = {"text": text, **more.pop("content", {})}
        with self.db.transaction() as session:
            made = put_out(
                session, channel="telegram", recipient=str(chat), source=f"{chat}:{text[:30]}", now=self.now,
                content=content, **more,
            )  # fmt: skip
        assert made is not None
        return made

    def work(self, seconds: float = 0) -> None:
        """So much time, in small steps."""
        self.worker.run_until_idle()
        for _ in range(int(seconds * 2)):
            self.now += timedelta(seconds=0.5)
            self.worker.run_until_idle()

    def all(self, model: Any) -> list[Any]:
        with self.db.read_transaction() as session:
            return list(session.scalars(select(model).order_by(model.id)))

    def states(self) -> list[str]:
        return [delivery.state for delivery in self.all(Delivery)]


@pytest.fixture(scope="module")
def server() -> Iterator[TelegramServer]:
    with telegram_server() as running:
        yield running


@pytest.fixture
def office(db: Database, server: TelegramServer, tmp_path: Path) -> Iterator[Office]:
    url = server.url
    server.forget()
    api = TelegramApi(token=TOKEN, base_url=url, answer_seconds=0.5)
    yield Office(db, server, tmp_path, api)
    api.close()


def test_a_chat_gets_everything_in_order_and_one_message_a_second(office: Office) -> None:
    for number in range(6):
        office.put(f"tin {number}")

    office.work()
    assert office.server.texts(CHAT) == ["tin 0"]
    office.work(7)

    assert office.server.texts(CHAT) == [f"tin {number}" for number in range(6)]
    assert office.server.floods == 0
    assert set(office.states()) == {"sent"}


def test_a_group_gets_twenty_a_minute_and_loses_nothing(office: Office) -> None:
    for number in range(45):
        office.put(f"tin {number}", chat=GROUP)

    office.work(60)
    assert 15 <= len(office.server.texts(GROUP)) <= 21
    office.work(150)

    assert office.server.texts(GROUP) == [f"tin {number}" for number in range(45)]
    assert office.server.floods == 0


def test_told_to_wait_it_waits_as_long_and_counts_no_attempt(office: Office) -> None:
    office.server.fail("sendMessage", "429", times=3, retry_after=30)
    office.put("một")
    office.put("hai")

    office.work(29)
    assert office.server.texts(CHAT) == []
    office.work(70)

    assert office.server.texts(CHAT) == ["một", "hai"]
    assert {job.attempts for job in office.all(Job)} == {1}


def test_without_a_network_it_waits_and_then_sends_each_once(office: Office, tmp_path: Path) -> None:
    lost = TelegramApi(token=TOKEN, base_url="http://127.0.0.1:9", answer_seconds=0.5)
    apart = Office(office.db, office.server, tmp_path, lost)
    office.put("một")
    office.put("hai")
    apart.work(3)
    lost.close()
    assert office.server.texts(CHAT) == []

    office.now = apart.now
    office.server.clock = lambda: office.now
    office.work(60)

    assert office.server.texts(CHAT) == ["một", "hai"]
    assert office.all(StaffTask) == []


def test_whoever_blocked_the_bot_is_told_to_staff_once_and_not_tried_again(office: Office) -> None:
    with office.db.transaction() as session:
        conversation = open_trusted_conversation(
            session, chat_channel="telegram", user_id=str(CHAT), now=START
        )
    office.server.blocked.add(CHAT)
    for number in range(3):
        office.put(f"tin {number}", conversation_id=conversation)
    office.put("cho người khác", chat=CHAT + 1)

    office.work(60)

    assert office.states() == ["refused"] * 3 + ["sent"]
    (task,) = office.all(StaffTask)
    assert (task.kind, task.subject_kind, task.subject_id) == (
        "message_undelivered",
        "conversation",
        conversation,
    )
    assert office.server.calls.count("sendMessage") == 4


@pytest.mark.parametrize("kind", ["accept_then_hang", "502"])
def test_what_nobody_can_know_is_sent_once_and_shown_to_staff(office: Office, kind: str) -> None:
    office.server.fail("sendMessage", kind)
    office.put("một")
    office.put("hai")

    office.work(30)

    assert office.server.texts(CHAT) == (["một", "hai"] if kind == "accept_then_hang" else ["hai"])
    assert office.states() == ["unknown", "sent"]
    assert [task.kind for task in office.all(StaffTask)] == ["message_unsure"]


def test_a_part_that_was_being_sent_when_its_worker_died_is_not_sent_again(office: Office) -> None:
    delivery = office.put("một")
    with office.db.transaction() as session:
        session.get_one(Delivery, delivery).sending = True

    office.work(5)

    assert (office.server.texts(CHAT), office.states()) == ([], ["unknown"])


def test_a_group_that_became_another_chat_goes_on_there(office: Office) -> None:
    office.server.moved[GROUP] = GROUP - 1
    office.put("một", chat=GROUP)
    office.put("hai", chat=GROUP)

    office.work(5)
    office.put("ba", chat=GROUP)
    office.work(5)

    assert office.server.texts(GROUP - 1) == ["một", "hai", "ba"]


def test_words_of_any_length_and_kind_arrive_whole(office: Office) -> None:
    words = "Giá <b>&amp; 5 < 6 > 4</b> “đẹp” 🎉 " * 400

    office.put(words)
    office.work(10)

    told = office.server.texts(CHAT)
    assert len(told) > 3
    assert " ".join(" ".join(told).split()) == " ".join(words.split())


def test_a_card_is_shown_with_its_buttons_and_changed_once_decided(office: Office) -> None:
    card = {
        "type": "approval", "subject": "approval:YC1", "title": "YC1 · hoàn tiền", "lines": ["Hoàn 50.000đ?"],
        "buttons": [{"label": "Duyệt", "command": "/approve YC1"}, {"label": "Từ chối", "command": "/reject YC1"}],
        "links": [],
    }  # fmt: skip
    office.put("Cần duyệt YC1", chat=GROUP, content={"cards": [card]})
    office.work(2)
    shown = office.server.last(GROUP)
    assert shown.text == "Cần duyệt YC1\nYC1 · hoàn tiền\nHoàn 50.000đ?"
    assert "<b>YC1 · hoàn tiền</b>" in shown.html
    assert [len(row) for row in shown.keyboard] == [2]

    with office.db.transaction() as session:
        decided = {**card, "lines": ["đã duyệt · Hà"], "buttons": []}
        change_cards(session, subject="approval:YC1", card=decided, now=office.now)
    office.work(6)

    assert (shown.text, shown.keyboard, shown.edits) == ("YC1 · hoàn tiền\nđã duyệt · Hà", [], 1)


def test_goods_come_as_an_album_and_one_with_its_words_below(office: Office) -> None:
    def product(name: str, image: str) -> dict[str, Any]:
        return {"type": "product", "sku": name, "title": name, "image": image, "price_text": "50.000đ"}

    two = [product("Hoa", "https://shop.vn/hoa.jpg"), product("Ly", "https://shop.vn/ly.jpg")]
    office.put("Dạ có hai mẫu ạ", content={"cards": two, "quick_replies": ["Hoa", "Ly"]})
    office.put("Dạ mẫu này ạ", content={"cards": two[:1]})
    office.put("Hình hỏng", content={"cards": [product("Cây", "https://shop.vn/missing.jpg")]})
    office.work(10)

    sent = office.server.sent
    assert [m.method for m in sent] == ["sendMediaGroup"] * 2 + ["sendMessage", "sendPhoto", "sendMessage"]
    assert [m.text for m in sent[:2]] == ["Hoa · 50.000đ", "Ly · 50.000đ"]
    assert sent[2].labels == ["Hoa", "Ly"]
    assert sent[3].text.startswith("Dạ mẫu này ạ")
    assert "Hình hỏng" in sent[4].text


def test_the_shop_s_own_pictures_are_sent_along_and_what_is_no_picture_is_told_in_words(
    office: Office, tmp_path: Path
) -> None:
    names = [f"{digit * 64}.png" for digit in "ab"]
    for name in names:
        MediaStore(tmp_path).put(name, qr_png(name))
    cards = [
        {"type": "product", "sku": name, "title": f"Hoa {name}", "image": f"/media/{image}", "price_text": "50.000đ"}
        for name, image in (("A", names[0]), ("B", names[1]), ("C", "demo/C.svg"), ("D", f"{'d' * 64}.png"))
    ]  # fmt: skip
    office.put("Dạ có mấy mẫu này ạ", content={"cards": cards})
    office.work(4)

    first, second, words = office.server.sent
    assert [first.files[0][1], second.files[0][1]] == [qr_png(name) for name in names]
    assert (first.method, second.text) == ("sendMediaGroup", "Hoa B · 50.000đ")
    assert words.text == "Dạ có mấy mẫu này ạ\n• Hoa C · 50.000đ\n• Hoa D · 50.000đ"


def test_a_code_to_pay_with_comes_as_a_picture(office: Office) -> None:
    qr = {
        "type": "qr", "image": "data:image/svg+xml;base64,", "amount": 328_000, "amount_text": "328.000đ",
        "bank": "VCB", "account": "0123456789", "holder": "NGUYEN HA", "memo": "DH1001",
    }  # fmt: skip
    office.put("Dạ em đã lên đơn DH1001", content={"cards": [qr]})
    office.work(3)

    code = office.server.last(CHAT)
    assert code.method == "sendPhoto"
    assert code.files[0][1].startswith(b"\x89PNG")
    assert "0123456789" in code.text
