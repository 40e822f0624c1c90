"""Option values by unit, model number and abbreviation; numbers in words; the other one of two alike."""

import pytest

from nlu import CartItem, Context, Lexicon, OptionWords, ProductWords, ValueWords, VariantWords, parse


def product(sku: str, names: tuple[str, ...], option: str = "", values: tuple[str, ...] = ()) -> ProductWords:
    options = (OptionWords(option, (), tuple(ValueWords(v, ()) for v in values)),) if option else ()
    variants = tuple(
        VariantWords(f"{sku}-{n}", {option: v} if option else {}) for n, v in enumerate(values or ("",))
    )
    return ProductWords(sku, names, ("Đồ nghề",), options, variants)


@pytest.fixture(scope="module")
def tools() -> Lexicon:
    return Lexicon.build(
        [
            product("HOSE", ("Ống nước dẻo", "Garden hose", "정원 호스"), "Chiều dài", ("3 m", "5 m")),
            product(
                "GLASS",
                ("Kính cường lực", "Screen glass", "강화유리"),
                "Máy",
                ("Nokiaphone 15", "Nokiaphone 16"),
            ),
            product("LAMP9", ("Đèn bàn học 900", "Desk lamp 900", "책상 램프 900")),
            product("LAMP5", ("Đèn bàn học 500", "Desk lamp 500", "책상 램프 500")),
        ]
    )


@pytest.mark.parametrize(
    ("text", "sku"),
    [
        ("cho mình ống nước dẻo 5 mét", "HOSE-1"),
        ("lay ong nuoc deo 5 met", "HOSE-1"),
        ("a 5 m garden hose please", "HOSE-1"),
        ("정원 호스 5미터 주세요", "HOSE-1"),
        ("1 kính cường lực nok15", "GLASS-0"),
        ("kinh cuong luc noki 16", "GLASS-1"),
    ],
)
def test_a_value_is_known_by_its_unit_and_by_the_beginning_of_its_name(
    tools: Lexicon, text: str, sku: str
) -> None:
    assert [item.variant_sku for item in parse(text, Context(tools)).items] == [sku]


def test_a_bare_number_answers_which_one(tools: Lexicon) -> None:
    understood = parse("16", Context(tools, awaiting="variant", shown=("GLASS",)))

    assert [(item.variant_sku, item.quantity) for item in understood.items] == [("GLASS-1", None)]


@pytest.mark.parametrize(
    "text",
    [
        "đèn bàn học 900 hay 500 tốt hơn",
        "den ban hoc 900 va 500",
        "desk lamp 900 or 500?",
        "책상 램프 900이랑 500 차이",
    ],
)
def test_the_other_one_is_named_by_what_tells_it_apart(tools: Lexicon, text: str) -> None:
    assert [item.product_sku for item in parse(text, Context(tools)).items] == ["LAMP9", "LAMP5"]


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("lấy hai nha", 2),
        ("lay ba thoi", 3),
        ("make it two please", 2),
        ("I'll take four of them", 4),
        ("just one", 1),
    ],
)
def test_a_number_in_words_counts_where_goods_are_taken(tools: Lexicon, text: str, quantity: int) -> None:
    understood = parse(text, Context(tools, cart=(CartItem("LAMP9", "LAMP9-0", 1),)))

    assert understood.quantity == quantity or [item.quantity for item in understood.items] == [quantity]


@pytest.mark.parametrize("text", ["the desk one", "cái đèn bàn học đó", "the desk lamp 900 one please"])
def test_only_words_of_removal_take_something_out(tools: Lexicon, text: str) -> None:
    understood = parse(text, Context(tools, cart=(CartItem("LAMP9", "LAMP9-0", 1),)))

    assert all(item.change != "remove" for item in understood.items)


def test_a_plug_is_no_million(tools: Lexicon) -> None:
    assert parse("cho mình 1 củ sạc nhanh", Context(tools)).amounts == ()
    assert parse("tầm 1 củ thôi", Context(tools)).amounts == (1_000_000,)
