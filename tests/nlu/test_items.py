"""Goods in a message: product, options, quantity, in any order and language, and nothing that was not said."""

import pytest

from nlu import CartItem, Context, Lexicon, ProductWords, VariantWords, parse


def wishes(
    text: str, lexicon: Lexicon, **scene: object
) -> list[tuple[str | None, dict[str, str], int | None]]:
    found = parse(text, Context(lexicon, **scene))  # type: ignore[arg-type]
    return [(item.product_sku, item.options, item.quantity) for item in found.items]


BLACK_L = {"Màu": "Đen", "Size": "L"}


@pytest.mark.parametrize(
    "text",
    [
        "cho mình 2 áo phông gấu đen L",
        "cho minh 2 ao phong gau den size l",
        "áo phông gấu size L màu đen 2 cái nha",
        "lấy hai cái áo phông gấu màu đen, cỡ L",
        "áo phông gâu đen L x2",
        "ao phogn gau den L sl 2",
        "I'd like two black bear tees, size L",
        "2 x bear tee black L",
        "곰 티셔츠 검정색으로 L 두개요",
        "곰티셔츠 블랙 사이즈L로 2개 주세요",
    ],
)
def test_one_wish_in_many_words(text: str, lexicon: Lexicon) -> None:
    assert wishes(text, lexicon) == [("TEE", BLACK_L, 2)]


@pytest.mark.parametrize(
    "text",
    [
        "áo phông gấu: 1 đen L, 2 trắng M",
        "1 đen L 2 trắng M áo phông gấu",
        "áo phông gấu đen L 1 cái và trắng M 2 cái",
        "1 black L bear tee and 2 white M",
    ],
)
def test_wishes_share_the_product_of_their_neighbour(text: str, lexicon: Lexicon) -> None:
    assert wishes(text, lexicon) == [("TEE", BLACK_L, 1), ("TEE", {"Màu": "Trắng", "Size": "M"}, 2)]


def test_several_products_in_one_line(lexicon: Lexicon) -> None:
    text = "1 tá xà bông bồ kết, bình nước tre 500ml 3 cái với 1 áo mưa cánh dơi xanh rêu 2XL"

    assert wishes(text, lexicon) == [
        ("SOAP", {}, 12),
        ("MUG", {"Dung tích": "500ml"}, 3),
        ("COAT", {"Màu": "Xanh rêu", "Size": "2XL"}, 1),
    ]


@pytest.mark.parametrize(
    "text", ["áo phông gấu và xà bông bồ kết mỗi loại 3 cái", "bear tee and locust soap 3 each"]
)
def test_each_gives_all_the_same_number(text: str, lexicon: Lexicon) -> None:
    assert wishes(text, lexicon) == [("TEE", {}, 3), ("SOAP", {}, 3)]


def test_each_parts_values_of_one_option(lexicon: Lexicon) -> None:
    assert wishes("áo phông gấu đen trắng mỗi màu 2 cái", lexicon) == [
        ("TEE", {"Màu": "Đen"}, 2),
        ("TEE", {"Màu": "Trắng"}, 2),
    ]


@pytest.mark.parametrize(
    "text", ["lấy áo phông gấu trắng, không lấy màu đen", "áo phông gấu trắng, trừ màu đen"]
)
def test_what_is_excluded_is_not_wished_for(text: str, lexicon: Lexicon) -> None:
    assert wishes(text, lexicon) == [("TEE", {"Màu": "Trắng"}, None)]


def test_the_last_word_counts_in_a_correction(lexicon: Lexicon) -> None:
    assert wishes("2 áo phông gấu à nhầm 3 cái", lexicon) == [("TEE", {}, 3)]


def test_a_size_with_a_number_in_its_name_is_no_quantity(lexicon: Lexicon) -> None:
    assert wishes("áo phông gấu đen 2XL", lexicon) == [("TEE", {"Màu": "Đen", "Size": "2XL"}, None)]


def test_body_measures_are_no_quantity(lexicon: Lexicon) -> None:
    found = parse("cao 1m65 nặng 55kg mặc áo phông gấu size nào", Context(lexicon))

    assert [(i.product_sku, i.quantity) for i in found.items] == [("TEE", None)]
    assert found.quantity is None


def test_an_ambiguous_word_gives_candidates_and_no_guess(lexicon: Lexicon) -> None:
    (item,) = parse("shop có áo màu đen không", Context(lexicon)).items

    assert item.product_sku is None
    assert {sku for sku, _ in item.candidates} == {"TEE", "COAT"}


