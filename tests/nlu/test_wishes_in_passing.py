"""Small words that used to be taken for something else: a yes for a number, a wish for its opposite."""

import pytest

from nlu import CartItem, Context, Lexicon, parse

RAINCOAT = (CartItem("COAT", "COAT-Đen-L", 1),)


@pytest.mark.parametrize("text", ["네", "네!", "네 그럼요"])
def test_a_bare_korean_yes_counts_nothing(text: str, lexicon: Lexicon) -> None:
    understood = parse(text, Context(lexicon, awaiting="confirm", cart=RAINCOAT))
    assert understood.yes
    assert understood.quantity is None
    assert not understood.items


def test_the_same_syllable_before_a_counter_is_a_number(lexicon: Lexicon) -> None:
    understood = parse("우비 네 개 주세요", Context(lexicon))
    assert [(item.product_sku, item.quantity) for item in understood.items] == [("COAT", 4)]


@pytest.mark.parametrize("text", ["i want the bear tee", "need the raincoat", "the bamboo bottle please"])
def test_what_is_not_in_the_cart_is_wished_for_not_taken_out(text: str, lexicon: Lexicon) -> None:
    understood = parse(text, Context(lexicon))
    sure = {intent.name for intent in understood.intents if intent.confidence >= 0.5}
    assert "remove_item" not in sure
    assert [item.change for item in understood.items] == [None]


def test_taking_out_still_takes_out(lexicon: Lexicon) -> None:
    understood = parse("remove the raincoat", Context(lexicon, cart=RAINCOAT))
    assert understood.items[0].change == "remove"


@pytest.mark.parametrize("text", ["2 soaps", "two tees please", "3 raincoats"])
def test_an_english_plural_is_no_slip(text: str, lexicon: Lexicon) -> None:
    assert len(parse(text, Context(lexicon)).items) == 1


@pytest.mark.parametrize(
    "text", ["chỉ lấy áo mưa thôi", "just the raincoat please", "우비만 주세요", "nothing but the raincoat"]
)
def test_only_what_is_named_is_wanted(text: str, lexicon: Lexicon) -> None:
    assert parse(text, Context(lexicon, cart=RAINCOAT)).only


@pytest.mark.parametrize(
    "text", ["can you ship to Oslo?", "do you deliver to Busan?", "ship qua Lào được không"]
)
def test_a_place_that_is_asked_about_is_nobodys_name(text: str, lexicon: Lexicon) -> None:
    assert parse(text, Context(lexicon)).name is None


def test_delivery_words_before_an_address_are_no_name(lexicon: Lexicon) -> None:
    text = "giao tới 7 Phan Bội Châu, phường Phú Hội, Huế nha, 0905 111 222"
    assert parse(text, Context(lexicon, awaiting="name")).name is None


def test_a_note_in_brackets_is_kept_alone(lexicon: Lexicon) -> None:
    text = (
        "gửi 7 Phan Bội Châu, phường Phú Hội, thành phố Huế, tỉnh Thừa Thiên Huế, số 0905 111 222"
        " (nhớ gọi trước nửa tiếng nghe)"
    )
    assert parse(text, Context(lexicon)).note == "nhớ gọi trước nửa tiếng nghe"


@pytest.mark.parametrize(
    "text", ["trả lúc nhận hàng nha: nhận hàng rồi trả tiền", "i'll pay at the door", "받고 결제할게요"]
)
def test_paying_on_delivery_has_many_names(text: str, lexicon: Lexicon) -> None:
    assert parse(text, Context(lexicon)).payment == "cod"
