"""What is in the cart, told anew: shared out, swapped on two sides, taken out beside a change, counted for each."""

import pytest

from nlu import CartItem, Context, Lexicon, Parse, parse

TEE = CartItem("TEE", "TEE-Đen-L", 3)
MUG = CartItem("MUG", "MUG-350ml", 1)
SOAP = CartItem("SOAP", "SOAP", 1)
Told = list[tuple[str | None, int | None, str | None]]


def read(text: str, lexicon: Lexicon, **scene: object) -> Parse:
    return parse(text, Context(lexicon, **scene))  # type: ignore[arg-type]


def told(understood: Parse) -> Told:
    return [(item.variant_sku, item.quantity, item.change) for item in understood.items]


@pytest.mark.parametrize(
    "text",
    [
        "khoan, 2 cái đen L thôi còn 1 cái đổi trắng L", "actually two black L and one white L",
        "à nhầm, hai đen L một trắng L nha",
    ],
)  # fmt: skip
def test_one_line_is_shared_out(text: str, lexicon: Lexicon) -> None:
    assert told(read(text, lexicon, cart=(TEE,))) == [("TEE-Đen-L", 2, "set"), ("TEE-Trắng-L", 1, "add")]


def test_two_sides_of_one_swap(lexicon: Lexicon) -> None:
    (swap,) = read("white suits her better than black. And it has to be M, not L", lexicon, cart=(TEE,)).items

    assert (swap.variant_sku, swap.replaces) == ("TEE-Trắng-M", "TEE-Đen-L")


@pytest.mark.parametrize(
    "text",
    [
        "scrap the soap, we have plenty. And make it two bamboo bottles",
        "drop the soap and make it 2 bamboo bottles",
    ],
)
def test_one_goes_and_the_other_is_counted_anew(text: str, lexicon: Lexicon) -> None:
    changes = told(read(text, lexicon, cart=(SOAP, MUG)))

    assert ("SOAP", None, "remove") in changes
    assert [count for _, count, change in changes if change != "remove"] == [2]


def test_a_number_for_each_line_of_the_cart(lexicon: Lexicon) -> None:
    understood = read("mỗi thứ 2 cái nha, để dành xài dần", lexicon, cart=(MUG, SOAP), awaiting="phone")

    assert told(understood) == [("MUG-350ml", 2, "set"), ("SOAP", 2, "set")]


@pytest.mark.parametrize(
    ("text", "wished"),
    [
        ("need 5 bear tees, three black M and two white L", [("TEE-Đen-M", 3), ("TEE-Trắng-L", 2)]),
        ("cho 4 áo phông gấu: 3 đen S, 1 trắng S", [("TEE-Đen-S", 3), ("TEE-Trắng-S", 1)]),
        ("cho 6 áo phông gấu: 3 đen S, 1 trắng S", [(None, 6), ("TEE-Đen-S", 3), ("TEE-Trắng-S", 1)]),
    ],
)
def test_parts_that_add_up_are_no_further_pieces(
    text: str, wished: list[tuple[str | None, int]], lexicon: Lexicon
) -> None:
    assert [(item.variant_sku, item.quantity) for item in read(text, lexicon).items] == wished


@pytest.mark.parametrize(
    "text", ["nhà em ở 27 Hai Bà Trưng, không phải 72", "the house is 27 Le Loi, not 72", "nó có ba cái rồi"]
)
def test_numbers_that_count_no_goods(text: str, lexicon: Lexicon) -> None:
    understood = read(text, lexicon, cart=(TEE,))

    assert (understood.quantity, understood.items) == (None, ())


@pytest.mark.parametrize("text", ["okkk", "okk nha", "yessss", "chốttt"])
def test_letters_drawn_out_make_no_other_word(text: str, lexicon: Lexicon) -> None:
    assert read(text, lexicon, cart=(TEE,), awaiting="confirm").yes


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Bui Van Huy", "Bui Van Huy"), ("cô Sáu, Trần Thị Sáu", "Trần Thị Sáu"),
        ("cháu cứ ghi cho bà là Vũ Thị Mận", "Vũ Thị Mận"), ("Chị Phan Thanh Hà", "Phan Thanh Hà"),
        ("it will be my colleague, Ingrid Solberg", "Ingrid Solberg"),
    ],
)  # fmt: skip
def test_the_name_in_an_answer_of_more_words(text: str, name: str, lexicon: Lexicon) -> None:
    understood = read(text, lexicon, cart=(TEE,), awaiting="name")

    assert understood.name is not None
    assert understood.name.value == name
