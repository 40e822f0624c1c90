"""Payment asked with the summary, what stands beside an order, and what is said while staff are waited for."""

import pytest

from tests.bot.conftest import Chat
from tests.bot.ordering.conftest import DETAILS, said


def test_who_named_no_way_to_pay_is_asked_with_the_summary_and_once(chat: Chat) -> None:
    answer = chat.say(f"cho mình 1 đèn ngủ để bàn, {DETAILS}")
    assert answer["state"]["awaiting"] == ["confirm", "payment"]
    answer = chat.say("quét mã nha em")
    assert answer["state"]["awaiting"] == ["confirm"]
    assert answer["state"]["cart"]["payment_method"] == "bank_transfer"


def test_who_answers_the_summary_with_other_goods_is_asked_for_the_way_to_pay_again(chat: Chat) -> None:
    chat.say(f"2 túi tote đen, {DETAILS}")

    answer = chat.say("thêm 1 túi tote kem nữa")

    assert "payment" in answer["state"]["awaiting"]


def test_what_one_message_puts_in_stays_beside_each_other(chat: Chat) -> None:
    answer = chat.say("đặt túi tote kem, túi tote đen nha")

    assert {line["sku"] for line in answer["state"]["cart"]["lines"]} == {"TU01-KEM", "TU01-DEN"}


def test_a_value_is_the_answer_to_the_question_for_it(chat: Chat) -> None:
    chat.say("cho mình 1 túi tote")

    answer = chat.say("màu kem đi, màu nào cũng được")

    assert [line["sku"] for line in answer["state"]["cart"]["lines"]] == ["TU01-KEM"]


def test_what_is_not_ordered_yet_is_changed_and_not_exchanged(chat: Chat) -> None:
    chat.say("lấy 1 áo polo trắng size M")

    answer = chat.say("chật quá đổi lên L nha")

    assert [line["sku"] for line in answer["state"]["cart"]["lines"]] == ["AT04-TRA-L"]


def test_goods_are_noted_with_what_they_cost(chat: Chat) -> None:
    assert "658.000" in said(chat.say("lấy chị 2 đèn ngủ để bàn"))


def test_only_this_takes_the_rest_out(chat: Chat) -> None:
    chat.say("cho mình 1 đèn ngủ để bàn và 1 túi cói đan tay")
    answer = chat.say("thôi chỉ lấy túi cói thôi em")
    assert [line["sku"] for line in answer["state"]["cart"]["lines"]] == ["TU03-01"]


def test_another_size_of_the_only_line_changes_that_line(chat: Chat) -> None:
    chat.say("cho mình 1 quần kaki đen size M")
    answer = chat.say("quần kaki lấy size XL nha")
    assert [line["sku"] for line in answer["state"]["cart"]["lines"]] == ["QK01-DEN-XL"]


def test_what_was_had_before_is_not_ordered_again(chat: Chat) -> None:
    answer = chat.say("túi cói bữa trước dùng thích lắm, giờ lấy 1 đèn ngủ để bàn")
    assert [line["sku"] for line in answer["state"]["cart"]["lines"]] == ["GD06-01"]


def test_two_questions_get_two_answers(chat: Chat) -> None:
    text = said(chat.say("ship mất mấy hôm, phí nhiêu vậy em"))
    assert "1–2 ngày" in text
    assert "30.000" in text


def test_a_reason_for_cancelling_is_no_wish_to_keep_the_order(chat: Chat) -> None:
    chat.say(f"cho mình 1 đèn ngủ để bàn, {DETAILS}, cod")
    code = chat.say("chốt")["state"]["order"]["code"]
    chat.say(f"hủy đơn {code} giúp mình")
    chat.say("không cần nữa em ơi")
    assert chat.say("đồng ý")["state"]["order"]["status"] == "cancelled"


def test_who_waits_for_staff_still_hears_what_is_sure(chat: Chat) -> None:
    assert chat.say("báo giá sỉ 60 túi cói đan tay cho công ty mình")["state"]["handed_off"] is True
    answer = chat.say("phí ship bao nhiêu vậy em")
    assert "30.000" in said(answer)
    assert answer["state"]["handed_off"] is True


def test_who_waits_is_told_once_that_somebody_comes(chat: Chat) -> None:
    chat.say("báo giá sỉ 60 túi cói đan tay cho công ty mình")
    assert "nhân viên" in said(chat.say("alo em"))
    assert chat.say("em ơi")["replies"] == []


@pytest.mark.parametrize(
    "text",
    ["nhận đèn rồi mình trả tiền nha", "chừng nào giao thì tui đưa tiền", "pay when the courier is here"],
)
def test_paying_when_it_comes_is_a_way_to_pay_and_no_wish(text: str, chat: Chat) -> None:
    chat.say(f"cho mình 1 đèn ngủ để bàn, {DETAILS}")

    answer = chat.say(text)

    assert answer["state"]["cart"]["payment_method"] == "cod"
    assert answer["state"]["awaiting"] == ["confirm"]


@pytest.mark.parametrize("text", ["ừa phải rồi, cứ vậy mà gởi nghen", "đúng rồi, đặt cho mình 1 cái đó"])
def test_a_firm_yes_in_any_words_places_the_order(text: str, chat: Chat) -> None:
    chat.say(f"cho mình 1 đèn ngủ để bàn, {DETAILS}, trả tiền mặt")

    assert chat.say(text)["state"]["order"]


@pytest.mark.parametrize("text", ["ok chờ chút", "ừ mà đổi qua 2 cái", "dạ để em hỏi chồng", "yes but later"])
def test_a_yes_that_is_turned_round_places_nothing(text: str, chat: Chat) -> None:
    chat.say(f"cho mình 1 đèn ngủ để bàn, {DETAILS}, trả tiền mặt")

    assert chat.say(text)["state"]["order"] is None


def test_a_wish_asked_about_in_vain_does_not_hold_up_what_is_clear(chat: Chat) -> None:
    chat.say("cho mình 1 đèn ngủ để bàn với áo polo")

    answers = [chat.say("đèn ngủ để bàn") for _ in range(3)]

    assert "Áo polo" in said(answers[-1])
    assert answers[-1]["state"]["awaiting"][0] == "name"
    assert len(answers[-1]["state"]["cart"]["lines"]) == 1


def test_another_house_of_the_street_that_is_there_counts_no_goods(chat: Chat) -> None:
    before = chat.say(f"cho mình 1 đèn ngủ để bàn, {DETAILS}")["state"]["cart"]["address"]
    house, street = before.split(",")[0].split(" ", 1)

    answer = chat.say(f"số nhà sai rồi, 54 {street} chứ không phải {house}")

    assert answer["state"]["cart"]["address"].startswith(f"54 {street}")
    assert [line["quantity"] for line in answer["state"]["cart"]["lines"]] == [1]
