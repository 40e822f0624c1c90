"""Products that are in the shop, brought up to date by a table: by SKU, never their stock, options or variants.

An empty cell, and one that says what the shop has already, changes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from unicodedata import normalize

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.catalogue.editing import change_product, change_variant
from core.catalogue.models import Product, Variant
from core.errors import AppError
from core.exchange.effects import Changes, Effect
from core.exchange.products import (
    LISTS,
    LONG,
    SHARED,
    VAT,
    checked_product,
    read_specifications,
    read_vat,
    variant_cells,
)
from core.exchange.sheets import MAX_CELL, Line, Problems
from core.orders.archiving import archive_product, restore_product
from core.shop_file.importing import VAT_CLASS_OF_RATE

OPTION_CELLS = tuple(
    f"option{n}_{part}" for n in (1, 2, 3) for part in ("name", "name_en", "value", "value_en")
)
VARIANT_CELLS = ("price", "cost", "weight_g", "variant_on_sale")
PRODUCT_CELLS = (*SHARED, *LISTS, "vat", "specifications", "on_sale")
ARCHIVING = ("product_on_open_orders", "product_in_stock")
_CHUNK = 500


@dataclass(frozen=True)
class VariantChange:
    line: Line
    sku: str
    version: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class ProductChange:
    """`line` is the row that says so; `status` is None where it stays."""

    line: Line
    sku: str
    version: int
    values: Mapping[str, Any]
    status: str | None
    variants: Sequence[VariantChange]


def read_changes(session: Session, lines: Sequence[Line], problems: Problems) -> Changes:
    known = _known_variants(session, lines)
    groups: dict[str, list[Line]] = {}
    seen: dict[str, int] = {}
    rest = []
    for line in lines:
        variant = known.get(line.cells.get("sku", ""))
        if variant is None:
            rest.append(line)
            continue
        if variant.sku in seen:
            line.wrong("sku", f"{variant.sku} stands in row {seen[variant.sku]} already")
            continue
        seen[variant.sku] = line.number
        groups.setdefault(variant.product_id, []).append(line)
    products = _products(session, list(groups))
    parts, effects = [], []
    for product_id, group in groups.items():
        part, own = _read_group(products[product_id], known, group)
        parts.append(part)
        effects.extend(own)
    return Changes([part for part in parts if _does_anything(part)], effects, rest)


def write_changes(
    session: Session, parts: Sequence[ProductChange], *, actor: Actor, now: datetime
) -> dict[str, int]:
    """What cannot be done is noted as the row's problem; whoever calls refuses the whole then."""
    for part in parts:
        _noting(part.line, partial(_write_product, session, part, actor, now))
        for variant in part.variants:
            _noting(variant.line, partial(_write_variant, session, variant, actor, now))
    return {"changed_products": len(parts), "changed_variants": sum(len(part.variants) for part in parts)}


def _write_product(session: Session, part: ProductChange, actor: Actor, now: datetime) -> None:
    version: int | None = part.version
    if part.values:
        change_product(
            session, sku=part.sku, changes=part.values, actor=actor, now=now, expected_version=version
        )
        version = None  # it is ours until the end of the transaction
    if part.status is not None:
        move = archive_product if part.status == "archived" else restore_product
        move(session, sku=part.sku, actor=actor, now=now, expected_version=version)


def _write_variant(session: Session, part: VariantChange, actor: Actor, now: datetime) -> None:
    change_variant(
        session, sku=part.sku, changes=part.values, actor=actor, now=now, expected_version=part.version
    )


def _noting(line: Line, deed: Callable[[], object]) -> None:
    try:
        deed()
    except AppError as refusal:
        line.wrong("on_sale" if refusal.code in ARCHIVING else "sku", refusal.message)


def _read_group(
    product: Product, known: Mapping[str, Variant], group: list[Line]
) -> tuple[ProductChange, list[Effect]]:
    told: dict[int, dict[str, tuple[str, str]]] = {line.number: {} for line in group}
    variants = []
    for line in group:
        variant = known[line.cells["sku"]]
        now = {key: _cell(value) for key, value in variant_cells(product, variant).items()}
        _refuse_other_options(product, line, now)
        values = _variant_values(line, variant, now, told[line.number])
        if values:
            variants.append(VariantChange(line, variant.sku, variant.version, values))
    first, values = _product_cells(product, known, group, told)
    status = values.pop("status", None)
    change = ProductChange(first, product.sku, product.version, values, status, variants)
    effects = [
        Effect(line.number, line.cells["sku"], "changed" if told[line.number] else "same", told[line.number])
        for line in group
    ]
    return change, effects


