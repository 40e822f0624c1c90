"""Two invented shops: one that a person can overlook, and one of ten thousand products."""

import pytest

from nlu import Lexicon, OptionWords, ProductWords, ValueWords, VariantWords

COLOURS = OptionWords(
    "Màu",
    ("Colour",),
    (ValueWords("Đen", ("Black",)), ValueWords("Trắng", ("White",)), ValueWords("Xanh rêu", ("Olive",))),
)
SIZES = OptionWords("Size", ("Size",), tuple(ValueWords(size, (size,)) for size in ("S", "M", "L", "2XL")))
VOLUMES = OptionWords(
    "Dung tích", ("Volume",), (ValueWords("350ml", ("350ml",)), ValueWords("500ml", ("500ml",)))
)


def product(sku: str, names: tuple[str, ...], category: str, *options: OptionWords) -> ProductWords:
    chosen: list[dict[str, str]] = [{}]
    for option in options:
        chosen = [{**before, option.name: value.value} for before in chosen for value in option.values]
    variants = tuple(VariantWords("-".join([sku, *map(str, c.values())]), c) for c in chosen)
    return ProductWords(sku, names, (category,), options, variants)


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return Lexicon.build(
        [
            product("TEE", ("Áo phông gấu", "Bear tee", "곰 티셔츠"), "Áo", COLOURS, SIZES),
            product("COAT", ("Áo mưa cánh dơi", "Bat-wing raincoat", "우비"), "Áo", COLOURS, SIZES),
            product("MUG", ("Bình nước tre", "Bamboo bottle", "대나무 물병"), "Đồ bếp", VOLUMES),
            product("SOAP", ("Xà bông bồ kết", "Locust soap", "비누"), "Tắm gội"),
        ]
    )


@pytest.fixture(scope="session")
def big_lexicon() -> Lexicon:
    syllables = (
        ["ba", "be", "bo", "ca", "ce", "co", "da", "de", "do", "ga", "ge", "go", "la", "le", "lo", "ma", "me",
            "mo", "na", "ne", "no", "ra", "re", "ro", "sa", "se", "so", "ta", "te", "to"]
    )  # fmt: skip
    return Lexicon.build(
        product(
            f"B{n}",
            (f"Áo {syllables[n % 30]}n {syllables[n // 30 % 30]}t {syllables[n // 900 % 30]}ng mẫu {n}",),
            f"Loại {n % 40}",
            COLOURS,
            SIZES,
        )
        for n in range(10_000)
    )
