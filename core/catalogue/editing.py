"""Changing products and variants: each change is guarded by the version that was seen, indexed and audited."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.catalogue.indexing import index_again
from core.catalogue.models import Product, Variant
from core.catalogue.queries import get_product
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from core.jobs.events import publish

PRODUCT_FIELDS = frozenset({
    "name", "name_en", "category", "category_en", "brand", "description", "description_en", "vat_class", "aliases",
    "specifications", "size_chart", "size_chart_en", "images", "related",
})  # fmt: skip
VARIANT_FIELDS = frozenset({"price", "cost", "weight_g", "active"})


def change_product(
    session: Session,
    *,
    sku: str,
    changes: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> Product:
    """`changes` names fields of `PRODUCT_FIELDS` with right values; fields not named stay.

    Raises `Conflict` product_changed_meanwhile when the product is no longer the one that was looked at.
    """
    product = editable(session, sku, actor)
    before = {name: getattr(product, name) for name in sorted(changes)}
    after = {name: value for name, value in changes.items() if before[name] != value}
    if not changes or set(changes) - PRODUCT_FIELDS:
        raise Invalid(
            "nothing_to_change", f"Name what is to be changed: {', '.join(sorted(PRODUCT_FIELDS))}.", {}
        )
    refuse_unknown_related(session, changes.get("related") or ())
    return write_product(
        session, product, after, action="product.changed", actor=actor, now=now, expected_version=expected_version,
        data={"before": {name: before[name] for name in after}, "after": after},
    )  # fmt: skip


def change_variant(
    session: Session,
    *,
    sku: str,
    changes: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> Variant:
    """`changes` names fields of `VARIANT_FIELDS`. A new price voids the quotes that show the old one."""
    _require_role(actor)
    if not changes or set(changes) - VARIANT_FIELDS:
        raise Invalid(
            "nothing_to_change", f"Name what is to be changed: {', '.join(sorted(VARIANT_FIELDS))}.", {}
        )
    variant = session.scalar(select(Variant).where(Variant.sku == sku))
    if variant is None:
        raise NotFound("variant_not_found", f"There is no SKU {sku[:40]}.", {"sku": sku[:40]})
    seen = expected_version if expected_version is not None else variant.version
    before = {name: getattr(variant, name) for name in changes}
    changed = session.scalar(
        update(Variant)
        .where(Variant.id == variant.id, Variant.version == seen)
        .values(version=Variant.version + 1, **changes)
        .returning(Variant)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if changed is None:
        raise _changed_meanwhile("variant", sku, variant.version)
    audit.record(
        session, actor=actor, action="variant.changed", subject_kind="variant", subject_id=variant.id, now=now,
        data={"before": before, "after": dict(changes)},
    )  # fmt: skip
    publish(session, "product.changed", {"key": new_id(), "product_id": variant.product_id}, now=now)
    return changed


def set_status(
    session: Session,
    *,
    sku: str,
    status: str,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> Product:
    """`active` or `archived`. Whether it may be archived is asked in orders/archiving.py."""
    product = editable(session, sku, actor)
    if product.status == status:
        raise Conflict(f"product_already_{status}", f"Product {product.sku} is {status} already.", {})
    action = "product.archived" if status == "archived" else "product.restored"
    return write_product(
        session, product, {"status": status}, action=action, actor=actor, now=now, data={},
        expected_version=expected_version,
    )  # fmt: skip


def editable(session: Session, sku: str, actor: Actor) -> Product:
    _require_role(actor)
    return get_product(session, sku)


def write_product(
    session: Session,
    product: Product,
    values: Mapping[str, Any],
    *,
    action: str,
    data: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    expected_version: int | None,
) -> Product:
    """The one UPDATE of a product's row. `product.variants` may have been changed before: they are indexed too."""
    seen = expected_version if expected_version is not None else product.version
    session.flush()
    claimed = session.execute(
        update(Product)
        .where(Product.id == product.id, Product.version == seen)
        .values(version=Product.version + 1, updated_at=now, **values)
        .returning(Product.id)
        .execution_options(synchronize_session=False)
    ).first()
    if claimed is None:
        raise _changed_meanwhile("product", product.sku, product.version)
    audit.record(
        session, actor=actor, action=action, subject_kind="product", subject_id=product.id, now=now, data=dict(data)
    )  # fmt: skip
    session.flush()
    publish(session, "product.changed", {"key": new_id(), "product_id": product.id}, now=now)
    sku = product.sku
    session.expire(product)
    fresh = get_product(session, sku)
    index_again(session, [fresh])
    return fresh


def _require_role(actor: Actor) -> None:
    actor.require_role("manager", action="change products")


def _changed_meanwhile(what: str, sku: str, version: int) -> Conflict:
    return Conflict(
        f"{what}_changed_meanwhile",
        f"The {what} {sku} was changed by somebody else meanwhile. Look at it again, then change it.",
        {"sku": sku, "version": version},
    )


def refuse_unknown_related(session: Session, related: tuple[str, ...] | list[str]) -> None:
    known = set(session.scalars(select(Product.sku).where(Product.sku.in_(related)))) if related else set()
    for sku in related:
        if sku not in known:
            raise Invalid(
                "product_not_found", f"There is no product {sku[:40]} to go along with.", {"sku": sku[:40]}
            )
