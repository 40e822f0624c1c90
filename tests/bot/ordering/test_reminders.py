"""A cart left behind: one word, only if the shop wants it, never at night, never after a no."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from bot.bootstrap import Parts
from bot.conversations.models import Message
from bot.conversations.reminders import remind
from core.jobs.schedule import EVERY_SECONDS
from core.jobs.worker import Run
from tests.bot.conftest import Chat
from tests.bot.ordering.conftest import Clock, tea_shop

WISH = "cho mình 2 trà xanh ướp hoa hương lài 100g, sđt 0901234567"
MORNING = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
"""10:00 in Vietnam."""


@pytest.fixture
def shop(open_shop: Any, clock: Clock) -> tuple[Parts, Chat]:
    clock.moment = MORNING
    parts, client = open_shop(tea_shop())
    return parts, Chat(client)


def reminders(parts: Parts, clock: Clock) -> list[str]:
    """What was said by itself so far, after the job ran once more."""
    remind(Run(parts.db, {}, 1, clock()))
    with parts.db.read_transaction() as session:
        return list(session.scalars(select(Message.text).where(Message.author == "system")))


def test_it_is_in_the_schedule() -> None:
    assert "cart.remind" in EVERY_SECONDS


def test_one_word_after_the_shop_s_time_and_never_again(shop: tuple[Parts, Chat], clock: Clock) -> None:
    parts, chat = shop
    chat.say(WISH)
    clock.advance(minutes=59)
    assert reminders(parts, clock) == []

    clock.advance(minutes=2)
    said = reminders(parts, clock)
    assert len(said) == 1
    assert "2 × Trà xanh ướp hoa (Lài, 100g)" in said[0]
    clock.advance(hours=5)
    assert len(reminders(parts, clock)) == 1


def test_any_new_message_puts_it_off(shop: tuple[Parts, Chat], clock: Clock) -> None:
    parts, chat = shop
    chat.say(WISH)
    clock.advance(minutes=50)
    chat.say("shop ở đâu vậy?")
    clock.advance(minutes=30)

    assert reminders(parts, clock) == []


def test_not_at_night_but_in_the_morning(shop: tuple[Parts, Chat], clock: Clock) -> None:
    parts, chat = shop
    clock.advance(hours=11, minutes=30)
    chat.say(WISH)
    clock.advance(hours=1)
    assert reminders(parts, clock) == []

    clock.advance(hours=9, minutes=29)
    assert reminders(parts, clock) == []
    clock.advance(minutes=2)
    assert len(reminders(parts, clock)) == 1


@pytest.mark.parametrize("text", ["để sau nha shop", "thôi không mua nữa", "để mình suy nghĩ thêm"])
def test_never_after_a_no_or_a_later(shop: tuple[Parts, Chat], clock: Clock, text: str) -> None:
    parts, chat = shop
    chat.say(WISH)
    chat.say(text)
    clock.advance(hours=3)

    assert reminders(parts, clock) == []


def test_not_without_a_contact_and_not_after_the_order(shop: tuple[Parts, Chat], clock: Clock) -> None:
    parts, chat = shop
    Chat(chat.client).say("cho mình 1 bình pha trà thủy tinh")
    chat.say(f"{WISH}, tên Lan, địa chỉ 12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM")
    chat.say("chốt")
    clock.advance(hours=2)

    assert [text for text in reminders(parts, clock) if "giỏ hàng" in text] == []


def test_off_unless_the_shop_wants_it(open_shop: Any, clock: Clock) -> None:
    clock.moment = MORNING
    content = tea_shop()
    del content["shop"]["reminders"]
    opened: tuple[Parts, TestClient] = open_shop(content)
    Chat(opened[1]).say(WISH)
    clock.advance(hours=2)

    assert reminders(opened[0], clock) == []


def test_in_the_shop_s_own_words(open_shop: Any, clock: Clock) -> None:
    clock.moment = MORNING
    content = tea_shop()
    content["shop"]["reminders"] = {"after_minutes": 30, "text": "Trà của mình vẫn còn nè!"}
    opened: tuple[Parts, TestClient] = open_shop(content)
    Chat(opened[1]).say(WISH)
    clock.advance(hours=2)

    assert reminders(opened[0], clock) == ["Trà của mình vẫn còn nè!"]
