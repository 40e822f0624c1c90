"""Values of several sides, `2,4 x 3 m`, and values that are common words beside a number, `Dày 3 cm`."""

import pytest

from nlu import Context, Lexicon, OptionWords, ProductWords, ValueWords, VariantWords, parse


def product(sku: str, name: str, option: str, *values: str) -> ProductWords:
    own = OptionWords(option, (), tuple(ValueWords(value, ()) for value in values))
    variants = tuple(VariantWords(f"{sku}-{n}", {option: value}) for n, value in enumerate(values))
    return ProductWords(sku, (name,), (), (own,), variants)


@pytest.fixture(scope="module")
def shop() -> Lexicon:
    return Lexicon.build(
        [
            product("RUG7", "Chiếu trúc hạt", "Kích thước", "1m2 x 2m", "1m8 x 2m"),
            product("TARP", "Bạt che mưa", "Kích thước", "2,4 x 3 m", "3,6 x 3 m"),
            product("MAT", "Nệm lót ghế", "Loại", "Dày 3 cm", "Mỏng 1 cm"),
        ]
    )


@pytest.mark.parametrize(
    ("text", "sku"),
    [
        ("lấy chiếu trúc hạt 1m8", "RUG7-1"), ("chieu truc hat 1m2 2 cai", "RUG7-0"),
        ("1 chiếu trúc hạt mét tám", "RUG7-1"),
        ("chiếu trúc hạt 180x200", "RUG7-1"), ("chieu truc 1m8*2m", "RUG7-1"), ("chiếu trúc hạt 1.2m x 2m", "RUG7-0"),
        ("bạt che mưa 2 mét 4", "TARP-0"), ("bat che mua 3m6 x 3m", "TARP-1"), ("bạt che mưa 240cm", "TARP-0"),
        ("bạt che mưa cỡ lớn", "TARP-1"), ("cho 1 nệm lót ghế dày", "MAT-0"), ("lay nem lot ghe loai mong", "MAT-1"),
    ],
)  # fmt: skip
def test_a_value_is_known_by_its_sides_and_by_a_word_of_it(text: str, sku: str, shop: Lexicon) -> None:
    assert [item.variant_sku for item in parse(text, Context(shop)).items] == [sku]


@pytest.mark.parametrize("text", ["mình cao 1m8 nặng 70 ký", "nhà em cách đó 2 mét 4"])
def test_a_length_names_no_goods_that_are_not_talked_of(text: str, shop: Lexicon) -> None:
    assert parse(text, Context(shop)).items == ()


def test_asked_how_thick_nothing_is_picked_out(shop: Lexicon) -> None:
    (item,) = parse("nệm lót ghế dày bao nhiêu", Context(shop)).items

    assert item.options == {}


def test_a_number_behind_the_measure_still_counts_pieces(shop: Lexicon) -> None:
    (item,) = parse("bạt che mưa 3m6 2 tấm", Context(shop)).items

    assert (item.variant_sku, item.quantity) == ("TARP-1", 2)
