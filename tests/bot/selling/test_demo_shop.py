"""Selling in the demo shop, in three languages: what is said comes from its rows, and nothing is said twice."""

import pytest

from tests.bot.conftest import Chat

DETAILS = "Lan 0901234567, 12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM"


def skus(answer: dict) -> list[str]:
    return [card["sku"] for reply in answer["replies"] for card in reply["cards"] if "sku" in card]


def said(answer: dict) -> str:
    return "\n".join(reply["text"] for reply in answer["replies"])


def cart(answer: dict) -> list[tuple[str, int]]:
    held = answer["state"]["cart"]
    return [(line["sku"], line["quantity"]) for line in held["lines"]] if held else []


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("áo thun cotton giá bao nhiêu vậy shop", ("149.000đ",)),
        ("bình giữ nhiệt giá sao ạ", ("500 ml 259.000đ", "750 ml 319.000đ")),
        ("áo polo màu đỏ đô size XL bao nhiêu tiền", ("Đỏ đô, XL", "249.000đ", "4 cái")),
        ("how much is the denim jacket?", ("459.000đ",)),
        ("후드티 얼마예요?", ("329.000đ",)),
    ],
)
def test_a_price_is_told_with_its_range_or_for_the_option_named(
    chat: Chat, text: str, facts: tuple[str, ...]
) -> None:
    told = chat.text(text)

    assert [fact for fact in facts if fact not in told] == []


def test_stock_is_told_for_what_was_named_and_counted_only_when_little_is_left(chat: Chat) -> None:
    chat.say("áo khoác gió giá bao nhiêu")

    black = chat.text("màu đen còn size nào?")
    assert "M, L, XL" in black
    orange = chat.text("màu cam đất còn size gì")
    assert "XL (còn 1)" in orange


def test_price_and_stock_in_one_message_make_one_answer(chat: Chat) -> None:
    answer = chat.say("áo khoác gió màu đen size L còn hàng không, giá bao nhiêu vậy")

    assert said(answer).count("389.000đ") == 1
    assert skus(answer) == ["AK01"]


@pytest.mark.parametrize(
    ("texts", "fact"),
    [
        (("áo khoác gió còn hàng không shop", "chất liệu gì vậy shop?"), "Polyester trượt nước"),
        (("balo laptop giá bao nhiêu", "balo laptop có chống nước không shop"), "trượt nước"),
        (("do you have the windbreaker?", "what is the windbreaker made of?"), "Polyester"),
        (("balo laptop giá bao nhiêu", "xuất xứ ở đâu vậy?"), "Việt Nam"),
    ],
)
def test_details_are_quoted_from_the_product_s_own_text(
    chat: Chat, texts: tuple[str, str], fact: str
) -> None:
    chat.say(texts[0])

    assert fact in chat.text(texts[1])


def test_what_the_text_does_not_tell_is_said_so_and_a_person_is_offered(chat: Chat) -> None:
    chat.say("túi cói giá bao nhiêu")
    answer = chat.say("túi cói có pin sạc không shop?")

    assert "không dám" in said(answer)
    assert chat.say("dạ có")["state"]["handed_off"] is True


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("có cái gì đi biển không shop", {"VD01"}),
        ("do you have anything waterproof under 500k?", {"AK01", "TU02"}),
        ("해변에서 입을 옷 찾아요", {"VD01"}),
    ],
)
def test_goods_are_found_by_what_they_are_for(chat: Chat, text: str, found: set[str]) -> None:
    assert set(skus(chat.say(text))) == found


def test_a_price_limit_is_kept(chat: Chat) -> None:
    answer = chat.say("có áo thun nào dưới 150k không shop")

    assert set(skus(answer)) == {"AT01", "AT05"}


@pytest.mark.parametrize("text", ["shop bán những gì vậy?", "what do you sell?"])
def test_categories_are_told_on_asking(chat: Chat, text: str) -> None:
    answer = chat.say(text)

    assert len(answer["replies"][0]["quick_replies"]) == 6


def test_a_category_is_shown_in_pages_that_never_repeat(chat: Chat) -> None:
    first = chat.say("cho mình xem đồ gia dụng")
    second = chat.say("còn mẫu nào nữa không shop?")
    third = chat.say("còn mẫu nào nữa không shop?")

    assert len(skus(first)) == 6
    assert len(skus(second)) == 2
    assert not set(skus(first)) & set(skus(second))
    assert skus(third) == []


def test_two_products_stand_side_by_side(chat: Chat) -> None:
    told = said(chat.say("áo hoodie với áo cardigan khác gì nhau shop"))

    assert [price in told for price in ("329.000đ", "299.000đ")] == [True, True]
    assert "Form rộng" in told


def test_two_volumes_of_one_product_are_compared_by_price(chat: Chat) -> None:
    chat.say("bình giữ nhiệt giá sao ạ")
    told = chat.text("500ml với 750ml khác gì nhau shop?")

    assert "500 ml: 259.000đ" in told
    assert "750 ml: 319.000đ" in told


