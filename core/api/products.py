"""/products, their options and /variants."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.actor import Actor
from core.api.access import (
    Authorization,
    Cursor,
    Desk,
    DeskDep,
    IdempotencyKey,
    Limit,
    change,
    create,
    read,
)
from core.api.error_handlers import REFUSALS
from core.api.paging import page_of
from core.api.schemas import In, Page, ProductOut, VariantOut
from core.api.versions import IfMatch, expected_version
from core.catalogue import options
from core.catalogue.editing import change_product, change_variant
from core.catalogue.models import Product, Variant, VatClass
from core.catalogue.pricing import profit
from core.catalogue.queries import get_product, list_products
from core.catalogue.search import search_products
from core.errors import NotFound
from core.orders.archiving import archive_product, restore_product
from core.shop_file.importing import add_products
from core.shop_file.schema import ProductPart, Short, Sku, SpecificationPart, Text

router = APIRouter(prefix="/api/v1", tags=["catalogue"], responses=REFUSALS)
Name = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^\S(.*\S)?$")]
Amount = Annotated[int, Field(ge=0, le=10**12, strict=True)]
Weight = Annotated[int, Field(ge=0, le=2_000_000, strict=True)]
Named = Annotated[str, Query(min_length=1, max_length=300)]


class ProductChangeIn(In):
    """What is left out stays as it is. Options and variants have endpoints of their own."""

    name: Name = ""
    name_en: Short = ""
    category: Short = ""
    category_en: Short = ""
    brand: Short = ""
    description: Text = ""
    description_en: Text = ""
    vat_class: VatClass = "ten_reducible"
    aliases: list[Short] = Field([], max_length=100)
    specifications: list[SpecificationPart] = Field([], max_length=200)
    size_chart: Text = ""
    size_chart_en: Text = ""
    images: list[Annotated[str, Field(max_length=2_000)]] = Field([], max_length=100)
    related: list[Sku] = Field([], max_length=20)


class VariantChangeIn(In):
    """`cost` null: not known."""

    price: Amount = 0
    cost: Amount | None = None
    weight_g: Weight = 0
    active: bool = True


class OptionIn(In):
    """`value` is what all variants that are there already have."""

    name: Name
    name_en: Short = ""
    value: Name
    value_en: Short = ""


class OptionValueIn(In):
    option: Name
    value: Name
    value_en: Short = ""


class OptionValueChangeIn(In):
    option: Name
    value: Name
    new_value: Name
    new_value_en: Short | None = None


class MissingVariantsIn(In):
    """For all that are made. Without a price: that of the variants there are, when they all have the same."""

    price: Amount | None = None
    cost: Amount | None = None
    weight_g: Weight | None = None


class VariantIn(MissingVariantsIn):
    sku: Sku
    option_values: dict[str, Short] = {}
    active: bool = True


@router.get("/products")
def products(
    desk: DeskDep,
    authorization: Authorization,
    q: Annotated[
        str, Query(max_length=200, description="Words of names, options and SKUs, begun or misspelt too.")
    ] = "",
    category: Annotated[str | None, Query(max_length=300)] = None,
    brand: Annotated[str | None, Query(max_length=300)] = None,
    status: Literal["active", "archived"] = "active",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ProductOut]:
    """Oldest first."""
    narrowed: dict[str, Any] = {
        "after": cursor, "limit": limit + 1, "category": category, "brand": brand, "status": status
    }  # fmt: skip

    def work(session: Session) -> Page[ProductOut]:
        rows = search_products(session, text=q, **narrowed) if q else list_products(session, **narrowed)
        return page_of(rows, limit, lambda row: product_out(row, desk.clock()))

    return read(desk, authorization, "products", work)


@router.get("/products/{sku}")
def product(desk: DeskDep, sku: str, response: Response, authorization: Authorization) -> ProductOut:
    """By its SKU or a variant's. `ETag` names the version that was seen; send it as `If-Match` with a change."""
    found = read(desk, authorization, "products", lambda s: get_product(s, sku))
    return _answer(desk, response, found)


