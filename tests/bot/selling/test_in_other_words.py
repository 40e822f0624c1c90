"""What a question is really about, corrections of a house number, and values told by measure."""

import pytest

from tests.bot.conftest import Chat
from tests.bot.ordering.conftest import lines, said

DETAILS = "Lý Thu Ba, 0912 444 555, 12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM"


def test_the_house_alone_is_told_anew(chat: Chat) -> None:
    chat.say("cho mình 1 túi cói đan tay")
    assert "12 Lê Lợi" in said(chat.say(DETAILS))

    assert "21 Lê Lợi" in said(chat.say("ủa nhầm, 21 Lê Lợi mới đúng"))
    assert "27 Lê Lợi" in said(chat.say("à số nhà là 27 nha"))


def test_a_question_puts_nothing_else_into_the_cart(chat: Chat) -> None:
    before = lines(chat.say("cho mình 2 áo thun cotton cổ tròn đen L"))

    assert lines(chat.say("size L mặc vừa không hay phải size XL")) == before


@pytest.mark.parametrize(
    "text", ["công ty em lạnh lắm, shop có cái gì khoác cho ấm không ạ", "shop có đồ gì mặc đi biển được ko"]
)
def test_a_need_is_answered_with_goods_and_not_with_the_ways_to_pay(chat: Chat, text: str) -> None:
    answer = chat.say(text)

    assert "COD" not in said(answer)
    assert any(card["type"] == "product" for reply in answer["replies"] for card in reply.get("cards", ()))


def test_whoever_asks_when_it_is_back_hears_that_it_is_gone(chat: Chat) -> None:
    text = said(chat.say("áo thun form rộng in mặt trời xanh rêu XL khi nào có lại vậy shop"))

    assert "hết hàng" in text
    assert "em nhắn mình" in text