def test_best_sellers_are_those_of_the_shop_s_orders(chat: Chat) -> None:
    answer = chat.say("shop gợi ý mẫu nào bán chạy nhất đi")

    assert set(skus(answer)) <= {
        "AT01", "TU01", "QJ01", "AK01", "VD01", "PK04", "GD02", "AK03", "SQ03", "SQ05", "GD04", "PK03",
    }  # fmt: skip
    assert skus(answer)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("mình cao 1m60 nặng 52kg thì mặc áo thun cotton size nào", "size M"),
        ("160cm/52 ký mặc áo thun cotton size gì vậy shop", "size M"),
        ("I'm 5'3 and 115 lbs, which size of the crew-neck cotton t-shirt fits me?", "size M"),
        ("키 165 몸무게 55인데 기본 티셔츠 어떤 사이즈가 맞아요?", "M 사이즈"),
        ("áo thun cotton 1m55 45kg mặc size nào vừa", "size S"),
    ],
)
def test_a_size_is_told_by_the_product_s_chart(chat: Chat, text: str, size: str) -> None:
    assert size in chat.text(text)


def test_measures_are_asked_for_once_and_both_sizes_are_told_when_between(chat: Chat) -> None:
    asked = chat.say("áo thun cotton thì mình nên mặc size nào vừa?")
    assert asked["state"]["awaiting"][0] == "variant"

    told = chat.text("1m60, 60kg")

    assert "M và L" in told
    assert "chọn size lớn hơn" in told


def test_sold_out_is_said_with_other_variants_and_the_watch_is_kept(chat: Chat) -> None:
    chat.say("quần jogger giá bao nhiêu")
    answer = chat.say("quần jogger màu đen size XL còn hàng không")
    assert "hết hàng" in said(answer)
    assert "Xám" in said(answer)

    kept = chat.say("dạ có")

    assert "Đen, XL" in said(kept)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("bớt chút được không shop", "500.000đ"),
        ("can I get a discount?", "500.000đ"),
        ("cho mình giảm 50% nha", "niêm yết"),
    ],
)
def test_fixed_prices_are_a_kind_no_with_what_is_truly_on_offer(chat: Chat, text: str, fact: str) -> None:
    answer = chat.say(text)

    assert fact in said(answer)
    assert "50%" not in said(answer)


def test_bulk_goes_to_a_person_with_what_the_shop_wrote(chat: Chat) -> None:
    answer = chat.say("mua sỉ áo thun cotton thì giá sao shop")

    assert answer["state"]["handed_off"] is True
    assert "20 món" in said(answer)


def test_an_order_and_a_question_are_both_served_and_one_thing_is_asked(chat: Chat) -> None:
    answer = chat.say("cho mình 2 áo thun cotton đen size L, phí ship bao nhiêu vậy shop?")

    assert cart(answer) == [("AT01-DEN-L", 2)]
    assert "30.000đ" in said(answer)
    assert answer["state"]["awaiting"][0] == "name"
    assert said(answer).rstrip().endswith("?")
    assert said(answer).count("?") == 1


def test_a_greeting_beside_a_question_is_one_short_word(chat: Chat) -> None:
    answer = chat.say("chào shop, áo khoác gió giá sao vậy?")

    assert "389.000đ" in said(answer)
    assert said(answer).count("chào mình") == 1


def test_delivery_and_price_are_both_answered(chat: Chat) -> None:
    told = chat.text("áo khoác gió giá bao nhiêu, phí ship bao nhiêu vậy shop?")

    assert "389.000đ" in told
    assert "30.000đ" in told


def test_one_related_thing_is_offered_with_the_first_choice_and_never_again(chat: Chat) -> None:
    first = chat.say("cho mình 1 áo thun cotton trắng size M")
    assert skus(first) == ["TU01"]

    second = chat.say("thêm 1 áo khoác gió đen L nữa")

    assert cart(second) == [("AT01-TRA-M", 1), ("AK01-DEN-L", 1)]
    assert skus(second) == []


def test_a_summary_holds_no_offer(chat: Chat) -> None:
    answer = chat.say(f"cho mình 1 áo thun cotton trắng size M, {DETAILS}")

    assert answer["state"]["awaiting"][:1] == ["confirm"]
    assert skus(answer) == []


def test_an_assistant_says_what_it_is(chat: Chat) -> None:
    assert "trợ lý tự động" in chat.text("bạn là robot hay người thật vậy?")


def test_an_insult_is_met_calmly_and_the_second_by_a_person(chat: Chat) -> None:
    assert chat.say("đồ ngu, vcl")["state"]["handed_off"] is False

    assert chat.say("đồ ngu, vcl")["state"]["handed_off"] is True


def test_another_language_is_spoken_when_asked_for_and_stays(chat: Chat) -> None:
    assert "English" in chat.text("shop nói tiếng Anh được không")

    assert "The price is" in chat.text("áo khoác gió màu đen còn size nào") or "in stock" in chat.text(
        "áo khoác gió còn hàng không"
    )


def test_courtesies_vary_and_the_same_message_gets_the_same_words(client) -> None:
    greetings = {Chat(client).text("xin chào shop") for _ in range(12)}

    assert len(greetings) > 1
    assert all("Nắng Hiên" in text for text in greetings)


def test_a_sale_by_yes_alone(chat: Chat) -> None:
    chat.say("áo khoác gió đen L còn không shop")

    assert cart(chat.say("ok")) == [("AK01-DEN-L", 1)]
