"""Whatever is sent is understood without an error, purely, with spans inside it, and with bounded work."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu import CartItem, Context, Lexicon, Parse, describe, parse
from nlu.wordlists import words

WORDS = st.sampled_from(
    ["áo", "phông", "gấu", "đen", "trắng", "L", "2XL", "2", "x", "mỗi", "loại", "cái", "này", "thứ", "hai",
        "không", "lấy", "à", "nhầm", "0901234567", "12", "Lê", "Lợi", "quận", "1", "HCM", "DH1001", "mai",
        "500k", "tên", "mst", "bear", "tee", "the", "second", "one", "곰", "티셔츠", "검정색으로", "두개요",
        "말고", ",", ".", "\n", ":", "?", "\u200b", "\u202e", "💥", "ạ́", "\x00"]
)  # fmt: skip
SMALL_WORDS = st.sampled_from(
    sorted({*words().numbers, *words().counters, *words().dozens, *words().ordinals, *words().corrections,
        *words().each, *words().both, *words().these, *words().size_words, *words().value_words,
        *words().separators, "x", "sl", "so luong", "dau", "first", "đen", "áo phông gấu", "tee", "쯤"})
)  # fmt: skip
TEXT = st.one_of(
    st.text(max_size=200),
    st.lists(WORDS, max_size=40).map(" ".join),
    st.lists(st.one_of(SMALL_WORDS, WORDS), min_size=1, max_size=6).map(" ".join),
)
AWAITING = st.sampled_from([None, "name", "phone", "address", "variant", "tax_code", "confirm"])


def spans(found: Parse) -> list[tuple[int, int]]:
    mentions = [*found.items, *found.phones, *found.dates, *found.mentions]
    single = [mention for mention in (found.name, found.tax_code) if mention is not None]
    return [mention.span for mention in (*mentions, *single)]


@settings(max_examples=300, deadline=None)
@given(text=TEXT, awaiting=AWAITING, in_cart=st.booleans())
def test_any_text_is_understood(lexicon: Lexicon, text: str, awaiting: str | None, in_cart: bool) -> None:
    cart = (CartItem("TEE", "TEE-Đen-L", 2),) if in_cart else ()
    context = Context(lexicon, awaiting=awaiting, shown=("TEE", "MUG"), cart=cart)

    found = parse(text, context)

    assert found == parse(text, context)
    assert found.intents
    assert all(0 <= start <= end <= len(text) for start, end in spans(found))
    assert not (found.yes and found.no)
    json.dumps(describe(found))


@pytest.mark.parametrize(
    "unit",
    ["a", "áo ", "2 áo phông gấu đen, ", "0", "\u202e\u200b", "가", "quận 1, ", "(", "@a.", "DH", "ạ" * 3],
)
def test_of_a_huge_text_only_the_beginning_is_read(lexicon: Lexicon, unit: str) -> None:
    text = unit * (100_000 // len(unit))

    found = parse(text, Context(lexicon))

    assert found.text == text
    assert all(end <= 2_000 for _, end in spans(found))


def test_invisible_characters_change_nothing(lexicon: Lexicon) -> None:
    found = parse("2 á\u200bo phô\u200cng gấu\u202e đen", Context(lexicon))

    assert [(item.product_sku, item.quantity) for item in found.items] == [("TEE", 2)]


def test_the_description_tells_all_that_was_found(lexicon: Lexicon) -> None:
    text = "2 áo phông gấu đen L, Lan 0901234567, 12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM, cod"

    told = describe(parse(text, Context(lexicon)))

    assert told["language"] == "vi"
    assert "order" in {intent["name"] for intent in told["intents"]}
    assert told["items"][0]["variant_sku"] == "TEE-Đen-L"
    assert told["phones"][0]["value"] == "+84901234567"
    assert told["name"]["value"] == "Lan"
    assert told["address"]["text"] == "12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM"
    assert told["payment"]["value"] == "cod"


@pytest.mark.parametrize(
    "text", ["áo phông gấu đen L số lượng hai", "bear tee black L quantity two", "곰 티셔츠 검정색 L 하나"]
)
def test_a_number_may_be_the_last_word(lexicon: Lexicon, text: str) -> None:
    (item,) = parse(text, Context(lexicon)).items

    assert item.quantity == (1 if text.endswith("하나") else 2)
