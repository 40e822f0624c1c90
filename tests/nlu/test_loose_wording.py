"""Goods as people really name them: loosely, in parts, by a measure, by what was just talked of."""

import pytest

from nlu import (
    CartItem,
    Context,
    Lexicon,
    OptionWords,
    Parse,
    ProductWords,
    Talked,
    ValueWords,
    VariantWords,
    parse,
)


def option(name: str, english: str, **values: str) -> OptionWords:
    named = tuple(ValueWords(value.replace("_", " "), (other,)) for value, other in values.items())
    return OptionWords(name, (english,), named)


def product(sku: str, names: tuple[str, ...], *options: OptionWords) -> ProductWords:
    chosen: list[dict[str, str]] = [{}]
    for one in options:
        chosen = [{**before, one.name: value.value} for before in chosen for value in one.values]
    variants = tuple(VariantWords("/".join([sku, *c.values()]), c) for c in chosen)
    return ProductWords(sku, names, (), options, variants)


@pytest.fixture(scope="module")
def shop() -> Lexicon:
    beans = OptionWords(
        "Hạt", ("Beans",), (ValueWords("Culi", ("Peaberry",)), ValueWords("Moka", ("Mocha",)))
    )
    weight = OptionWords("Khối lượng", ("Weight",), tuple(ValueWords(v, (v,)) for v in ("250 g", "1 kg")))
    length = OptionWords("Chiều dài", ("Length",), tuple(ValueWords(v, (v,)) for v in ("1 m", "2 m")))
    colour = OptionWords(
        "Màu",
        ("Colour",),
        (ValueWords("Trắng viền xanh", ("White with blue rim",)), ValueWords("Đen tuyền", ("Jet black",)),
         ValueWords("Be", ("Beige",)), ValueWords("Xanh nhạt", ("Light blue",))),
    )  # fmt: skip
    phones = OptionWords("Dòng máy", ("Model",), tuple(ValueWords(v, (v,)) for v in ("Sao Q7", "Sao Q9")))
    return Lexicon.build(
        [
            product("COFFEE", ("Cà phê Mường Mây", "Misty Hill coffee"), beans, weight),
            product("CABLE", ("Cáp sạc rồng bay", "Flying dragon cable"), length),
            product("PLATE", ("Đĩa gốm men hỏa biến", "Kiln-glow stoneware plate", "도자기접시"), colour),
            product("LAMP", ("Đèn lồng giấy dó", "Bark-paper lantern"), colour),
            product("SOCKS", ("Vớ len cừu non", "Lambswool socks")),
            product("CASE", ("Vỏ ốp bảo vệ", "Armour shell", "폰껍질"), phones),
        ]
    )


def read(text: str, shop: Lexicon, **scene: object) -> Parse:
    return parse(text, Context(shop, **scene))  # type: ignore[arg-type]


def skus(found: Parse) -> list[tuple[str | None, int | None]]:
    return [(item.product_sku, item.quantity) for item in found.items]


@pytest.mark.parametrize(
    ("text", "sku"),
    [
        ("ca fe muong may", "COFFEE"), ("cafe mường mây gói 1", "COFFEE"), ("muong may coffee", "COFFEE"),
        ("hill coffee misty", "COFFEE"), ("dây sạc rồng bay", "CABLE"), ("day sac rong bay", "CABLE"),
        ("dragon flying cable", "CABLE"), ("the stoneware kiln glow one", "PLATE"), ("dia men hoa bien", "PLATE"),
        ("đĩa hỏa biến bằng gốm", "PLATE"), ("lantern bark paper", "LAMP"), ("đèn giấy dó", "LAMP"),
        ("den long giay do", "LAMP"), ("tất len cừu non", "SOCKS"), ("tat len cuu non", "SOCKS"),
        ("lambswol socks", "SOCKS"), ("접시 하나 주세요", "PLATE"),
    ],
)  # fmt: skip
def test_a_name_in_parts_in_any_order_by_other_words(text: str, sku: str, shop: Lexicon) -> None:
    assert [item.product_sku for item in read(text, shop).items] == [sku]


@pytest.mark.parametrize(
    "text",
    [
        "shop ơi giao hàng bao lâu vậy", "can you deliver in the evening", "the paper bag was torn", "mai mình ghé lấy",
        "sáng nay trời đẹp ghê", "빨리 보내 주세요", "I paid an hour ago, the bank says ok", "cho mình hỏi chút",
    ],
)  # fmt: skip
def test_no_goods_where_none_are_named(text: str, shop: Lexicon) -> None:
    assert read(text, shop).items == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("cà phê mường mây 1 ký", "1 kg"), ("ca phe muong may 1kg", "1 kg"), ("cà phê mường mây loại một cân", "1 kg"),
        ("misty hill coffee, the big one", "1 kg"), ("cà phê mường mây gói nhỏ", "250 g"),
        ("ca phe muong may 250gr", "250 g"), ("misty hill coffee 250", "250 g"), ("misty hill coffee 0.25 kg", "250 g"),
        ("cà phê mường mây 250 gam", "250 g"), ("misty hill coffee 1000g", "1 kg"),
    ],
)  # fmt: skip
def test_a_measure_however_it_is_written(text: str, value: str, shop: Lexicon) -> None:
    (item,) = read(text, shop).items

    assert item.options == {"Khối lượng": value}


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("culi 250", {"Hạt": "Culi", "Khối lượng": "250 g"}), ("moka 1 cân nha", {"Hạt": "Moka", "Khối lượng": "1 kg"}),
        ("250", {"Khối lượng": "250 g"}), ("the small one", {"Khối lượng": "250 g"}),
        ("loại to ấy", {"Khối lượng": "1 kg"}), ("peaberry, big one", {"Hạt": "Culi", "Khối lượng": "1 kg"}),
    ],
)  # fmt: skip
def test_the_answer_to_which_variant(text: str, options: dict[str, str], shop: Lexicon) -> None:
    (item,) = read(text, shop, awaiting="variant", shown=("COFFEE",)).items

    assert (item.product_sku, item.options) == ("COFFEE", options)


