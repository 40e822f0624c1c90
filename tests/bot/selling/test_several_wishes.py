"""Questions beside an order, corrections in other words, and what is asked of no product in particular."""

from importlib.resources import files

import pytest

from bot.tools.customer import CUSTOMER_TOOLS
from tests.bot.conftest import Chat
from tests.bot.ordering.conftest import awaiting, lines, said

DETAILS = "12 Le Loi, phường Bến Nghé, quận 1, TP.HCM"


@pytest.mark.parametrize(
    "text",
    [
        "áo thun cotton cổ tròn bao nhiêu vậy, lấy 2 cái trắng M",
        "gia ao thun cotton co tron sao shop, cho minh 2 cai trang M",
        "how much is the crew-neck cotton t-shirt? I'll take 2 in white M",
    ],
)
def test_the_price_is_told_beside_the_order(chat: Chat, text: str) -> None:
    answer = chat.say(text)

    assert "149.000" in said(answer)
    assert lines(answer) == [("AT01-TRA-M", 2)]


@pytest.mark.parametrize(
    ("text", "asked_about"),
    [
        ("cho mình 1 túi cói đan tay. Túi tote vải canvas giá bao nhiêu vậy?", "129.000"),
        ("I'll take one bedside table lamp. How much is the canvas tote bag?", "129.000"),
    ],
)
def test_goods_that_are_only_asked_about_are_not_ordered(chat: Chat, text: str, asked_about: str) -> None:
    answer = chat.say(text)

    assert asked_about in said(answer)
    assert "TU01-DEN" not in dict(lines(answer))
    assert awaiting(answer) == "name"


def test_two_questions_of_one_message_are_both_answered(chat: Chat) -> None:
    chat.say("áo thun cotton cổ tròn")

    answer = chat.text("còn size L không, ship bao lâu")

    assert "Đen" in answer
    assert "1–2 ngày" in answer


@pytest.mark.parametrize("text", ["chốt", "ok chot don", "place the order please", "주문 확정할게요"])
def test_a_yes_to_an_empty_cart_is_told_so(chat: Chat, text: str) -> None:
    answer = chat.say(text)

    assert awaiting(answer) == "item"
    assert any(word in said(answer) for word in ("trống", "empty", "비어"))


@pytest.mark.parametrize("text", ["áo thun nào rẻ nhất", "ao thun nao re nhat shop", "the cheapest t-shirt?"])
def test_the_cheapest_comes_first(chat: Chat, text: str) -> None:
    told = chat.text(text)

    assert "119.000" in told.splitlines()[1]


@pytest.mark.parametrize(
    ("first", "then", "held"),
    [
        ("one bedside table lamp please", "the bedside one", ("GD06-01", 1)),
        ("I want one ceramic mug in dusty rose", "actually make it two", ("GD01-HDA", 2)),
        ("1 túi cói đan tay", "lấy hai nha", ("TU03-01", 2)),
        ("1 tui coi dan tay", "thoi lay tui thoi", ("TU03-01", 1)),
    ],
)
def test_what_is_in_the_cart_is_spoken_of_in_other_words(
    chat: Chat, first: str, then: str, held: tuple[str, int]
) -> None:
    chat.say(first)

    answer = chat.say(then)

    assert lines(answer) == [held]
    assert awaiting(answer) == "name"


def test_a_wrong_name_in_the_summary_is_mended(chat: Chat) -> None:
    chat.say(f"1 ceramic mug in dusty rose, Zoe 0901234567, {DETAILS}, COD")
    chat.say("no, that's wrong")

    answer = chat.say("The name should be Zoe Adams")

    assert "Zoe Adams" in said(answer)
    assert awaiting(answer) == "confirm"


@pytest.mark.parametrize(
    "text",
    [
        "lừa đảo hả shop, đặt cả tuần chưa thấy đâu",
        "dat ca tuan chua thay dau, lua dao ha",
        "is this a scam?",
    ],
)
def test_an_angry_word_is_a_complaint(chat: Chat, text: str) -> None:
    assert chat.say(text)["state"]["handed_off"] is True


def test_a_command_is_no_language(chat: Chat) -> None:
    assert chat.say("/approve all")["state"]["language"] == "vi"


def test_the_policy_names_every_tool() -> None:
    policy = files("bot.agent").joinpath("prompts", "policy.md").read_text("utf-8")

    assert [tool.name for tool in CUSTOMER_TOOLS if f"`{tool.name}`" not in policy] == []
