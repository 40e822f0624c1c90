"""Names without a label, names in corrections, and talk that is no name although one was asked for."""

import pytest

from nlu import Context, Lexicon, parse

NO_GOODS = Lexicon.build([])


def named(text: str, awaiting: str | None = None) -> str | None:
    name = parse(text, Context(NO_GOODS, awaiting=awaiting)).name
    return name.value if name else None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hà My", "Hà My"),
        ("ha my nha shop", "Ha My"),
        ("nam", "Nam"),
        ("Leo", "Leo"),
        ("zoe adams", "Zoe Adams"),
        ("Grace Park", "Grace Park"),
        ("유리", "유리"),
        ("김하나입니다", "김하나"),
    ],
)
def test_the_answer_to_the_question_for_a_name(text: str, name: str) -> None:
    assert named(text, "name") == name


@pytest.mark.parametrize(
    "text",
    [
        "thôi được rồi, lấy giá đó",
        "thoi",
        "bao quan may ngay v shop",
        "giao nhanh nha",
        "yes please",
        "just me",
        "네 주문할게요",
    ],
)
def test_talk_is_no_name_even_when_one_was_asked_for(text: str) -> None:
    assert named(text, "name") is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The name should be Zoe Adams", "Zoe Adams"),
        ("name must be Tom Reed please", "Tom Reed"),
        ("tên đúng là Phạm Thu Hà nha", "Phạm Thu Hà"),
        ("sua ten thanh Ngoc Trinh", "Ngoc Trinh"),
        ("이름을 김하나로 고쳐 주세요", "김하나"),
        ("1 hộp, Nam 0901234567, 12 Lê Lợi, quận 1", "Nam"),
        ("lan 0912345678 12 le loi quan 1", "Lan"),
    ],
)
def test_names_in_corrections_and_before_a_phone(text: str, name: str) -> None:
    assert named(text) == name


def test_what_stands_before_a_phone_need_be_no_name() -> None:
    assert named("cho 2 áo nam 0901234567") is None
    assert named("so 0901234567") is None


@pytest.mark.parametrize("name", ["Minh", "Nam", "Anh", "Chi", "Nhân", "Hằng"])
def test_a_name_that_sounds_like_a_small_word_is_heard_behind_its_label(name: str) -> None:
    assert named(f"1 cái, giao 5 Trần Phú, phường 4, quận 5, HCM, tên {name}, 0987654321") == name


@pytest.mark.parametrize("text", ["tên hàng là gì vậy", "Tên Hàng", "tên Mình", "ten hang", "tên anh"])
def test_the_small_word_behind_the_label_is_no_name(text: str) -> None:
    assert named(text) is None
