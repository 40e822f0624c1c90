"""Lists of goods as Vietnamese customers write them: late sizes, values behind a comma, half a line swapped."""

import pytest

from nlu import CartItem, Context, Lexicon, OptionWords, ProductWords, ValueWords, VariantWords, parse


def option(name: str, *values: str) -> OptionWords:
    return OptionWords(name, ("",), tuple(ValueWords(value, ("",)) for value in values))


def goods(sku: str, *names: str, options: tuple[OptionWords, ...] = ()) -> ProductWords:
    chosen: list[dict[str, str]] = [{}]
    for own in options:
        chosen = [{**one, own.name: value.value} for one in chosen for value in own.values]
    variants = tuple(VariantWords("/".join([sku, *one.values()]), one) for one in chosen)
    return ProductWords(sku=sku, names=names, category=(), options=options, variants=variants)


COLOUR = option("Màu", "Đen", "Tím than", "Be")
SIZE = option("Size", "36", "38", "40")
STALL = Lexicon.build(
    (
        goods("SANDAL", "Dép quai hậu", options=(COLOUR, SIZE)),
        goods("SCARF", "Khăn choàng len", options=(COLOUR,)),
        goods("LIGHT1", "Đèn pin đội đầu", "đèn pin", options=(option("Loại", "Thường", "Sạc điện"),)),
        goods("ROMPER", "Áo liền quần em bé", options=(option("Tháng", "0–3M", "3–6M"),)),
        goods("SOAP", "Nước rửa bát trà", options=(option("Dung tích", "Túi 2 L", "Can 4 L"),)),
        goods("RACK", "Tạ chuông", "tạ"),
        goods("OIL", "Dầu xả bưởi", options=(option("Chai", "200 ml", "400 ml"),)),
    )
)  # fmt: skip


def wishes(text: str, **scene: object) -> list[tuple[str | None, int | None]]:
    found = parse(text, Context(STALL, **scene))  # type: ignore[arg-type]
    return [(item.variant_sku, item.quantity) for item in found.items]


@pytest.mark.parametrize(
    "text",
    [
        "lấy 3 dép quai hậu, 2 đen 1 tím than, size 38 hết nha",
        "dép quai hậu 2 đôi đen 1 đôi tím than size 38",
        "lay 3 dep quai hau, 2 den 1 tim than size 38",
    ],
)
def test_a_size_told_last_holds_for_all_shares(text: str) -> None:
    assert wishes(text) == [("SANDAL/Đen/38", 2), ("SANDAL/Tím than/38", 1)]


def test_numbers_that_happen_to_add_up_are_no_total() -> None:
    told = [("SCARF/Be", 2), ("SCARF/Đen", 1), ("SCARF/Tím than", 1)]

    assert wishes("2 khăn choàng len be, 1 đen, 1 tím than") == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("dep quai hau tim than 36 2 doi, den 38 1 doi", [("SANDAL/Tím than/36", 2), ("SANDAL/Đen/38", 1)]),
        ("dép quai hậu đen size 36, 38, 40 mỗi size 1 đôi", [(f"SANDAL/Đen/{n}", 1) for n in (36, 38, 40)]),
        ("khan choang len be 3 cai, den 2 cai", [("SCARF/Be", 3), ("SCARF/Đen", 2)]),
        ("lay 2 khan choang len be voi 1 den", [("SCARF/Be", 2), ("SCARF/Đen", 1)]),
    ],
)
def test_values_go_on_behind_a_comma(text: str, told: list[tuple[str, int]]) -> None:
    assert wishes(text) == told


def test_black_is_no_code_of_a_lamp() -> None:
    assert wishes("khăn choàng len đen 1 cái") == [("SCARF/Đen", 1)]
    assert [item.product_sku for item in parse("lấy LIGHT1 nha", Context(STALL)).items] == ["LIGHT1"]


def test_what_looks_like_a_day_may_be_a_size() -> None:
    found = parse("2 áo liền quần em bé 3-6m", Context(STALL))

    assert [(item.variant_sku, item.quantity) for item in found.items] == [("ROMPER/3–6M", 2)]
    assert not found.dates
    assert parse("giao ngày 3-6 nha", Context(STALL)).dates


def test_what_comes_as_the_neighbour_never_does_is_another_product() -> None:
    assert wishes("3 dép quai hậu đen 38 vs 1 nc rua bat tui 2l") == [
        ("SANDAL/Đen/38", 3),
        ("SOAP/Túi 2 L", 1),
    ]


def test_a_word_that_only_looks_like_a_dozen_or_the_first() -> None:
    assert wishes("2 tạ chuông") == [("RACK", 2)]
    assert wishes("chai dầu xả 200ml 2 chai") == [("OIL/200 ml", 2)]


def test_a_number_of_all_before_one_of_each() -> None:
    assert wishes("3 khăn choàng len mỗi màu 1 cái") == [
        ("SCARF/Đen", 1),
        ("SCARF/Tím than", 1),
        ("SCARF/Be", 1),
    ]


def test_half_a_line_goes_over_to_another_value() -> None:
    found = parse("đổi 1 cái sang màu be", Context(STALL, cart=(CartItem("SCARF", "SCARF/Đen", 2),)))

    assert [(i.variant_sku, i.quantity, i.change) for i in found.items] == [
        ("SCARF/Đen", 1, "remove"),
        ("SCARF/Be", 1, "add"),
    ]


def test_another_number_of_one_beside_something_more() -> None:
    cart = (CartItem("RACK", "RACK", 4),)

    found = parse("tạ chuông lấy 3 thôi, thêm 1 khăn choàng len be", Context(STALL, cart=cart))

    assert [(i.variant_sku, i.quantity, i.change) for i in found.items] == [
        ("RACK", 3, "set"),
        ("SCARF/Be", 1, "add"),
    ]


def test_the_same_size_is_that_of_the_cart() -> None:
    cart = (CartItem("SANDAL", "SANDAL/Đen/40", 1),)

    assert wishes("thêm 1 đôi be size đó nữa", cart=cart) == [("SANDAL/Be/40", 1)]


def test_another_colour_in_the_same_size_takes_the_place_of_what_is_there() -> None:
    cart = (CartItem("SANDAL", "SANDAL/Đen/40", 1),)
    text = "shop ơi đôi dép quai hậu mới đặt hồi nãy, đổi dùm mình qua màu be nghen, vẫn size đó"

    (found,) = parse(text, Context(STALL, cart=cart)).items

    assert (found.variant_sku, found.change, found.replaces) == ("SANDAL/Be/40", "replace", "SANDAL/Đen/40")


def test_praise_names_no_size() -> None:
    found = parse("chai này to quá, bé mau lớn ghê", Context(STALL, shown=("OIL",)))

    assert not any(item.options for item in found.items)


@pytest.mark.parametrize("text", ["màu nào cũng được", "size nào cũng được shop ơi", "sao cũng được"])
def test_whichever_asks_nothing(text: str) -> None:
    assert not parse(text, Context(STALL, awaiting="variant", shown=("SCARF",))).question
