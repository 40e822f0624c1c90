import pytest

from knowledge.wording import Restorer, as_asked, expand, fold, guess_language, trim


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ship bn k shop", "ship bao nhiêu không shop"),
        ("áo này sz gì", "áo này size gì"),
        ("đc đổi hok", "được đổi không"),
        ("cho xin sđt vs stk", "cho xin số điện thoại vs số tài khoản"),
        ("tt bằng ck dc ko", "thanh toán bằng chuyển khoản được không"),
        ("máy này bh mấy tháng", "máy này bảo hành mấy tháng"),
        ("hết nhiu vậy", "hết bao nhiêu vậy"),
        ("bao nhiu", "bao nhiêu"),
    ],
)
def test_chat_abbreviations_are_written_out(written: str, meant: str) -> None:
    assert expand(written) == meant


def test_a_size_letter_and_a_distance_are_no_abbreviations() -> None:
    assert expand("lấy size m hay size s") == "lấy size m hay size s"
    assert expand("cách 5 km") == "cách 5 km"


def test_folding_drops_vietnamese_marks_and_keeps_hangul() -> None:
    assert fold("Đổi Trả Hàng") == "doi tra hang"
    assert fold("배송비") == "배송비"


def test_marks_come_back_by_the_words_of_the_shop() -> None:
    restorer = Restorer(["Nồi chiên không dầu có bảo hành hai năm"])

    assert restorer.restore("noi chien khong dau bao hanh") == "nồi chiên không dầu bảo hành"


def test_a_word_never_seen_stays_as_typed() -> None:
    assert Restorer([]).restore("xyzzy bao nhieu tien") == "xyzzy bao nhiêu tiền"


def test_a_word_that_has_its_marks_is_left_alone() -> None:
    assert Restorer(["bán hàng bán hàng"]).restore("bạn hang") == "bạn hàng"


def test_politeness_around_a_question_is_dropped() -> None:
    assert trim("Shop ơi cho mình hỏi phí ship ạ", "vi") == "phí ship"
    assert trim("Hi, could you tell me the price please", "en") == "the price"


def test_a_message_of_politeness_alone_is_kept() -> None:
    assert trim("shop ơi", "vi") == "shop ơi"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("배송비 얼마예요?", "ko"),
        ("phí ship bao nhiêu", "vi"),
        ("phi ship bao nhieu vay shop", "vi"),
        ("how much is the delivery", "en"),
    ],
)
def test_the_language_is_guessed(text: str, language: str) -> None:
    assert guess_language(text) == language


def test_a_very_long_question_is_cut_to_its_telling_words() -> None:
    rambling = "mình thì cũng không biết là có được hay không " * 20 + "bảo hành"

    asked = as_asked(rambling, "vi", Restorer([])).split()

    assert len(asked) <= 24
