"""Numbers of goods that are shared out, or stand apart from what they count."""

import pytest

from nlu import CartItem, Context, Lexicon, OptionWords, ProductWords, ValueWords, VariantWords, parse

COLOUR = OptionWords("Màu", ("Colour",), (ValueWords("Nâu", ("Brown",)), ValueWords("Vàng", ("Yellow",))))
SIZE = OptionWords("Size", ("Size",), (ValueWords("M", ("M",)), ValueWords("L", ("L",))))


def goods(sku: str, *names: str, options: tuple[OptionWords, ...] = (COLOUR,)) -> ProductWords:
    chosen: list[dict[str, str]] = [{}]
    for option in options:
        chosen = [{**one, option.name: value.value} for one in chosen for value in option.values]
    variants = tuple(VariantWords(f"{sku}-{i}", one) for i, one in enumerate(chosen))
    return ProductWords(sku=sku, names=names, category=(), options=options, variants=variants)


STALL = Lexicon.build(
    (
        goods("VEST", "Áo gi lê", "rain vest", "조끼", options=(COLOUR, SIZE)),
        goods("CAP", "Nón vành", "cap"),
        goods("BOOT", "Ủng", "rubber boots", "장화"),
        goods("LACE", "Dây giày", "shoelaces, pack of 4 pairs", options=()),
        goods("LAMP1", "Đèn 300 lumen", "head lamp", options=()),
        goods("LAMP2", "Đèn 900 lumen", "head lamp 900", options=()),
    )
)


def wishes(text: str, **scene: object) -> list[tuple[str | None, dict[str, str], int | None]]:
    found = parse(text, Context(STALL, **scene))  # type: ignore[arg-type]
    return [(item.product_sku, item.options, item.quantity) for item in found.items]


@pytest.mark.parametrize(
    "text",
    [
        "3 rain vests in brown for the crew, one M and two L",
        "three brown rain vests: 1 M and 2 L",
        "조끼 갈색 세 벌인데 M 하나, L 두 개요",
    ],
)
def test_what_is_said_of_all_holds_for_every_share(text: str) -> None:
    assert wishes(text) == [
        ("VEST", {"Màu": "Nâu", "Size": "M"}, 1),
        ("VEST", {"Màu": "Nâu", "Size": "L"}, 2),
    ]


@pytest.mark.parametrize(
    "text",
    ["two caps, one brown one yellow", "2 caps: brown and yellow", "장화 두 켤레 (갈색 하나 노란색 하나)"],
)
def test_shares_replace_the_number_they_add_up_to(text: str) -> None:
    found = wishes(text)

    assert [(options, quantity) for _, options, quantity in found] == [
        ({"Màu": "Nâu"}, 1),
        ({"Màu": "Vàng"}, 1),
    ]


def test_one_each_counts_all_that_was_named() -> None:
    assert wishes("a brown cap and yellow rubber boots, one each") == [
        ("CAP", {"Màu": "Nâu"}, 1),
        ("BOOT", {"Màu": "Vàng"}, 1),
    ]
    assert wishes("i want a cap and the shoelaces, 2 of each") == [("CAP", {}, 2), ("LACE", {}, 2)]


def test_pairs_of_something_name_no_pack_of_pairs() -> None:
    assert wishes("4 pairs of the rubber boots in brown") == [("BOOT", {"Màu": "Nâu"}, 4)]


@pytest.mark.parametrize("text", ["ok i take just the 2", "then only the last two please", "just those two"])
def test_the_two_counts_pieces(text: str) -> None:
    cart = (CartItem("LACE", "LACE-0", 1),)

    assert [quantity for _, _, quantity in wishes(text, cart=cart)] == [2]


@pytest.mark.parametrize("text", ["do you sell caps?", "how much is the cap", "a yellow cap please", "cap"])
def test_goods_may_be_called_like_a_vietnamese_counter(text: str) -> None:
    assert [sku for sku, _, _ in wishes(text)] == ["CAP"]


def test_a_counter_stays_a_counter() -> None:
    assert wishes("2 cap ung nau") == [("BOOT", {"Màu": "Nâu"}, 2)]


def test_a_number_of_the_name_may_stand_before_it() -> None:
    assert wishes("is the 900 head lamp too heavy") == [("LAMP2", {}, None)]
    assert wishes("5 head lamps") == [("LAMP1", {}, 5)]


@pytest.mark.parametrize(
    "text", ["great, i'll take 2 and also 3 of the shoelaces", "두 개 주문할게요. 그리고 shoelaces 3개요"]
)
def test_a_number_before_other_goods_is_of_what_was_shown(text: str) -> None:
    assert [(sku, quantity) for sku, _, quantity in wishes(text, shown=("CAP",))] == [("CAP", 2), ("LACE", 3)]


def test_goods_for_so_many_people() -> None:
    room = OptionWords(
        "Cỡ", ("Size",), (ValueWords("3 người", ("3 people",)), ValueWords("5 người", ("5 people",)))
    )
    raft = Lexicon.build((goods("RAFT", "Xuồng hơi", "raft", "고무보트", options=(room,)),))

    def size(text: str) -> list[dict[str, str]]:
        return [item.options for item in parse(text, Context(raft)).items]

    for text in (
        "a raft for five",
        "5 man raft",
        "오인용 고무보트 하나",
        "xuồng hơi 5 người",
        "고무보트 5인용 두 개",
    ):
        assert size(text) == [{"Cỡ": "5 người"}], text


def test_what_is_taken_out_is_looked_for_in_the_cart() -> None:
    cart = (CartItem("BOOT", "BOOT-0", 2), CartItem("BOOT", "BOOT-1", 1))
    found = parse("take out the yellow ones, add the shoelaces instead", Context(STALL, cart=cart)).items

    assert [(item.variant_sku, item.change) for item in found] == [("BOOT-1", "remove"), ("LACE-0", "add")]


def test_a_price_beside_goods_counts_none() -> None:
    assert wishes("rain vest in brown L, can you do 250 for me, they sell it for 270") == [
        ("VEST", {"Màu": "Nâu", "Size": "L"}, None)
    ]
