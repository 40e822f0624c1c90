"""Foreign words of the catalogue, as Koreans write them."""

import pytest

from nlu import Context, Lexicon, OptionWords, ProductWords, ValueWords, VariantWords, parse
from nlu.hangul import index_by_sound, latin_for

VALUES = ("Arabica", "Robusta", "Liberica")


@pytest.fixture(scope="module")
def shop() -> Lexicon:
    beans = OptionWords("Hạt", ("Bean",), tuple(ValueWords(value, ()) for value in VALUES))
    variants = tuple(VariantWords(f"C-{value}", {"Hạt": value}) for value in VALUES)
    return Lexicon.build(
        [ProductWords("C", ("Cà phê rang mộc", "Roasted coffee", "커피"), ("Cà phê",), (beans,), variants)]
    )


@pytest.mark.parametrize(
    ("text", "value"), [("커피 리베리카 두 봉지요", "Liberica"), ("커피 로부스타로 하나 주세요", "Robusta")]
)
def test_a_value_in_hangul(text: str, value: str, shop: Lexicon) -> None:
    (item,) = parse(text, Context(shop)).items

    assert item.options == {"Hạt": value}


@pytest.mark.parametrize(
    ("text", "word"), [("카디건", "cardigan"), ("라벤더향", "lavender"), ("테라코타로", "terracotta")]
)
def test_consonants_tell_the_word(text: str, word: str) -> None:
    found = latin_for(text, index_by_sound(["cardigan", "lavender", "terracotta", "windbreaker"]))

    assert found is not None
    assert found[0] == word


@pytest.mark.parametrize(
    "text", ["안녕하세요", "감사합니다", "주문할게요", "얼마예요", "사람이세요", "휴대폰"]
)
def test_talk_is_no_foreign_word(text: str) -> None:
    words = ["cardigan", "terracotta", "serum", "steel", "thermos", "headphone", *map(str.lower, VALUES)]

    assert latin_for(text, index_by_sound(words)) is None


def test_what_two_words_share_stands_for_neither() -> None:
    assert latin_for("라벤더", index_by_sound(["lavender", "levinter"])) is None
