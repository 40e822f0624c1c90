"""Invented shops of different trades, from which the slots of the utterances are filled."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from nlu.lexicon import Lexicon
from nlu.models import OptionWords, ProductWords, ValueWords, VariantWords

FOLDER = Path(__file__).parent / "catalogues"
_COLOUR_NAMES = frozenset({"Màu", "Colour"})
KOREAN = {
    "Black": ("검정", "블랙", "검정색"), "White": ("흰색", "화이트"), "Navy": ("네이비", "남색"), "Beige": ("베이지",),
    "Red": ("빨강", "레드", "빨간색"), "Pink": ("핑크", "분홍색"), "Grey": ("회색", "그레이"),
    "Brown": ("브라운", "갈색"),
    "Yellow": ("노랑", "노란색"), "Blue": ("블루", "파란색"), "Purple": ("보라색",), "Cream": ("크림", "아이보리"),
}  # fmt: skip


@dataclass(frozen=True)
class Shop:
    name: str
    products: tuple[ProductWords, ...]
    english: dict[str, str]
    """SKU → English name."""
    lexicon: Lexicon

    def names(self, product: ProductWords, language: str) -> list[str]:
        """What people who write this language call it."""
        korean = [name for name in product.names if _is_hangul(name)]
        if language == "ko" and korean:
            return korean
        if language == "en":
            return [self.english[product.sku]]
        return [name for name in product.names if not _is_hangul(name) and name != self.english[product.sku]]


@lru_cache
def shops() -> tuple[Shop, ...]:
    return tuple(_shop(path) for path in sorted(FOLDER.glob("*.json")))


def is_colour(option: OptionWords) -> bool:
    return option.name in _COLOUR_NAMES


def is_size(option: OptionWords) -> bool:
    return option.name in ("Size", "Cỡ")


def _shop(path: Path) -> Shop:
    data = json.loads(path.read_text("utf-8"))
    products = tuple(map(_product, data["products"]))
    english = {entry["sku"]: entry["name_en"] for entry in data["products"]}
    return Shop(data["shop"], products, english, Lexicon.build(products))


def _product(entry: dict[str, object]) -> ProductWords:
    options = tuple(map(_option, entry["options"]))  # type: ignore[call-overload]
    return ProductWords(
        sku=str(entry["sku"]),
        names=(str(entry["name"]), str(entry["name_en"]), *entry["aliases"]),  # type: ignore[misc]
        category=(str(entry["category"]), str(entry["category_en"])),
        options=options,
        variants=tuple(
            VariantWords(f"{entry['sku']}-{number}", chosen)
            for number, chosen in enumerate(_choices(options))
        ),
    )


def _option(entry: dict[str, list[str]]) -> OptionWords:
    values = zip(entry["values"], entry["values_en"], strict=True)
    return OptionWords(
        str(entry["name"]),
        (str(entry["name_en"]),),
        tuple(ValueWords(value, (english,)) for value, english in values),
    )


def _choices(options: tuple[OptionWords, ...]) -> list[dict[str, str]]:
    chosen: list[dict[str, str]] = [{}]
    for option in options:
        chosen = [{**before, option.name: value.value} for before in chosen for value in option.values]
    return chosen


def _is_hangul(name: str) -> bool:
    return any("\uac00" <= c <= "\ud7a3" for c in name)