@router.post("/products", status_code=201)
def add_product(
    desk: DeskDep, body: ProductPart, authorization: Authorization, once: IdempotencyKey
) -> ProductOut:
    """The same shape as a product of the shop file, opening stock included."""

    def work(session: Session, actor: Actor) -> ProductOut:
        add_products(session, [body], now=desk.clock(), actor=actor)
        return product_out(get_product(session, body.sku), desk.clock())

    return create(desk, authorization, "products", once, body.model_dump(), ProductOut, work)


@router.patch("/products/{sku}")
def edit_product(
    desk: DeskDep,
    sku: str,
    body: ProductChangeIn,
    response: Response,
    authorization: Authorization,
    if_match: IfMatch = None,
) -> ProductOut:
    def work(session: Session, actor: Actor) -> Product:
        return change_product(
            session, sku=sku, changes=body.model_dump(exclude_unset=True), actor=actor, now=desk.clock(),
            expected_version=expected_version(if_match),
        )  # fmt: skip

    return _answer(desk, response, change(desk, authorization, "products", work))


@router.post("/products/{sku}/archive")
def archive(
    desk: DeskDep,
    sku: str,
    response: Response,
    authorization: Authorization,
    keep_stock: Annotated[
        bool, Query(description="Also while pieces are on hand: they stay counted.")
    ] = False,
    if_match: IfMatch = None,
) -> ProductOut:
    """No longer sold or found; refused while open orders hold it. Nothing is ever deleted."""

    def work(session: Session, actor: Actor) -> Product:
        return archive_product(
            session, sku=sku, actor=actor, now=desk.clock(), expected_version=expected_version(if_match),
            keep_stock=keep_stock,
        )  # fmt: skip

    return _answer(desk, response, change(desk, authorization, "products", work))


@router.post("/products/{sku}/restore")
def restore(
    desk: DeskDep, sku: str, response: Response, authorization: Authorization, if_match: IfMatch = None
) -> ProductOut:
    """Sold again, as it was."""

    def work(session: Session, actor: Actor) -> Product:
        return restore_product(
            session, sku=sku, actor=actor, now=desk.clock(), expected_version=expected_version(if_match)
        )

    return _answer(desk, response, change(desk, authorization, "products", work))


@router.post("/products/{sku}/options", status_code=201)
def add_option(
    desk: DeskDep,
    sku: str,
    body: OptionIn,
    authorization: Authorization,
    once: IdempotencyKey,
    if_match: IfMatch = None,
) -> ProductOut:
    """At most three a product."""

    def work(session: Session, actor: Actor) -> ProductOut:
        edit = _edit(desk, session, sku, actor, if_match)
        return product_out(options.add_option(edit, **body.model_dump()), desk.clock())

    return create(desk, authorization, "products", once, body.model_dump(), ProductOut, work)


@router.delete("/products/{sku}/options")
def remove_option(
    desk: DeskDep,
    sku: str,
    option: Named,
    response: Response,
    authorization: Authorization,
    if_match: IfMatch = None,
) -> ProductOut:
    """Refused where two variants would be the same without it."""

    def work(session: Session, actor: Actor) -> Product:
        return options.remove_option(_edit(desk, session, sku, actor, if_match), name=option)

    return _answer(desk, response, change(desk, authorization, "products", work))


@router.post("/products/{sku}/option-values", status_code=201)
def add_option_value(
    desk: DeskDep,
    sku: str,
    body: OptionValueIn,
    authorization: Authorization,
    once: IdempotencyKey,
    if_match: IfMatch = None,
) -> ProductOut:
    """Makes no variant yet: see `variants/missing`."""

    def work(session: Session, actor: Actor) -> ProductOut:
        edit = _edit(desk, session, sku, actor, if_match)
        return product_out(options.add_value(edit, **body.model_dump()), desk.clock())

    return create(desk, authorization, "products", once, body.model_dump(), ProductOut, work)


@router.patch("/products/{sku}/option-values")
def rename_option_value(
    desk: DeskDep,
    sku: str,
    body: OptionValueChangeIn,
    response: Response,
    authorization: Authorization,
    if_match: IfMatch = None,
) -> ProductOut:
    """In every variant too; orders keep the words that they were placed with."""

    def work(session: Session, actor: Actor) -> Product:
        return options.rename_value(_edit(desk, session, sku, actor, if_match), **body.model_dump())

    return _answer(desk, response, change(desk, authorization, "products", work))


