"""Products as a table: one row a variant; rows of one `product_sku` are one product."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from core.actor import Actor
from core.catalogue.models import Product, Variant
from core.exchange.sheets import MAX_CELL, Column, Line, Problems, Progress
from core.shop_file.exporting import RATE_OF_VAT_CLASS
from core.shop_file.importing import add_products
from core.shop_file.schema import ProductPart
from core.stock.models import StockLevel, Warehouse

STOCK = "stock:"
MAX_PIECES = 1_000_000
SHARED = (
    "name", "name_en", "category", "category_en", "brand", "description", "description_en", "size_chart",
    "size_chart_en",
)  # fmt: skip
LISTS = ("aliases", "images", "related")
LONG = frozenset({"description", "description_en", "size_chart", "size_chart_en"})
OF_PRODUCT = (*SHARED, *LISTS, "vat", "specifications", "on_sale")
VAT = {
    "": 8,
    "0": 0,
    "5": 5,
    "8": 8,
    "10": 10,
    "none": None,
    "khong chiu thue": None,
    "không chịu thuế": None,
}
COLUMNS = (
    Column("sku", ("mã hàng", "mã biến thể", "variant sku"), required=True),
    Column("product_sku", ("mã sản phẩm", "mã nhóm")),
    Column("name", ("tên", "tên hàng", "tên sản phẩm")),
    Column("name_en", ("tên tiếng anh", "english name")),
    Column("category", ("danh mục", "nhóm hàng", "loại hàng")),
    Column("category_en", ("danh mục tiếng anh",)),
    Column("brand", ("thương hiệu", "hãng")),
    Column("description", ("mô tả",)),
    Column("description_en", ("mô tả tiếng anh",)),
    Column("vat", ("thuế", "thuế gtgt", "vat rate")),
    Column("aliases", ("tên gọi khác",)),
    Column("specifications", ("thông số",)),
    Column("size_chart", ("bảng size",)),
    Column("size_chart_en"),
    Column("images", ("ảnh", "hình ảnh")),
    Column("related", ("bán kèm",)),
    Column("on_sale", ("đang bán",)),
    *(
        Column(f"option{n}_{part}", names)
        for n in (1, 2, 3)
        for part, names in (
            ("name", (f"thuộc tính {n}",)), ("name_en", ()), ("value", (f"giá trị {n}",)), ("value_en", ()),
        )
    ),
    Column("price", ("giá", "giá bán"), required=True),
    Column("cost", ("giá vốn",)),
    Column("weight_g", ("khối lượng", "cân nặng (g)")),
    Column("variant_on_sale", ("biến thể đang bán",)),
)  # fmt: skip


def read_products(lines: Sequence[Line], problems: Problems, progress: Progress | None) -> list[ProductPart]:
    groups: dict[str, list[Line]] = {}
    seen: dict[str, int] = {}
    for line in lines:
        sku = line.text("sku", longest=64)
        if not sku:
            line.wrong("sku", "is empty: each row needs a SKU")
            continue
        if sku in seen:
            line.wrong("sku", f"{sku} stands in row {seen[sku]} already")
        seen.setdefault(sku, line.number)
        groups.setdefault(line.text("product_sku", longest=64) or sku, []).append(line)
    parts, done = [], 0
    for sku, group in groups.items():
        before = problems.count
        data = _product(sku, group)
        part = checked_product(data, group) if problems.count == before else None
        if part is not None:
            parts.append(part)
        done += len(group)
        if progress is not None and done % 500 < len(group):
            progress(done, len(lines))
    return parts


def check_products(session: Session, lines: Sequence[Line], problems: Problems) -> None:
    """What only the shop knows: SKUs that are taken, warehouses that are not there."""
    taken = set(session.scalars(select(Product.sku))) | set(session.scalars(select(Variant.sku)))
    codes = set(session.scalars(select(Warehouse.code)))
    for line in lines:
        if line.cells.get("sku", "") in taken:
            line.wrong(
                "sku",
                f"{line.cells['sku'][:64]} is in the shop already: leave the row out, or change it there",
            )
        group = line.cells.get("product_sku", "")
        if group in taken and group != line.cells.get("sku"):
            line.wrong(
                "product_sku", f"{group[:64]} is in the shop already: leave the row out, or change it there"
            )
    for key in lines[0].cells if lines else ():
        if key.lower().startswith(STOCK) and key[len(STOCK) :].strip() not in codes:
            lines[0].wrong(
                key, f"there is no warehouse {key[len(STOCK) :].strip()[:40]}: {', '.join(sorted(codes))}"
            )


def write_products(
    session: Session, parts: list[ProductPart], *, actor: Actor, now: datetime
) -> dict[str, int]:
    add_products(session, parts, now=now, actor=actor)
    return {"products": len(parts), "variants": sum(len(part.variants) for part in parts)}


def product_columns(session: Session) -> list[str]:
    codes = session.scalars(select(Warehouse.code).order_by(Warehouse.code))
    return [column.key for column in COLUMNS] + [f"{STOCK}{code}" for code in codes]


def product_rows(session: Session) -> Iterator[dict[str, Any]]:
    """As `read_products` takes them. Stock is what is on hand."""
    stock = _stock(session)
    products = session.scalars(
        select(Product)
        .where(Product.status == "active")
        .order_by(Product.id)
        .options(selectinload(Product.variants))
        .execution_options(yield_per=500)
    )
    for product in products:
        for variant in product.variants:
            counted = stock.get(variant.id, {})
            yield variant_cells(product, variant) | {f"{STOCK}{code}": n for code, n in counted.items()}


def variant_cells(product: Product, variant: Variant) -> dict[str, Any]:
    """The row of a variant, without its stock."""
    return {
        "sku": variant.sku,
        "product_sku": product.sku,
        **{name: getattr(product, name) for name in SHARED},
        **{name: " | ".join(getattr(product, name)) for name in LISTS},
        "vat": "none" if (rate := RATE_OF_VAT_CLASS[product.vat_class]) is None else rate,
        "specifications": " | ".join(f"{s['name']}: {s['value']}" for s in product.specifications),
        "on_sale": int(product.status == "active"),
        **_option_cells(product, variant),
        "price": variant.price,
        "cost": variant.cost,
        "weight_g": variant.weight_g,
        "variant_on_sale": int(variant.active),
    }


def _stock(session: Session) -> dict[str, dict[str, int]]:
    stock: dict[str, dict[str, int]] = {}
    rows = session.execute(
        select(StockLevel.variant_id, Warehouse.code, StockLevel.on_hand).join(
            Warehouse, Warehouse.id == StockLevel.warehouse_id
        )
    )
    for variant_id, code, on_hand in rows:
        stock.setdefault(variant_id, {})[code] = on_hand
    return stock


def _option_cells(product: Product, variant: Variant) -> dict[str, str]:
    cells: dict[str, str] = {}
    for n, option in enumerate(product.options, start=1):
        value = variant.option_values[option["name"]]
        at, english = option["values"].index(value), option.get("values_en") or []
        cells |= {
            f"option{n}_name": option["name"],
            f"option{n}_name_en": option.get("name_en") or "",
            f"option{n}_value": value,
            f"option{n}_value_en": english[at] if at < len(english) else "",
        }
    return cells


def _product(sku: str, group: list[Line]) -> dict[str, Any]:
    first = group[0]
    for line in group[1:]:
        for key in OF_PRODUCT:
            if line.cells.get(key, "") not in ("", first.cells.get(key, "")):
                line.wrong(key, f"differs from row {first.number} of the same product {sku}")
    if not first.text("name"):
        first.wrong("name", "is empty: the first row of a product names it")
    vat = read_vat(first)
    return {
        "sku": sku,
        **{key: first.text(key, longest=MAX_CELL if key in LONG else 300) for key in SHARED},
        **{key: first.parts(key) for key in LISTS},
        "vat_rate": VAT.get(vat),
        "specifications": read_specifications(first),
        "active": first.flag("on_sale", default=True),
        "options": _options(group),
        "variants": [_variant(line) for line in group],
    }


def read_vat(line: Line) -> str:
    """A key of `VAT`, or what is wrong."""
    vat = line.text("vat").lower().removesuffix("%").strip()
    if vat not in VAT:
        line.wrong("vat", f"{vat[:40]!r} is no VAT class: write 0, 5, 8 (reduced), 10 or none")
    return vat


def read_specifications(line: Line) -> list[dict[str, str]]:
    found = []
    for part in line.parts("specifications"):
        name, colon, value = part.partition(":")
        if not colon:
            line.wrong("specifications", f"{part[:40]!r} is no “name: value”")
        found.append({"name": name.strip(), "value": value.strip()})
    return found


def _options(group: list[Line]) -> list[dict[str, Any]]:
    options = []
    for n in (1, 2, 3):
        name = group[0].text(f"option{n}_name")
        if not name:
            continue
        values: dict[str, str] = {}
        for line in group:
            values.setdefault(line.text(f"option{n}_value"), line.text(f"option{n}_value_en"))
        english = list(values.values()) if any(values.values()) else []
        options.append(
            {
                "name": name,
                "name_en": group[0].text(f"option{n}_name_en"),
                "values": list(values),
                "values_en": [e or v for v, e in zip(values, english, strict=True)] if english else [],
            }
        )
    return options


def _variant(line: Line) -> dict[str, Any]:
    price = line.amount("price")
    if price is None and not line.cells.get("price"):
        line.wrong("price", "is empty")
    stock = {
        key[len(STOCK) :].strip(): line.amount(key, most=MAX_PIECES, what="a number of pieces")
        for key, cell in line.cells.items()
        if key.lower().startswith(STOCK) and cell
    }
    options = {}
    for n in (1, 2, 3):
        name, value = line.text(f"option{n}_name"), line.text(f"option{n}_value")
        if name and not value:
            line.wrong(f"option{n}_value", f"is empty: which {name} is it?")
        if name:
            options[name] = value
    return {
        "sku": line.cells["sku"],
        "options": options,
        "price": price,
        "cost": line.amount("cost"),
        "weight_g": line.amount("weight_g", most=2_000_000, what="a weight in grams") or 0,
        "stock": stock,
        "active": line.flag("variant_on_sale", default=True),
    }


def checked_product(data: dict[str, Any], group: list[Line]) -> ProductPart | None:
    try:
        return ProductPart.model_validate(data)
    except ValidationError as error:
        for item in error.errors(include_url=False, include_context=False, include_input=False):
            place = item["loc"]
            in_variant = len(place) > 2 and place[0] == "variants" and isinstance(place[1], int)
            line = group[int(place[1])] if in_variant else group[0]
            line.wrong(str(place[-1] if place else "product"), str(item["msg"]).removeprefix("Value error, "))
        return None
