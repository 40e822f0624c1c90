"""Reads of the catalogue."""

from collections.abc import Collection

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from core.catalogue.models import Product, Variant
from core.errors import NotFound

_PRODUCT = (
    select(Product)
    .where(
        or_(
            Product.sku == bindparam("sku"),
            Product.id == select(Variant.product_id).where(Variant.sku == bindparam("sku")).scalar_subquery(),
        )
    )
    .order_by((Product.sku == bindparam("sku")).desc())
    .limit(1)
    .options(selectinload(Product.variants))
)


def get_product(session: Session, sku: str) -> Product:
    """By the product's SKU or one of its variants'."""
    product = session.scalar(_PRODUCT, {"sku": sku})
    if product is None:
        raise NotFound("product_not_found", f"There is no product {sku[:40]}.", {"sku": sku[:40]})
    return product


def active_products(session: Session) -> list[Product]:
    return list(
        session.scalars(
            select(Product)
            .where(Product.status == "active")
            .order_by(Product.id)
            .options(selectinload(Product.variants))
        )
    )


def list_products(
    session: Session,
    *,
    after: str | None,
    limit: int,
    category: str | None = None,
    brand: str | None = None,
    status: str = "active",
) -> list[Product]:
    """Oldest first; `after` is the id of the last product already seen."""
    statement = select(Product).where(Product.status == status).options(selectinload(Product.variants))
    if category is not None:
        statement = statement.where(Product.category == category)
    if brand is not None:
        statement = statement.where(Product.brand == brand)
    if after is not None:
        statement = statement.where(Product.id > after)
    return list(session.scalars(statement.order_by(Product.id).limit(limit)))


_BY_SKU = (
    select(Variant)
    .where(Variant.sku.in_(bindparam("skus", expanding=True)))
    .options(joinedload(Variant.product))
)


def variants_by_sku(session: Session, skus: Collection[str]) -> dict[str, Variant]:
    """Sellable variants with their products; raises `NotFound` naming the first SKU that is none."""
    found = {variant.sku: variant for variant in session.scalars(_BY_SKU, {"skus": list(skus)})}
    for sku in skus:
        variant = found.get(sku)
        if variant is None or not variant.active or variant.product.status != "active":
            raise NotFound("variant_not_found", f"There is no SKU {sku[:40]} on sale.", {"sku": sku[:40]})
    return found


def option_text(values: dict[str, str]) -> str:
    return ", ".join(values.values())
