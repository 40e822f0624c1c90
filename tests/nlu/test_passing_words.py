"""What stands beside a wish and is none: stories, what somebody has, words that only sound like it."""

import pytest

from nlu import CartItem, Context, Lexicon, OptionWords, ProductWords, ValueWords, parse, without_small_words
from tests.nlu.conftest import COLOURS, SIZES, product

FEET = OptionWords("Cỡ", ("Size",), (ValueWords("41", ("41",)), ValueWords("42", ("42",))))
PACKS = OptionWords(
    "Gói", ("Pack",), (ValueWords("1 đôi", ("1 pair",)), ValueWords("Combo 5 đôi", ("5 pairs",)))
)


@pytest.fixture(scope="module")
def shoes() -> Lexicon:
    products: list[ProductWords] = [
        product("SHOE", ("Giày vải Mây", "Canvas shoe"), "Giày", COLOURS, FEET),
        product("SOCK", ("Vớ cổ ngắn", "Ankle sock"), "Vớ", PACKS),
        product("LEASH", ("Dây dắt chó", "Dog leash"), "Thú cưng", COLOURS),
        product("TEE", ("Áo phông gấu", "Bear tee"), "Áo", COLOURS, SIZES),
    ]
    return Lexicon.build(products)


def wished(text: str, lexicon: Lexicon, *cart: CartItem) -> list[tuple[str | None, int | None]]:
    return [(m.product_sku, m.quantity) for m in parse(text, Context(lexicon, cart=cart)).items]


def test_goods_of_a_story_are_no_wish_beside_those_that_are_counted(shoes: Lexicon) -> None:
    told = "hôm qua thằng con nhà tôi xé mất cái áo phông gấu, bán cho tôi 2 đôi giày vải mây"

    assert wished(told, shoes) == [("SHOE", 2)]
    assert wished("áo phông gấu, 2 đôi giày vải mây", shoes) == [("TEE", None), ("SHOE", 2)]


def test_a_pair_counts_but_of_what_is_sold_by_the_pair(shoes: Lexicon) -> None:
    shoe = parse("1 đôi giày vải mây đen", Context(shoes)).items[0]
    sock = parse("vớ cổ ngắn 1 đôi", Context(shoes)).items[0]

    assert (shoe.product_sku, shoe.quantity) == ("SHOE", 1)
    assert sock.options == {"Gói": "1 đôi"}


@pytest.mark.parametrize("text", ["dat cho minh 1 cai", "vay dat cho tui nha"])
def test_everyday_words_without_marks_name_no_goods_by_the_end_of_a_name(text: str, shoes: Lexicon) -> None:
    assert not parse(text, Context(shoes)).items


def test_the_whole_name_without_marks_is_still_the_goods(shoes: Lexicon) -> None:
    assert wished("1 day dat cho", shoes) == [("LEASH", 1)]


@pytest.mark.parametrize(
    "text", ["bỏ giày vải mây đi, nhà còn 2 đôi rồi", "bỏ giày vải mây, nhà có hai đôi rồi"]
)
def test_what_somebody_has_counts_nothing(text: str, shoes: Lexicon) -> None:
    cart = CartItem("SHOE", "SHOE-Đen-42", 1)

    assert [(m.change, m.quantity) for m in parse(text, Context(shoes, cart=(cart,))).items] == [
        ("remove", None)
    ]


def test_what_is_left_of_a_size_is_asked_and_not_counted(shoes: Lexicon) -> None:
    assert [m.quantity for m in parse("giay vai may den 42 con k shop", Context(shoes)).items] == [None]


def test_the_same_thing_told_once_more_is_one_wish(shoes: Lexicon) -> None:
    items = parse("thêm 1 áo phông gấu size L đen nữa, cái đen á", Context(shoes)).items

    assert [(m.variant_sku, m.quantity) for m in items] == [("TEE-Đen-L", 1)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Người nhận Minh Khôi, 0972 318 640, 84 Lê Lợi", "Minh Khôi"),
        ("im jake btw. 0819 440 275", "Jake"),
        ("Hi shop, 0972 318 640, 84 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM", None),
    ],
)
def test_names_that_look_like_talk_and_talk_that_looks_like_names(
    text: str, name: str | None, shoes: Lexicon
) -> None:
    found = parse(text, Context(shoes)).name

    assert (found.value if found else None) == name


@pytest.mark.parametrize("text", ["Khôi", "Trâm"])
def test_a_name_spelt_unlike_the_word_it_sounds_like(text: str, shoes: Lexicon) -> None:
    understood = parse(text, Context(shoes, awaiting="name"))

    assert understood.name is not None
    assert understood.quantity is None


def test_small_words_behind_a_name_are_none_of_it() -> None:
    assert without_small_words("My nha") == "My"


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("Kế toán công ty đang đòi mình", None),
        ("giao qua công ty em được hông: 25 Võ Văn Tần", None),
        ("công ty TNHH Mộc Miên nha", "công ty TNHH Mộc Miên"),
    ],
)
def test_a_company_is_named_and_not_only_spoken_of(text: str, company: str | None, shoes: Lexicon) -> None:
    assert parse(text, Context(shoes)).company == company


@pytest.mark.parametrize("text", ["mình trả hay shop trả", "sen đá mấy bữa tưới 1 lần"])
def test_questions_without_a_mark(text: str, shoes: Lexicon) -> None:
    assert parse(text, Context(shoes)).question
