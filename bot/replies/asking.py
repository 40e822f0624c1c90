"""Questions for what is missing, one at a time."""

from collections.abc import Sequence

from bot.replies.cards import product_name
from bot.replies.texts import say
from core.catalogue.models import Product
from core.ports.addresses import AddressReading


def ask_for(
    language: str,
    part: str,
    *,
    product: Product | None = None,
    known: dict[str, str] | None = None,
    payment_methods: Sequence[str] | None = None,
) -> str:
    if part == "variant" and product is not None:
        return _ask_variant(language, product, known or {})
    if part == "payment" and payment_methods is not None and len(payment_methods) == 1:
        return say(
            language, "ask_payment_cod_only" if payment_methods[0] == "cod" else "ask_payment_transfer_only"
        )
    return say(language, f"ask_{part}")


def _ask_variant(language: str, product: Product, known: dict[str, str]) -> str:
    names, values = [], []
    for option in product.options:
        if option["name"] in known:
            continue
        english = language != "vi"
        shown = (option.get("values_en") or option["values"]) if english else option["values"]
        names.append(((option.get("name_en") if english else "") or option["name"]).lower())
        values.append("/".join(shown))
    return say(
        language,
        "ask_variant",
        options=" & ".join(names),
        name=product_name(product, language),
        values="; ".join(values),
    )


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
