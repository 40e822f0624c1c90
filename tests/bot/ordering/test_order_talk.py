"""Orders told in any order, corrected, put off, agreed to; judged by the cart, what is awaited, and what was said."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.bot.conftest import Chat
from tests.bot.ordering.conftest import DETAILS, awaiting, lines, said

Talk = Callable[..., dict[str, Any]]
WISH = {
    "vi": "cho mình 2 áo thun cotton cổ tròn đen size L",
    "en": "I want 2 crew-neck cotton t-shirt black size L",
    "ko": "crew-neck cotton t-shirt 블랙 L 2개 주세요",
}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_all_in_one_line_leads_to_the_summary_at_once(talk: Talk, language: str) -> None:
    answer = talk(f"{WISH[language]}, {DETAILS[language]}")

    assert lines(answer) == [("AT01-DEN-L", 2)]
    assert answer["state"]["awaiting"][:1] == ["confirm"]
    assert "328.000" in said(answer)


def test_in_korean_too(chat: Chat) -> None:
    assert lines(chat.say(WISH["ko"])) == [("AT01-DEN-L", 2)]
    assert "확인" in said(chat.say(f"민수, {DETAILS['ko']}")) or awaiting(chat.say("민수")) == "confirm"


def test_address_and_phone_before_any_goods_are_kept(talk: Talk) -> None:
    answer = talk(
        "giao về 12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM",
        "sđt 0901234567",
        "tên Lan",
        "cho mình 1 áo hoodie nỉ bông xám M",
    )

    assert answer["state"]["awaiting"][:1] == ["confirm"]
    assert answer["state"]["cart"]["address"].startswith("12 Lê Lợi")


def test_two_items_without_options_are_asked_about_one_after_the_other(talk: Talk, chat: Chat) -> None:
    first = talk("cho mình 1 áo thun cotton cổ tròn với 2 áo hoodie nỉ bông", chat=chat)
    assert "Áo thun cotton cổ tròn" in said(first)
    assert "hoodie" not in said(first)

    second = talk("màu đen size L", chat=chat)
    assert lines(second) == [("AT01-DEN-L", 1)]
    assert "hoodie" in said(second)

    third = talk("màu xám size M", chat=chat)
    assert lines(third) == [("AT01-DEN-L", 1), ("AK03-XAM-M", 2)]
    assert awaiting(third) == "name"


def test_half_an_answer_is_kept_and_only_the_rest_is_asked(talk: Talk, chat: Chat) -> None:
    talk("cho mình 2 áo hoodie nỉ bông", chat=chat)

    half = talk("màu xám", chat=chat)
    assert awaiting(half) == "variant"
    assert half["replies"][0]["quick_replies"] == ["M", "L", "XL"]
    assert lines(talk("L", chat=chat)) == [("AK03-XAM-L", 2)]


def test_an_option_that_is_sold_out_is_not_offered(talk: Talk, chat: Chat) -> None:
    answer = talk("cho mình 1 quần jogger nỉ da cá màu đen", chat=chat)

    assert answer["replies"][0]["quick_replies"] == ["M", "L"]


def test_details_told_while_an_option_is_asked_are_not_lost(talk: Talk) -> None:
    answer = talk("cho mình 1 áo hoodie nỉ bông", DETAILS["vi"], "xám size M")

    assert answer["state"]["awaiting"][:1] == ["confirm"]


def test_more_than_there_is_names_what_is_left_and_takes_nothing_less(talk: Talk, chat: Chat) -> None:
    short = talk(f"cho mình 5 áo khoác gió hai lớp cam đất XL, {DETAILS['vi']}", chat=chat)

    assert lines(short) == []
    assert awaiting(short) == "quantity"
    assert "còn 1 cái" in said(short)
    assert lines(talk("ok lấy 1 cái", chat=chat)) == [("AK01-CAM-XL", 1)]


def test_a_no_to_what_is_left_drops_only_that_wish(talk: Talk, chat: Chat) -> None:
    talk("cho mình 1 áo hoodie nỉ bông xám M", "lấy thêm 5 áo khoác gió hai lớp cam đất XL", chat=chat)

    answer = talk("không", chat=chat)

    assert lines(answer) == [("AK03-XAM-M", 1)]
    assert awaiting(answer) == "name"


def test_a_sold_out_variant_is_replaced_by_another_option_alone(talk: Talk, chat: Chat) -> None:
    out = talk("cho mình 2 áo thun form rộng in mặt trời xanh rêu XL", chat=chat)
    assert awaiting(out) == "variant"

    assert lines(talk("size L", chat=chat)) == [("AT03-REU-L", 2)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("à nhầm, lấy 3 cái", [("AT01-DEN-L", 3)]),
        ("đổi sang size M", [("AT01-DEN-M", 2)]),
        ("ok chốt nhưng đổi sang size M", [("AT01-DEN-M", 2)]),
        ("thêm 1 áo hoodie nỉ bông xám M", [("AT01-DEN-L", 2), ("AK03-XAM-M", 1)]),
    ],
)
def test_a_correction_while_the_yes_is_awaited_shows_a_new_summary_and_orders_nothing(
    talk: Talk, text: str, expected: list[tuple[str, int]]
) -> None:
    answer = talk(f"{WISH['vi']}, {DETAILS['vi']}", text)

    assert lines(answer) == expected
    assert answer["state"]["awaiting"][:1] == ["confirm"]
    assert answer["state"]["order"] is None
    assert answer["replies"][0]["cards"][0]["type"] == "summary"


def test_a_yes_that_repeats_what_the_cart_holds_is_a_yes(talk: Talk) -> None:
    answer = talk(f"{WISH['vi']}, {DETAILS['vi']}", "ok chốt nha shop, số 0901234567 đúng rồi")

    assert answer["state"]["order"] is not None


def test_taking_a_change_back(talk: Talk) -> None:
    answer = talk(f"{WISH['vi']}, {DETAILS['vi']}", "đổi sang size M", "thôi để như cũ")

    assert lines(answer) == [("AT01-DEN-L", 2)]
    assert "298.000đ" in said(answer)


@pytest.mark.parametrize(
    "text",
    ["ok để mình xem đã", "chắc vậy", "ừm", "khoan", "chưa", "không chốt", "maybe", "let me think", "😂"],
)
def test_what_is_no_plain_yes_orders_nothing_and_keeps_the_cart(talk: Talk, text: str) -> None:
    answer = talk(f"{WISH['vi']}, {DETAILS['vi']}", text)

    assert answer["state"]["order"] is None
    assert lines(answer) == [("AT01-DEN-L", 2)]


def test_a_no_is_asked_what_to_change_and_the_order_goes_on(talk: Talk, chat: Chat) -> None:
    no = talk(f"{WISH['vi']}, {DETAILS['vi']}", "không", chat=chat)
    assert no["state"]["awaiting"] == ["anything_else"]

    changed = talk("đổi sang size M", chat=chat)
    assert changed["state"]["awaiting"][:1] == ["confirm"]
    assert talk("chốt", chat=chat)["state"]["order"]["total"] == 328_000


def test_a_thumbs_up_agrees_only_when_nothing_but_the_yes_is_awaited(talk: Talk) -> None:
    assert talk(f"{WISH['vi']}, {DETAILS['vi']}", "👍")["state"]["order"] is not None
    assert talk(WISH["vi"], "👍")["state"]["order"] is None


def test_a_second_yes_makes_no_second_order(talk: Talk, chat: Chat) -> None:
    placed = talk(f"{WISH['vi']}, {DETAILS['vi']}", "chốt", chat=chat)["state"]["order"]

    again = talk("chốt", chat=chat)

    assert again["state"]["order"] == placed
    assert placed["code"] in said(again)
    assert again["state"]["cart"] is None


def test_a_wish_after_an_order_starts_a_new_one_with_the_known_details(talk: Talk, chat: Chat) -> None:
    first = talk(f"{WISH['vi']}, {DETAILS['vi']}", "chốt", chat=chat)["state"]["order"]

    wish = talk("cho mình 1 áo hoodie nỉ bông xám M", chat=chat)
    assert first["code"] in said(wish)
    assert "12 Lê Lợi" in said(wish)
    assert wish["state"]["awaiting"][:1] == ["confirm"]

    assert talk("chốt", chat=chat)["state"]["order"]["code"] != first["code"]


def test_the_last_order_once_more(talk: Talk, chat: Chat) -> None:
    talk(f"{WISH['vi']}, {DETAILS['vi']}", "chốt", chat=chat)

    again = talk("lấy lại đơn cũ cho mình", chat=chat)

    assert lines(again) == [("AT01-DEN-L", 2)]
    assert again["state"]["awaiting"][:1] == ["confirm"]


def test_the_old_address_is_used_when_it_is_asked_for(talk: Talk, chat: Chat) -> None:
    talk(f"{WISH['vi']}, {DETAILS['vi']}", "chốt", chat=chat)
    talk("cho mình 1 áo hoodie nỉ bông xám M, giao về 45 Nguyễn Trãi, phường 7, quận 5, TP.HCM", chat=chat)

    answer = talk("thôi giao về địa chỉ cũ nha", chat=chat)

    assert answer["state"]["cart"]["address"].startswith("12 Lê Lợi")


def test_nobody_else_is_told_known_details(talk: Talk, client: TestClient) -> None:
    talk(f"{WISH['vi']}, {DETAILS['vi']}", "chốt")

    stranger = Chat(client)
    answer = talk(
        "cho mình 1 áo hoodie nỉ bông xám M, tên Lan, sđt 0901234567", "địa chỉ cũ nha", chat=stranger
    )

    assert "Lê Lợi" not in said(answer)
    assert answer["state"]["cart"]["address"] == ""


@pytest.mark.parametrize(
    ("phone", "word"),
    [
        ("090123456", "thiếu"),
        ("09012345678", "thừa"),
        ("+82 10-1234-5678", "nước ngoài"),
        ("0101234567", "đầu số"),
    ],
)
def test_a_wrong_phone_is_told_what_is_wrong_with_it(talk: Talk, phone: str, word: str) -> None:
    answer = talk("cho mình 1 áo hoodie nỉ bông xám M, tên Lan", phone)

    assert word in said(answer)
    assert awaiting(answer) == "phone"


@pytest.mark.parametrize("phone", ["+84901234567", "0084901234567", "0901 234 567", "090.123.4567"])
def test_a_phone_in_any_writing(talk: Talk, phone: str) -> None:
    assert (
        talk("cho mình 1 áo hoodie nỉ bông xám M, tên Lan", phone)["state"]["cart"]["phone"] == "0901234567"
    )


def test_of_several_phones_the_first_good_one_is_taken_and_named(talk: Talk) -> None:
    answer = talk("cho mình 1 áo hoodie nỉ bông xám M, tên Lan", "0901234567 hoặc 0912345678")

    assert answer["state"]["cart"]["phone"] == "0901234567"
    assert "0901234567" in said(answer)


def test_three_answers_that_do_not_fit_call_a_person(talk: Talk, chat: Chat) -> None:
    talk("cho mình 1 áo hoodie nỉ bông xám M, tên Lan", chat=chat)
    tries = [talk(text, chat=chat) for text in ("090123", "090123", "090123")]

    assert said(tries[0]) != said(tries[1])
    assert [t["state"]["handed_off"] for t in tries] == [False, False, True]
    assert lines(tries[2]) == [("AK03-XAM-M", 1)]


def test_a_doubtful_address_offers_the_places_and_takes_the_one_that_is_pressed(
    talk: Talk, chat: Chat
) -> None:
    doubt = talk(
        "cho mình 1 áo hoodie nỉ bông xám M, tên Lan, sđt 0901234567",
        "45 Nguyễn Trãi, phường 7, TP.HCM",
        chat=chat,
    )
    choices = doubt["replies"][0]["quick_replies"]
    assert len(choices) >= 2
    assert awaiting(doubt) == "ward"

    assert talk(choices[1], chat=chat)["state"]["cart"]["address"] == choices[1]


def test_a_hamlet_without_a_house_number_is_an_address(talk: Talk) -> None:
    answer = talk(
        "cho mình 1 áo hoodie nỉ bông xám M, tên Lan, sđt 0901234567",
        "ấp 3, xã Phước Thạnh, huyện Củ Chi, TP.HCM",
    )

    assert answer["state"]["awaiting"][:1] == ["confirm"]


def test_one_place_by_its_old_and_its_new_name_is_one_address(talk: Talk) -> None:
    answer = talk(
        "cho mình 1 áo hoodie nỉ bông xám M, tên Lan, sđt 0901234567",
        "12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM hoặc 12 Lê Lợi, phường Sài Gòn, TP.HCM",
    )

    assert answer["state"]["awaiting"][:1] == ["confirm"]


def test_a_note_for_the_delivery_stands_in_the_summary(talk: Talk) -> None:
    answer = talk(f"{WISH['vi']}, {DETAILS['vi']}", "giao giờ hành chính nha")

    assert "giao giờ hành chính" in said(answer)
    assert answer["state"]["awaiting"][:1] == ["confirm"]


def test_the_cart_is_given_up_and_keeps_nothing(talk: Talk) -> None:
    answer = talk(f"{WISH['vi']}, {DETAILS['vi']}", "thôi không mua nữa")

    assert answer["state"]["cart"] is None
    assert answer["state"]["order"] is None


def test_a_ward_before_the_street_is_narrowed_level_by_level(talk: Talk, chat: Chat) -> None:
    talk("cho mình 1 áo hoodie nỉ bông xám M, tên Lan, sđt 0901234567", chat=chat)
    doubt = talk("phường 5, TP.HCM", chat=chat)
    assert len(doubt["replies"][0]["quick_replies"]) >= 2

    street = talk(doubt["replies"][0]["quick_replies"][0], chat=chat)
    assert awaiting(street) == "address"
    done = talk("12 Quang Trung", chat=chat)

    assert done["state"]["awaiting"][:1] == ["confirm"]
    assert done["state"]["cart"]["address"].startswith("12 Quang Trung, Phường 5")
    assert lines(done) == [("AK03-XAM-M", 1)]


def test_a_place_is_chosen_by_its_number_and_no_goods_are_counted(talk: Talk, chat: Chat) -> None:
    doubt = talk(
        "cho mình 1 áo hoodie nỉ bông xám M, tên Lan, sđt 0901234567",
        "45 Nguyễn Trãi, phường 7, TP.HCM",
        chat=chat,
    )

    answer = talk("2", chat=chat)

    assert answer["state"]["cart"]["address"] == doubt["replies"][0]["quick_replies"][1]
    assert lines(answer) == [("AK03-XAM-M", 1)]


def test_a_vietnamese_address_does_not_change_the_language(talk: Talk) -> None:
    answer = talk(
        "I want 2 crew-neck cotton t-shirt black size L please",
        "my name is John",
        "0901234567",
        "12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM",
    )

    assert answer["state"]["language"] == "en"
    assert "Here is your order" in said(answer)


@pytest.mark.parametrize(
    "text", ["mỗi màu 1 cái áo cardigan len mỏng", "cho mình áo cardigan len mỏng mỗi màu 2 cái nha"]
)
def test_one_of_each_colour(talk: Talk, text: str) -> None:
    count = 2 if "2" in text else 1

    assert lines(talk(text)) == [("AK04-KEM", count), ("AK04-BO", count), ("AK04-NAU", count)]


def test_one_of_each_colour_asks_for_each_size(talk: Talk, chat: Chat) -> None:
    first = talk("mỗi màu 1 cái chân váy xếp ly dài", chat=chat)
    assert awaiting(first) == "variant"

    answer = [talk("size M", chat=chat), talk("size L", chat=chat)][-1]

    assert lines(answer) == [("VD02-DEN-M", 1), ("VD02-KEM-L", 1)]


def test_what_is_told_while_an_option_is_asked_is_acknowledged(talk: Talk) -> None:
    answer = talk("cho mình 1 áo hoodie nỉ bông", "tên Lan, sđt 0901234567")

    assert said(answer).startswith("Dạ em ghi lại rồi ạ.")
    assert awaiting(answer) == "variant"


def test_one_product_twice_with_a_size_missing_is_asked_about_twice(talk: Talk, chat: Chat) -> None:
    talk("2 áo thun cotton cổ tròn đen, 1 áo thun cotton cổ tròn trắng", chat=chat)

    answer = [talk("size L", chat=chat), talk("size M", chat=chat)][-1]

    assert lines(answer) == [("AT01-DEN-L", 2), ("AT01-TRA-M", 1)]


@pytest.mark.parametrize(
    "street", ["12 Lê Lợi", "3 Đội Cấn", "ấp 3", "số 7", "45/6 Nguyễn Trãi", "12 Quang Trung"]
)
def test_a_house_number_is_no_quantity(talk: Talk, street: str) -> None:
    answer = talk("cho mình 2 áo hoodie nỉ bông xám M, tên Lan, sđt 0901234567", street)

    assert lines(answer) == [("AK03-XAM-M", 2)]


def test_a_quantity_while_the_address_is_asked_is_still_one(talk: Talk) -> None:
    answer = talk("cho mình 2 áo hoodie nỉ bông xám M, tên Lan, sđt 0901234567", "à lấy 3 cái nha")

    assert lines(answer) == [("AK03-XAM-M", 3)]
    assert awaiting(answer) == "address"


def test_taking_out_by_a_name_that_fits_several_means_the_one_in_the_cart(talk: Talk) -> None:
    answer = talk(
        "cho mình 1 áo khoác gió hai lớp đen L và 1 áo hoodie nỉ bông xám M", "bỏ cái áo khoác ra nhé"
    )

    assert lines(answer) == [("AK03-XAM-M", 1)]


def test_one_more_right_after_an_order_goes_with_that_order(talk: Talk, chat: Chat) -> None:
    first = talk(f"{WISH['vi']}, {DETAILS['vi']}", "chốt", chat=chat)["state"]["order"]

    asked = talk("thêm 1 cái nữa", chat=chat)
    assert first["code"] in said(asked)
    assert asked["state"]["cart"] is None
    done = talk("đồng ý", chat=chat)

    assert done["state"]["order"] == {"code": first["code"], "status": "new", "total": 477_000}