@router.delete("/products/{sku}/option-values")
def remove_option_value(
    desk: DeskDep,
    sku: str,
    option: Named,
    value: Named,
    response: Response,
    authorization: Authorization,
    if_match: IfMatch = None,
) -> ProductOut:
    """With its variants; refused when one of them was ever stocked, ordered or put into a cart."""

    def work(session: Session, actor: Actor) -> Product:
        edit = _edit(desk, session, sku, actor, if_match)
        return options.remove_value(edit, option=option, value=value)

    return _answer(desk, response, change(desk, authorization, "products", work))


@router.post("/products/{sku}/variants", status_code=201)
def add_variant(
    desk: DeskDep,
    sku: str,
    body: VariantIn,
    authorization: Authorization,
    once: IdempotencyKey,
    if_match: IfMatch = None,
) -> ProductOut:
    def work(session: Session, actor: Actor) -> ProductOut:
        made = options.add_variant(
            _edit(desk, session, sku, actor, if_match), sku=body.sku, values=body.option_values,
            pricing=_pricing(body), active=body.active,
        )  # fmt: skip
        return product_out(made, desk.clock())

    return create(desk, authorization, "products", once, body.model_dump(), ProductOut, work)


@router.post("/products/{sku}/variants/missing", status_code=201)
def add_missing_variants(
    desk: DeskDep,
    sku: str,
    body: MissingVariantsIn,
    authorization: Authorization,
    once: IdempotencyKey,
    if_match: IfMatch = None,
) -> ProductOut:
    """One for each combination of option values that has none yet."""

    def work(session: Session, actor: Actor) -> ProductOut:
        edit = _edit(desk, session, sku, actor, if_match)
        return product_out(options.make_missing_variants(edit, pricing=_pricing(body)), desk.clock())

    return create(desk, authorization, "products", once, body.model_dump(), ProductOut, work)


@router.get("/variants/{sku}")
def variant(desk: DeskDep, sku: str, response: Response, authorization: Authorization) -> VariantOut:
    def work(session: Session) -> VariantOut:
        return _variant_answer(desk, session, response, sku)

    return read(desk, authorization, "products", work)


@router.patch("/variants/{sku}")
def edit_variant(
    desk: DeskDep,
    sku: str,
    body: VariantChangeIn,
    response: Response,
    authorization: Authorization,
    if_match: IfMatch = None,
) -> VariantOut:
    """A new price voids the quotes that show the old one."""

    def work(session: Session, actor: Actor) -> VariantOut:
        change_variant(
            session, sku=sku, changes=body.model_dump(exclude_unset=True), actor=actor, now=desk.clock(),
            expected_version=expected_version(if_match),
        )  # fmt: skip
        return _variant_answer(desk, session, response, sku)

    return change(desk, authorization, "products", work)


def product_out(product: Product, now: datetime) -> ProductOut:
    told = ProductOut.model_validate(product)
    told.variants = [_variant_out(variant, product.vat_class, now) for variant in product.variants]
    return told


def _variant_out(variant: Variant, vat_class: str, now: datetime) -> VariantOut:
    told = VariantOut.model_validate(variant)
    if variant.cost is not None:
        earned = profit(price=variant.price, cost=variant.cost, vat_class=vat_class, moment=now)
        told.profit, told.margin_bp = earned.amount, earned.margin_bp
    return told


def _variant_answer(desk: Desk, session: Session, response: Response, sku: str) -> VariantOut:
    found = session.scalar(select(Variant).where(Variant.sku == sku).options(joinedload(Variant.product)))
    if found is None:
        raise NotFound("variant_not_found", f"There is no SKU {sku[:40]}.", {"sku": sku[:40]})
    response.headers["ETag"] = f'"{found.version}"'
    return _variant_out(found, found.product.vat_class, desk.clock())


def _answer(desk: Desk, response: Response, product: Product) -> ProductOut:
    response.headers["ETag"] = f'"{product.version}"'
    return product_out(product, desk.clock())


def _edit(desk: Desk, session: Session, sku: str, actor: Actor, if_match: str | None) -> options.Edit:
    return options.Edit(session, sku, actor, desk.clock(), expected_version(if_match))


def _pricing(body: MissingVariantsIn) -> options.Pricing:
    return options.Pricing(body.price, body.cost, body.weight_g)
