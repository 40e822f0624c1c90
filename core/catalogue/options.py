"""Options (colour, size, …) and the variants that they make."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product as combinations
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.actor import Actor
from core.catalogue.editing import editable, write_product
from core.catalogue.folding import fold
from core.catalogue.models import Product, Variant
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from core.money import Dong

MAX_OPTIONS = 3
MAX_VALUES = 100
MAX_VARIANTS = 1_000
_CODE = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Edit:
    """Who changes which product, and which version of it they saw."""

    session: Session
    sku: str
    actor: Actor
    now: datetime
    expected_version: int | None = None

    def product(self) -> Product:
        return editable(self.session, self.sku, self.actor)

    def write(self, product: Product, action: str, data: Mapping[str, Any], **values: Any) -> Product:
        return write_product(
            self.session, product, values, action=action, data=data, actor=self.actor, now=self.now,
            expected_version=self.expected_version,
        )  # fmt: skip


@dataclass(frozen=True)
class Pricing:
    """For new variants. Without a price: that of the variants there are, when they all have the same."""

    price: int | None = None
    cost: int | None = None
    weight_g: int | None = None


def add_option(edit: Edit, *, name: str, name_en: str, value: str, value_en: str) -> Product:
    """`value` is what all variants that are there already have."""
    product = edit.product()
    if any(fold(option["name"]) == fold(name) for option in product.options):
        raise Conflict("option_taken", f"{product.sku} has an option {name} already. Add a value to it.", {})
    if len(product.options) >= MAX_OPTIONS:
        raise Invalid("too_many_options", f"A product has at most {MAX_OPTIONS} options.", {})
    added = {"name": name, "name_en": name_en, "values": [value], "values_en": [value_en] if value_en else []}
    options = [*product.options, added]
    for variant in product.variants:
        _give_values(variant, options, {**variant.option_values, name: value})
    return edit.write(product, "option.added", {"option": name, "value": value}, options=options)


def remove_option(edit: Edit, *, name: str) -> Product:
    """Refused where two variants would be the same without it."""
    product = edit.product()
    _option(product, name)
    options = [option for option in product.options if option["name"] != name]
    left: dict[tuple[str, ...], str] = {}
    for variant in product.variants:
        values = {key: value for key, value in variant.option_values.items() if key != name}
        twin = left.setdefault(tuple(values[option["name"]] for option in options), variant.sku)
        if twin != variant.sku:
            raise Conflict(
                "variants_would_be_same",
                f"Without {name} the variants {twin} and {variant.sku} would be the same. "
                "Remove its values one by one until one is left.",
                {"skus": [twin, variant.sku]},
            )
        _give_values(variant, options, values)
    return edit.write(product, "option.removed", {"option": name}, options=options)


def add_value(edit: Edit, *, option: str, value: str, value_en: str) -> Product:
    """Makes no variant: `make_missing_variants` does."""
    product = edit.product()
    chosen = _option(product, option)
    _refuse_taken(chosen, value)
    if len(chosen["values"]) >= MAX_VALUES:
        raise Invalid("too_many_values", f"An option has at most {MAX_VALUES} values.", {})
    changed = {
        **chosen, "values": [*chosen["values"], value], "values_en": _english(chosen, value, value_en)
    }  # fmt: skip
    options = _with_option(product, changed)
    return edit.write(product, "option_value.added", {"option": option, "value": value}, options=options)


def rename_value(edit: Edit, *, option: str, value: str, new_value: str, new_value_en: str | None) -> Product:
    """In the option and in every variant; orders keep the words they were placed with."""
    product = edit.product()
    chosen = _option(product, option)
    at = _position(chosen, value)
    if new_value != value:
        _refuse_taken({**chosen, "values": [v for v in chosen["values"] if v != value]}, new_value)
    values = [*chosen["values"][:at], new_value, *chosen["values"][at + 1 :]]
    english = _english(chosen)
    if new_value_en is not None or english:
        english = english or list(values)
        english[at] = new_value_en if new_value_en is not None else english[at]
    changed = {**chosen, "values": values, "values_en": english}
    options = _with_option(product, changed)
    for variant in product.variants:
        own = variant.option_values
        _give_values(variant, options, {**own, option: new_value} if own.get(option) == value else own)
    data = {"option": option, "before": value, "after": new_value}
    return edit.write(product, "option_value.renamed", data, options=options)


def remove_value(edit: Edit, *, option: str, value: str) -> Product:
    """With its variants, where none of them was ever stocked or sold."""
    product = edit.product()
    chosen = _option(product, option)
    at = _position(chosen, value)
    if len(chosen["values"]) == 1:
        raise Conflict("last_value", f"{value} is the only value of {option}. Remove the option instead.", {})
    going = [variant for variant in product.variants if variant.option_values.get(option) == value]
    if len(going) == len(product.variants):
        raise Conflict(
            "last_variant", f"All variants have {option} {value}: a product needs one variant.", {}
        )
    _delete(edit.session, going, f"{option} {value}")
    english = _english(chosen)
    changed = {
        **chosen,
        "values": [v for v in chosen["values"] if v != value],
        "values_en": english[:at] + english[at + 1 :],
    }
    data = {"option": option, "value": value, "variants": [variant.sku for variant in going]}
    return edit.write(product, "option_value.removed", data, options=_with_option(product, changed))


def make_missing_variants(edit: Edit, *, pricing: Pricing) -> Product:
    """One variant for each combination of values that has none yet."""
    product = edit.product()
    there = {_key(product.options, variant.option_values) for variant in product.variants}
    wanted = [
        values
        for values in combinations(*(option["values"] for option in product.options))
        if values not in there
    ]
    if not wanted:
        raise Conflict(
            "no_variant_missing", f"{product.sku} has a variant for every combination already.", {}
        )
    if len(wanted) + len(product.variants) > MAX_VARIANTS:
        raise Invalid("too_many_variants", f"A product has at most {MAX_VARIANTS} variants.", {})
    names = [option["name"] for option in product.options]
    stem = _sku_stem(product)
    taken = _taken_skus(edit.session, stem)
    made = []
    for values in wanted:
        sku = free_sku(stem, values, taken)
        made.append(sku)
        _add(edit.session, product, sku, dict(zip(names, values, strict=True)), pricing)
    return edit.write(product, "variants.added", {"variants": made})


def add_variant(
    edit: Edit, *, sku: str, values: Mapping[str, str], pricing: Pricing, active: bool = True
) -> Product:
    product = edit.product()
    names = [option["name"] for option in product.options]
    if set(values) != set(names):
        raise Invalid(
            "options_incomplete", f"Give a value for each of: {', '.join(names) or '(no option)'}.", {}
        )
    for option in product.options:
        _position(option, values[option["name"]])
    twin = next((v.sku for v in product.variants if v.option_values == dict(values)), None)
    if twin is not None:
        raise Conflict("variant_exists", f"Variant {twin} has these options already.", {"sku": twin})
    if len(product.variants) >= MAX_VARIANTS:
        raise Invalid("too_many_variants", f"A product has at most {MAX_VARIANTS} variants.", {})
    if edit.session.scalar(_skus_like(Product.sku == sku, Variant.sku == sku)) is not None:
        raise Conflict("sku_taken", f"SKU {sku} exists already.", {"sku": sku})
    _add(edit.session, product, sku, dict(values), pricing, active=active)
    return edit.write(product, "variants.added", {"variants": [sku]})


def english_values(options: Sequence[Mapping[str, Any]], values: Mapping[str, str]) -> dict[str, str]:
    """The same values in English, by the options' English names, where there are any."""
    english = {}
    for option in options:
        at = option["values"].index(values[option["name"]])
        own = option.get("values_en") or []
        english[option.get("name_en") or option["name"]] = (
            own[at] if at < len(own) else values[option["name"]]
        )
    return english