def _refuse_other_options(product: Product, line: Line, now: Mapping[str, str]) -> None:
    said = line.cells.get("product_sku", "")
    if said and said != product.sku:
        line.wrong("product_sku", f"{line.cells['sku']} is a variant of {product.sku}, which stays so")
    for key in OPTION_CELLS:
        cell = line.cells.get(key, "")
        if cell and cell != now.get(key, ""):
            line.wrong(key, f"is “{now.get(key, '')}” in the shop: change options on the product's page")


def _variant_values(
    line: Line, variant: Variant, now: Mapping[str, str], told: dict[str, tuple[str, str]]
) -> dict[str, Any]:
    read: dict[str, Any] = {
        "price": line.amount("price"),
        "cost": line.amount("cost"),
        "weight_g": line.amount("weight_g", most=2_000_000, what="a weight in grams"),
        "variant_on_sale": line.flag("variant_on_sale", default=variant.active),
    }
    values = {}
    for key, value in read.items():
        name = "active" if key == "variant_on_sale" else key
        if value is not None and value != getattr(variant, name):
            values[name] = value
            told[key] = (now[key], line.cells[key])
    return values


def _product_cells(
    product: Product,
    known: Mapping[str, Variant],
    group: list[Line],
    told: Mapping[int, dict[str, tuple[str, str]]],
) -> tuple[Line, dict[str, Any]]:
    """The row that says something new about the product, and the product's fields as they shall be."""
    now = {key: _cell(v) for key, v in variant_cells(product, known[group[0].cells["sku"]]).items()}
    found: dict[str, Line] = {}
    values: dict[str, Any] = {}
    for line in group:
        for key in PRODUCT_CELLS:
            cell = line.cells.get(key, "")
            if not cell or cell == now[key]:
                continue
            field = {"vat": "vat_class", "on_sale": "status"}.get(key, key)
            value = _means(line, key)
            if key in found and found[key].cells[key] != cell:
                line.wrong(key, f"differs from row {found[key].number} of the same product {product.sku}")
            elif key not in found and value != getattr(product, field):
                found[key], values[field] = line, value
                told[line.number][key] = (now[key], cell)
    first = next(iter(found.values()), group[0])
    whole = {name: values.get(name, getattr(product, name)) for name in (*SHARED, *LISTS, "specifications")}
    checked_product({**whole, "sku": product.sku, "variants": [{"sku": product.sku, "price": 0}]}, [first])
    return first, values


def _means(line: Line, key: str) -> Any:
    """What a product's cell says."""
    if key in LISTS:
        return line.parts(key)
    if key == "specifications":
        return read_specifications(line)
    if key == "on_sale":
        return "active" if line.flag(key, default=True) else "archived"
    if key == "vat":
        vat = read_vat(line)
        return VAT_CLASS_OF_RATE[VAT[vat]] if vat in VAT else ""
    return line.text(key, longest=MAX_CELL if key in LONG else 300)


def _cell(value: Any) -> str:
    return "" if value is None else normalize("NFC", str(value)).strip()


def _does_anything(part: ProductChange) -> bool:
    return bool(part.values or part.status or part.variants)


def _known_variants(session: Session, lines: Sequence[Line]) -> dict[str, Variant]:
    skus = list({line.cells.get("sku", "") for line in lines})
    found: dict[str, Variant] = {}
    for start in range(0, len(skus), _CHUNK):
        rows = session.scalars(select(Variant).where(Variant.sku.in_(skus[start : start + _CHUNK])))
        found |= {variant.sku: variant for variant in rows}
    return found


def _products(session: Session, ids: Sequence[str]) -> dict[str, Product]:
    found: dict[str, Product] = {}
    for start in range(0, len(ids), _CHUNK):
        rows = session.scalars(select(Product).where(Product.id.in_(ids[start : start + _CHUNK])))
        found |= {product.id: product for product in rows}
    return found
