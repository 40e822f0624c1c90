"""Counts of what was shown beside other goods, questions as they are spoken, what is put into something."""

import pytest

from nlu import CartItem, Context, Lexicon, OptionWords, Parse, ProductWords, ValueWords, VariantWords, parse


def product(sku: str, name: str, option: str = "", *values: str) -> ProductWords:
    own = (OptionWords(option, (), tuple(ValueWords(value, ()) for value in values)),) if option else ()
    variants = tuple(
        VariantWords(f"{sku}-{n}", {option: value} if option else {})
        for n, value in enumerate(values or ("",))
    )
    return ProductWords(sku, (name,), (), own, variants)


@pytest.fixture(scope="module")
def shop() -> Lexicon:
    return Lexicon.build(
        [
            product("BELT", "Dây nịt da trâu", "Màu", "Đen", "Trắng"),
            product("WAX", "Sáp thơm hoa lài"),
            product("RICE", "Gạo nếp nương", "Khối lượng", "500 g", "2 kg"),
            product("JUG", "Bình thuỷ tinh cổ cao"),
        ]
    )


def read(text: str, shop: Lexicon, **scene: object) -> Parse:
    return parse(text, Context(shop, **scene))  # type: ignore[arg-type]


def test_so_many_of_what_was_shown_and_of_something_else(shop: Lexicon) -> None:
    found = read("ok lấy 2 cái, sáp thơm hoa lài 3 hộp nữa", shop, shown=("BELT",)).items

    assert [(item.product_sku, item.quantity) for item in found] == [("BELT", 2), ("WAX", 3)]


def test_a_total_before_its_parts_counts_nothing_more(shop: Lexicon) -> None:
    found = read("cho e 3 cai, 2 den 1 trang", shop, shown=("BELT",)).items

    assert [(item.variant_sku, item.quantity) for item in found] == [("BELT-0", 2), ("BELT-1", 1)]


def test_a_measure_without_marks_before_its_goods(shop: Lexicon) -> None:
    (item,) = read("them nua can gao nep nuong", shop).items

    assert item.variant_sku == "RICE-0"


@pytest.mark.parametrize(
    "text",
    [
        "bình này rót nước sôi được hông shop", "cái này còn hơm", "doi mau dc hem",
        "tự treo được không hay phải khoan tường", "mở ra chưa hay còn seal", "bên mình có thu thêm gì không đã",
        "tiền cước gửi đi thì ai chịu vậy",
    ],
)  # fmt: skip
def test_questions_as_they_are_spoken(text: str, shop: Lexicon) -> None:
    assert read(text, shop).question


@pytest.mark.parametrize(
    "text", ["bình thuỷ tinh cổ cao bỏ máy rửa bát được không", "binh thuy tinh co cao bo lo vi song dc k"]
)
def test_what_is_put_into_something_is_not_taken_out(text: str, shop: Lexicon) -> None:
    found = read(text, shop, cart=(CartItem("JUG", "JUG-0", 1),))

    assert all(item.change != "remove" for item in found.items)
    assert found.intents[0].name != "remove_item"


def test_a_word_of_a_name_takes_that_out_of_the_cart(shop: Lexicon) -> None:
    (item,) = read(
        "bỏ bình ra giúp em", shop, cart=(CartItem("JUG", "JUG-0", 1), CartItem("WAX", "WAX-0", 1))
    ).items

    assert (item.product_sku, item.change) == ("JUG", "remove")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Vo Ngoc Chi\n0912 345 678", "Vo Ngoc Chi"), ("gui cho Nhu Y 0912345678", "Nhu Y"),
        ("Mai Thi, 0912 345 678", "Mai Thi"), ("dang lan chi 0912345678", "Dang Lan Chi"),
    ],
)  # fmt: skip
def test_names_with_a_small_word_or_a_day_in_them(text: str, name: str, shop: Lexicon) -> None:
    found = read(text, shop, awaiting="name").name

    assert found is not None
    assert found.value == name


def test_the_address_begins_before_a_numbered_ward(shop: Lexicon) -> None:
    text = "9 Lê Đình Dương, phường Hải Châu 2, quận Hải Châu, Đà Nẵng"
    span = read(text, shop, awaiting="address").address_span

    assert span is not None
    assert text[slice(*span)] == text