def _add(
    session: Session,
    product: Product,
    sku: str,
    values: dict[str, str],
    pricing: Pricing,
    *,
    active: bool = True,
) -> None:
    prices = {variant.price for variant in product.variants}
    price = pricing.price if pricing.price is not None else prices.pop() if len(prices) == 1 else None
    if price is None:
        raise Invalid(
            "price_missing", "The variants have different prices: give the price of the new ones.", {}
        )
    first = product.variants[0]
    weight = pricing.weight_g if pricing.weight_g is not None else first.weight_g
    variant = Variant(
        id=new_id(), product_id=product.id, sku=sku, position=max(v.position for v in product.variants) + 1,
        option_values=values, option_values_en=english_values(product.options, values), price=Dong(price),
        cost=Dong(pricing.cost) if pricing.cost is not None else None, weight_g=weight, active=active, version=1,
    )  # fmt: skip
    product.variants.append(variant)


def _delete(session: Session, going: Sequence[Variant], what: str) -> None:
    """The database knows what refers to a variant: stock, orders, carts, and whatever comes later."""
    skus = [variant.sku for variant in going]
    try:
        with session.begin_nested():
            session.execute(delete(Variant).where(Variant.id.in_([variant.id for variant in going])))
    except IntegrityError:
        raise Conflict(
            "variant_in_use",
            f"{what} cannot be removed: {', '.join(skus[:5])} have stock, orders or carts. "
            "Take these variants off sale instead (active: false).",
            {"skus": skus},
        ) from None


