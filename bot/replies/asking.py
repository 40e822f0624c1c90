"""Questions for what is missing, one at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.replies.cards import product_name
from bot.replies.texts import say
from core.catalogue.models import Product
from core.ports.addresses import AddressReading


@dataclass(frozen=True)
class OpenValues:
    """An option that is still open, with the values that can be had."""

    option: dict[str, Any]
    values: tuple[str, ...]

    def shown(self, language: str) -> list[str]:
        """As this language calls them; the order of the catalogue says which belongs to which."""
        names = self.option["values"]
        english = self.option.get("values_en") or []
        if language == "vi" or len(english) != len(names):
            return list(self.values)
        return [english[names.index(value)] for value in self.values]

    def name(self, language: str) -> str:
        english = self.option.get("name_en") if language != "vi" else ""
        return str(english or self.option["name"]).lower()


def open_values(product: Product, known: Mapping[str, str], available: Mapping[str, int]) -> list[OpenValues]:
    """The options not told yet, each with what is in stock beside what was told."""
    buyable = [
        v
        for v in product.variants
        if v.active
        and available.get(v.id, 0) > 0
        and all(v.option_values.get(name) == value for name, value in known.items())
    ]
    return [
        OpenValues(
            option,
            tuple(
                value
                for value in option["values"]
                if any(v.option_values.get(option["name"]) == value for v in buyable)
            ),
        )
        for option in product.options
        if option["name"] not in known
    ]


def ask_variant(language: str, product: Product, choices: Sequence[OpenValues]) -> str:
    return say(
        language,
        "ask_variant",
        options=" & ".join(choice.name(language) for choice in choices),
        name=product_name(product, language),
        values="; ".join("/".join(choice.shown(language)) for choice in choices),
    )


def ask_for(language: str, part: str, *, payment_methods: Sequence[str] | None = None) -> str:
    if part == "payment" and payment_methods is not None and len(payment_methods) == 1:
        return say(
            language, "ask_payment_cod_only" if payment_methods[0] == "cod" else "ask_payment_transfer_only"
        )
    return say(language, f"ask_{part}")


def ask_for_address(language: str, text: str, reading: AddressReading) -> tuple[str, str]:
    """(what is awaited, the question): candidates when there are some, else the first missing level."""
    if reading.candidates:
        places = "; ".join(candidate.text for candidate in reading.candidates[:3])
        return "ward", say(language, "ask_which_address", candidates=places)
    street = text[:80]
    for level in ("street", "province", "district", "ward"):
        if level in reading.missing:
            if level == "street":
                return "address", say(language, "ask_street")
            if level == "ward":
                return "ward", say(language, "ask_ward", street=street)
            return "address", say(language, "ask_province", street=street)
    return "address", say(language, "ask_address")