@pytest.mark.parametrize("text", ["bò húc giá sao", "đèn ngủ còn không", "bơ sáp bao nhiêu"])
def test_other_diacritics_make_another_word(text: str) -> None:
    lexicon = Lexicon.build([])

    assert parse(text, Context(lexicon)).items == ()


@pytest.mark.parametrize(
    ("text", "wished"),
    [
        ("lấy cái thứ hai 2 cái", [("MUG", 2)]),
        ("the second one please", [("MUG", None)]),
        ("두번째 거 주세요", [("MUG", None)]),
        ("lấy mẫu cuối", [("SOAP", None)]),
        ("lấy 2 cái đầu", [("TEE", 1), ("MUG", 1)]),
    ],
)
def test_what_was_shown_can_be_pointed_at(
    text: str, wished: list[tuple[str, int | None]], lexicon: Lexicon
) -> None:
    found = wishes(text, lexicon, shown=("TEE", "MUG", "SOAP"))

    assert [(sku, quantity) for sku, _, quantity in found] == wished


@pytest.mark.parametrize(
    "text", ["cái này màu đen size L còn không", "is this one available in black L", "이거 검정 L 있어요?"]
)
def test_this_is_the_only_thing_shown(text: str, lexicon: Lexicon) -> None:
    assert wishes(text, lexicon, shown=("TEE",)) == [("TEE", BLACK_L, None)]


def test_other_options_replace_the_line_of_the_cart(lexicon: Lexicon) -> None:
    cart = (CartItem("TEE", "TEE-Đen-L", 2),)

    (item,) = parse("đổi sang size M nha", Context(lexicon, cart=cart)).items

    assert (item.variant_sku, item.replaces) == ("TEE-Đen-M", "TEE-Đen-L")


def test_another_number_of_the_one_thing_in_the_cart(lexicon: Lexicon) -> None:
    (item,) = parse("à nhầm, 3 cái", Context(lexicon, cart=(CartItem("TEE", "TEE-Đen-L", 2),))).items

    assert (item.variant_sku, item.quantity, item.change) == ("TEE-Đen-L", 3, "set")


def test_taking_out_names_the_line(lexicon: Lexicon) -> None:
    cart = (CartItem("TEE", "TEE-Đen-L", 2), CartItem("SOAP", "SOAP", 1))

    (item,) = parse("bỏ xà bông bồ kết ra giúp mình", Context(lexicon, cart=cart)).items

    assert (item.variant_sku, item.change) == ("SOAP", "remove")


@pytest.mark.slow
def test_a_big_catalogue_is_read_by_look_ups(big_lexicon: Lexicon) -> None:
    name = big_lexicon.products["B4321"].names[0]

    assert wishes(f"cho mình 2 {name.lower()} đen size L", big_lexicon) == [("B4321", BLACK_L, 2)]


def test_one_product_takes_the_place_of_another(lexicon: Lexicon) -> None:
    cart = (CartItem("TEE", "TEE-Đen-L", 2),)

    out, come = parse("thay áo phông gấu bằng xà bông bồ kết nha", Context(lexicon, cart=cart)).items

    assert (out.variant_sku, out.change) == ("TEE-Đen-L", "remove")
    assert (come.product_sku, come.change) == ("SOAP", "add")


@pytest.mark.parametrize("text", ["mỗi loại 1 cái", "1 each please", "각각 하나씩이요"])
def test_each_of_what_was_shown(text: str, lexicon: Lexicon) -> None:
    assert wishes(text, lexicon, shown=("MUG", "SOAP")) == [("MUG", {}, 1), ("SOAP", {}, 1)]


@pytest.mark.parametrize(
    ("text", "quantity"),
    [("cho mình 3 ly", 3), ("lấy hai ly nha", 2), ("2 ly", 2), ("1 ly bình nước tre", None)],
)
def test_a_counter_may_be_what_the_shop_sells(text: str, quantity: int | None) -> None:
    glasses = Lexicon.build(
        [ProductWords("GLASS", ("Ly",), (), (), (VariantWords("GLASS", {}),)),
         ProductWords("MUG", ("Bình nước tre",), (), (), (VariantWords("MUG", {}),))]
    )  # fmt: skip

    found = [(sku, count) for sku, _, count in wishes(text, glasses)]

    assert found == ([("GLASS", quantity)] if quantity else [("MUG", 1)])