def _option(product: Product, name: str) -> dict[str, Any]:
    found = next((option for option in product.options if option["name"] == name), None)
    if found is None:
        names = ", ".join(option["name"] for option in product.options) or "none"
        raise NotFound("option_not_found", f"{product.sku} has no option {name[:40]}. It has: {names}.", {})
    return found


def _position(option: Mapping[str, Any], value: str) -> int:
    if value not in option["values"]:
        raise NotFound(
            "option_value_not_found",
            f"{value[:40]} is no value of {option['name']}: {', '.join(option['values'][:20])}.",
            {"option": option["name"], "values": option["values"]},
        )
    return int(option["values"].index(value))


def _refuse_taken(option: Mapping[str, Any], value: str) -> None:
    """`đen` and `Đen` are one value to whoever asks for it."""
    twin = next((own for own in option["values"] if own.casefold() == value.casefold()), None)
    if twin is not None:
        raise Conflict(
            "option_value_taken", f"{option['name']} has the value {twin} already.", {"value": twin}
        )


def _with_option(product: Product, changed: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [dict(changed) if option["name"] == changed["name"] else option for option in product.options]


def _english(option: Mapping[str, Any], value: str = "", value_en: str = "") -> list[str]:
    """As many as there are values, or none; with a new value's at its end when one is given."""
    own = list(option.get("values_en") or [])
    if not own and not value_en:
        return []
    filled = own + list(option["values"][len(own) :])
    return [*filled, value_en or value] if value else filled


def _give_values(variant: Variant, options: Sequence[Mapping[str, Any]], values: dict[str, str]) -> None:
    english = english_values(options, values)
    if (values, english) != (variant.option_values, variant.option_values_en):
        variant.option_values, variant.option_values_en = values, english
        variant.version += 1


def _key(options: Sequence[Mapping[str, Any]], values: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(values[option["name"]] for option in options)


def _sku_stem(product: Product) -> str:
    return product.sku[:40]


def _skus_like(product_hit: Any, variant_hit: Any) -> Any:
    return select(Product.sku).where(product_hit).union_all(select(Variant.sku).where(variant_hit))


def _taken_skus(session: Session, stem: str) -> set[str]:
    statement = _skus_like(
        Product.sku.startswith(stem, autoescape=True), Variant.sku.startswith(stem, autoescape=True)
    )
    return set(session.scalars(statement))


def free_sku(stem: str, values: Sequence[str], taken: set[str]) -> str:
    """`AT01` with Đen and L → `AT01-DEN-L`; numbered where that is taken."""
    parts = ["".join(_CODE.findall(fold(value))).upper()[:10] for value in values]
    wanted = "-".join([stem, *filter(None, parts)])[:60]
    sku, number = wanted, 2
    while sku in taken or sku == stem:
        sku, number = f"{wanted}-{number}", number + 1
    taken.add(sku)
    return sku