@pytest.mark.parametrize(
    "text", ["đĩa hỏa biến màu đen", "kiln-glow plate in black", "dia men hoa bien mau den"]
)
def test_a_part_of_a_value_is_enough_where_the_product_has_it(text: str, shop: Lexicon) -> None:
    (item,) = read(text, shop).items

    assert item.options == {"Màu": "Đen tuyền"}


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("thế thì lấy 1 cái", 1), ("uk lay 1 hop", 1), ("vậy 2 cái nha", 2), ("one pls", 1), ("ok two please", 2),
        ("cho em hai", 2), ("lấy 3", 3), ("2개 주세요", 2), ("하나 주세요", 1), ("just one", 1), ("chốt 2 đôi", 2),
    ],
)  # fmt: skip
def test_a_bare_number_counts_what_was_shown(text: str, quantity: int, shop: Lexicon) -> None:
    assert skus(read(text, shop, shown=("SOCKS",))) == [("SOCKS", quantity)]


@pytest.mark.parametrize(
    "text",
    [
        "220 last price",
        "giảm 90% đi",
        "bảo hành 5 năm",
        "bớt còn 32k",
        "ở đây 3 ngày",
        "give me 20% off",
        "sạc 33w",
    ],
)
def test_such_numbers_count_no_goods(text: str, shop: Lexicon) -> None:
    found = read(text, shop, shown=("SOCKS",))

    assert [item.quantity for item in found.items if item.quantity] == []


@pytest.mark.parametrize(
    "text",
    [
        "lấy chị 2 cái nha, thêm 1 cái đen cho ông xã", "2 cai nhe, them 1 cai den", "2, plus one in black",
        "lấy 2 cái, với 1 cái màu đen nữa",
    ],
)  # fmt: skip
def test_a_number_as_it_was_asked_about_beside_another_colour(text: str, shop: Lexicon) -> None:
    asked = Talked("PLATE", {"Màu": "Be"})

    found = read(text, shop, shown=("PLATE",), talked=asked)

    assert [(item.variant_sku, item.quantity) for item in found.items] == [
        ("PLATE/Be", 2),
        ("PLATE/Đen tuyền", 1),
    ]


def test_that_one_is_as_it_was_asked_about(shop: Lexicon) -> None:
    asked = Talked("PLATE", {"Màu": "Be"}, 3)

    (item,) = read("그걸로 주문할게요", shop, shown=("PLATE",), talked=asked).items

    assert (item.variant_sku, item.quantity) == ("PLATE/Be", 3)


def test_a_value_that_only_one_product_has_names_it(shop: Lexicon) -> None:
    assert skus(read("cho 2 cái Sao Q9", shop)) == [("CASE", 2)]


@pytest.mark.parametrize(
    "text",
    ["wait no, lantern in jet black", "actually can the lantern be jet black?",
        "à nhầm, đèn lồng giấy dó màu đen tuyền nha"],
)  # fmt: skip
def test_said_again_and_otherwise_is_a_change(text: str, shop: Lexicon) -> None:
    cart = (CartItem("LAMP", "LAMP/Be", 1),)

    (item,) = read(text, shop, cart=cart).items

    assert (item.variant_sku, item.replaces) == ("LAMP/Đen tuyền", "LAMP/Be")


def test_can_it_be_is_no_beige(shop: Lexicon) -> None:
    (item,) = read("can the lantern be light blue", shop).items

    assert item.options == {"Màu": "Xanh nhạt"}


@pytest.mark.parametrize(
    "text",
    [
        "đĩa màu be lấy 5 cái, màu đen bỏ luôn, thay bằng 3 cái xanh nhạt",
        "5 beige plates, drop the black one, put 3 light blue",
    ],
)  # fmt: skip
def test_one_goes_and_another_comes(text: str, shop: Lexicon) -> None:
    cart = (CartItem("PLATE", "PLATE/Be", 2), CartItem("PLATE", "PLATE/Đen tuyền", 1))

    found = read(text, shop, cart=cart).items

    told = [(item.variant_sku, item.quantity, item.change == "remove") for item in found]
    assert told == [("PLATE/Be", 5, False), ("PLATE/Đen tuyền", None, True), ("PLATE/Xanh nhạt", 3, False)]


def test_fewer_of_one_and_another_beside_it(shop: Lexicon) -> None:
    cart = (CartItem("SOCKS", "SOCKS", 2),)

    out, come = read("vớ len cừu non bỏ 1 đôi, thêm 1 cáp sạc rồng bay 2m", shop, cart=cart).items

    assert (out.product_sku, out.quantity, out.change) == ("SOCKS", 1, "remove")
    assert (come.variant_sku, come.quantity) == ("CABLE/2 m", 1)
