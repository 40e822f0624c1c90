"""An order hangs on a yes: it is only heard where it was said, in every language."""

import pytest

from nlu import Context, Lexicon, Parse, parse


def read(text: str) -> Parse:
    return parse(text, Context(Lexicon.build([])))


@pytest.mark.parametrize(
    "text",
    [
        "chốt",
        "ok chốt đơn nha shop",
        "dạ đúng rồi ạ",
        "đồng ý",
        "yes",
        "ok",
        "yes please, go ahead",
        "네",
        "네 주문할게요",
    ],
)
def test_a_plain_yes(text: str) -> None:
    found = read(text)

    assert found.yes
    assert not found.no
    assert found.intents[0].name == "affirm" or "affirm" in {
        i.name for i in found.intents if i.confidence >= 0.5
    }


@pytest.mark.parametrize(
    "text",
    [
        "ok để mình xem đã", "chốt chưa?", "không chốt", "khoan đã", "chưa", "để mình suy nghĩ", "ok mà đợi tí",
        "đừng chốt vội",
        "no, wait", "yes but let me think first", "ok let me check with my wife", "not ok", "is it confirmed?",
        "아니요", "네 근데 잠깐만요",
        "có ai không", "dạ cho em hỏi giá với ạ", "ok thôi không lấy nữa", "dont confirm yet",
    ],
)  # fmt: skip
def test_no_yes(text: str) -> None:
    assert not read(text).yes


@pytest.mark.parametrize("text", ["không", "không chốt", "khoan đã", "no, wait", "아니요"])
def test_a_plain_no_is_no_agreement(text: str) -> None:
    found = read(text)

    assert found.no
    assert "affirm" not in {intent.name for intent in found.intents if intent.confidence >= 0.5}
