"""Order messages: which number counts, what is shared out, and what stands before the goods that it is said of."""

import pytest

from nlu import CartItem, Context, Lexicon, OptionWords, ProductWords, ValueWords, VariantWords, parse

COLOUR = OptionWords("Màu", ("Colour",), (ValueWords("Đỏ", ("Red",)), ValueWords("Trắng", ("White",))))
SIZE = OptionWords("Size", ("Size",), (ValueWords("M", ("M",)), ValueWords("L", ("L",))))
CARDS = OptionWords(
    "Số lá", ("Cards",), (ValueWords("36 lá", ("36 cards",)), ValueWords("52 lá", ("52 cards",)))
)
CAPACITY = OptionWords(
    "Cỡ", ("Size",), (ValueWords("200 ml", ("200 ml",)), ValueWords("400 ml", ("400 ml",)))
)


def goods(sku: str, *names: str, options: tuple[OptionWords, ...], shelf: str = "") -> ProductWords:
    chosen: list[dict[str, str]] = [{}]
    for option in options:
        chosen = [{**one, option.name: value.value} for one in chosen for value in option.values]
    variants = tuple(VariantWords(f"{sku}-{i}", one) for i, one in enumerate(chosen))
    return ProductWords(sku, names, (shelf,) if shelf else (), options, variants)


STALL = Lexicon.build(
    (
        goods("APRON", "Tạp dề", "Kitchen apron", "apron", "앞치마", options=(COLOUR, SIZE)),
        goods("BASKET", "Giỏ mây", "Picnic basket", "바구니", options=(COLOUR,), shelf="Baskets and boxes"),
        goods("BOX", "Hộp mây", "Rattan box", options=()),
        goods("DECK", "Bộ bài", "Playing deck", "트럼프 카드", options=(CARDS,)),
        goods("OIL", "Dầu dừa", "Coconut oil", "코코넛 오일", options=(CAPACITY,)),
    )
)
TWO_RED = (CartItem("BASKET", "BASKET-0", 2),)


def lines(text: str, cart: tuple[CartItem, ...] = ()) -> list[tuple[str | None, int, str | None]]:
    found = parse(text, Context(STALL, cart=cart))
    return [(m.variant_sku or m.product_sku, m.quantity or 1, m.change) for m in found.items]


@pytest.mark.parametrize(
    ("text", "wished"),
    [
        ("2 picnic baskets please, one red one white", [("BASKET-0", 1), ("BASKET-1", 1)]),
        ("two aprons, red, M and L", [("APRON-0", 1), ("APRON-1", 1)]),
        ("one apron each in M and L, white please", [("APRON-2", 1), ("APRON-3", 1)]),
        ("two aprons in red, M and L, plus a rattan box", [("APRON-0", 1), ("APRON-1", 1), ("BOX-0", 1)]),
        ("picnic baskets, one of each colour", [("BASKET-0", 1), ("BASKET-1", 1)]),
        ("바구니 색깔별로 하나씩 주세요", [("BASKET-0", 1), ("BASKET-1", 1)]),
        ("a 52 card playing deck n a white picnic basket", [("DECK-1", 1), ("BASKET-1", 1)]),
        ("트럼프 카드 36장짜리 두 개요", [("DECK-0", 2)]),
        ("a big bottle of coconut oil and half a dozen rattan boxes", [("OIL-1", 1), ("BOX-0", 6)]),
        ("1) red picnic basket 2) rattan box", [("BASKET-0", 1), ("BOX-0", 1)]),
        ("코코넛 오일 200ml 하나, 바구니 흰색 둘", [("OIL-0", 1), ("BASKET-1", 2)]),
    ],
)
def test_every_line_gets_its_own_variant_and_number(text: str, wished: list[tuple[str, int]]) -> None:
    assert [(sku, quantity) for sku, quantity, _ in lines(text)] == wished


@pytest.mark.parametrize("text", ["바구니 2개 말고 3개로요", "3 picnic baskets instead of 2"])
def test_a_number_that_is_given_up_counts_nothing(text: str) -> None:
    assert lines(text, TWO_RED) == [("BASKET-0", 3, "set")]


@pytest.mark.parametrize("text", ["하나는 흰색으로 바꿔주세요", "make one of the picnic baskets white"])
def test_some_of_a_line_leave_the_rest_as_it_is(text: str) -> None:
    assert lines(text, TWO_RED) == [("BASKET-0", 1, "remove"), ("BASKET-1", 1, "add")]


@pytest.mark.parametrize("text", ["2 picnic baskets white, 1 rattan box", "white picnic baskets x2"])
def test_goods_named_in_english_alone_tell_the_language(text: str) -> None:
    assert parse(text, Context(STALL)).language == "en"
